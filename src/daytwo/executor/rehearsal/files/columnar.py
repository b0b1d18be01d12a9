"""Parquet and Arrow: each column cast to the type that the sheet tells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daytwo.executor.cell.reading.quoting import identifier, literal
from daytwo.executor.rehearsal.files.types import duckdb_type
from daytwo.wire.sheet import ColumnSheet, ColumnType, TableSheet

if TYPE_CHECKING:
    import pyarrow as pa


def write(table: TableSheet, columns: Sequence[list[Any]], stem: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    import duckdb

    arrays = [_array(column, values) for column, values in zip(table.columns, columns, strict=True)]
    path = stem.with_suffix(f".{kind}")
    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.register("rows", _numbered(arrays))
        chosen = ", ".join(
            f"{_cast(column, f'f{place}')} as {identifier(column.name)}" for place, column in enumerate(table.columns)
        )
        if kind == "parquet":
            connection.execute(f"copy (select {chosen} from rows) to {literal(str(path))} (format parquet)")  # noqa: S608 - quoted
        else:
            _write_arrow(connection.sql(f"select {chosen} from rows").to_arrow_table(), path)  # noqa: S608 - quoted
    options = {
        "columns": [
            {"name": column.name, "source": column.name, "type": duckdb_type(column)} for column in table.columns
        ]
    }
    return path, options


def _numbered(arrays: list[pa.Array]) -> pa.Table:
    import pyarrow as pa

    return pa.table(arrays, names=[f"f{place}" for place in range(len(arrays))])


def _array(column: ColumnSheet, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    if column.type is ColumnType.NESTED:
        return pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
    sample = next((value for value in values if value is not None), None)
    types = {
        type(None): pa.string(),
        timedelta: pa.duration("us"),
        time: pa.time64("us"),
        datetime: pa.timestamp("us"),
        date: pa.date32(),
    }
    return pa.array(values, types.get(type(sample)))


def _cast(column: ColumnSheet, field: str) -> str:
    kind = duckdb_type(column)
    return f"{field}::json::{kind}" if column.type is ColumnType.NESTED else f"{field}::{kind}"


def _write_arrow(table: pa.Table, path: Path) -> None:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
