"""SQLite: one table in a file of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from daytwo.executor.cell.reading.quoting import identifier
from daytwo.executor.rehearsal.files.types import duckdb_type
from daytwo.executor.rehearsal.written import iso
from daytwo.wire.sheet import TableSheet

TABLE = "t"
TYPES = frozenset({"BIGINT", "DOUBLE", "VARCHAR", "BLOB", "DATE", "TIMESTAMP"})
"""What SQLite's values are read as."""


def write(table: TableSheet, columns: Sequence[list[Any]], stem: Path, kind: str) -> tuple[Path, dict[str, Any]]:  # noqa: ARG001 - as all writers
    path = stem.with_suffix(".db")
    fields = [f"c{place}" for place in range(len(columns))]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin")
        connection.execute(f"create table {TABLE} ({', '.join(map(identifier, fields))})")
        marks = ", ".join("?" * len(fields))
        connection.executemany(
            f"insert into {TABLE} values ({marks})",  # noqa: S608 - our own name
            ([_plain(value) for value in row] for row in zip(*columns, strict=True)),
        )
        connection.execute("commit")
    options = {
        "table": TABLE,
        "columns": [
            {"name": column.name, "source": field, "type": duckdb_type(column, TYPES)}
            for column, field in zip(table.columns, fields, strict=True)
        ],
    }
    return path, options


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bytes) else iso(value)
