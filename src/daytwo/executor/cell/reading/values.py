"""Digests of the values of columns, for looking them up: `python -m cell.reading.values`, a JSON job on standard input.

Job: `{"sources", "columns": [{"name", "column"}], "key", "shortest", "limit", "memory_bytes", "cpus",
"directories"}`; `name` is a source's, `key` is hex.  Answer, a frame for each column as soon as it is read:
`{"kind": "values", "place", "cut", "counter"}` with the sorted digests of its different values, of `DIGEST_BYTES` each;
then `{"kind": "end", "outcome": "ok"}`.  A counter, whose values fill most of the range that they lie in, has none: to
find a number of that range in a text says nothing.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ..frames import FrameWriter  # noqa: TID252 - the package is called `cell` in a sandbox
from . import sources
from .compact import compact, digest_of
from .profile import EXIT_MEMORY, connect
from .quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

BATCH_ROWS = 10_000
COUNTER_SHARE = 0.5
"""Of the numbers between the smallest and the largest, from which on they count rows."""
DIGITS_LIMIT = 15
"""Of a number that may be a counter's."""


def read(connection: DuckDBPyConnection, job: dict[str, Any], place: int) -> tuple[dict[str, Any], bytes]:
    """The frame of one column."""
    column = job["columns"][place]
    values: set[str] = set()
    cut = False
    for batch in _batches(connection, column["name"], column["column"]):
        values.update(compact(text) for text in batch)
        if len(values) > job["limit"]:
            cut = True
            break
    values = {value for value in values if len(value) >= job["shortest"]}
    if is_counter(values):
        return {"kind": "values", "place": place, "cut": False, "counter": True}, b""
    key = bytes.fromhex(job["key"])
    digests = sorted(digest_of(value, key) for value in values)[: job["limit"]]
    return {"kind": "values", "place": place, "cut": cut, "counter": False}, b"".join(digests)


def is_counter(values: set[str]) -> bool:
    """Whether all values are whole numbers that fill most of their range."""
    if not values or not all(value.isdecimal() and len(value) <= DIGITS_LIMIT for value in values):
        return False
    numbers = {int(value) for value in values}
    return len(numbers) > COUNTER_SHARE * (max(numbers) - min(numbers) + 1)


def _batches(connection: DuckDBPyConnection, name: str, column: str) -> Iterator[list[str]]:
    field = identifier(column)
    query = f"select distinct cast({field} as varchar) from {identifier(name)} where {field} is not null"  # noqa: S608 - quoted
    relation = connection.execute(query)
    while rows := relation.fetchmany(BATCH_ROWS):
        yield [text for (text,) in rows]


def main() -> int:
    writer = FrameWriter()
    job = json.loads(sys.stdin.buffer.read())
    try:
        connection = connect(job)
        for source in job["sources"]:
            sources.attach(connection, source["name"], source)
        for place in range(len(job["columns"])):
            writer.write(*read(connection, job, place))
    except MemoryError:
        return EXIT_MEMORY
    writer.write({"kind": "end", "outcome": "ok"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
