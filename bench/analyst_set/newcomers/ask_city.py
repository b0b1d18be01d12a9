"""What newcomers ask about staff, meters, permits and football."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import (
    Every,
    Groups,
    Listed,
    Mentions,
    Names,
    Nothing,
    Number,
    OrNothing,
)
from bench.analyst_set.newcomers.answers import (
    by_month,
    named_rows,
    rows_or_count,
)
from bench.analyst_set.question import over, share
from bench.analyst_set.strangers.answers import compared, totals

STAFF = over(
    "staff",
    {
        "who earns the most in finance": lambda d: named_rows(d[(d.deptName == "Finance")].nlargest(1, "BaseSalaryEUR"), "emp_no"),
        "salary bill by office": lambda d: totals(d, "officeCd", "BaseSalaryEUR"),
        "people on more than 80k": lambda d: rows_or_count(d[d.BaseSalaryEUR > 80_000]),
        "median pay of part timers (fte under 1)": lambda d: Number(d[d.fte < 1].BaseSalaryEUR.median()),
    },
)  # fmt: skip

METERS = over(
    "meter_reads",
    {
        "total kwh by site": lambda d: totals(d, "siteCode", "kWh"),
        "kwh per month in 2024": lambda d: Groups(by_month(d[d.readDate.dt.year == 2024], "readDate", "kWh")),
        "how many MWh did S03 use": lambda d: Number(d[d.siteCode == "S03"].kWh.sum() / 1000),
        "estimated vs actual reads": lambda d: OrNothing(compared(d.groupby("isEstimated").size())),
        "YTD kwh": lambda d: Number(d[d.readDate.dt.year == 2025].kWh.sum()),
        "q1 2024 vs q1 2025 kwh": lambda d: compared(d[d.readDate.dt.quarter == 1].groupby(d.readDate.dt.year).kWh.sum()),
        "% of kwh that's gas": lambda d: share(d[d.meterType == "gas"].kWh.sum() / d.kWh.sum()),
        "peak kW and when was it": lambda d: Every([Number(d.peak_kW.max()), Mentions([d.loc[d.peak_kW.idxmax()].readDate.strftime("%Y-%m-%d")])]),
        "avg outdoor temp in fahrenheit": lambda d: Number(d.outdoorTempC.mean() * 9 / 5 + 32),
    },
)  # fmt: skip

PERMITS = over(
    "permits",
    {
        "permits filed per quarter": lambda d: Groups(d.groupby(d.filedOn.dt.to_period("Q").astype(str)).size()),
        "dwelling units by district in 2024": lambda d: totals(d[d.filedOn.dt.year == 2024], "distName", "dwellingUnits"),
        "share of demolitions appealed": lambda d: share(d[d.permitType == "Demolition"].isAppealed.mean()),
        "which district has never had an appeal": lambda d: Names(["Millfield"]),
        "harbour's share of est cost": lambda d: share(d[d.distName == "Harbour"].estCost_usd.sum() / d.estCost_usd.sum()),
        "permits over $1m": lambda d: rows_or_count(d[d.estCost_usd > 1_000_000]),
        "crime rate by district": lambda d: Nothing(),
        "refused permits per year": lambda d: Groups(d[d.statusCode == "REFUSED"].groupby(d.filedOn.dt.year).size()),
    },
)  # fmt: skip

FIXTURES = over(
    "fixtures",
    {
        "average crowd": lambda d: Number(d.attendance.mean()),
        "how many home games did Rovers play": lambda d: Number((d.homeTeam == "Rovers").sum()),
        "goals per game": lambda d: OrNothing(Number((d.HomeGoals + d.AwayGoals).mean())),
        "lowest attended match": lambda d: Listed(1, [d.attendance.min()]),
    },
)  # fmt: skip

QUESTIONS = [*STAFF, *METERS, *PERMITS, *FIXTURES]
