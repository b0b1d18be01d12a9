"""From a profile to the schema sheet that its owner releases.  Pure: the one place where figures become metadata.

Every field is a name, a member of a closed set, or a mask (`masks`).  No cell value gets in (docs/threat-model.md).
"""

from __future__ import annotations

from daytwo.executor.catalog.buckets import column_type, magnitude, null_share, rows_magnitude, uniqueness
from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.masks import frequent
from daytwo.executor.catalog.profile import ColumnProfile, Profile, TableProfile
from daytwo.executor.catalog.profiling import K
from daytwo.wire.errors import Invalid
from daytwo.wire.sheet import ColumnClass, ColumnSheet, Level, SchemaSheet, TableSheet

LEVELS = (Level.SEALED, Level.SCHEMA, Level.SHAPE)
"""What can be released so far."""


def build(
    profile: Profile, *, org_id: str, dataset: str, version: int, level: Level, form: str, called: str | None = None
) -> SchemaSheet:
    """The sheet of a dataset at a level.

    Raises:
        Invalid: `level_unavailable`.
    """
    if level not in LEVELS:
        raise Invalid(
            "level_unavailable",
            f"The level {level} cannot be released yet: choose one of {', '.join(LEVELS)}.",
        )
    tables = () if level is Level.SEALED else tuple(_table(table, level) for table in profile.tables)
    return SchemaSheet(
        org_id=org_id,
        dataset=dataset,
        called=None if called == dataset else called,
        version=version,
        level=level,
        format=form,
        tables=tables,
    )


def _table(table: TableProfile, level: Level) -> TableSheet:
    if level is Level.SCHEMA:
        columns = tuple(ColumnSheet(name=column.name, type=column_type(column.type)) for column in table.columns)
        return TableSheet(name=table.name, columns=columns)
    return TableSheet(
        name=table.name,
        columns=tuple(_shape(column, table.rows) for column in table.columns),
        rows_magnitude=rows_magnitude(table.rows),
    )


def _shape(column: ColumnProfile, rows: int) -> ColumnSheet:
    column_class = classify(column, rows)
    # A constant's mask spells out its one value's length, a free text's says nothing that helps.
    masked = column_class is not ColumnClass.FREE_TEXT and column.distinct > 1
    return ColumnSheet(
        name=column.name,
        type=column_type(column.type),
        column_class=column_class,
        null_share=null_share(column.nulls, rows),
        uniqueness=uniqueness(column.distinct, rows - column.nulls, exact=column.exact),
        masks=frequent(column.masks, K) if masked else (),
        magnitude=magnitude(column.smallest, column.largest),
    )
