"""Questions about tables with dates: weather, stocks, electricity."""
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

TWO_YEARS = [2013, 2014]


def _year(d: pd.DataFrame, *years: int, column: str = "date") -> pd.DataFrame:
    return d[d[column].dt.year.isin(years)]


def _of(d: pd.DataFrame, symbol: str) -> pd.Series:
    rows = d[d.symbol == symbol].sort_values("date")
    return rows.set_index(rows.date.dt.strftime("%Y-%m")).price


def _monthly(d: pd.DataFrame, column: str, how: str) -> pd.Series:
    return d.groupby(d.date.dt.strftime("%Y-%m"))[column].agg(how)


WEATHER = over(
    "weather",
    {
        "How much precipitation fell in 2014?": lambda d: Number(_year(d, 2014).precipitation.sum()),
        "average maximum temperature by month": lambda d: Groups(_monthly(d, "temp_max", "mean")),
        "what was the hottest day?": lambda d: Winner(str(d.loc[d.temp_max.idxmax(), "date"].date())),
        "How many rainy days were there in 2013?": lambda d: Number((_year(d, 2013).weather == "rain").sum()),
        "number of days by weather": lambda d: Groups(d.groupby("weather").size()),
        "What fraction of days had snow?": lambda d: Number(100 * (d.weather == "snow").mean()),
        "total precipitation by year": lambda d: Groups(d.groupby(d.date.dt.year).precipitation.sum()),
        "average wind on days with fog": lambda d: Number(d[d.weather == "fog"].wind.mean()),
        "Which month had the most precipitation?": lambda d: Winner(_monthly(d, "precipitation", "sum").idxmax()),
        "the month with the most precipitation, and its share of the total": lambda d: Every(
            [
                Winner(_monthly(d, "precipitation", "sum").idxmax()),
                Number(100 * _monthly(d, "precipitation", "sum").max() / d.precipitation.sum()),
            ]
        ),
        "days in the last quarter of 2014 with more than 30 mm precipitation": lambda d: Listed(
            ((d.date >= "2014-10-01") & (d.date < "2015-01-01") & (d.precipitation > 30)).sum()
        ),
        "how many days were below zero (temp_min < 0)?": lambda d: Number((d.temp_min < 0).sum()),
        "average temp_max since June 2015": lambda d: Number(d[d.date >= "2015-06-01"].temp_max.mean()),
        "7 day moving average of temp_max in January 2012": lambda d: Figures(
            list(_year(d[d.date < "2012-02-01"], 2012).temp_max.rolling(7).mean().dropna())
        ),
        "year over year change in total precipitation": lambda d: Groups(
            (100 * d.groupby(d.date.dt.year).precipitation.sum().pct_change()).dropna()
        ),
        "95th percentile of wind": lambda d: Number(d.wind.quantile(0.95)),
        "how many days were neither rainy nor sunny?": lambda d: Number((~d.weather.isin(["rain", "sun"])).sum()),
        "total precipitation by quarter in 2013": lambda d: Groups(
            _year(d, 2013).groupby(_year(d, 2013).date.dt.to_period("Q").astype(str)).precipitation.sum()
        ),
        "average temp_min per weather type for 2012 and 2013": lambda d: Groups(
            _year(d, 2012, 2013).groupby("weather").temp_min.mean()
        ),
        "Is it getting warmer? trend of average temp_max per year": lambda d: Groups(
            d.groupby(d.date.dt.year).temp_max.mean()
        ),
        "outliers in wind": lambda d: Number(outliers(d.wind)),
        "which weekday has the highest average temp_max": lambda d: Winner(
            d.groupby(d.date.dt.day_name()).temp_max.mean().idxmax()
        ),
        "How many days in July 2014 were sunny?": lambda d: Number(
            ((d.date >= "2014-07-01") & (d.date < "2014-08-01") & (d.weather == "sun")).sum()
        ),
        "cumulative precipitation in March 2012": lambda d: Figures(
            list(d[(d.date >= "2012-03-01") & (d.date < "2012-04-01")].precipitation.cumsum())
        ),
        "compare average precipitation in 2013 and 2014": lambda d: Groups(
            _year(d, *TWO_YEARS).groupby(d.date.dt.year).precipitation.mean()
        ),
        "what is the average humidity?": lambda d: Nothing(),
        "longest dry spell in Portland": lambda d: Nothing(),
        "average wind speed for days with at least 20 mm of precipitation": lambda d: Number(
            d[d.precipitation >= 20].wind.mean()
        ),
        "first and last date": lambda d: Every([Winner(str(at.date())) for at in (d.date.min(), d.date.max())]),
    },
)

STOCKS = over(
    "stocks",
    {
        "average price by symbol": lambda d: Groups(d.groupby("symbol").price.mean()),
        "What was the highest price of GOOG?": lambda d: Number(_of(d, "GOOG").max()),
        "When did AAPL reach its highest price?": lambda d: Winner(_of(d, "AAPL").idxmax()),
        "mean price of MSFT per year": lambda d: Groups(d[d.symbol == "MSFT"].groupby(d.date.dt.year).price.mean()),
        "Which symbols are in the data?": lambda d: Names(d.symbol.unique()),
        "number of rows for each symbol": lambda d: Groups(d.groupby("symbol").size()),
        "price of IBM in March 2008": lambda d: Number(_of(d, "IBM")["2008-03"]),
        "show the price of AMZN over time": lambda d: Groups(_of(d, "AMZN")),
        "3 month moving average of the AAPL price": lambda d: Figures(list(_of(d, "AAPL").rolling(3).mean().dropna())),
        "year-over-year growth of the average price of AAPL": lambda d: Groups(
            (100 * d[d.symbol == "AAPL"].groupby(d.date.dt.year).price.mean().pct_change()).dropna()
        ),
        "compare the median price of AAPL vs MSFT": lambda d: Groups(
            d[d.symbol.isin(["AAPL", "MSFT"])].groupby("symbol").price.median()
        ),
        "volatility (standard deviation) of price per symbol": lambda d: Groups(d.groupby("symbol").price.std()),
        "average price not in 2008": lambda d: Number(d[d.date.dt.year != 2008].price.mean()),
        "Which symbol had the lowest average price in 2003?": lambda d: Winner(
            _year(d, 2003).groupby("symbol").price.mean().idxmin()
        ),
        "the earliest date for GOOG": lambda d: Winner(str(d[d.symbol == "GOOG"].date.min().date())),
        "rank the symbols by average price": lambda d: Ranked(
            d.groupby("symbol").price.mean().sort_values(ascending=False).index
        ),
        "how many prices were above 500?": lambda d: Number((d.price > 500).sum()),
        "price of symbols other than GOOG on average between 2004 and 2006": lambda d: Number(
            d[(d.symbol != "GOOG") & d.date.dt.year.between(2004, 2006)].price.mean()
        ),
        "average price by year and symbol": lambda d: Groups(
            d.groupby([d.date.dt.year.rename("year"), "symbol"]).price.mean()
        ),
        "Which stock should I buy?": lambda d: Nothing(),
        "trading volume by symbol": lambda d: Nothing(),
        "what is the dividend yield of IBM?": lambda d: Nothing(),
        "monthly growth of the MSFT price in 2000": lambda d: Groups(
            (100 * _of(d[d.date.dt.year == 2000], "MSFT").pct_change()).dropna()
        ),
        "10th and 90th percentile of the price by symbol": lambda d: Figures(
            [*d.groupby("symbol").price.quantile(0.1), *d.groupby("symbol").price.quantile(0.9)]
        ),
    },
)


def _total(d: pd.DataFrame) -> pd.Series:
    return d.groupby(d.year.dt.year).net_generation.sum()


ELECTRICITY = over(
    "electricity",
    {
        "total net generation by source": lambda d: Groups(d.groupby("source").net_generation.sum()),
        "What share of generation comes from Renewables?": lambda d: Number(
            100 * d[d.source == "Renewables"].net_generation.sum() / d.net_generation.sum()
        ),
        "share of net generation by source in 2017": lambda d: Groups(
            _year(d, 2017, column="year").set_index("source").net_generation
            * 100
            / _year(d, 2017, column="year").net_generation.sum()
        ),
        "total generation per year": lambda d: Groups(_total(d)),
        "Which source generated the most in 2001?": lambda d: Winner("Fossil Fuels"),
        "forecast total net generation for 2018": lambda d: Number(extended(_total(d))),
        "how did renewables grow over the years?": lambda d: Groups(
            d[d.source == "Renewables"].groupby(d.year.dt.year).net_generation.sum()
        ),
        "year over year growth of net generation from Renewables": lambda d: Groups(
            (100 * d[d.source == "Renewables"].groupby(d.year.dt.year).net_generation.sum().pct_change()).dropna()
        ),
        "average net generation by source since 2010": lambda d: Groups(
            d[d.year.dt.year >= 2010].groupby("source").net_generation.mean()
        ),
        "in which year was nuclear energy lowest?": lambda d: Winner(
            d[d.source == "Nuclear Energy"].set_index("year").net_generation.idxmin().year
        ),
        "net generation before 2005 by source": lambda d: Groups(
            d[d.year.dt.year < 2005].groupby("source").net_generation.sum()
        ),
        "how many sources are there?": lambda d: Number(d.source.nunique()),
        "total net generation of nuclear energy and renewables together": lambda d: Number(
            d[d.source.isin(["Nuclear Energy", "Renewables"])].net_generation.sum()
        ),
        "total net generation between 2005 and 2010": lambda d: Number(
            d[d.year.dt.year.between(2005, 2010)].net_generation.sum()
        ),
        "cumulative net generation of Renewables by year": lambda d: Figures(
            list(d[d.source == "Renewables"].sort_values("year").net_generation.cumsum())
        ),
        "3 year moving average of total net generation": lambda d: Figures(list(_total(d).rolling(3).mean().dropna())),
        "predict renewables generation in 2020": lambda d: Number(
            extended(d[d.source == "Renewables"].sort_values("year").net_generation, steps=3)
        ),
        "What percentage of total generation was fossil fuels in 2001?": lambda d: Number(
            100 * 35361 / _total(d)[2001]
        ),
        "CO2 emissions by source": lambda d: Nothing(),
        "linear trend of total net generation per year": lambda d: Figures(
            [slope(pd.Series(_total(d).index), pd.Series(_total(d).to_numpy())).slope]
        ),
        "which year had the highest total generation and what was its share of all years?": lambda d: Every(
            [Winner(_total(d).idxmax()), Number(100 * _total(d).max() / _total(d).sum())]
        ),
        "years in which total net generation was above 55000": lambda d: Names(_total(d)[lambda t: t > 55000].index),
    },
)

CONVERSATIONS = [
    Asked(
        "electricity",
        "and by source?",
        lambda d: Groups(d[d.year.dt.year == 2010].groupby("source").net_generation.sum()),
        before=("total net generation in 2010",),
    ),
    Asked(
        "weather",
        "and in 2015?",
        lambda d: Number(_year(d, 2015).precipitation.sum()),
        before=("total precipitation in 2014",),
    ),
    Asked(
        "weather",
        "now per month",
        lambda d: Groups(_monthly(d, "precipitation", "sum")),
        before=("total precipitation per year",),
    ),
    Asked(
        "stocks",
        "same for IBM",
        lambda d: Number(_of(d, "IBM").mean()),
        before=("average price of GOOG",),
    ),
    Asked(
        "stocks",
        "only in 2009",
        lambda d: Groups(_year(d, 2009).groupby("symbol").price.mean()),
        before=("average price by symbol",),
    ),
    Asked(
        "weather",
        "break it down by weather",
        lambda d: Groups(_year(d, 2014).groupby("weather").wind.mean()),
        before=("average wind", "only in 2014"),
    ),
]

QUESTIONS = [*WEATHER, *STOCKS, *ELECTRICITY, *CONVERSATIONS]
