"""What newcomers ask about a till, consignments and campaigns."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import (
    Either,
    Every,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    OrNothing,
)
from bench.analyst_set.newcomers.answers import (
    by_month,
    lane,
    latest,
    named_rows,
    rows_or_count,
    top_and_sum,
)
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import compared, counts, least, yes_or_no

TILL = over(
    "till",
    {
        "total takings in 2024": lambda d: Number(d[d.SoldAt.dt.year == 2024].LineTotal_GBP.sum()),
        "top 5 products and what they add up to": lambda d: top_and_sum(d.groupby("prodName").LineTotal_GBP.sum(), d.groupby("prodName").Qty.sum(), count=5),
        "avg basket": lambda d: Number(d.groupby("TxnNo").LineTotal_GBP.sum().mean()),
        "which products never got returned": lambda d: Names(sorted(set(d.prodName) - set(d[d.isReturn].prodName))),
        "is it true that most people pay by card?": lambda d: yes_or_no((d.PayMethod == "card").mean() > 0.5, Either([share((d.PayMethod == "card").mean()), counts(d, "PayMethod"), shares(d.PayMethod.value_counts(normalize=True))])),
        "returns as a % of sales": lambda d: Either([share(d.isReturn.mean()), share(d[d.isReturn].LineTotal_GBP.sum() / d.LineTotal_GBP.sum())]),
        "whats our slowest day of the week": lambda d: Either([least(d.groupby(d.SoldAt.dt.day_name()).size()), least(d.groupby(d.SoldAt.dt.day_name()).LineTotal_GBP.sum())]),
        "profit by product": lambda d: Nothing(),
        "takings last 3 months": lambda d: latest(d, "SoldAt", lambda rows: rows.LineTotal_GBP.sum()),
        "how many different products do we stock": lambda d: Number(d.prodName.nunique()),
    },
)  # fmt: skip

CONSIGNMENTS = over(
    "consignments",
    {
        "avg transit time by carrier": lambda d: Groups((d.deliveredDt - d.pickupDt).dt.days.groupby(d.carrierCode).mean()),
        "freight spend by month in 2024": lambda d: Groups(by_month(d[d.pickupDt.dt.year == 2024], "pickupDt", "freightCostUSD")),
        "which lane costs the most?": lambda d: OrNothing(Either([lane(d, "sum"), lane(d, "mean")])),
        "total tonnes shipped": lambda d: Number(d.wtKg.sum() / 1000),
        "how many never got delivered": lambda d: Number(d.deliveredDt.isna().sum()),
        "shipments over 500km with more than 10 pallets": lambda d: rows_or_count(d[(d.distanceKm > 500) & (d.pallets > 10)]),
        "DHX vs TNX avg cost": lambda d: compared(d[d.carrierCode.isin(["DHX", "TNX"])].groupby("carrierCode").freightCostUSD.mean()),
    },
)  # fmt: skip

CAMPAIGNS = over(
    "campaigns",
    {
        "cost per signup": lambda d: Number(d.spendEur.sum() / d.signups.sum()),
        "clicks as a percentage of impressions by channel": lambda d: shares(d.groupby("channel").clicks.sum() / d.groupby("channel").impr.sum()),
        "total spend YTD": lambda d: Number(d[d.startDt.dt.year == 2024].spendEur.sum()),
        "paid vs unpaid signups": lambda d: OrNothing(compared(d.groupby("isPaid").signups.sum())),
        "campaigns that made a loss": lambda d: OrNothing(rows_or_count(d[d.spendEur > d.revEur])),
        "how many campaigns did we run in q4 2023": lambda d: Number(((d.startDt.dt.year == 2023) & (d.startDt.dt.quarter == 4)).sum()),
        "avg campaign length in days": lambda d: Number((d.endDt - d.startDt).dt.days.mean()),
        "top 5 campaigns by revenue and what they add up to": lambda d: Every([Listed(5, d.nlargest(5, "revEur").revEur), Number(d.nlargest(5, "revEur").revEur.sum())]),
        "rev by region as %": lambda d: shares(d.groupby("region").revEur.sum() / d.revEur.sum()),
        "monthly spend": lambda d: Groups(by_month(d, "startDt", "spendEur")),
        "which campaigns got zero signups": lambda d: named_rows(d[d.signups == 0], "cmpName"),
        "bounce rate by channel": lambda d: Nothing(),
    },
)  # fmt: skip

QUESTIONS = [*TILL, *CONSIGNMENTS, *CAMPAIGNS]
