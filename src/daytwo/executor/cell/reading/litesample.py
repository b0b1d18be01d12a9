"""A sample of a SQLite file: a smaller one with the same tables.

Of each table, rows are taken from places spread evenly over their numbers, which SQLite finds without reading what lies
between; how dense they lie there tells about how many there are.  Of a table without numbers, the first rows are taken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from .litefile import described, opened, table_names
from .quoting import identifier

# ruff: noqa: S608 - all names in statements are quoted
SLICES = 64
SLICE_ROWS = 1_000


def sample(path: str, target: Path) -> dict[str, tuple[int, int]]:
    """Writes the sample; answers for each table how many rows it has, and about how many they stand for.

    Raises:
        UnreadableError: where SQLite finds the file damaged.
    """
    taken: dict[str, tuple[int, int]] = {}
    target.unlink(missing_ok=True)
    with opened(path) as source, closing(sqlite3.connect(target)) as smaller:
        for table in table_names(source):
            columns = described(source, table)
            # As text between quotes, a declared type means what it means bare, and can mean nothing else.
            made = ", ".join(f"{identifier(name)} {identifier(declared or 'BLOB')}" for name, declared in columns)
            smaller.execute(f"create table {identifier(table)} ({made})")
            names = ", ".join(identifier(name) for name, _ in columns)
            taken[table] = _copy(source, smaller, table, names, ", ".join("?" * len(columns)))
        smaller.commit()
    return taken


def _copy(
    source: sqlite3.Connection, smaller: sqlite3.Connection, table: str, names: str, marks: str
) -> tuple[int, int]:
    insert = f"insert into {identifier(table)} values ({marks})"
    try:
        first, last = source.execute(f"select min(rowid), max(rowid) from {identifier(table)}").fetchone()
    except sqlite3.OperationalError:  # it has no row numbers
        count = source.execute(f"select count(*) from {identifier(table)}").fetchone()[0]
        head = source.execute(f"select {names} from {identifier(table)} limit ?", [SLICES * SLICE_ROWS])
        return smaller.executemany(insert, head).rowcount, count
    if first is None:
        return 0, 0
    taken, whole = 0, 0.0
    for start, end in _places(first, last):
        rows = source.execute(
            f"select rowid, {names} from {identifier(table)} where rowid >= ? and rowid < ? order by rowid limit ?",
            [start, end, SLICE_ROWS],
        ).fetchall()
        smaller.executemany(insert, [row[1:] for row in rows])
        taken += len(rows)
        covered = rows[-1][0] + 1 - start if len(rows) == SLICE_ROWS else end - start
        whole += len(rows) * (end - start) / covered
    return taken, round(whole)


def _places(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Spans of row numbers, one after the other, that together are all of them."""
    width = max(SLICE_ROWS, -(-(last + 1 - first) // SLICES))
    for start in range(first, last + 1, width):
        yield start, min(start + width, last + 1)
