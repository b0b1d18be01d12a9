"""From a profile to the schema sheet that its owner releases.  Pure: the one place where figures become metadata.

Every field is a name, a member of a closed set, a span to the month, a mask (`masks`) or, at level `labels`, a value
that occurs at least k times in a column that the owner ticked.  docs/adr/0008-mock-rows.md argues each of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from daytwo.executor.catalog.buckets import (
    column_type,
    magnitude,
    null_share,
    rows_magnitude,
    sign,
    span,
    storage,
    uniqueness,
)
from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.masks import frequent
from daytwo.executor.catalog.profile import ColumnProfile, Profile, TableProfile
from daytwo.executor.catalog.profiling import K
from daytwo.executor.catalog.release import address
from daytwo.executor.catalog.structure import forms_of_fields, structure
from daytwo.wire.column import TICKABLE, Case
from daytwo.wire.release import Release
from daytwo.wire.sheet import (
    ColumnClass,
    ColumnSheet,
    ColumnType,
    Level,
    Reference,
    SchemaSheet,
    TableSheet,
    strictest,
)


def build(
    profile: Profile, *, org_id: str, dataset: str, version: int, release: Release, form: str, called: str | None = None
) -> SchemaSheet:
    """The sheet of a dataset as its owner released it; level `shape` where nothing was decided."""
    level = release.level or Level.SHAPE
    tables = () if level is Level.SEALED else tuple(_table(table, level, release) for table in profile.tables)
    return SchemaSheet(
        org_id=org_id,
        dataset=dataset,
        called=None if called == dataset else called,
        version=version,
        level=level,
        format=form,
        tables=tables,
        expires=release.expires,
    )


def _table(table: TableProfile, level: Level, release: Release) -> TableSheet:
    levels = {
        column.name: strictest(level, release.columns.get(address(table.name, column.name), level))
        for column in table.columns
    }
    columns = tuple(
        _column(column, table, levels[column.name], release).model_copy(
            update={"level": None if levels[column.name] is level else levels[column.name]}
        )
        for column in table.columns
    )
    if level is Level.SCHEMA:
        return TableSheet(name=table.name, columns=columns)
    shaped = {name for name, own in levels.items() if own.rank >= Level.SHAPE.rank}
    return TableSheet(
        name=table.name,
        columns=columns,
        rows_magnitude=rows_magnitude(table.rows),
        structure=structure(table),
        keys=_keys(table, release, shaped),
        references=_references(table, release, level),
    )


def _keys(table: TableProfile, release: Release, shaped: set[str]) -> tuple[tuple[str, ...], ...] | None:
    prefix = address(table.name, "")
    declared = [key for key in release.keys if all(name.startswith(prefix) for name in key)]
    keys: Iterable[tuple[str, ...]] = [
        *table.keys,
        *(tuple(name.removeprefix(prefix) for name in key) for key in declared),
    ]
    return tuple(dict.fromkeys(key for key in keys if set(key) <= shaped))[:16] or None


def _references(table: TableProfile, release: Release, level: Level) -> tuple[Reference, ...] | None:
    found = [(address(table.name, column), address(to_table, to)) for column, to_table, to in table.references]
    prefix = address(table.name, "")
    found += [(column, to) for column, to in release.references if column.startswith(prefix)]
    told = [
        (column.removeprefix(prefix), *to.split(".", 1))
        for column, to in dict.fromkeys(found)
        if all(strictest(level, release.columns.get(end, level)).rank >= Level.SHAPE.rank for end in (column, to))
    ]
    return tuple(Reference(column=column, to_table=table_, to_column=to) for column, table_, to in told) or None


def _column(column: ColumnProfile, table: TableProfile, level: Level, release: Release) -> ColumnSheet:
    stated = release.classes.get(address(table.name, column.name))
    if level is Level.SEALED:
        return ColumnSheet(name=column.name, type=ColumnType.UNKNOWN)
    made = ColumnSheet(
        name=column.name,
        type=column_type(column.type),
        storage=storage(column.type),
        column_class=stated or ColumnClass.UNKNOWN,
        confirmed=stated is not None or None,
        lookup=address(table.name, column.name) in release.lookups or None,
    )
    if level is Level.SCHEMA:
        return made
    column_class = stated or classify(column, table.rows)
    made = made.model_copy(update=_shape(column, table.rows, column_class, forms_of_fields(table).get(column.name)))
    ticked = address(table.name, column.name) in release.labels and column_class in TICKABLE
    if level is Level.SHAPE or not ticked:
        return made
    # In the order of the alphabet: which is the most frequent stays here.
    told = tuple(sorted(text for text, count in column.labels if count >= K))
    return made.model_copy(update={"labels": told, "labels_complete": column.labels_complete or None})


def _shape(column: ColumnProfile, rows: int, column_class: ColumnClass, form: str | None) -> dict[str, object]:
    # A constant's mask spells out its one value's length, a free text's says nothing that helps.
    masked = column_class is not ColumnClass.FREE_TEXT and column.distinct > 1
    masks = frequent(column.masks, K) if masked else ()
    return {
        "column_class": column_class,
        "null_share": null_share(column.nulls, rows),
        "uniqueness": uniqueness(column.distinct, rows - column.nulls, exact=column.exact),
        "masks": masks,
        "masks_complete": bool(masks and column.masks_complete) or None,
        "case": (Case.UPPER if column.upper else Case.LOWER if column.lower else None) if masked else None,
        "untidy": column.untidy or None,
        "form": column.form or form,
        "form_complete": column.form_complete or None,
        "sentinels": column.sentinels or None,
        "magnitude": magnitude(column.smallest, column.largest),
        "sign": sign(column.negative, column.zero, column.positive),
        "whole": column.whole if column_type(column.type) in {ColumnType.FLOAT, ColumnType.DECIMAL} else None,
        "span": span(column.first, column.last, column_class),
        "grain": column.grain,
        "order": column.order,
    }
