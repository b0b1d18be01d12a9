"""Figures of a table's columns, taken by duckdb in a few passes.  They stay at the executor: a sheet gets buckets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from . import facts, keys
from .looks import looks
from .quoting import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS_A_QUERY = 50
COPY_CELLS = 20_000_000
SAMPLE_LEAST_ROWS = 10_000
"""Masks, looks and exact distinct counts of a table with more cells than that are taken from a sample of its rows."""
MASK_ROWS = 200_000
MASKS = 4
MASK_CHARACTERS = 20
LOOKS_SAMPLE = 200
FEW_DISTINCT = 1_200
MANY_DISTINCT_SHARE = 0.85
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FLOATS = ("FLOAT", "DOUBLE", "DECIMAL")


def measure(
    connection: DuckDBPyConnection, table: str, k: int, *, whole: bool = True
) -> tuple[dict[str, Any], list[str]]:
    """`{"rows", "columns": [{"name", "type", "nulls", "distinct", "exact", …}], "keys"}` of an attached table.

    `distinct` counts among the values that are there.  Numbers have `smallest` and `largest`, the absolute values
    that bound them without zero; texts have `mean_length`, `longest`, `masks` (`[mask, count]`, count >= k), `looks`.
    All have what `facts` adds.  With it, notes for the person.  Where the table is not `whole` but a sample, nothing
    is said of every value.
    """
    described = connection.execute(f"describe {identifier(table)}").fetchall()
    columns: list[dict[str, Any]] = [{"name": str(row[0]), "type": str(row[1])} for row in described]
    rows = _figures(connection, identifier(table), columns[:COLUMNS_A_QUERY])
    # One copy in memory, so that what follows does not parse the files once a column.
    sampled = not whole or rows * len(columns) > COPY_CELLS
    # By chance row by row: a sample of so many rows takes duckdb twenty times as long.
    share = max(COPY_CELLS // len(columns), SAMPLE_LEAST_ROWS) / max(rows, 1) if sampled else 1
    some = f" using sample {100 * min(share, 1):.6f} percent (bernoulli)" if sampled else ""
    scope = identifier(f"{table} (copy)")
    connection.execute(f"create temp table {scope} as from {identifier(table)}{some}").fetchall()
    for start in range(COLUMNS_A_QUERY, len(columns), COLUMNS_A_QUERY):
        part = columns[start : start + COLUMNS_A_QUERY]
        _figures(connection, identifier(table) if sampled else scope, part)
    if not sampled:
        _count_exactly(connection, scope, columns, rows)
    fewer = f"(from {scope} using sample {MASK_ROWS} rows)" if rows > MASK_ROWS else scope
    for column in columns:
        if column["type"] == "VARCHAR":
            column["masks"], masked = _masks(connection, fewer, column["name"], k)
            column["masks_complete"] = fewer == scope and not sampled and masked == rows - column["nulls"]
            column["looks"] = _looks(connection, scope, column["name"])
        elif _is_number(column["type"]) and column["distinct"] >= k:
            column["looks"] = _looks(connection, scope, column["name"])
    facts.take(connection, scope, columns, rows, k, whole=not sampled)
    composite = [] if sampled else keys.composite(connection, scope, columns, rows)
    connection.execute(f"drop table {scope}")
    infinite = [repr(column["name"]) for column in columns if column.pop("infinite", 0)]
    notes = (
        [f"In doubt: infinite numbers, or some too large for a float, are in {', '.join(infinite)}."]
        if infinite
        else []
    )
    return {"rows": rows, "columns": columns, "keys": composite}, notes


def _is_number(kind: str) -> bool:
    return kind in _NUMBERS or kind.startswith(_FLOATS)


def _figures(connection: DuckDBPyConnection, scope: str, columns: list[dict[str, Any]]) -> int:
    figures = ["count(*)"]
    for column in columns:
        name, kind = identifier(column["name"]), column["type"]
        figures += [f"count({name})", f"approx_count_distinct({name})"]
        if _is_number(kind):
            size = f"abs({name}::double)"
            real = f"filter ({name} <> 0 and isfinite({name}::double))"
            figures += [f"min({size}) {real}", f"max({size}) {real}"]
        elif kind == "VARCHAR":
            figures += [f"avg(length({name}))", f"max(length({name}))"]
        else:
            figures += ["null", "null"]
        figures.append(f"count(*) filter (isinf({name}))" if kind in {"FLOAT", "DOUBLE"} else "0")
    row = list(connection.execute(f"select {', '.join(figures)} from {scope}").fetchone() or ())  # noqa: S608 - quoted
    rows = int(row[0])
    for place, column in enumerate(columns):
        present, distinct, low, high, infinite = row[1 + 5 * place : 6 + 5 * place]
        column |= {"nulls": rows - present, "distinct": min(distinct, present), "exact": False, "infinite": infinite}
        if _is_number(column["type"]):
            column |= {"smallest": _finite(low), "largest": _finite(high)}
        elif column["type"] == "VARCHAR":
            column |= {"mean_length": _finite(low) or 0.0, "longest": high or 0}
    return rows


def _finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None


def _count_exactly(connection: DuckDBPyConnection, scope: str, columns: list[dict[str, Any]], rows: int) -> None:
    """Replaces estimates of distinct values where a bucket may turn on them."""
    turning = [
        column
        for column in columns
        if column["distinct"] <= FEW_DISTINCT or column["distinct"] >= MANY_DISTINCT_SHARE * (rows - column["nulls"])
    ]
    for start in range(0, len(turning), COLUMNS_A_QUERY):
        part = turning[start : start + COLUMNS_A_QUERY]
        counts = ", ".join(f"count(distinct {identifier(column['name'])})" for column in part)
        counted = connection.execute(f"select {counts} from {scope}").fetchone() or ()  # noqa: S608 - quoted
        for column, distinct in zip(part, counted, strict=True):
            column |= {"distinct": distinct, "exact": True}


def _masks(connection: DuckDBPyConnection, scope: str, name: str, k: int) -> tuple[list[list[Any]], int]:
    """The most frequent masks with their counts, and how many values they are the masks of."""
    # `executor.catalog.masks` passes every mask through its own allow-list again: this process reads hostile files.
    start = f"left({identifier(name)}, {MASK_CHARACTERS})"
    mask = f"regexp_replace(regexp_replace({start}, '[\\p{{L}}\\p{{M}}]', 'A', 'g'), '\\p{{N}}', '9', 'g')"
    found = connection.execute(
        f"select {mask}, count(*) from {scope} where {identifier(name)} <> '' "  # noqa: S608 - quoted
        f"group by 1 having count(*) >= {int(k)} order by 2 desc, 1 limit {MASKS}"
    ).fetchall()
    return [[text, times] for text, times in found], sum(times for _, times in found)


def _looks(connection: DuckDBPyConnection, scope: str, name: str) -> dict[str, float]:
    rows = connection.execute(
        f"select distinct {identifier(name)}::varchar from {scope} "  # noqa: S608 - quoted
        f"where {identifier(name)} is not null limit {LOOKS_SAMPLE}"
    ).fetchall()
    return looks([text for (text,) in rows]) if rows else {}
