"""The profile of a dataset: figures about its content that stay at the executor.

It comes out of a sandbox that parsed files nobody vouches for, so it is validated like any message from outside.
"""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from daytwo.executor.catalog.kind import Kind
from daytwo.executor.cell.reading.headers import fit_names
from daytwo.wire.message import Message
from daytwo.wire.result import DateOrder
from daytwo.wire.sheet import Grain, Order

NOTES_LIMIT = 200
NOTE_CHARACTERS = 2_000
COLUMNS_LIMIT = 10_000
TABLES_LIMIT = 1_000
REJECTS_LIMIT = 100
REJECT_CHARACTERS = 1_000


class ColumnProfile(Message):
    name: str = Field(min_length=1, max_length=256)
    type: str = Field(max_length=100_000)
    """duckdb's."""
    nulls: int = Field(ge=0)
    distinct: int = Field(ge=0)
    exact: bool
    """Whether `distinct` was counted, not estimated."""
    smallest: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    largest: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    mean_length: float = Field(default=0, ge=0, allow_inf_nan=False)
    longest: int = Field(default=0, ge=0)
    masks: tuple[tuple[str, int], ...] = Field(default=(), max_length=16)
    looks: dict[str, float] = Field(default_factory=dict, max_length=32)
    """Shares of a sample that look like e.g. an e-mail address."""
    masks_complete: bool = False
    upper: bool = False
    lower: bool = False
    untidy: bool = False
    form: str | None = Field(default=None, pattern=r"^[a-z_]{1,32}$")
    form_complete: bool = False
    sentinels: tuple[str, ...] = Field(default=(), max_length=8)
    negative: bool | None = None
    positive: bool | None = None
    zero: bool | None = None
    whole: bool | None = None
    first: str | None = Field(default=None, pattern=r"^\d{4}-\d\d$")
    last: str | None = Field(default=None, pattern=r"^\d{4}-\d\d$")
    grain: Grain | None = None
    order: Order | None = None
    labels: tuple[tuple[str, int], ...] = Field(default=(), max_length=1_000)
    """Values and how often they occur: a sheet gets those of ticked columns that occur often enough."""
    labels_complete: bool = False


class TableProfile(Message):
    name: str = Field(min_length=1, max_length=1_000)
    format: Kind
    files: tuple[int, ...] = Field(min_length=1)
    options: dict[str, Any]
    rows: int = Field(ge=0)
    columns: tuple[ColumnProfile, ...] = Field(max_length=COLUMNS_LIMIT)
    keys: tuple[tuple[str, ...], ...] = Field(default=(), max_length=16)
    references: tuple[tuple[str, str, str], ...] = Field(default=(), max_length=256)
    """A column, another table, and its unique column that holds all of the column's values."""

    @model_validator(mode="after")
    def _names_may_leave(self) -> Self:
        names = [column.name for column in self.columns]
        if fit_names(names)[0] != names:
            raise ValueError("a column name that should have been replaced by a handle")
        if any(column.nulls > self.rows for column in self.columns):
            raise ValueError("more nulls than rows")
        return self


class RejectedLine(Message):
    """A line that is left out of its table, by the file's number."""

    file: int = Field(ge=0)
    line: int = Field(ge=1)
    column: int | None = Field(default=None, ge=0)
    reason: str = Field(max_length=200)
    text: str = Field(max_length=REJECT_CHARACTERS)


class Profile(Message):
    tables: tuple[TableProfile, ...] = Field(min_length=1, max_length=TABLES_LIMIT)
    notes: tuple[str, ...] = ()
    rejects: tuple[RejectedLine, ...] = Field(default=(), max_length=REJECTS_LIMIT)
    sampled: float | None = Field(default=None, gt=0, lt=1)
    """The share of the data that these figures were taken from; None: all of it."""
    date_order: DateOrder | None = None
    """As the owner said, for dates that would fit both."""

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)
