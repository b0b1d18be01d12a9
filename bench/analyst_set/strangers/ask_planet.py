"""What strangers ask about the world's countries, the sun, the Nile and an ocean."""
# ruff: noqa: ARG005 - some answers need no look at the table

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Drawn,
    Either,
    Figures,
    Groups,
    Names,
    Nothing,
    Number,
    OrNothing,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, over, share, shares, slope
from bench.analyst_set.strangers.answers import (
    changed,
    columns,
    compared,
    drawn,
    least,
    look,
    means,
    more,
    most,
    named,
    two,
    yes_or_no,
)


def _in(d: pd.DataFrame, year: int) -> pd.DataFrame:
    """A year's countries, by their names."""
    return d[d.year == year].set_index("country")


def _of(d: pd.DataFrame, country: str) -> pd.DataFrame:
    """A country's years."""
    return d[d.country == country].set_index("year")


WORLD = over(
    "world",
    {
        "what's in this file?": look,
        "how many countries are in here": lambda d: Number(d.country.nunique()),
        "which countries are in Oceania?": lambda d: Names(d[d.continent == "Oceania"].country.unique()),
        "what years does this cover": lambda d: Either([Names(d.year.unique()), two(d.year.min(), d.year.max())]),
        "Which country had the highest life expectancy in 2007?": lambda d: most(_in(d, 2007).lifeExp),
        "life expectancy by continent 2007": lambda d: means(d[d.year == 2007], "continent", "lifeExp"),
        "average life expectancy per continent in 2007, as a bar chart": lambda d: drawn(
            means(d[d.year == 2007], "continent", "lifeExp")
        ),
        "top ten countries by population in 2007": lambda d: Ranked(_in(d, 2007)["pop"].nlargest(10).index),
        "Give me the 5 poorest countries in 2007 by GDP per capita": lambda d: Ranked(
            _in(d, 2007).gdpPercap.nsmallest(5).index
        ),
        "How many people lived in China in 2007?": lambda d: Number(_in(d, 2007)["pop"]["China"]),
        "total world population in 1952": lambda d: Number(_in(d, 1952)["pop"].sum()),
        "Has life expectancy in Japan gone up since 1952?": lambda d: yes_or_no(
            _of(d, "Japan").lifeExp[2007] > _of(d, "Japan").lifeExp[1952], changed(_of(d, "Japan").lifeExp, 1952, 2007)
        ),
        "plot life expectancy in Brazil over time": lambda d: drawn(Groups(_of(d, "Brazil").lifeExp)),
        "compare gdp per capita of Germany and France in 2007": lambda d: compared(
            _in(d, 2007).gdpPercap[["Germany", "France"]]
        ),
        "How did the population of India grow over the years?": lambda d: Groups(_of(d, "India")["pop"]),
        "what share of the world's people lived in Asia in 2007": lambda d: share(
            d[(d.year == 2007) & (d.continent == "Asia")]["pop"].sum() / d[d.year == 2007]["pop"].sum()
        ),
        "groupby continent mean gdpPercap where year == 2007": lambda d: means(
            d[d.year == 2007], "continent", "gdpPercap"
        ),
        "select country, lifeExp from world where year = 2007 and lifeExp > 81": lambda d: Names(
            d[(d.year == 2007) & (d.lifeExp > 81)].country
        ),
        "How many countries had a life expectancy below fifty in 2007?": lambda d: Number(
            (_in(d, 2007).lifeExp < 50).sum()
        ),
        "countries with more than 100 million people in 2007": lambda d: named(
            d[(d.year == 2007) & (d["pop"] > 100e6)], "country"
        ),
        "Is there a relationship between wealth per head and life expectancy?": lambda d: Number(
            d.gdpPercap.corr(d.lifeExp)
        ),
        "correlation gdp per capita and life expectancy in 2007": lambda d: Number(
            _in(d, 2007).gdpPercap.corr(_in(d, 2007).lifeExp)
        ),
        "scatter plot of gdpPercap against lifeExp for 2007": lambda d: Drawn(),
        "Did Norway have a higher GDP per person than Sweden in 2007?": lambda d: more(
            _in(d, 2007).gdpPercap, "Norway", "Sweden"
        ),
        "number of countries by continent": lambda d: Groups(d.groupby("continent").country.nunique()),
        "which continent has the most countries?": lambda d: most(d.groupby("continent").country.nunique()),
        "median gdp per capita in Africa for each year": lambda d: Groups(
            d[d.continent == "Africa"].groupby("year").gdpPercap.median()
        ),
        "When did Italy first have a life expectancy of over 75?": lambda d: Winner(
            _of(d, "Italy").lifeExp[lambda years: years > 75].index.min()
        ),
        "which country is the happiest?": lambda d: Nothing(),
        "What is the unemployment rate in Spain?": lambda d: Nothing(),
        "who is the president of France": lambda d: Nothing(),
        "how much countries are in Europe?": lambda d: Number(d[d.continent == "Europe"].country.nunique()),
        "where do people live the longest? (2007)": lambda d: most(_in(d, 2007).lifeExp),
        "which countries had a GDP per capita over 40k in 2007": lambda d: named(
            d[(d.year == 2007) & (d.gdpPercap > 40000)], "country"
        ),
        "countries with fewer than 1M people in 2007": lambda d: named(
            d[(d.year == 2007) & (d["pop"] < 1e6)], "country"
        ),
        "growth of world population year by year": lambda d: Either(
            [
                Groups(d.groupby("year")["pop"].sum()),
                shares(d.groupby("year")["pop"].sum().pct_change().dropna()),
                Groups(d.groupby("year")["pop"].sum().diff().dropna()),
            ]
        ),
        "population of Norway": lambda d: OrNothing(
            Either([Number(_of(d, "Norway")["pop"][2007]), Groups(_of(d, "Norway")["pop"])])
        ),
        "life expectancy in Kenya in 1955": lambda d: Nothing(),
        "rank the countries of the Americas by life expectancy in 2007": lambda d: Ranked(
            d[(d.year == 2007) & (d.continent == "Americas")].sort_values("lifeExp", ascending=False).country
        ),
    },
)
"""The table has 1952, 1957 and so on: nothing of 1955."""

SUNSPOTS = over(
    "sunspots",
    {
        "When was the sun most active?": lambda d: most(d.set_index("YEAR").SUNACTIVITY),
        "how many years of data do we have": lambda d: Number(len(d)),
        "average sunactivity since 1950": lambda d: Number(d[d.YEAR >= 1950].SUNACTIVITY.mean()),
        "Plot sun activity over time": lambda d: drawn(Groups(d.set_index("YEAR").SUNACTIVITY)),
        "sun activity in the 18th century, on average": lambda d: Either(
            [Number(d[last >= d.YEAR].SUNACTIVITY.mean()) for last in (1799, 1800)]
        ),
        "years with no sun activity at all": lambda d: named(d[d.SUNACTIVITY == 0], "YEAR"),
        "How many years had activity over one hundred?": lambda d: Number((d.SUNACTIVITY > 100).sum()),
        "top 5 years": lambda d: Ranked(d.nlargest(5, "SUNACTIVITY").YEAR),
        "what was the sun activity in 1859?": lambda d: Number(d.set_index("YEAR").SUNACTIVITY[1859]),
        "11 year moving average of sun activity": lambda d: Figures(list(d.SUNACTIVITY.rolling(11).mean().dropna())),
        "mean activity 1901-1950 vs 1951-2000": lambda d: two(
            d[d.YEAR.between(1901, 1950)].SUNACTIVITY.mean(), d[d.YEAR.between(1951, 2000)].SUNACTIVITY.mean()
        ),
        "how hot is the sun": lambda d: Nothing(),
    },
)

NILE = over(
    "nile",
    {
        "describe the data": columns,
        "mean volume of the Nile": lambda d: Number(d.volume.mean()),
        "which year had the lowest flow": lambda d: least(d.set_index("year").volume),
        "which year had the lowest volume?": lambda d: least(d.set_index("year").volume),
        "Was the average volume before 1900 bigger than from 1900 on?": lambda d: more(
            d.volume.groupby(d.year < 1900).mean(), True, False
        ),
        "volume 1871 to 1880": lambda d: Either(
            [
                Groups(d[d.year.between(1871, 1880)].set_index("year").volume),
                Number(d[d.year.between(1871, 1880)].volume.sum()),
            ]
        ),
        "Please show me the average volume per decade.": lambda d: Groups(d.groupby(d.year // 10 * 10).volume.mean()),
        "line chart of volume": lambda d: drawn(Groups(d.set_index("year").volume)),
        "what is the std dev of volume": lambda d: Number(d.volume.std()),
        "is there a trend in the volume": lambda d: Either(
            [Number(slope(d.year, d.volume).slope), Groups(d.set_index("year").volume)]
        ),
        "how many years was volume above average?": lambda d: Number((d.volume > d.volume.mean()).sum()),
        "How long is the Nile?": lambda d: Nothing(),
    },
)

EL_NINO = over(
    "el_nino",
    {
        "what columns are there": columns,
        "average january temperature": lambda d: Number(d.JAN.mean()),
        "hottest december": lambda d: Either([Winner(d.loc[d.DEC.idxmax(), "YEAR"]), Number(d.DEC.max())]),
        "which year had the warmest June?": lambda d: Winner(d.loc[d.JUN.idxmax(), "YEAR"]),
        "What was it in March 1998?": lambda d: Number(d.set_index("YEAR").MAR[1998]),
        "compare the mean of JAN and JUL": lambda d: two(d.JAN.mean(), d.JUL.mean()),
        "plot DEC by year": lambda d: drawn(Groups(d.set_index("YEAR").DEC)),
        "how many years was october above 22 degrees": lambda d: Number((d.OCT > 22).sum()),
        "average of every month": lambda d: Figures(list(d.drop(columns="YEAR").mean())),
        "years when december was warmer than january": lambda d: named(d[d.DEC > d.JAN], "YEAR"),
        "How much rain fell in 1983?": lambda d: Nothing(),
    },
)


CONVERSATIONS = [
    Asked(
        "world",
        "and in 1952?",
        lambda d: means(d[d.year == 1952], "continent", "lifeExp"),
        before=("average life expectancy by continent in 2007",),
    ),
    Asked(
        "world",
        "now only Europe",
        lambda d: Ranked(
            d[(d.year == 2007) & (d.continent == "Europe")].set_index("country").gdpPercap.nlargest(5).index
        ),
        before=("top 5 countries by gdpPercap in 2007",),
    ),
    Asked(
        "world",
        "what about the lowest?",
        lambda d: least(_in(d, 2007).lifeExp),
        before=("which country had the highest life expectancy in 2007?",),
    ),
    Asked(
        "nile",
        "same but median",
        lambda d: Number(d[d.year < 1900].volume.median()),
        before=("average volume before 1900",),
    ),
]

QUESTIONS = [*WORLD, *SUNSPOTS, *NILE, *EL_NINO, *CONVERSATIONS]
