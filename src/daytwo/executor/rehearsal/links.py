"""Which columns take their values from another table's: what sheets tell, and columns of the same name.

Programs join by equal names; that two sheets of a session name a column alike is no more than both say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daytwo.wire.sheet import ColumnSheet, ColumnType, SchemaSheet, TableSheet, Uniqueness

Place = tuple[str, str, str]
"""Dataset, table, column."""
_SHARED = frozenset({ColumnType.INTEGER, ColumnType.TEXT, ColumnType.DATE})


@dataclass(frozen=True)
class _Held:
    place: Place
    column: ColumnSheet
    table: TableSheet


def links(sheets: Sequence[SchemaSheet]) -> dict[Place, Place]:
    """Each column that has its values from another, and from which; that one has values of its own."""
    held = [
        _Held((sheet.dataset, table.name, column.name), column, table)
        for sheet in sheets
        for table in sheet.tables
        for column in table.columns
    ]
    known = {one.place: one for one in held}
    found: dict[Place, Place] = {}
    for sheet in sheets:
        for table in sheet.tables:
            for reference in table.references or ():
                child = (sheet.dataset, table.name, reference.column)
                parent = (sheet.dataset, reference.to_table, reference.to_column)
                if child != parent and child in known and parent in known and _can_share(known[child], known[parent]):
                    found.setdefault(child, parent)
    by_name: dict[tuple[str, ColumnType], list[_Held]] = {}
    for one in held:
        by_name.setdefault((one.column.name.casefold(), one.column.type), []).append(one)
    for alike in by_name.values():
        if len({one.place[:2] for one in alike}) > 1 and alike[0].column.type in _SHARED:
            parent_held = max(alike, key=_rank)
            for one in alike:
                if one is not parent_held and _can_share(one, parent_held):
                    found.setdefault(one.place, parent_held.place)
    return _settled(found)


def _rank(one: _Held) -> tuple[bool, bool]:
    return one.column.uniqueness is Uniqueness.UNIQUE, one.column.labels is not None


def _can_share(child: _Held, parent: _Held) -> bool:
    """Whether values of the one may stand for those of the other: of one type, and not told or fixed by its sheet."""
    column = child.column
    alike = (column.type, column.storage) == (parent.column.type, parent.column.storage) and column.type in _SHARED
    return alike and column.labels is None and column.uniqueness is not Uniqueness.CONSTANT


def _settled(found: dict[Place, Place]) -> dict[Place, Place]:
    """Chains cut short, circles opened: every parent has values of its own."""
    made: dict[Place, Place] = {}
    for child in found:
        seen = [child]
        while (parent := found.get(seen[-1])) is not None and parent not in seen:
            seen.append(parent)
        root = seen[-1]
        if parent is not None:
            # A circle: the first of its columns in order keeps its own values.
            root = min(seen[seen.index(parent) :])
        if root != child:
            made[child] = root
    return made
