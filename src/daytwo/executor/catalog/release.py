"""An owner's decisions about a dataset, applied to those that held before.  Pure.

Invariants: what holds names columns as `table.column`, all of which there are; `open` ends at a time that is ahead;
only columns whose values may be told are ticked.
"""

from __future__ import annotations

from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.profile import ColumnProfile, Profile
from daytwo.wire.column import TICKABLE
from daytwo.wire.errors import Invalid
from daytwo.wire.figures import ColumnFigures, TableFigures
from daytwo.wire.message import Timestamp
from daytwo.wire.release import Release
from daytwo.wire.sheet import ColumnClass, Level


def address(table: str, column: str) -> str:
    return f"{table}.{column}"


def decided(before: Release, asked: Release, profile: Profile, now: Timestamp) -> Release:
    """What holds once the owner has asked for `asked`.

    Raises:
        Invalid: `column_not_found`, `column_ambiguous`, `expiry_missing`, `expiry_past`, `expiry_needless`,
            `labels_not_told`.
    """
    names = _Names(profile)
    level = asked.level or before.level or Level.SHAPE
    expires = asked.expires or (before.expires if asked.level is None else None)
    _refuse_expiry(level, expires, now)
    levels = before.columns | {names.full(name): one for name, one in asked.columns.items()}
    classes = before.classes | {names.full(name): one for name, one in asked.classes.items()}
    ticked = [names.full(name) for name in asked.labels]
    for name in ticked:
        _refuse_labels(name, names, classes)
    kept = [name for name in before.labels if classes.get(name, ColumnClass.ORDINARY) in TICKABLE]
    keys = [tuple(names.full(name) for name in key) for key in asked.keys]
    references = [(names.full(column), names.full(to)) for column, to in asked.references]
    return Release(
        level=level,
        columns=levels,
        classes=classes,
        labels=tuple(dict.fromkeys([*kept, *ticked])),
        lookups=tuple(dict.fromkeys([*before.lookups, *(names.full(name) for name in asked.lookups)])),
        keys=tuple(dict.fromkeys([*before.keys, *keys])),
        references=tuple(dict.fromkeys([*before.references, *references])),
        expires=expires,
    )


def _refuse_expiry(level: Level, expires: Timestamp | None, now: Timestamp) -> None:
    if level is Level.OPEN and expires is None:
        raise Invalid("expiry_missing", "Level open needs an end: add --expires, such as 8h, 7d or 2026-12-31.")
    if level is not Level.OPEN and expires is not None:
        raise Invalid("expiry_needless", f"Only level open expires: leave --expires away for level {level}.")
    if expires is not None and expires <= now:
        raise Invalid("expiry_past", f"{expires} is over: name a time that is ahead with --expires.")


def _refuse_labels(name: str, names: _Names, classes: dict[str, ColumnClass]) -> None:
    column, rows = names.profiles[name]
    found = classes.get(name) or classify(column, rows)
    if found not in TICKABLE:
        raise Invalid(
            "labels_not_told",
            f"The values of {name} are not told: its class is {found}. If they are no secret and name nobody, say so "
            f"with --class '{name}=ordinary'.",
        )
    if not column.labels:
        raise Invalid("labels_not_told", f"{name} has no value that recurs often enough to be a label.")


def figures(profile: Profile, release: Release) -> tuple[TableFigures, ...]:
    """What the owner sees to decide by."""
    return tuple(
        TableFigures(
            name=table.name,
            rows=table.rows,
            columns=tuple(
                ColumnFigures(
                    name=column.name,
                    column_class=release.classes.get(address(table.name, column.name)) or classify(column, table.rows),
                    nulls=column.nulls,
                    distinct=column.distinct,
                    smallest=column.smallest,
                    largest=column.largest,
                    labels=column.labels,
                )
                for column in table.columns
            ),
        )
        for table in profile.tables
    )


class _Names:
    """The columns of a profile by their addresses."""

    def __init__(self, profile: Profile) -> None:
        self.profiles: dict[str, tuple[ColumnProfile, int]] = {}
        self._short: dict[str, list[str]] = {}
        for table in profile.tables:
            for column in table.columns:
                full = address(table.name, column.name)
                self.profiles[full] = (column, table.rows)
                self._short.setdefault(column.name, []).append(full)

    def full(self, name: str) -> str:
        if name in self.profiles:
            return name
        found = self._short.get(name, [])
        if not found:
            raise Invalid("column_not_found", f"There is no column {name!r}: `daytwo data show` lists those there are.")
        if len(found) > 1:
            raise Invalid(
                "column_ambiguous", f"Several tables have a column {name!r}: write one of {', '.join(found)}."
            )
        return found[0]
