"""A column of a schema sheet, and the closed sets of words that say what it is like."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from daytwo.wire.message import Message


class Level(StrEnum):
    """How much of a dataset its owner released; each level adds to the one before."""

    SEALED = "sealed"
    SCHEMA = "schema"
    SHAPE = "shape"
    LABELS = "labels"
    OPEN = "open"

    @property
    def rank(self) -> int:
        """0 is the strictest."""
        return list(Level).index(self)


def strictest(*levels: Level) -> Level:
    return min(levels, key=lambda level: level.rank)


class ColumnType(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    BINARY = "binary"
    NESTED = "nested"
    UNKNOWN = "unknown"

    @property
    def is_number(self) -> bool:
        return self in {ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL}

    @property
    def is_temporal(self) -> bool:
        return self in {ColumnType.DATE, ColumnType.TIMESTAMP}


class ColumnClass(StrEnum):
    """How a column relates to people; `unknown` is treated as `sensitive`."""

    ORDINARY = "ordinary"
    IDENTIFIER = "identifier"
    QUASI = "quasi"
    SENSITIVE = "sensitive"
    FREE_TEXT = "free_text"
    UNKNOWN = "unknown"


TICKABLE = frozenset({ColumnClass.ORDINARY, ColumnClass.QUASI})
"""Classes whose values may be labels, and may be looked up; `unknown` counts as sensitive until the owner says more."""


class NullShare(StrEnum):
    NONE = "none"
    FEW = "up to 1%"
    SOME = "up to 10%"
    MANY = "up to 50%"
    MOST = "over 50%"
    ALL = "all"


class Uniqueness(StrEnum):
    """Distinct values over rows."""

    CONSTANT = "constant"
    FEW = "up to 20 values"
    SOME = "up to 1000 values"
    MANY = "over 1000 values"
    NEARLY_UNIQUE = "over 90% distinct"
    UNIQUE = "unique"


class Sign(StrEnum):
    """Which signs the numbers of a column have."""

    POSITIVE = "above zero"
    NOT_NEGATIVE = "zero or above"
    NEGATIVE = "below zero"
    MIXED = "below and above zero"


class Grain(StrEnum):
    """The coarsest unit of time of which every moment of a column is a beginning."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    SECOND = "second"
    FINER = "finer"


class Order(StrEnum):
    """How the rows are sorted by a column."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class Case(StrEnum):
    """How all letters of a column are written."""

    UPPER = "upper case"
    LOWER = "lower case"


class Span(Message):
    """From when to when dates go, to the month.  At either end one row in a hundred, at most nine, are outside."""

    first: str = Field(pattern=r"^\d{4}-\d\d$")
    last: str = Field(pattern=r"^\d{4}-\d\d$")


class ColumnSheet(Message):
    """One column.

    Its name and type are told from level `schema` on, `labels` from `labels` on, the rest from `shape` on.  What has
    no value was not released, or does not hold: docs/adr/0008-mock-rows.md says why each is safe to tell.
    """

    name: str = Field(min_length=1, max_length=256)
    type: ColumnType
    level: Level | None = None
    """Where it is stricter than the dataset's."""
    storage: str | None = Field(default=None, max_length=2_000)
    """duckdb's type, such as `DECIMAL(18,3)`."""
    column_class: ColumnClass = ColumnClass.UNKNOWN
    confirmed: bool | None = None
    """The owner stated the class."""
    null_share: NullShare | None = None
    uniqueness: Uniqueness | None = None
    masks: tuple[str, ...] = Field(default=(), max_length=4)
    """Format masks with at least k occurrences: `A` a letter, `9` a digit, others as they are."""
    masks_complete: bool | None = None
    """Every value has one of these masks."""
    case: Case | None = None
    untidy: bool | None = None
    """Values that mean the same are written with other case or with blanks around them."""
    form: str | None = Field(default=None, pattern=r"^[a-z_]{1,32}$")
    """How numbers or dates are written in text: a key of `executor.cell.reading.forms`."""
    form_complete: bool | None = None
    """Every value has this form; without it, most have."""
    sentinels: tuple[str, ...] | None = Field(default=None, max_length=8)
    """Words of a closed list (`NA`, `-` …) that stand for missing values in a text."""
    magnitude: tuple[int, int] | None = None
    """Powers of ten that bound the absolute values of a number: 10^a <= |x| < 10^b, zero left out."""
    sign: Sign | None = None
    whole: bool | None = None
    """A float or decimal without fractions."""
    span: Span | None = None
    grain: Grain | None = None
    order: Order | None = None
    labels: tuple[str, ...] | None = Field(default=None, max_length=1_000)
    """Values with at least k occurrences, in a column that the owner ticked."""
    labels_complete: bool | None = None
    """There are no other values."""
    lookup: bool | None = None
    """The owner allows `resolve`, whatever the class."""

    @property
    def may_be_looked_up(self) -> bool:
        return self.lookup is True or self.column_class in TICKABLE
