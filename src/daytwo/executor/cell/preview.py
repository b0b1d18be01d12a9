"""The preview of a table: its first rows as plain JSON values, for people who only look.

Bounded whatever the table holds: rows, columns, the length of a text, the depth of a nested value and the bytes of
the whole.  All of the table travels beside it as Arrow.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .outlet import clean

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1_000
COLUMNS = 1_000
BYTES = 3 * 1024 * 1024
"""Of columns and rows as JSON; the header stays below 4 MiB."""
TEXT_CHARACTERS = 1_000
NAME_CHARACTERS = 200
ITEMS = 100
"""Of a nested value."""
DEPTH = 4
EXACT_INTEGER = 2**53
"""Above it a JSON reader may round; such integers travel as text."""


def preview(table: pa.Table) -> dict[str, Any]:
    """`columns`, `row_count` and `rows`, as the frame of a table carries them."""
    columns: list[dict[str, str]] = []
    left = BYTES
    for field in list(table.schema)[:COLUMNS]:
        column = {"name": clean(field.name, NAME_CHARACTERS), "type": clean(str(field.type), NAME_CHARACTERS)}
        left -= len(json.dumps(column)) + 1
        if left < BYTES // 2:
            break
        columns.append(column)
    values = [values_of(table.column(index).slice(0, ROWS)) for index in range(len(columns))]
    rows: list[list[Any]] = []
    for row in zip(*values, strict=True):
        shown = [plain(value) for value in row]
        left -= len(json.dumps(shown)) + 1
        if left < 0:
            break
        rows.append(shown)
    return {"columns": columns, "row_count": table.num_rows, "rows": rows}


def plain(value: Any, depth: int = 0) -> Any:
    """A JSON value that says the same, or its text."""
    if depth < DEPTH and isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value[:ITEMS]]
    if depth < DEPTH and isinstance(value, dict):
        return {clean(str(key), NAME_CHARACTERS): plain(value[key], depth + 1) for key in list(value)[:ITEMS]}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        value = int(value)
    if isinstance(value, int) and abs(value) <= EXACT_INTEGER:
        return value
    if isinstance(value, float) and (math.isfinite(value) or math.isnan(value)):
        return None if math.isnan(value) else value
    return clean(_text(value), TEXT_CHARACTERS)


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return "0x" + value[:TEXT_CHARACTERS].hex()
    return _digits(value) if isinstance(value, int) else str(value)


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        return hex(value)


def values_of(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """The column's values; as text where Python has no value for them (years beyond 9999, nanoseconds)."""
    import pyarrow as pa

    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, ImportError, pa.ArrowException):
        pass
    try:
        return list(column.cast(pa.string()).to_pylist())
    except (ValueError, pa.ArrowException):
        return ["(cannot be shown)"] * len(column)
