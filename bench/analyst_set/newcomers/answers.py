"""Forms of an answer that the newcomers' questions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from bench.analyst_set.expected import Answer, Either, Every, Listed, Number, Ranked, Winner
from bench.analyst_set.question import shares
from bench.analyst_set.strangers.answers import compared, named, yes_or_no


def month(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m")


def by_month(rows: pd.DataFrame, date: str, figure: str) -> pd.Series:
    """Its total of each month."""
    return rows.groupby(month(rows[date]))[figure].sum()


def latest(rows: pd.DataFrame, date: str, figure: Callable[[pd.DataFrame], float], *, months: int = 3) -> Answer:
    """Counted from the latest date in the data, as days or as whole months."""
    by_day = rows[rows[date] > rows[date].max().normalize() - pd.DateOffset(months=months)]
    periods = rows[date].dt.to_period("M")
    whole = rows[periods > periods.max() - months]
    return Either([Number(figure(by_day)), Number(figure(whole))])


def top_and_sum(*figures: pd.Series, count: int) -> Answer:
    """The first places by any of these figures, and what they come to."""
    tops = [figure.nlargest(count) for figure in figures]
    return Either([Every([Ranked(top.index), Number(top.sum())]) for top in tops])


def rows_or_count(rows: pd.DataFrame) -> Answer:
    """The rows, or how many they are."""
    return Either([Listed(len(rows)), Number(len(rows))])


def named_rows(rows: pd.DataFrame, name: str) -> Answer:
    """Who they are: their names, or their rows."""
    return named(rows, name)


def more_in(figures: pd.Series, late: Any, early: Any) -> Answer:
    """Whether it went up, or the figures that tell."""
    return yes_or_no(figures[late] > figures[early], compared(figures))


def late_shares(rows: pd.DataFrame, by: str) -> Answer:
    """The share that came late, of all or of those that came."""
    late = rows.deliveredDt > rows.promisedDt
    came = rows.deliveredDt.notna()
    return Either([shares(late.groupby(rows[by]).mean()), shares(late[came].groupby(rows[by]).mean())])


def lane(rows: pd.DataFrame, how: str) -> Answer:
    """The pair of places that costs most."""
    origin, destination = rows.groupby(["originHub", "destHub"]).freightCostUSD.agg(how).idxmax()
    return Every([Winner(origin), Winner(destination)])
