"""The type that a column of mock rows is read as, in duckdb's words."""

from __future__ import annotations

from collections.abc import Collection

from daytwo.wire.sheet import ColumnSheet, ColumnType

_USUAL = {
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DECIMAL: "DECIMAL(18,3)",
    ColumnType.TEXT: "VARCHAR",
    ColumnType.DATE: "DATE",
    ColumnType.TIME: "TIME",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.DURATION: "INTERVAL",
    ColumnType.BINARY: "BLOB",
    ColumnType.NESTED: "VARCHAR[]",
    ColumnType.UNKNOWN: "VARCHAR",
}


def duckdb_type(column: ColumnSheet, among: Collection[str] | None = None) -> str:
    """The sheet's own type, else the usual one of its kind; text where a file's reader knows neither."""
    for kind in (column.storage, _USUAL[column.type], "VARCHAR"):
        if kind is not None and column.type is not ColumnType.UNKNOWN and (among is None or kind in among):
            return kind
    return "VARCHAR"
