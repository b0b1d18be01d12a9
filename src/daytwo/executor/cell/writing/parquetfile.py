"""Parquet: every value and every type as it was shown; the few types that it lacks become text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, BinaryIO

from .plain import plain_column

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP_ROWS = 131_072


def write(schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]], sink: BinaryIO, _title: str) -> list[str]:
    """Writes all rows.  Returns what a person should know of the file: nothing."""
    import pyarrow as pa
    from pyarrow import parquet

    made = pa.schema([field.with_type(_type(field.type)) for field in schema])
    held: list[pa.RecordBatch] = []
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), made, compression="zstd") as writer:
        for batch in batches():
            held.append(_converted(batch, made))
            if sum(one.num_rows for one in held) >= ROW_GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(held, made))
                held.clear()
        if held:
            writer.write_table(pa.Table.from_batches(held, made))
    return []


def _type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.string() if pa.types.is_interval(kind) or pa.types.is_string_view(kind) else kind


def _converted(batch: pa.RecordBatch, made: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    columns = [
        column if column.type == field.type else plain_column(column)
        for column, field in zip(batch.columns, made, strict=True)
    ]
    return pa.record_batch(columns, schema=made)
