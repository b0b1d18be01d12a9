"""The closed sets that a question is made of: how figures are aggregated, how finely dates are put together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Aggregate(StrEnum):
    COUNT = "count"
    DISTINCT = "distinct"
    FILLED = "filled"
    """How many rows have a value."""
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"
    DEVIATION = "std"
    VARIANCE = "var"
    VARIATION = "coefficient of variation"
    """The standard deviation as a share of the mean."""
    IQR = "interquartile range"
    RATIO = "ratio"
    """Of a measure's total to that of another column."""
    PERCENT = "percent"
    """The same, times a hundred."""
    QUANTILE = "quantile"
    """Of a measure's `quantile`."""
    ONLY = "only"
    """The one value there is; where a program meets two, it computes nothing."""


class Grain(StrEnum):
    """How finely dates are put together."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    WEEKDAY = "weekday"
    TIME = "time"
    """As fine as the dates are."""
    SPAN = "span"
    """Years, months or days, as the dates span years, months or days: the program looks."""
    DECADE = "decade"
    SEASON = "season"
    """Of the north: December to February is winter."""
    CALENDAR_MONTH = "calendar month"
    """January of whatever year."""
    HOUR = "hour"
    WEEKEND = "weekend"
    """Saturday and Sunday against the other days."""


class Study(StrEnum):
    """What is asked of columns beyond a figure."""

    CORRELATION = "correlation"
    REGRESSION = "regression"
    DISTRIBUTION = "distribution"
    OUTLIERS = "outliers"
    MISSING = "missing values"
    DUPLICATES = "duplicates"
    BOX = "box plot"


class Form(StrEnum):
    """What a chart looks like, where the person says so."""

    BAR = "bar chart"
    HORIZONTAL = "horizontal bar chart"
    STACKED = "stacked bar chart"
    LINE = "line chart"
    PIE = "pie chart"


class Contrast(StrEnum):
    """What is asked of two sides that are compared; the first that is named against the second."""

    DIFFERENCE = "difference"
    CHANGE = "change"
    """From the earlier to the later."""
    MORE = "more"
    LESS = "less"


class Operation(StrEnum):
    """How a column is made of two others, row by row."""

    PLUS = "plus"
    MINUS = "minus"
    TIMES = "times"
    OVER = "divided by"
    PERCENT = "as a percentage of"
    DAYS = "days"
    """From the first date to the second."""
    HOURS = "hours"


class Course(StrEnum):
    """What is made of a figure that goes over time."""

    GROWTH = "growth"
    TREND = "trend"
    MOVING = "moving average"
    CUMULATIVE = "running total"
    FORECAST = "forecast"


@dataclass(frozen=True)
class Join:
    """A table of which each row of the first has at most one, by a column that both have.

    The first calls it `key`, the other `to`.  `columns` are those that it adds: what the first table has too is that of
    the first.
    """

    table: str
    key: str
    to: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """Days from `start` up to, without, `end`; None leaves that side open."""

    start: date | None
    end: date | None
