"""Arrow columns as the plain ones that other formats know; what is nested becomes its JSON text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..preview import plain  # noqa: TID252 - the package is called `cell` in a sandbox

if TYPE_CHECKING:
    import pyarrow as pa


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type that `plain_column` gives a column of this one."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_float16(kind):
        return pa.float32()
    is_kept = (
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_date(kind)
        or pa.types.is_time(kind)
        or pa.types.is_timestamp(kind)
    )
    return kind if is_kept else pa.string()


def plain_column(column: pa.Array) -> pa.Array:
    """The column, in the type that `plain_type` says."""
    import pyarrow as pa

    kind = plain_type(column.type)
    if column.type == kind:
        return column
    if pa.types.is_dictionary(column.type):
        return plain_column(column.dictionary_decode())
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type) or not pa.types.is_string(kind):
        return column.cast(kind)
    return pa.array([_text(value) for value in column.to_pylist()], kind)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    shown = plain(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
