"""Questions about temperatures hour by hour, weather day by day, airports, and cars."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Either,
    Groups,
    Listed,
    Nothing,
    Number,
    OrNothing,
    Winner,
)
from bench.analyst_set.question import Asked, over, share


def _months(d: pd.DataFrame) -> pd.Series:
    """`2010-08`, or August by its number or name: the table holds but one year."""
    return d.date.dt.strftime("%Y-%m|") + d.date.dt.month.astype(str) + d.date.dt.strftime("|%B|%b")


def _day(d: pd.DataFrame, day: str) -> pd.DataFrame:
    return d[d.date.dt.strftime("%Y-%m-%d") == day]


def _late_summer(d: pd.DataFrame) -> pd.Series:
    rows = d[d.date.dt.month.isin([8, 9])]
    return rows.groupby(_months(rows)).temp.mean()


TEMPERATURES = over(
    "temperatures",
    {
        "average temperature by month": lambda d: Groups(d.groupby(_months(d)).temp.mean()),
        "What is the lowest temp?": lambda d: Number(d.temp.min()),
        "which month was the hottest on average?": lambda d: Winner(d.groupby(_months(d)).temp.mean().idxmax()),
        "average temp by hour of the day": lambda d: Groups(d.groupby(d.date.dt.hour).temp.mean()),
        "How many hours were above 70 degrees?": lambda d: Number((d.temp > 70).sum()),
        "mean temperature in July 2010": lambda d: Number(d[d.date.dt.month == 7].temp.mean()),
        "how warm did it get on 4 July 2010 at most?": lambda d: Number(_day(d, "2010-07-04").temp.max()),
        "difference between the highest and the lowest temp": lambda d: Number(d.temp.max() - d.temp.min()),
        "how many temps are missing?": lambda d: Number(d.temp.isna().sum()),
        "compare the average tempeture of august and september": lambda d: Groups(_late_summer(d)),
        "mean temp by weekday": lambda d: Groups(d.groupby(d.date.dt.day_name()).temp.mean()),
        "how much rain fell in October": lambda d: Nothing(),
    },
)


def _rainy(d: pd.DataFrame) -> list[int]:
    """Days called rainy, and days with any precipitation."""
    rows = d[d.date.dt.strftime("%Y-%m") == "2012-11"]
    return [(rows.weather == "rain").sum(), (rows.precipitation > 0).sum()]


WEATHER = over(
    "weather",
    {
        "How many sunny days did we have in 2015?": lambda d: Number(
            ((d.weather == "sun") & (d.date.dt.year == 2015)).sum()
        ),
        "wettest day": lambda d: Winner(d.loc[d.precipitation.idxmax(), "date"].strftime("%Y-%m-%d")),
        "coldest day by temp_min": lambda d: Winner(d.loc[d.temp_min.idxmin(), "date"].strftime("%Y-%m-%d")),
        "average wind by weather type": lambda d: Groups(d.groupby("weather").wind.mean()),
        "how many days had a maximum temperature over 30": lambda d: Number((d.temp_max > 30).sum()),
        "On how many days did it rain in November 2012?": lambda d: Either([Number(n) for n in _rainy(d)]),
        "Which year was the warmest on average (temp max)?": lambda d: Winner(
            d.groupby(d.date.dt.year).temp_max.mean().idxmax()
        ),
        "number of snow days per year": lambda d: Groups(
            d[d.weather == "snow"].groupby(d[d.weather == "snow"].date.dt.year).size()
        ),
        "what's the weather most of the time?": lambda d: Winner(d.weather.mode()[0]),
        "average difference between temp_max and temp_min": lambda d: Number((d.temp_max - d.temp_min).mean()),
        "percent of days without precipitation": lambda d: share((d.precipitation == 0).mean()),
        "humidity in 2013": lambda d: Nothing(),
    },
)

AIRPORTS = over(
    "airports",
    {
        "Which city has the most airports?": lambda d: Winner(d.city.mode()[0]),
        "How many airports have Municipal in their name?": lambda d: Number(d.name.str.contains("Municipal").sum()),
        "southernmost airport in TX": lambda d: Winner(d[d.state == "TX"].sort_values("latitude").name.iloc[0]),
        "how many airports are north of 60 degrees latitude?": lambda d: Number((d.latitude > 60).sum()),
        "which airports are in HI?": lambda d: Listed((d.state == "HI").sum(), d[d.state == "HI"].iata),
        "airports per state, only states with more than 100": lambda d: Groups(
            d.state.value_counts()[lambda n: n > 100]
        ),
        "busiest airport by passengers": lambda d: Nothing(),
        "¿Cuántos aeropuertos hay?": lambda d: OrNothing(Number(len(d))),
    },
)

MPG = "Miles_per_Gallon"


def _best_mileage(d: pd.DataFrame) -> str:
    return str(d.loc[d[d.Origin == "USA"][MPG].idxmax(), "Name"])


CARS = over(
    "cars",
    {
        "Which car from the USA gets the most miles per gallon?": lambda d: Winner(_best_mileage(d)),
        "average acceleration of 4 cylinder cars": lambda d: Number(d[d.Cylinders == 4].Acceleration.mean()),
        "number of cars by cylinders": lambda d: Groups(d.groupby("Cylinders").size()),
        "how many fords are there": lambda d: Number(d.Name.str.contains("ford").sum()),
        "avg horsepwer by year": lambda d: Groups(d.groupby(d.Year.dt.year).Horsepower.mean()),
        "cars lighter than 1800 lbs": lambda d: Listed((d.Weight_in_lbs < 1800).sum(), d[d.Weight_in_lbs < 1800].Name),
        "For how many cars do we not know the miles per gallon?": lambda d: Number(d[MPG].isna().sum()),
        "Which car has the most horsepower?": lambda d: Winner(d.loc[d.Horsepower.idxmax(), "Name"]),
        "best colour": lambda d: Nothing(),
    },
)

FOLLOWED = [
    Asked(
        "weather",
        "and per month?",
        lambda d: Groups(
            d[d.date.dt.year == 2014].groupby(d[d.date.dt.year == 2014].date.dt.strftime("%Y-%m")).precipitation.sum()
        ),
        before=("total precipitation in 2014",),
    ),
    Asked(
        "cars",
        "Just the Japanese ones (Japan)",
        lambda d: Number(d[d.Origin == "Japan"].Weight_in_lbs.mean()),
        before=("average weight of the cars",),
    ),
]

QUESTIONS = [*TEMPERATURES, *WEATHER, *AIRPORTS, *CARS, *FOLLOWED]
