"""A question, understood: what is computed, over which rows, by what, in which order.  Pure data.

`intent` reads a `Question` off the words, `explain` says it back in one line, `compiler` turns it into a program.
Whatever grows here (trends, joins) must be representable first: a program never holds more than its question does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.terms import Aggregate, Contrast, Course, Form, Grain, Join, Period, Study


class Shape(StrEnum):
    """What kind of answer the person wants."""

    AGGREGATE = "aggregate"
    ROWS = "rows"
    VALUES = "values"
    SHARE = "share"
    DESCRIBE = "describe"
    STUDY = "study"
    SIZE = "size"
    """How many rows and columns."""


@dataclass(frozen=True)
class ValueFilter:
    """Rows that hold (or, negated, do not hold) one of the words as typed, in the one column of `columns` with them."""

    values: tuple[str, ...]
    columns: tuple[Column, ...]
    negated: bool = False
    is_quoted: bool = False
    """Whether the person marked where the value begins and ends."""

    @property
    def is_named(self) -> bool:
        return len(self.columns) == 1


@dataclass(frozen=True)
class NumberFilter:
    """`comparison` is one of `> >= < <= == !=`, or `between` (both ends included, `other` is the upper)."""

    column: Column
    comparison: str
    value: float
    other: float | None = None


@dataclass(frozen=True)
class DateFilter:
    """Rows whose date lies in one of the periods, or in one of these months or weekdays (0 is Monday) of any year."""

    column: Column
    periods: tuple[Period, ...] = ()
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    negated: bool = False


@dataclass(frozen=True)
class RecentFilter:
    """The last `count` of these before the latest date; `whole`, the one that holds the latest date."""

    column: Column
    grain: Grain
    count: int = 1
    whole: bool = False


@dataclass(frozen=True)
class PairFilter:
    """Rows in which one column compares so with another: `delivered_on > promised_on`."""

    column: Column
    comparison: str
    other: Column


@dataclass(frozen=True)
class FlagFilter:
    column: Column
    value: bool


@dataclass(frozen=True)
class AnyFilter:
    """Rows that fulfil one of these; `negated`, none of them."""

    choices: tuple[Filter, ...]
    negated: bool = False


@dataclass(frozen=True)
class MissingFilter:
    """Rows without a value in the column; `present`, those with one."""

    column: Column
    present: bool = False


@dataclass(frozen=True)
class FigureFilter:
    """Rows whose number compares so with its own mean or median, over the rows that every other filter leaves."""

    column: Column
    comparison: str
    figure: Aggregate


Filter = (
    ValueFilter
    | NumberFilter
    | DateFilter
    | RecentFilter
    | PairFilter
    | FlagFilter
    | AnyFilter
    | MissingFilter
    | FigureFilter
)


def is_time(one: Filter) -> bool:
    """Whether it only says when; leaving out what is missing counts as little."""
    return isinstance(one, DateFilter | RecentFilter | MissingFilter) or (
        isinstance(one, NumberFilter | AnyFilter) and all(column.is_year for column in columns_of(one))
    )


def columns_of(one: Filter) -> tuple[Column, ...]:
    """The columns that a filter looks at."""
    if isinstance(one, AnyFilter):
        return tuple(dict.fromkeys(column for choice in one.choices for column in columns_of(choice)))
    if isinstance(one, ValueFilter):
        return one.columns
    return (one.column, one.other) if isinstance(one, PairFilter) else (one.column,)


@dataclass(frozen=True)
class Measure:
    """An aggregate of a column; counting rows needs none; a ratio is of the total of `column` to that of `per`."""

    aggregate: Aggregate
    column: Column | None = None
    quantile: float | None = None
    per: Column | None = None


@dataclass(frozen=True)
class Side:
    """Some of the rows, held against others: what the person calls them, and their conditions."""

    label: str
    filters: tuple[Filter, ...]


@dataclass(frozen=True)
class Dimension:
    """What the rows are grouped by: a column, a date at a grain, some periods of it, the column in which `compared`
    is found, or sides that conditions make.
    """

    column: Column | None
    grain: Grain | None = None
    compared: ValueFilter | None = None
    spans: tuple[Period, ...] = ()
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True)
class Order:
    """By the first measure, or by `column` where the answer is rows."""

    descending: bool
    column: Column | None = None


@dataclass(frozen=True)
class Having:
    """Which groups are kept, by a figure of each."""

    measure: Measure
    comparison: str
    value: float = 0.0
    other: float | None = None
    figure: Aggregate | None = None
    """Instead of `value`: the mean or median of all groups' figures."""


@dataclass(frozen=True)
class Over:
    """What is made of the first measure over time; `window` of a moving average, `target` the year of a forecast."""

    course: Course
    window: int | None = None
    target: int | None = None


@dataclass(frozen=True)
class Question:
    table: str
    shape: Shape
    measures: tuple[Measure, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    filters: tuple[Filter, ...] = ()
    part: tuple[Filter, ...] = ()
    """Of a share: what the part must fulfil beyond `filters`; of values, what none of their rows may fulfil."""
    columns: tuple[Column, ...] = ()
    """Whose values are listed or described; empty means the whole table."""
    order: Order | None = None
    limit: int | None = None
    place: int | None = None
    """Of a ranking: only who is second, third …"""
    from_end: bool = False
    """Of rows without an order: the last `limit` of the file instead of the first."""
    form: Form | None = None
    having: Having | None = None
    outer: Aggregate | None = None
    """A figure of the groups' figures: their mean, or how many groups there are."""
    with_sum: bool = False
    """The places of a ranking also put together."""
    with_share: bool = False
    """Each place of a ranking also as its share of the whole."""
    rank_of: str | None = None
    """Of all groups, the one whose place is asked for."""
    within: bool = False
    """Whether places are ranked within each group of the first dimension."""
    contrast: Contrast | None = None
    """What is said of two groups that are compared."""
    over: Over | None = None
    study: Study | None = None
    joins: tuple[Join, ...] = ()
    rows_magnitude: int | None = None
    """Of the table: 10^n rows and more."""
    rows_called: str = "rows"
    typos: tuple[tuple[str, str], ...] = ()
    """Words that were read as a column's name with one letter amiss: (typed, column)."""
    readings: tuple[str, ...] = ()
    """What else was taken to be meant, each said in a few words."""
    taken: tuple[Column, tuple[Column, ...]] | None = None
    """The date that was taken where the question names none, and the others."""
