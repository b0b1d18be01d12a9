"""Figures of a dataset that its owner sees and no model does: what stays beside what a sheet tells."""

from __future__ import annotations

from daytwo.wire.column import ColumnClass
from daytwo.wire.message import Message


class ColumnFigures(Message):
    name: str
    column_class: ColumnClass
    """As it was detected, or as the owner stated it."""
    nulls: int
    distinct: int
    smallest: float | None = None
    """The least absolute value but zero."""
    largest: float | None = None
    labels: tuple[tuple[str, int], ...] = ()
    """Values that recur often enough to be labels, and how often."""


class TableFigures(Message):
    name: str
    rows: int
    columns: tuple[ColumnFigures, ...]
