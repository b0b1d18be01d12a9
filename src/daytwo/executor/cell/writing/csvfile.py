"""CSV (RFC 4180, UTF-8): texts in quotes, numbers bare, what is missing empty, times in ISO 8601.

A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection); a number stays
a number, its sign too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, BinaryIO

from .plain import plain_column, plain_type

if TYPE_CHECKING:
    import pyarrow as pa

FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
"""How a text begins that a spreadsheet computes; the wide ones are computed where people write them."""
_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def write(schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]], sink: BinaryIO, _title: str) -> list[str]:
    """Writes all rows.  Returns what a person should know of the file."""
    import pyarrow as pa
    from pyarrow import csv

    whole = _whole_seconds(schema, batches)
    names = [harmless(pa.array([name])) for name in schema.names]
    fields = [
        (changed[0].as_py(), _type(field.type, is_whole=place in whole))
        for place, (changed, field) in enumerate(zip((made for made, _ in names), schema, strict=True))
    ]
    made = pa.schema(fields)
    marked = sum(count for _, count in names)
    with csv.CSVWriter(pa.PythonFile(sink, mode="w"), made) as writer:
        for batch in batches():
            columns = []
            for column, field in zip(batch.columns, made, strict=True):
                cleaned, count = _cleaned(plain_column(column), field.type)
                columns.append(cleaned)
                marked += count
            writer.write_batch(pa.record_batch(columns, schema=made))
    return [f"{marked:,} texts that a spreadsheet would compute begin with an apostrophe."] if marked else []


def harmless(texts: pa.Array) -> tuple[pa.Array, int]:
    """The texts with an apostrophe before each that a spreadsheet would compute, and how many these are."""
    import pyarrow.compute as pc

    is_formula = pc.match_substring_regex(texts, FORMULA)
    count = pc.sum(is_formula).as_py() or 0
    return (pc.if_else(is_formula, pc.binary_join_element_wise("'", texts, ""), texts) if count else texts), count


def _type(kind: pa.DataType, *, is_whole: bool) -> pa.DataType:
    import pyarrow as pa

    made = plain_type(kind)
    return pa.timestamp("s", made.tz) if is_whole else made


def _cleaned(column: pa.Array, kind: pa.DataType) -> tuple[pa.Array, int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(kind):
        return harmless(column)
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column), 0
    return column.cast(kind), 0


def _whole_seconds(schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]]) -> set[int]:
    """The columns of times of which none has a part of a second: they are written without."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = {place for place, field in enumerate(schema) if pa.types.is_timestamp(field.type)}
    for batch in batches() if found else ():
        for place in tuple(found):
            ticks = _SECOND[batch.schema.field(place).type.unit]
            counted = batch.column(place).cast(pa.int64())
            rest = pc.subtract(counted, pc.multiply(pc.divide(counted, ticks), ticks))
            if pc.any(pc.not_equal(rest, 0)).as_py():
                found.discard(place)
    return found
