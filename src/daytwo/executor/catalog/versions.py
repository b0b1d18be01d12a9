"""Two versions of a dataset's sheet: what a person is told of the difference, and whether a program minds.  Pure."""

from __future__ import annotations

from typing import Any

from daytwo.wire.column import ColumnSheet
from daytwo.wire.sheet import SchemaSheet, TableSheet

SHOWN = 10
_DECIDED = {"name", "type", "storage", "level", "column_class", "confirmed", "labels", "labels_complete"}
"""Of a column: what programs are written by, and what its owner decides.  The rest is measured."""


def is_readable_as(earlier: SchemaSheet, present: SchemaSheet) -> bool:
    """Whether a program that was planned with `earlier` finds what it was promised: only what is measured may differ.

    What the owner withdrew since, and a figure that is no longer told, are minded: the earlier sheet tells too much.
    """
    return _covers(_plain(earlier), _plain(present))


def changes(earlier: SchemaSheet, present: SchemaSheet) -> tuple[str, ...]:
    """What a full pass found to be other than its sample said, of names and types."""
    before, after = _types(earlier), _types(present)
    found = [
        f"{name} is {after[name]}, not {before[name]}"
        for name in after
        if name in before and after[name] != before[name]
    ]
    found += [f"{name} is new" for name in after if name not in before]
    found += [f"{name} is gone" for name in before if name not in after]
    if not found:
        return ()
    more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return (f"The full pass found what the sample had not: {', '.join(found[:SHOWN])}{more}.",)


def _covers(earlier: tuple[object, list[bool]], present: tuple[object, list[bool]]) -> bool:
    return earlier[0] == present[0] and all(
        now or not before for before, now in zip(earlier[1], present[1], strict=True)
    )


def _plain(sheet: SchemaSheet) -> tuple[object, list[bool]]:
    """What must be the same, and for each measured thing whether it is told."""
    fixed: list[object] = [sheet.org_id, sheet.dataset, sheet.called, sheet.level, sheet.format, sheet.expires]
    told: list[bool] = []
    for table in sheet.tables:
        fixed += [table.name, [_fixed(column) for column in table.columns]]
        told += _told(table.model_dump(exclude={"name", "columns"}))
        for column in table.columns:
            told += _told(column.model_dump(exclude=_DECIDED))
    return fixed, told


def _fixed(column: ColumnSheet) -> dict[str, Any]:
    return column.model_dump(include=_DECIDED)


def _told(figures: dict[str, Any]) -> list[bool]:
    return [value is not None and value != () for value in figures.values()]


def _types(sheet: SchemaSheet) -> dict[str, str]:
    several = len(sheet.tables) > 1
    return {_address(table, column, several=several): column.type for table in sheet.tables for column in table.columns}


def _address(table: TableSheet, column: ColumnSheet, *, several: bool) -> str:
    return f"{table.name}.{column.name}" if several else column.name
