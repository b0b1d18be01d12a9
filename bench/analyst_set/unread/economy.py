"""Questions about work, prices, driving, committees, stocks, and births by country in a column for each year."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Answer,
    Either,
    Figures,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, extended, over, slope


def _dated(d: pd.DataFrame) -> pd.DataFrame:
    return d.assign(at=pd.to_datetime(d.month))


def _in(d: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    rows = _dated(d)
    return rows[rows["at"].between(first, last)]


def _by_year(d: pd.DataFrame, column: str) -> pd.Series:
    return d.groupby(_dated(d)["at"].dt.year)[column].mean()


def _change(first: float, last: float) -> Answer:
    """As a difference, in percent, or as the two figures."""
    return Either([Number(last - first), Number(100 * (last / first - 1)), Figures([first, last])])


EMPLOYMENT = over(
    "employment",
    {
        "manufacturing in January 2010?": lambda d: Number(_in(d, "2010-01-01", "2010-01-31").manufacturing.sum()),
        "When was construction at its lowest?": lambda d: Winner(d.loc[d.construction.idxmin(), "month"][:7]),
        "average nonfarm by year": lambda d: Groups(_by_year(d, "nonfarm")),
        "What was the biggest drop in nonfarm change?": lambda d: Either(
            [Number(d.nonfarm_change.min()), Winner(d.loc[d.nonfarm_change.idxmin(), "month"][:7])]
        ),
        "In how many months was nonfarm change negative?": lambda d: Number((d.nonfarm_change < 0).sum()),
        "how did manufacturing change between January 2006 and December 2015?": lambda d: _change(
            d.manufacturing.iloc[0], d.manufacturing.iloc[-1]
        ),
        "correlation between construction and manufacturing": lambda d: Number(d.construction.corr(d.manufacturing)),
        "show me the trend of government employment": lambda d: Either(
            [
                Groups(d.set_index(d.month.str[:7]).government),
                Groups(_by_year(d, "government")),
                Groups(d.groupby(d.month.str[:4]).government.sum()),
            ]
        ),
        "mean retail trade in 2008": lambda d: Number(_in(d, "2008-01-01", "2008-12-31").retail_trade.mean()),
        "average utilities per year since 2012": lambda d: Groups(_by_year(d, "utilities")[lambda s: s.index >= 2012]),
        "construction by month for 2009": lambda d: Groups(
            d[d.month.str[:4] == "2009"].set_index(d[d.month.str[:4] == "2009"].month.str[:7]).construction
        ),
        "highest value of leisure and hospitality": lambda d: Number(d.leisure_and_hospitality.max()),
        "12 month moving average of nonfarm change": lambda d: Figures(
            list(d.nonfarm_change.rolling(12).mean().dropna())
        ),
        "forecast nonfarm for January 2016 with a straight line": lambda d: Number(extended(d.nonfarm)),
        "How many people work in agriculture?": lambda d: Nothing(),
        "unemployment rate by year": lambda d: Nothing(),
    },
)

DRIVING = over(
    "driving",
    {
        "In which year did people drive the most miles?": lambda d: Winner(d.loc[d.miles.idxmax(), "year"]),
        "average price of gas": lambda d: Number(d.gas.mean()),
        "gas in 1980": lambda d: Number(d[d.year == 1980].gas.iloc[0]),
        "mean miles in the 1970s": lambda d: Number(d[d.year.between(1970, 1979)].miles.mean()),
        "which year had the cheapest gas?": lambda d: Winner(d.loc[d.gas.idxmin(), "year"]),
        "years with gas above 3 dollars": lambda d: Listed((d.gas > 3).sum(), d[d.gas > 3].year),
        "Do miles and gas correlate?": lambda d: Number(d.miles.corr(d.gas)),
        "how much did miles grow from 1960 to 2000?": lambda d: _change(
            *(float(d[d.year == year].miles.iloc[0]) for year in (1960, 2000))
        ),
        "average gas per decade": lambda d: Groups(d.groupby((d.year // 10 * 10).map("{0}|{0}s".format)).gas.mean()),
        "regress miles on year": lambda d: Figures([slope(d.year, d.miles).slope, slope(d.year, d.miles).intercept]),
        "how many accidents were there in 1990": lambda d: Nothing(),
    },
)

WHEAT = over(
    "wheat",
    {
        "what's the maximum of wheat": lambda d: Number(d.wheat.max()),
        "average wages between 1700 and 1799": lambda d: Number(d[d.year.between(1700, 1799)].wages.mean()),
        "Which year had the highest wages?": lambda d: Winner(d.loc[d.wages.idxmax(), "year"]),
        "for how many years are wages missing?": lambda d: Number(d.wages.isna().sum()),
        "When was wheat above 60?": lambda d: Listed((d.wheat > 60).sum(), d[d.wheat > 60].year),
        "wages over time": lambda d: Groups(d.dropna().set_index("year").wages),
        "ratio of wheat to wages in 1800": lambda d: Number(
            (d[d.year == 1800].wheat / d[d.year == 1800].wages).iloc[0]
        ),
    },
)

COMMITTEES = over(
    "committees",
    {
        "average staff by prestige": lambda d: Groups(d.groupby("PRESTIGE").STAFF.mean()),
        "How large is the largest committee by size?": lambda d: Number(d.SIZE.max()),
        "total BILLS103 and total BILLS104": lambda d: Figures([d.BILLS103.sum(), d.BILLS104.sum()]),
        "committees with no subs": lambda d: Either([Listed((d.SUBS == 0).sum()), Number((d.SUBS == 0).sum())]),
        "correlation matrix": lambda d: Figures([d.SIZE.corr(d.STAFF), d.BILLS103.corr(d.BILLS104)]),
        "which party holds the chair?": lambda d: Nothing(),
    },
)

NAME = "Country Name"


def _of(d: pd.DataFrame, country: str) -> pd.Series:
    return d.set_index(NAME).loc[country]


FERTILITY = over(
    "fertility",
    {
        "top 5 countries by 2010": lambda d: Ranked(d.nlargest(5, "2010")[NAME]),
        "What was the value for Germany in 2000?": lambda d: Number(_of(d, "Germany")["2000"]),
        "average of 1960": lambda d: Number(d["1960"].mean()),
        "how many countries were below 2 in 2011?": lambda d: Number((d["2011"] < 2).sum()),
        "Which country had the lowest rate in 2011?": lambda d: Winner(d.loc[d["2011"].idxmin(), NAME]),
        "how many countries have no value for 2013": lambda d: Number(d["2013"].isna().sum()),
        "difference between 1960 and 2010 for China": lambda d: Either(
            [
                Number(_of(d, "China")["2010"] - _of(d, "China")["1960"]),
                Number(_of(d, "China")["1960"] - _of(d, "China")["2010"]),
            ]
        ),
        "number of countries": lambda d: Number(d[NAME].nunique()),
        "life expectancy in Japan": lambda d: Nothing(),
    },
)


def _pair(d: pd.DataFrame) -> pd.DataFrame:
    return d[d.symbol.isin(["MSFT", "IBM"])]


STOCKS = over(
    "stocks",
    {
        "highest price of each stock": lambda d: Groups(d.groupby("symbol").price.max()),
        "which symbol had the lowest price ever?": lambda d: Winner(d.loc[d.price.idxmin(), "symbol"]),
        "average AMZN price in 2008": lambda d: Number(d[(d.symbol == "AMZN") & (d.date.dt.year == 2008)].price.mean()),
        "MSFT vs IBM: average price": lambda d: Groups(_pair(d).groupby("symbol").price.mean()),
        "What stocks are in here?": lambda d: Names(d.symbol.unique()),
        "price of AAPL in March 2010": lambda d: Number(
            d[(d.symbol == "AAPL") & (d.date == "2010-03-01")].price.iloc[0]
        ),
        "should I buy AAPL?": lambda d: Nothing(),
        "trading volume by year": lambda d: Nothing(),
    },
)

FOLLOWED = [
    Asked(
        "employment",
        "and in 2009?",
        lambda d: Number(_in(d, "2009-01-01", "2009-12-31").construction.mean()),
        before=("average construction in 2008",),
    ),
    Asked(
        "driving",
        "and the lowest?",
        lambda d: Winner(d.loc[d.gas.idxmin(), "year"]),
        before=("which year had the highest gas?",),
    ),
    Asked(
        "stocks",
        "per year",
        lambda d: Groups(d[d.symbol == "GOOG"].groupby(d[d.symbol == "GOOG"].date.dt.year).price.mean()),
        before=("average price of GOOG",),
    ),
]

QUESTIONS = [*EMPLOYMENT, *DRIVING, *WHEAT, *COMMITTEES, *FERTILITY, *STOCKS, *FOLLOWED]
