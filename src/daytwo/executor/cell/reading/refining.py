"""Which form the values of each column have (`forms`): found out over the whole file, and told where it is in doubt.

A form is taken only where every value has it.  What could be meant in two ways is decided by the rest of the file, by
its owner, or by what is likelier, and then said.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from .delimited import TEXT, scan
from .forms import (
    AMBIGUOUS_NUMBER,
    BOTH_ORDERS,
    COMPACT_DAY,
    DOT_THOUSANDS,
    FORMS,
    MISSING_WORDS,
    WITH_DECIMAL_COMMA,
    Form,
    matches,
)
from .quoting import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS_A_QUERY = 200
FIRST_ROWS = 2_000
LEAST_FIRST_ROWS, FIRST_CELLS, FIRST_VALUES = 50, 1_000_000, 100
DATE_ORDERS = {"mdy": "month/day/year", "dmy": "day/month/year"}
MOSTLY_SHARE = 0.8
"""Of a text column's values: from here on the person is told that they are nearly all numbers or dates."""


def refine(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], notes: list[str]) -> None:
    """Gives text columns a number or date type where each of their values allows it."""
    columns = options["columns"]
    _read_days_as_text(connection, options, files)
    texts = [place for place, column in enumerate(columns, start=1) if column["read"] == TEXT]
    # The first rows rule most columns and forms out, so that the whole file is matched for few.
    likely = {
        place: forms
        for place, values in first_values(connection, options, files, texts).items()
        if (forms := _likely(values))
    }
    places = list(likely)
    for start in range(0, len(places), COLUMNS_A_QUERY // 4):
        part = {place: likely[place] for place in places[start : start + COLUMNS_A_QUERY // 4]}
        for place, figures in _count_forms(connection, scan(connection, options, files), part).items():
            _decide(columns[place - 1], part[place], figures, options, notes)
    if any(column.get("number") in WITH_DECIMAL_COMMA for column in columns):
        _take_dot_thousands(connection, options, files, notes)


def _read_days_as_text(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str]) -> None:
    """Whole numbers that begin as days do, 20240131, are read as text: each form may then be theirs."""
    columns = options["columns"]
    numbers = [place for place, column in enumerate(columns, start=1) if column["read"] == "BIGINT"]
    texts = [{**column, "read": TEXT} if column["read"] == "BIGINT" else column for column in columns]
    for place, values in first_values(connection, options | {"columns": texts}, files, numbers).items():
        if values and all(re.fullmatch(COMPACT_DAY.every, value) for value in values):
            columns[place - 1] = texts[place - 1]


def _take_dot_thousands(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], notes: list[str]
) -> None:
    """Where other columns have decimal commas, `1.234` is no fraction: the dot stands between thousands."""
    columns = options["columns"]
    fractions = [place for place, column in enumerate(columns, start=1) if column["read"] == "DOUBLE"]
    if not fractions:
        return
    texts = [{**column, "read": TEXT} if column["read"] == "DOUBLE" else column for column in columns]
    table = scan(connection, options | {"columns": texts}, files)
    for place, figures in _count_forms(connection, table, {place: [DOT_THOUSANDS] for place in fractions}).items():
        present, _, _, every, some = figures
        if some and every == present:
            columns[place - 1] = texts[place - 1]
            _take(columns[place - 1], DOT_THOUSANDS, repr(columns[place - 1]["name"]), notes)


def first_values(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], places: list[int]
) -> dict[int, list[str]]:
    """Some of the values that columns read as text begin with, without those that are missing."""
    if not places:
        return {}
    chosen = ", ".join(f"f{place}" for place in places)
    rows = connection.execute(
        f"select {chosen} from {scan(connection, options, files)} "  # noqa: S608 - names of our own
        f"limit {max(LEAST_FIRST_ROWS, min(FIRST_ROWS, FIRST_CELLS // len(places)))}"
    ).fetchall()
    found: dict[int, list[str]] = {}
    for index, place in enumerate(places):
        values = dict.fromkeys(row[index].strip() for row in rows if row[index] is not None)
        found[place] = [value for value in values if value and value not in MISSING_WORDS][:FIRST_VALUES]
    return found


def _likely(values: list[str]) -> list[Form]:
    """The forms that most of these values have."""
    enough = MOSTLY_SHARE * len(values)
    return [
        form for form in FORMS if values and sum(bool(re.fullmatch(form.every, value)) for value in values) >= enough
    ]


def _count_forms(connection: DuckDBPyConnection, table: str, asked: dict[int, list[Form]]) -> dict[int, list[int]]:
    """For each column: values that are there, missing words, those whose comma is clear, then two counts a form."""
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    counts: list[str] = []
    for place, forms in asked.items():
        value = f"trim(f{place})"
        present = f"f{place} is not null and {value} not in ({words}, '')"
        counts.append(f"count(*) filter ({present})")
        counts.append(f"count(*) filter ({value} in ({words}))")
        plain = f"({value} like '%,%' and not regexp_full_match({value}, {literal(AMBIGUOUS_NUMBER)}))"
        counts.append(f"count(*) filter ({present} and {plain})")
        for form in forms:
            counts.append(f"count(*) filter ({present} and {matches(form, value)})")
            some = "true" if form.some == ".+" else f"regexp_full_match({value}, {literal(form.some)})"
            counts.append(f"count(*) filter ({present} and {some})")
    row = iter(connection.execute(f"select {', '.join(counts)} from {table}").fetchall()[0])  # noqa: S608 - quoted above
    return {place: list(itertools.islice(row, 3 + 2 * len(forms))) for place, forms in asked.items()}


def _decide(
    column: dict[str, Any], forms: list[Form], figures: list[int], options: dict[str, Any], notes: list[str]
) -> None:
    present, missing, unambiguous, *matched = figures
    if not present:
        return
    name = repr(column["name"])
    keys = [form.key for form in forms]
    for place, form in enumerate(forms):
        every, some = matched[2 * place], matched[2 * place + 1]
        if every < present or not some:
            continue
        if form.key == "comma_decimal" and not unambiguous and options["delimiter"] == ",":
            continue
        other = BOTH_ORDERS.get(form.key, "")
        fits_both = other in keys and matched[2 * keys.index(other)] == present
        if fits_both and options["date_order"] == _order(other):
            continue
        _take(column, form, name, notes)
        if fits_both and options["date_order"] is None:
            taken, rarer = _order(form.key), _order(other)
            notes.append(
                f"In doubt: the dates in {name} would also fit {DATE_ORDERS[rarer]}. `daytwo data add … "
                f"--date-order {rarer}` reads them so, `--date-order {taken}` confirms {DATE_ORDERS[taken]}."
            )
        if form.key == "comma_decimal" and not unambiguous:
            notes.append(f"In doubt: in {name}, 1,234 could also be one thousand and so on.")
        if missing:
            notes.append(f"In {name}, {missing} value(s) such as NA are taken as missing.")
        return
    nearly = max(matched[::2])
    if MOSTLY_SHARE * present <= nearly < present:
        notes.append(f"{name} is read as text: {present - nearly} value(s) are not numbers or dates as the others.")


def _order(key: str) -> str:
    """The order that dates of a form have: the first part of its key."""
    return key.partition("_")[0]


def _take(column: dict[str, Any], form: Form, name: str, notes: list[str]) -> None:
    column.update(type=form.type)
    if form.sql != "{text}":
        column["number"] = form.key
    if form.note:
        notes.append(form.note.replace("{name}", name))
