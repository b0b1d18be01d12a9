"""What else a sheet may say of a table's columns: signs, spans, order, how text is written, values that recur.

Taken of a table's copy in memory.  Everything stays at the executor; a sheet gets members of closed sets, spans to the
month, and, of columns that the owner ticks, values that occur at least k times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .forms import FORMS, MISSING_WORDS
from .quoting import identifier, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Column = dict[str, Any]
    Figure = Callable[[str, int], dict[str, str]]
    """The SQL of some figures of a quoted column, by name; the number is a count of rows."""

COLUMNS_A_QUERY = 50
LABELS_LIMIT = 200
LABEL_CHARACTERS = 200
SAMPLE_VALUES = 200
FORM_SHARE = 0.8
ROWS_AN_END = 100
"""Of so many rows, one more may lie before a span begins and after it ends, up to k."""
TIDY_DISTINCT_LIMIT = 1_000
INTEGER_LABELS_LIMIT = 20
_GRAINS = ("year", "month", "day", "hour", "minute", "second")
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")


def take(connection: DuckDBPyConnection, scope: str, columns: list[Column], rows: int, k: int, *, whole: bool) -> None:
    """Adds facts to the columns of a measured table.

    Args:
        connection: the one that holds `scope`.
        scope: the table's copy, quoted.
        columns: as `measure` has filled them.
        rows: of the table.
        k: occurrences below which nothing about a value is written down.
        whole: whether `scope` holds every row, in the file's order; a sample has no order and is never complete.
    """
    moments = [column for column in columns if _is_temporal(column["type"])]
    numbers = [column for column in columns if _is_number(column["type"])]
    texts = [column for column in columns if column["type"] == "VARCHAR"]
    _add(connection, scope, moments, k if rows < k else min(k, 1 + rows // ROWS_AN_END), _of_moments)
    _add(connection, scope, numbers, k, _of_numbers)
    _add(connection, scope, texts, k, _of_texts)
    if whole:
        _add_order(connection, scope, [column for column in (*moments, *numbers, *texts) if not column["nulls"]])
    for column in texts:
        column.update(_forms(connection, scope, column["name"], k, whole=whole))
    for column in (*texts, *numbers):
        if column["type"] == "VARCHAR" or column["distinct"] <= INTEGER_LABELS_LIMIT:
            column.update(_labels(connection, scope, column, k, whole=whole))


def _is_temporal(kind: str) -> bool:
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def _is_number(kind: str) -> bool:
    return kind.startswith(_FRACTIONS) or (kind.removeprefix("U").endswith("INT") or kind == "INTEGER")


def _add(connection: DuckDBPyConnection, scope: str, columns: list[Column], k: int, figures: Figure) -> None:
    for start in range(0, len(columns), COLUMNS_A_QUERY):
        part = columns[start : start + COLUMNS_A_QUERY]
        asked = [(column, fact, sql) for column in part for fact, sql in figures(identifier(column["name"]), k).items()]
        chosen = ", ".join(sql for _, _, sql in asked)
        row = connection.execute(f"select {chosen} from {scope}").fetchone() or ()  # noqa: S608 - quoted
        for (column, fact, _), value in zip(asked, row, strict=True):
            if value is not None:
                column[fact] = value


def _of_moments(name: str, rank: int) -> dict[str, str]:
    # So many from either end, for an odd first or last is often no date that anybody meant.
    ends = {
        "first": f"strftime(min({name}, {rank})[{rank}], '%Y-%m')",
        "last": f"strftime(max({name}, {rank})[{rank}], '%Y-%m')",
    }
    begins = " ".join(f"when bool_and({name} = date_trunc('{grain}', {name})) then '{grain}'" for grain in _GRAINS)
    return ends | {"grain": f"case when count({name}) = 0 then null {begins} else 'finer' end"}


def _of_numbers(name: str, _k: int) -> dict[str, str]:
    real = f"filter (isfinite({name}::double))"
    return {
        "negative": f"bool_or({name} < 0) {real}",
        "positive": f"bool_or({name} > 0) {real}",
        "zero": f"bool_or({name} = 0) {real}",
        "whole": f"bool_and({name}::double = trunc({name}::double)) {real}",
    }


def _of_texts(name: str, k: int) -> dict[str, str]:
    tidy = f"lower(trim({name}))"
    few = f"approx_count_distinct({name}) <= {TIDY_DISTINCT_LIMIT}"
    letters = f"filter (lower({name}) <> upper({name}))"
    return {
        "upper": f"bool_and({name} = upper({name})) {letters}",
        "lower": f"bool_and({name} = lower({name})) {letters}",
        "untidy": f"count(*) filter ({name} <> trim({name})) >= {k} "
        f"or ({few} and count(distinct {tidy}) < count(distinct {name}))",
    }


def _add_order(connection: DuckDBPyConnection, scope: str, columns: list[Column]) -> None:
    for start in range(0, len(columns), COLUMNS_A_QUERY):
        part = columns[start : start + COLUMNS_A_QUERY]
        names = [identifier(column["name"]) for column in part]
        # Without `order by`, a window runs over the rows as they lie in the file.
        pairs = ", ".join(f"{name} as x{n}, lag({name}) over () as p{n}" for n, name in enumerate(names))
        tests = ", ".join(f"bool_and(x{n} >= p{n}), bool_and(x{n} <= p{n})" for n in range(len(names)))
        row = connection.execute(f"select {tests} from (select {pairs} from {scope})").fetchone() or ()  # noqa: S608 - quoted
        for column, up, down in zip(part, row[::2], row[1::2], strict=True):
            if up != down:
                column["order"] = "ascending" if up else "descending"


def _forms(connection: DuckDBPyConnection, scope: str, name: str, k: int, *, whole: bool) -> Column:
    """The form that most values have, whether all have it, and the words for what is missing."""
    text = f"trim({identifier(name)})"
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    counted = connection.execute(
        f"select {text}, count(*) from {scope} where {text} in ({words}) "  # noqa: S608 - quoted
        f"group by 1 having count(*) >= {int(k)} order by 2 desc, 1 limit 8"
    ).fetchall()
    some = connection.execute(
        f"select distinct {text} from {scope} where {text} not in ({words}, '') limit {SAMPLE_VALUES}"  # noqa: S608 - quoted
    ).fetchall()
    found: Column = {"sentinels": [word for word, _ in counted]}
    form = _likely([value for (value,) in some]) if len(some) >= k else None
    if form is None:
        return found
    odd = connection.execute(
        f"select count(*) from {scope} where {text} not in ({words}, '') "  # noqa: S608 - quoted
        f"and not regexp_full_match({text}, {literal(form.every)})"
    ).fetchone()
    return found | {"form": form.key, "form_complete": whole and not (odd and odd[0])}


def _likely(values: list[str]) -> Any:
    for form in FORMS:
        fits = [value for value in values if re.fullmatch(form.every, value)]
        if len(fits) >= FORM_SHARE * len(values) and any(re.fullmatch(form.some, value) for value in fits):
            return form
    return None


def _labels(connection: DuckDBPyConnection, scope: str, column: Column, k: int, *, whole: bool) -> Column:
    """Values that occur at least k times, most frequent first; none where there are too many to be labels."""
    if column["type"].startswith(_FRACTIONS):
        return {}
    value = f"{identifier(column['name'])}::varchar"
    counted = connection.execute(
        f"select {value}, count(*) from {scope} where length({value}) <= {LABEL_CHARACTERS} "  # noqa: S608 - quoted
        f"group by 1 having count(*) >= {int(k)} order by 2 desc, 1 limit {LABELS_LIMIT + 1}"
    ).fetchall()
    if not counted or len(counted) > LABELS_LIMIT:
        return {}
    complete = whole and column["exact"] and len(counted) == column["distinct"]
    return {"labels": [[text, times] for text, times in counted], "labels_complete": complete}
