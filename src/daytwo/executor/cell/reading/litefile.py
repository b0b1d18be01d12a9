"""SQLite files: their tables, read-only and row by row.  Table and column names are metadata, as in a sheet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from .headers import fit_names, replaced_note
from .problem import UnreadableError
from .quoting import identifier
from .rows import ColumnType

TABLES_LIMIT = 1_000


@contextmanager
def opened(path: str) -> Iterator[sqlite3.Connection]:
    """The file as it lies there: no lock, no journal, no writing.

    Raises:
        UnreadableError: `not_a_table`, where SQLite finds it damaged.
    """
    address = f"file:{quote(path)}?mode=ro&immutable=1"
    # duckdb draws the rows of `sources` from a thread of its own, one at a time.
    with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            raise UnreadableError("not_a_table", f"SQLite cannot read this file: {error}.") from error


def tables(path: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Options of each table that holds columns (with `name`, the table's own), and notes for the person."""
    notes: list[str] = []
    with opened(path) as connection:
        names = table_names(connection)
        views = connection.execute("select count(*) from sqlite_schema where type = 'view'").fetchone()[0]
        found = [_table(connection, name, notes) for name in names]
    if views:
        notes.append(f"{views} view(s) are left out: only tables are read.")
    if not found:
        raise UnreadableError("file_empty", "The SQLite file holds no table.")
    return found, notes


def table_names(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual') "
        "and name not like 'sqlite\\_%' escape '\\' order by name limit ?",
        [TABLES_LIMIT],
    )
    return [name for (name,) in found]


def described(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """The columns with their declared types.

    `hidden` is 1 for the hidden columns of virtual tables; generated ones (2, 3) are data like any other.
    """
    found = connection.execute("select name, type from pragma_table_xinfo(?) where hidden <> 1", [table])
    return [(str(name), str(declared)) for name, declared in found]


def rows(connection: sqlite3.Connection, options: dict[str, Any]) -> Iterator[Sequence[object]]:
    columns = ", ".join(identifier(column["source"]) for column in options["columns"])
    yield from connection.execute(f"select {columns} from {identifier(options['table'])}")  # noqa: S608 - quoted


def _table(connection: sqlite3.Connection, table: str, notes: list[str]) -> dict[str, Any]:
    info = described(connection, table)
    sources = [name for name, _ in info]
    names, replaced = fit_names(sources)
    if replaced:
        notes.append(f"In the table {table!r}: {replaced_note(replaced)}")
    types = [ColumnType() for _ in sources]
    plain = {"table": table, "columns": [{"source": source} for source in sources]}
    for row in rows(connection, plain):
        for kind, value in zip(types, row, strict=True):
            kind.observe(value)
    notes += [f"{table}: {doubt}" for name, kind in zip(names, types, strict=True) if (doubt := kind.doubt(name))]
    return {
        "name": table,
        "table": table,
        "columns": [
            {"name": name, "source": source, "type": _declared(declared) if kind.is_empty else kind.type()}
            for name, source, (_, declared), kind in zip(names, sources, info, types, strict=True)
        ],
    }


def _declared(text: str) -> str:
    """The type of a column without values, by SQLite's rules of affinity."""
    text = text.upper()
    if "INT" in text:
        return "BIGINT"
    if any(word in text for word in ("REAL", "FLOA", "DOUB", "DEC", "NUM")):
        return "DOUBLE"
    return "VARCHAR"
