"""What newcomers ask about staff, meters, permits and football."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import (
    Either,
    Every,
    Figures,
    Groups,
    Listed,
    Nothing,
    Number,
    OrNothing,
    Ranked,
)
from bench.analyst_set.newcomers.answers import (
    by_month,
    latest,
    month,
    rows_or_count,
)
from bench.analyst_set.question import Asked, over, share, shares
from bench.analyst_set.strangers.answers import compared, counts, means, most, yes_or_no

STAFF = over(
    "staff",
    {
        "headcount by dept": lambda d: Either([counts(d, "deptName"), counts(d[d.termDt.isna()], "deptName")]),
        "avg base salary engineers vs designers": lambda d: compared(d[d.jobTitle.isin(["Engineer", "Designer"])].groupby("jobTitle").BaseSalaryEUR.mean()),
        "how many people joined in 2023": lambda d: Number((d.hireDt.dt.year == 2023).sum()),
        "leavers per year": lambda d: Groups(d.groupby(d.termDt.dt.year).size()),
        "whats the spread of salaries": lambda d: Either([Figures(list(d.BaseSalaryEUR.quantile([0.25, 0.5, 0.75]))), Number(d.BaseSalaryEUR.std()), Figures([d.BaseSalaryEUR.min(), d.BaseSalaryEUR.max()])]),
        "remote vs non remote performance rating": lambda d: compared(d.groupby("isRemote").perfRating.mean()),
        "payroll per head by department": lambda d: means(d, "deptName", "BaseSalaryEUR"),
        "which manager has the most reports": lambda d: most(d.groupby("mgrNo").size()),
        "% remote by office": lambda d: shares(d.groupby("officeCd").isRemote.mean()),
        "how many hires in the last 12 months": lambda d: latest(d, "hireDt", len, months=12),
        "gender pay gap": lambda d: Nothing(),
        "top 5 earners and what they cost us together": lambda d: Every([Listed(5, d.nlargest(5, "BaseSalaryEUR").BaseSalaryEUR), Number(d.nlargest(5, "BaseSalaryEUR").BaseSalaryEUR.sum())]),
    },
)  # fmt: skip

METERS = over(
    "meter_reads",
    {
        "monthly co2": lambda d: Groups(by_month(d, "readDate", "CO2_kg")),
        "co2 per kwh by tariff": lambda d: Groups(d.groupby("tariffCd").CO2_kg.sum() / d.groupby("tariffCd").kWh.sum()),
        "does cold weather push up consumption?": lambda d: OrNothing(yes_or_no(True, Number(d.kWh.corr(d.outdoorTempC)))),
        "daily average kwh for gas": lambda d: Either([Number(d[d.meterType == "gas"].kWh.mean()), Number(d[d.meterType == "gas"].groupby("readDate").kWh.sum().mean()), Groups(d[d.meterType == "gas"].groupby(d.readDate.dt.strftime("%Y-%m-%d")).kWh.mean())]),
        "top 3 days by consumption": lambda d: Either([Ranked(d.groupby(d.readDate.dt.strftime("%Y-%m-%d")).kWh.sum().nlargest(3).index), Listed(3, d.nlargest(3, "kWh").kWh)]),
        "weekday vs weekend kwh avg": lambda d: compared(d.groupby(d.readDate.dt.dayofweek // 5).kWh.mean()),
        "cost by site": lambda d: Nothing(),
    },
)  # fmt: skip

PERMITS = over(
    "permits",
    {
        "how many permits are still pending": lambda d: Number((d.statusCode == "PENDING").sum()),
        "avg days from filed to issued": lambda d: Number((d.issuedOn - d.filedOn).dt.days.mean()),
        "avg days from filed to issued by permit type": lambda d: Groups((d.issuedOn - d.filedOn).dt.days.groupby(d.permitType).mean()),
        "cost per sqm by permit type": lambda d: Either([Groups(d.groupby("permitType").estCost_usd.sum() / d.groupby("permitType").floorArea_sqm.sum()), Groups((d.estCost_usd / d.floorArea_sqm).groupby(d.permitType).mean())]),
        "top 3 architects by number of permits": lambda d: Ranked(d.archFirm.value_counts().head(3).index),
        "harbour vs northgate by permit type": lambda d: counts(d[d.distName.isin(["Harbour", "Northgate"])], ["permitType", "distName"]),
        "how many took longer than 90 days to issue": lambda d: Number(((d.issuedOn - d.filedOn).dt.days > 90).sum()),
    },
)  # fmt: skip

FOLLOWED = [
    Asked(
        "permits",
        "same but for riverside",
        lambda d: Groups(d[d.distName == "Riverside"].groupby(d.filedOn.dt.to_period("Q").astype(str)).size()),
        before=("permits filed per quarter",),
    ),
    Asked(
        "permits",
        "by month instead",
        lambda d: Groups(d.groupby(month(d.filedOn)).size()),
        before=("permits filed per quarter",),
    ),
]

FIXTURES = over(
    "fixtures",
    {
        "biggest attendance of the season": lambda d: Number(d.attendance.max()),
        "which ref gives the most yellow cards per game": lambda d: most(d.groupby("refName").yellowCards.mean()),
        "how many 0-0 draws": lambda d: OrNothing(Number(((d.HomeGoals == 0) & (d.AwayGoals == 0)).sum())),
        "home wins %": lambda d: OrNothing(share((d.HomeGoals > d.AwayGoals).mean())),
        "which team scored most home goals": lambda d: most(d.groupby("homeTeam").HomeGoals.sum()),
        "games on tv vs not, attendance": lambda d: Either([compared(d.groupby("onTV").attendance.mean()), compared(d.groupby("onTV").attendance.sum())]),
        "attendance by month": lambda d: Either([Groups(by_month(d, "matchDate", "attendance")), Groups(d.groupby(month(d.matchDate)).attendance.mean())]),
        "red cards in total": lambda d: Number(d.redCards.sum()),
        "top scorer": lambda d: Nothing(),
        "games where the away team won": lambda d: OrNothing(rows_or_count(d[d.AwayGoals > d.HomeGoals])),
        "avg attendance when City are at home": lambda d: Number(d[d.homeTeam == "City"].attendance.mean()),
    },
)  # fmt: skip

QUESTIONS = [*STAFF, *METERS, *PERMITS, *FOLLOWED, *FIXTURES]
