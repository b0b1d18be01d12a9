"""Keys of tables: sets of columns that tell rows apart, and columns whose values are all found in another table.

What holds is told, never the values.  Only tables that fit a search are searched; a key that is not found is not
denied.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from .quoting import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Column = dict[str, Any]

ROWS_LIMIT = 100_000
COLUMNS_LIMIT = 8
"""Of a table, those that may be part of a key of several: of more, the first."""
KEY_COLUMNS = 3
KEYS_LIMIT = 3
REFERENCES_LIMIT = 64
REFERENCE_ROWS_LIMIT = 5_000_000
_KEY_TYPES = ("VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN")


def composite(connection: DuckDBPyConnection, scope: str, columns: list[Column], rows: int) -> list[list[str]]:
    """The smallest sets of two or three columns of which no two rows share the values."""
    if not 1 < rows <= ROWS_LIMIT:
        return []
    fit = [column for column in columns if _may_be_part(column, rows)][:COLUMNS_LIMIT]
    distinct = {column["name"]: column["distinct"] for column in fit}
    found: list[list[str]] = []
    for size in range(2, KEY_COLUMNS + 1):
        for names in itertools.combinations(distinct, size):
            space = 1
            for name in names:
                space *= distinct[name]
            if space < rows or any(set(key) <= set(names) for key in found):
                continue
            chosen = ", ".join(identifier(name) for name in names)
            row = connection.execute(f"select count(distinct ({chosen})) from {scope}").fetchone()  # noqa: S608 - quoted
            if row and row[0] == rows:
                found.append(list(names))
                if len(found) == KEYS_LIMIT:
                    return found
    return found


def _is_integer(kind: str) -> bool:
    return kind == "INTEGER" or kind.endswith("INT")


def _is_unique(column: Column, rows: int) -> bool:
    return bool(column["exact"] and not column["nulls"] and column["distinct"] == rows)


def _may_be_key(column: Column) -> bool:
    kind = column["type"]
    return kind.startswith(_KEY_TYPES) or _is_integer(kind) or (kind == "DOUBLE" and bool(column.get("whole")))


def _may_be_part(column: Column, rows: int) -> bool:
    """Whether rows may be told apart by it among others: no measure, and not nearly a key by itself."""
    return _may_be_key(column) and not column["nulls"] and 1 < column["distinct"] <= rows / 2


def references(connection: DuckDBPyConnection, tables: list[tuple[str, dict[str, Any]]]) -> None:
    """Adds `references` to tables of one dataset; each comes with the view that it is attached as."""
    sought = 0
    for (view, child), (parent_view, parent) in itertools.permutations(tables, 2):
        if max(child["rows"], parent["rows"]) > REFERENCE_ROWS_LIMIT:
            continue
        for column, key in itertools.product(child["columns"], parent["columns"]):
            if not _may_refer(column, key, parent) or sought >= REFERENCES_LIMIT:
                continue
            sought += 1
            name, to = identifier(column["name"]), identifier(key["name"])
            astray = connection.execute(
                f"select 1 from {identifier(view)} c where c.{name} is not null and not exists "  # noqa: S608 - quoted
                f"(select 1 from {identifier(parent_view)} p where p.{to} = c.{name}) limit 1"
            ).fetchone()
            if astray is None:
                child.setdefault("references", []).append([column["name"], parent["name"], key["name"]])


def _may_refer(column: Column, key: Column, parent: dict[str, Any]) -> bool:
    """Whether the names say so: the same one, or the other table's with the key's behind it."""
    if not _is_unique(key, parent["rows"]) or column["distinct"] < 1:
        return False
    if not ((_is_integer(column["type"]) and _is_integer(key["type"])) or column["type"] == key["type"] == "VARCHAR"):
        return False
    own, its, table = (_bare(name) for name in (column["name"], key["name"], parent["name"]))
    singular = table.removesuffix("s")
    return (own == its and own not in {"id", "name"}) or own in {f"{table}{its}", f"{singular}{its}", singular}


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
