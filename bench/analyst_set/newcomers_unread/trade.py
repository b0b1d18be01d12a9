"""What newcomers ask about a till, consignments and campaigns."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import (
    Either,
    Every,
    Groups,
    Nothing,
    Number,
    Winner,
)
from bench.analyst_set.newcomers.answers import (
    by_month,
    late_shares,
    month,
    more_in,
)
from bench.analyst_set.question import over, share
from bench.analyst_set.strangers.answers import compared, counts, most, totals

TILL = over(
    "till",
    {
        "card vs cash takings by month": lambda d: totals(d[d.PayMethod.isin(["card", "cash"])].assign(month=month(d.SoldAt)), ["month", "PayMethod"], "LineTotal_GBP"),
        "biggest drop in takings month to month": lambda d: Winner(by_month(d, "SoldAt", "LineTotal_GBP").diff().idxmin()),
        "how many teas did B07 sell in december": lambda d: Number(d[(d.Category == "Tea") & (d.StaffCode == "B07") & (d.SoldAt.dt.month == 12)].Qty.sum()),
        "qty by category pls": lambda d: totals(d, "Category", "Qty"),
        "avg price of a coffee": lambda d: Number(d[d.Category == "Coffee"].UnitPrice_GBP.mean()),
        "how's matcha doing": lambda d: Either([Number(d[d.prodName == "Matcha"].LineTotal_GBP.sum()), Groups(by_month(d[d.prodName == "Matcha"], "SoldAt", "LineTotal_GBP")), Groups(d[d.prodName == "Matcha"].groupby(d.SoldAt.dt.year).LineTotal_GBP.sum())]),
    },
)  # fmt: skip

CONSIGNMENTS = over(
    "consignments",
    {
        "how many loads from Leeds to Paris": lambda d: Number(((d.originHub == "Leeds") & (d.destHub == "Paris")).sum()),
        "% late by carrier": lambda d: late_shares(d, "carrierCode"),
        "cost per kg for each carrier": lambda d: Either([Groups(d.groupby("carrierCode").freightCostUSD.sum() / d.groupby("carrierCode").wtKg.sum()), Groups((d.freightCostUSD / d.wtKg).groupby(d.carrierCode).mean())]),
        "damaged ones: how many and what share": lambda d: Every([Number(d.isDamaged.sum()), share(d.isDamaged.mean())]),
        "heaviest shipment": lambda d: Either([Number(d.wtKg.max()), Winner(d.loc[d.wtKg.idxmax()].ConsignmentNo)]),
        "outbound from Madrid by destination": lambda d: counts(d[d.originHub == "Madrid"], "destHub"),
        "fuel surcharge total": lambda d: Nothing(),
        "avg distance in miles": lambda d: Number(d.distanceKm.mean() / 1.609344),
    },
)  # fmt: skip

CAMPAIGNS = over(
    "campaigns",
    {
        "cost per signup by channel": lambda d: Groups(d.groupby("channel").spendEur.sum() / d.groupby("channel").signups.sum()),
        "best channel for signups": lambda d: Either([most(d.groupby("channel").signups.sum()), most(d.groupby("channel").signups.mean())]),
        "email vs social: avg clicks": lambda d: compared(d[d.channel.isin(["email", "social"])].groupby("channel").clicks.mean()),
        "did spend go up in 2024?": lambda d: more_in(d.groupby(d.startDt.dt.year).spendEur.sum(), 2024, 2023),
    },
)  # fmt: skip

QUESTIONS = [*TILL, *CONSIGNMENTS, *CAMPAIGNS]
