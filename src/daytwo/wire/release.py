"""What an owner decides about a dataset: its level, exceptions for columns, classes, ticked labels, declared keys.

Columns go by their name, or by `table.column` where a dataset has several tables.
"""

from __future__ import annotations

from pydantic import Field

from daytwo.wire.column import ColumnClass, Level
from daytwo.wire.message import Message, Timestamp

DECISIONS_LIMIT = 10_000


class Release(Message):
    """As a request, it changes what it names and leaves the rest; as kept by the catalog, it is all that holds."""

    level: Level | None = None
    columns: dict[str, Level] = Field(default_factory=dict, max_length=DECISIONS_LIMIT)
    """Levels of single columns; the strictest of column and dataset holds."""
    classes: dict[str, ColumnClass] = Field(default_factory=dict, max_length=DECISIONS_LIMIT)
    labels: tuple[str, ...] = Field(default=(), max_length=DECISIONS_LIMIT)
    """Columns whose frequent values may be told at level `labels`."""
    lookups: tuple[str, ...] = Field(default=(), max_length=DECISIONS_LIMIT)
    """Columns whose values programs may look up although their class forbids it."""
    keys: tuple[tuple[str, ...], ...] = Field(default=(), max_length=256)
    """Columns of one table of which no two rows share the values."""
    references: tuple[tuple[str, str], ...] = Field(default=(), max_length=256)
    """A column, and the unique column of another table that holds all of its values."""
    expires: Timestamp | None = None
    """When level `open` ends."""
