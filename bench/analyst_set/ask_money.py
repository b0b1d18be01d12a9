"""Questions about investments, the macroeconomy, marriages, and trips with their travellers (two tables)."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Every,
    Figures,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, extended, outliers, over, slope

GE, GM = "General Electric", "General Motors"

INVESTMENTS = over(
    "investments",
    {
        "total invest by firm": lambda d: Groups(d.groupby("firm").invest.sum()),
        "top 3 firms by total invest": lambda d: Ranked(d.groupby("firm").invest.sum().nlargest(3).index),
        "average capital of IBM in the 1940s": lambda d: Number(
            d[(d.firm == "IBM") & d.year.between(1940, 1949)].capital.mean()
        ),
        "invest of General Motors by year": lambda d: Groups(d[d.firm == GM].set_index("year").invest),
        "which firm had the highest value in 1954?": lambda d: Winner(
            d[d.year == 1954].set_index("firm").value.idxmax()
        ),
        "What's General Electric's share of total invest?": lambda d: Number(
            100 * d[d.firm == GE].invest.sum() / d.invest.sum()
        ),
        "correlation between value and invest by firm": lambda d: Groups(
            pd.Series({firm: rows.value.corr(rows.invest) for firm, rows in d.groupby("firm")})
        ),
        "how many firms are there": lambda d: Number(d.firm.nunique()),
        "total invest from 1940 to 1945": lambda d: Number(d[d.year.between(1940, 1945)].invest.sum()),
        "total invest by year, excluding General Motors and US Steel": lambda d: Groups(
            d[~d.firm.isin([GM, "US Steel"])].groupby("year").invest.sum()
        ),
        "regress invest on value and capital": lambda d: Figures(_two(d)),
        "yoy growth of total capital": lambda d: Groups((100 * d.groupby("year").capital.sum().pct_change()).dropna()),
        "firms with total invest over 5000": lambda d: Names(d.groupby("firm").invest.sum()[lambda t: t > 5000].index),
        "average invest per firm": lambda d: Groups(d.groupby("firm").invest.mean()),
        "Which firm invested least on average?": lambda d: Winner(d.groupby("firm").invest.mean().idxmin()),
        "ratio of capital to value by firm": lambda d: Groups(
            d.groupby("firm").capital.sum() / d.groupby("firm").value.sum()
        ),
        "moving average over 5 years of total invest": lambda d: Figures(
            list(d.groupby("year").invest.sum().rolling(5).mean().dropna())
        ),
        "forecast total invest for 1955": lambda d: Number(extended(d.groupby("year").invest.sum())),
        "number of employees by firm": lambda d: Nothing(),
        "year with the most total invest, and its share": lambda d: Every(
            [
                Winner(d.groupby("year").invest.sum().idxmax()),
                Number(100 * d.groupby("year").invest.sum().max() / d.invest.sum()),
            ]
        ),
        "maximum value per firm": lambda d: Groups(d.groupby("firm").value.max()),
    },
)


def _two(d: pd.DataFrame) -> list[float]:
    import statsmodels.formula.api as smf

    fitted = smf.ols("invest ~ value + capital", d).fit()
    return [*fitted.params, *fitted.bse]


MACRO = over(
    "macro",
    {
        "average unemp by year": lambda d: Groups(d.groupby("year").unemp.mean()),
        "what was the highest unemp?": lambda d: Number(d.unemp.max()),
        "when was unemp highest?": lambda d: Winner(d.loc[d.unemp.idxmax(), "year"]),
        "realgdp in the first quarter of 2009": lambda d: Number(
            d[(d.year == 2009) & (d.quarter == 1)].realgdp.iloc[0]
        ),
        "average infl since 1990": lambda d: Number(d[d.year >= 1990].infl.mean()),
        "average infl before 1980 versus after 1980": lambda d: Figures(
            [d[d.year < 1980].infl.mean(), d[d.year > 1980].infl.mean()]
        ),
        "How many quarters had negative infl?": lambda d: Number((d.infl < 0).sum()),
        "how many quarters had unemp of 10 or more": lambda d: Number((d.unemp >= 10).sum()),
        "correlation of realcons with realdpi": lambda d: Number(d.realcons.corr(d.realdpi)),
        "linear regression of realcons on realdpi": lambda d: Figures(
            [slope(d.realdpi, d.realcons).slope, slope(d.realdpi, d.realcons).stderr]
        ),
        "years with average unemp above 8": lambda d: Names(d.groupby("year").unemp.mean()[lambda u: u > 8].index),
        "5 years with the highest average infl": lambda d: Ranked(d.groupby("year").infl.mean().nlargest(5).index),
        "median tbilrate between 1980 and 1989": lambda d: Number(d[d.year.between(1980, 1989)].tbilrate.median()),
        "average realgdp by quarter": lambda d: Groups(d.groupby("quarter").realgdp.mean()),
        "year over year growth of average realgdp": lambda d: Groups(
            (100 * d.groupby("year").realgdp.mean().pct_change()).dropna()
        ),
        "what percent of quarters had unemp below 5?": lambda d: Number(100 * (d.unemp < 5).mean()),
        "oil price by year": lambda d: Nothing(),
        "deciles of unemp": lambda d: Figures([d.unemp.quantile(q / 10) for q in range(1, 10)]),
        "average cpi in 1970, 1980 and 1990 by year": lambda d: Groups(
            d[d.year.isin([1970, 1980, 1990])].groupby("year").cpi.mean()
        ),
        "average unemp in 2008 and 2009 by year": lambda d: Groups(
            d[d.year.isin([2008, 2009])].groupby("year").unemp.mean()
        ),
    },
)

MARRIAGES = over(
    "marriages",
    {
        "average affairs by rate_marriage": lambda d: Groups(d.groupby("rate_marriage").affairs.mean()),
        "how many women have no children?": lambda d: Nothing(),
        "how many rows have 0 children?": lambda d: Number((d.children == 0).sum()),
        "average age": lambda d: Number(d.age.mean()),
        "What share of rows has affairs > 0?": lambda d: Number(100 * (d.affairs > 0).mean()),
        "mean affairs by religious and children": lambda d: Groups(d.groupby(["religious", "children"]).affairs.mean()),
        "correlation between yrs_married and affairs": lambda d: Number(d.yrs_married.corr(d.affairs)),
        "regress affairs on age": lambda d: Figures(
            [slope(d.age, d.affairs).slope, slope(d.age, d.affairs).stderr, slope(d.age, d.affairs).intercept]
        ),
        "duplicate rows": lambda d: Number(d.duplicated().sum()),
        "median yrs_married for age 32": lambda d: Number(d[d.age == 32].yrs_married.median()),
        "99th percentile of affairs": lambda d: Number(d.affairs.quantile(0.99)),
        "count by educ": lambda d: Groups(d.groupby("educ").size()),
        "how many have been married for more than 10 years?": lambda d: Number((d.yrs_married > 10).sum()),
        "average age when children is not 0": lambda d: Number(d[d.children != 0].age.mean()),
        "number of rows with age under 25 or over 40": lambda d: Number(((d.age < 25) | (d.age > 40)).sum()),
        "are there missing values?": lambda d: Number(0),
        "most common occupation": lambda d: Winner(d.occupation.mode()[0]),
        "income by occupation": lambda d: Nothing(),
        "percentage of rows by religious": lambda d: Groups(100 * d.groupby("religious").size() / len(d)),
    },
)


def _joined(trips: pd.DataFrame, travellers: pd.DataFrame) -> pd.DataFrame:
    return trips.merge(travellers, on="traveller_id", validate="m:1")


TRIPS = over(
    "trips",
    {
        "average household income by mode": lambda t, p: Groups(_joined(t, p).groupby("mode").household_income.mean()),
        "average household income of chosen trips by mode": lambda t, p: Groups(
            _joined(t, p)[lambda j: j.chosen == "yes"].groupby("mode").household_income.mean()
        ),
        "average cost by mode": lambda t, p: Groups(t.groupby("mode").cost.mean()),
        "average cost of trips by party size": lambda t, p: Groups(_joined(t, p).groupby("party_size").cost.mean()),
        "How many trips by air have a party size of at least 2?": lambda t, p: Number(
            ((_joined(t, p)["mode"] == "air") & (_joined(t, p).party_size >= 2)).sum()
        ),
        "how many travellers are there?": lambda t, p: Number(len(p)),
        "median household income of travellers": lambda t, p: Number(p.household_income.median()),
        "waiting minutes on average for train and bus": lambda t, p: Number(
            t[t["mode"].isin(["train", "bus"])].waiting_minutes.mean()
        ),
        "how many trips were chosen by mode": lambda t, p: Groups(t[t.chosen == "yes"].groupby("mode").size()),
        "most often chosen mode": lambda t, p: Winner(t[t.chosen == "yes"]["mode"].mode()[0]),
        "average waiting minutes for travellers with household income over 50": lambda t, p: Number(
            _joined(t, p)[lambda j: j.household_income > 50].waiting_minutes.mean()
        ),
        "correlation between household income and cost": lambda t, p: Number(
            _joined(t, p).household_income.corr(_joined(t, p).cost)
        ),
        "what share of trips is by car?": lambda t, p: Number(100 * (t["mode"] == "car").mean()),
        "total cost by party size and mode": lambda t, p: Groups(
            _joined(t, p).groupby(["party_size", "mode"]).cost.sum()
        ),
        "which party size has the highest average cost?": lambda t, p: Winner(
            _joined(t, p).groupby("party_size").cost.mean().idxmax()
        ),
        "trips with waiting minutes of exactly 69": lambda t, p: Listed((t.waiting_minutes == 69).sum()),
        "number of travellers by party size": lambda t, p: Groups(p.groupby("party_size").size()),
        "average age of travellers": lambda t, p: Nothing(),
        "outliers in cost": lambda t, p: Number(outliers(t.cost)),
    },
    also=("travellers",),
)

CONVERSATIONS = [
    Asked(
        "investments",
        "and for IBM?",
        lambda d: Number(d[d.firm == "IBM"].invest.sum()),
        before=("total invest of Chrysler",),
    ),
    Asked(
        "investments",
        "what about the average?",
        lambda d: Groups(d.groupby("firm").invest.mean()),
        before=("total invest by firm",),
    ),
    Asked(
        "trips",
        "and the total?",
        lambda t, p: Groups(t.groupby("mode").cost.sum()),
        before=("average cost by mode",),
        also=("travellers",),
    ),
]

QUESTIONS = [*INVESTMENTS, *MACRO, *MARRIAGES, *TRIPS, *CONVERSATIONS]
