"""The last line of delimited text, where it is the total of those above it (`totals`): it is no record.

A line is looked at where it has a word for a total; it is left out where each of its figures is a sum over the whole
file, and nothing else stands in it.
"""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING, Any

from .delimited import scan
from .encoding import tail_of
from .forms import expression
from .quoting import literal
from .totals import LEAST_ROWS, NEAR, is_word

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NUMBERS = ("BIGINT", "DOUBLE")


def total_of(path: str, sniffed: dict[str, Any]) -> dict[str, Any] | None:
    """The last line's word for a total, and in which column (from 1) it stands; None where it has none."""
    if sniffed["compressed"] or sniffed["fixed"]:
        return None
    record = _last_record(path, sniffed)
    if len(record) != len(sniffed["types"]):
        return None
    place, word = next(((place, field) for place, field in enumerate(record, start=1) if field.strip()), (0, ""))
    return {"place": place, "word": word.strip()} if is_word(word) else None


def _last_record(path: str, sniffed: dict[str, Any]) -> list[str]:
    lines = tail_of(path, sniffed["encoding"]).splitlines()
    last = next((line for line in reversed(lines[1:]) if line.strip()), "")
    try:
        return next(csv.reader([last], delimiter=sniffed["delimiter"], quotechar=sniffed["quote"]), [])
    except csv.Error:
        return []


def adds_up(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str]) -> bool:
    """Whether the line that `options` leave out as the total is one: alone, and the sum of the others."""
    import duckdb

    total = options["total"]
    is_total = f"trim(f{total['place']}) is not distinct from {literal(total['word'])}"
    asked = [f"count(*) filter ({is_total})", f"count(*) filter (not {is_total})"]
    for place, column in enumerate(options["columns"], start=1):
        if column["type"] in _NUMBERS:
            value = expression(column, place)
            asked.append(f"max({value}) filter ({is_total})")
            asked.append(f"sum({value}) filter (not {is_total})")
        elif place != total["place"]:
            asked.append(f"max(nullif(trim(f{place}::varchar), '')) filter ({is_total})")
            asked.append("null")
    source = scan(connection, options | {"total": None}, files)
    try:
        row = connection.execute(f"select {', '.join(asked)} from {source}").fetchall()[0]  # noqa: S608 - quoted above
    except duckdb.Error:
        return False  # what stands in its columns cannot be read as what stands in those above
    alone, others, *rest = row
    figures = [pair for pair in zip(rest[::2], rest[1::2], strict=True) if pair[0] is not None]
    return (
        alone == 1
        and others >= LEAST_ROWS
        and bool(figures)
        and all(added is not None and math.isclose(told, added, rel_tol=NEAR) for told, added in figures)
    )
