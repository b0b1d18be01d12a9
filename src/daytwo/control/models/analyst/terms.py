"""The closed sets that a question is made of: how figures are aggregated, how finely dates are put together."""

from __future__ import annotations

from enum import StrEnum


class Aggregate(StrEnum):
    COUNT = "count"
    DISTINCT = "distinct"
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"


class Grain(StrEnum):
    """How finely dates are put together."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    WEEKDAY = "weekday"
