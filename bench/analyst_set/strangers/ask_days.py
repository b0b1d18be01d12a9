"""What strangers ask about the weeks of the air and the hours of a city's weather."""
# ruff: noqa: ARG005 - some answers need no look at the table

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Drawn,
    Either,
    Every,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    Winner,
)
from bench.analyst_set.question import Asked, over
from bench.analyst_set.strangers.answers import (
    changed,
    drawn,
    look,
    more,
    two,
    yes_or_no,
)


def _weeks(d: pd.DataFrame) -> pd.Series:
    return d.set_index("date").co2


CO2 = over(
    "co2",
    {
        "yearly average co2": lambda d: Groups(_weeks(d).groupby(_weeks(d).index.year).mean()),
        "Show the trend of CO2 by year as a line": lambda d: drawn(
            Groups(_weeks(d).groupby(_weeks(d).index.year).mean())
        ),
        "how many weeks are missing?": lambda d: Number(d.co2.isna().sum()),
        "highest co2 ever measured and when": lambda d: Every(
            [Number(d.co2.max()), Either([Winner(str(day.date())) for day in d[d.co2 == d.co2.max()].date])]
        ),
        "co2 average in 1990 compared to 2000": lambda d: two(_weeks(d)["1990"].mean(), _weeks(d)["2000"].mean()),
        "In which month of the year is co2 highest on average?": lambda d: Winner(
            f"{d.co2.groupby(d.date.dt.month).mean().idxmax()}|May"
        ),
        "mean co2 per month of 1999": lambda d: Groups(
            _weeks(d)["1999"].groupby(_weeks(d)["1999"].index.strftime("%Y-%m")).mean()
        ),
        "first and last date": lambda d: Either(
            [
                Names([str(d.date.min().date()), str(d.date.max().date())]),
                Listed(1, [str(d.date.min().date()), str(d.date.max().date())]),
            ]
        ),
        "has co2 gone over 370?": lambda d: yes_or_no(
            d.co2.max() > 370, Either([Number((d.co2 > 370).sum()), Number(d.co2.max()), Listed((d.co2 > 370).sum())])
        ),
        "average co2 in the 1970s": lambda d: Number(_weeks(d)["1970":"1979"].mean()),
        "co2 in the spring of 2000": lambda d: Either(
            [Number(_weeks(d)["2000-03":"2000-05"].mean()), Listed(len(_weeks(d)["2000-03":"2000-05"]))]
        ),
        "how much did co2 rise between 1960 and 2000?": lambda d: changed(
            _weeks(d).groupby(_weeks(d).index.year).mean(), 1960, 2000
        ),
        "co2 by country": lambda d: Nothing(),
    },
)


def _month(d: pd.DataFrame, month: int) -> pd.Series:
    return d[d.date.dt.month == month].temp


SF_TEMPS = over(
    "sf_temps",
    {
        "Show me some rows": look,
        "how big is this table?": lambda d: Number(len(d)),
        "what was the hottest temperature": lambda d: Number(d.temp.max()),
        "When was it coldest?": lambda d: Either(
            [Winner(f"{hour}|{hour.date()}") for hour in d[d.temp == d.temp.min()].date]
        ),
        "average temp by month": lambda d: Either(
            [
                Groups(d.temp.groupby(d.date.dt.strftime("%Y-%m")).mean()),
                Groups(d.temp.groupby(d.date.dt.month).mean()),
            ]
        ),
        "which month was the warmest on average": lambda d: Winner(
            f"{d.temp.groupby(d.date.dt.month).mean().idxmax()}|2010-09|September|Sep"
        ),
        "average temperature per hour of the day": lambda d: Groups(d.temp.groupby(d.date.dt.hour).mean()),
        "At what hour is it warmest on average?": lambda d: Winner(d.temp.groupby(d.date.dt.hour).mean().idxmax()),
        "mean temp in july": lambda d: Number(_month(d, 7).mean()),
        "Was July warmer than October?": lambda d: more(d.temp.groupby(d.date.dt.month).mean(), 7, 10),
        "how many hours over 70 degrees": lambda d: Number((d.temp > 70).sum()),
        "plot the daily average temperature": lambda d: drawn(
            Groups(d.temp.groupby(d.date.dt.strftime("%Y-%m-%d")).mean())
        ),
        "avg temp on christmas day": lambda d: Number(d[d.date.dt.strftime("%m-%d") == "12-25"].temp.mean()),
        "temperature on 4 July 2010 at noon": lambda d: Number(d[d.date == "2010-07-04 12:00"].temp.iloc[0]),
        "difference between the warmest and the coldest month": lambda d: Number(
            d.temp.groupby(d.date.dt.month).mean().max() - d.temp.groupby(d.date.dt.month).mean().min()
        ),
        "histogram of temp": lambda d: Drawn(),
        "how many days did it rain?": lambda d: Nothing(),
        "average temp weekdays vs weekend": lambda d: two(
            d[d.date.dt.dayofweek < 5].temp.mean(), d[d.date.dt.dayofweek >= 5].temp.mean()
        ),
    },
)


CONVERSATIONS = [
    Asked(
        "sf_temps",
        "and the coldest?",
        lambda d: Number(d.temp.min()),
        before=("what is the maximum temp?",),
    ),
]

QUESTIONS = [*CO2, *SF_TEMPS, *CONVERSATIONS]
