"""From a sniffed dialect to options that every later read can keep: proved by reading the whole file once.

The types are those of the sniffer where every value fits; a column whose values do not all fit is read as text, and
turned into numbers or dates in the view where every value allows it (`_FORMS`).  A header that recurs among its own
column's values is a row of data.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from .delimited import (
    COMMA_DECIMAL,
    COMMA_THOUSANDS,
    MISSING_WORDS,
    TEXT,
    projection,
    scan,
    sniff,
)
from .headers import fit_names, is_value_like, replaced_note
from .problem import UnreadableError
from .quoting import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WIDENING_ROUNDS = 4
_numbers = itertools.count()
"""For tables of rejects: duckdb does not fill one that was dropped and is named again."""
COLUMNS_A_QUERY = 200
BAD_LINES_LIMIT_SHARE = 0.5
FIRST_ROWS = 2_000
MOSTLY_SHARE = 0.8
"""Of a text column's values: from here on the person is told that they are nearly all numbers or dates."""
_PLAIN = r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?"
_FORMS: tuple[tuple[str, str | None, str, str], ...] = (
    # type, number format, what every value must match, what at least one must match
    ("BIGINT", None, r"[+-]?(0|[1-9]\d{0,17})", r".+"),
    ("DOUBLE", None, _PLAIN, r".+"),
    ("DOUBLE", COMMA_DECIMAL, r"[+-]?([1-9]\d{0,2}(\.\d{3})+|0|[1-9]\d*)(,\d+)?", r".*,.*"),
    ("BIGINT", COMMA_THOUSANDS, r"[+-]?([1-9]\d{0,2}(,\d{3}){1,5}|0|[1-9]\d{0,17})", r".*,.*"),
    ("DOUBLE", COMMA_THOUSANDS, r"[+-]?([1-9]\d{0,2}(,\d{3})+|0|[1-9]\d*)(\.\d+)?", r".*,.*"),
    ("DATE", None, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", r".+"),
)
"""The first that fits wins.  A leading zero marks a code, not a number.  Days past the 28th are left to the sniffer."""
_AMBIGUOUS = r"[+-]?[1-9]\d{0,2},\d{3}"
"""`1,234`: a thousand or one and a bit.  A file that separates its columns by commas had to quote it, so a thousand."""


def settle(connection: DuckDBPyConnection, files: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The options of one table over `files`, which share their dialect and header, and notes for the person.

    Raises:
        UnreadableError: as `sniff`; `not_a_table` where half of the lines or more do not fit.
        MixedTablesError: where the files do not belong to one table.
    """
    sniffed = [sniff(connection, path) for path in files]
    first = sniffed[0]
    if any(_signature(other) != _signature(first) for other in sniffed[1:]):
        raise MixedTablesError
    types = [_widest(kinds) for kinds in zip(*(each["types"] for each in sniffed), strict=True)]
    options = {
        **{key: first[key] for key in _DIALECT},
        **{
            key: next((each[key] for each in sniffed if each[key]), None) for key in ("date_format", "timestamp_format")
        },
        "skips_bad_lines": False,
        "columns": [{"name": f"f{place}", "read": kind, "type": kind} for place, kind in enumerate(types, start=1)],
    }
    notes = _describe(options)
    _prove(connection, options, files, notes)
    # duckdb calls a column without a name `column<n>`, n from 0.
    raw = [None if name == f"column{place}" else name for place, name in enumerate(first["raw"])]
    _name(connection, options, files, raw, notes)
    _refine(connection, options, files, notes)
    return options, notes


class MixedTablesError(Exception):
    """Files that were read as one table differ in dialect, columns or types."""


_DIALECT = ("encoding", "compressed", "strict", "delimiter", "quote", "escape", "comment", "skip", "header")


def _signature(sniffed: dict[str, Any]) -> tuple[object, ...]:
    names = tuple(sniffed["raw"]) if sniffed["header"] else len(sniffed["raw"])
    return (*(sniffed[key] for key in ("encoding", "compressed", "delimiter", "header", "skip")), names)


def _widest(types: tuple[str, ...]) -> str:
    kinds = set(types)
    if len(kinds) == 1:
        return types[0]
    return "DOUBLE" if kinds <= {"BIGINT", "DOUBLE"} else TEXT


def _describe(options: dict[str, Any]) -> list[str]:
    notes = []
    if options["encoding"] != "utf-8":
        notes.append(f"Read as {options['encoding']}, because the file is not UTF-8.")
    if options["delimiter"] != ",":
        shown = {"\t": "tab", ";": "semicolon", "|": "vertical bar", " ": "space"}.get(options["delimiter"])
        notes.append(f"Columns are separated by {shown or options['delimiter']!r}.")
    if options["skip"]:
        notes.append(f"{options['skip']} line(s) before the table were skipped.")
    if options["comment"]:
        notes.append(f"Lines that begin with {options['comment']!r} are taken for comments.")
    return notes


def _prove(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], notes: list[str]) -> None:
    """Reads everything with these types; widens what does not fit until only bad lines are left, and counts those."""
    import duckdb

    for _ in range(WIDENING_ROUNDS):
        rejects = f"daytwo_rejects_{next(_numbers)}"
        counted = ", ".join(f"count(f{place})" for place in range(1, len(options["columns"]) + 1))
        try:
            # Fetched to the end: only then does duckdb write down what it rejected.
            answer = connection.execute(
                f"select count(*), {counted} from {scan(connection, options, files, rejects=rejects)}"  # noqa: S608 - quoted
            ).fetchall()
        except duckdb.Error as error:
            if options["strict"]:
                options["strict"] = False
                notes.append("Quotes are not closed as CSV asks everywhere: such lines are read as well as can be.")
                continue
            raise UnreadableError("not_a_table", "The lines of this file do not form one table.") from error
        misfits, bad = _rejected(connection, rejects)
        for place in misfits:
            options["columns"][place - 1].update(read=TEXT, type=TEXT)
        if not misfits:
            rows = answer[0][0]
            break
    else:
        raise UnreadableError("not_a_table", "The lines of this file do not form one table.")
    if bad:
        if bad > BAD_LINES_LIMIT_SHARE * (bad + rows):
            raise UnreadableError("not_a_table", f"{bad} of {bad + rows} lines do not have the columns of the others.")
        options["skips_bad_lines"] = True
        notes.append(f"{bad} line(s) are left out: they do not have {len(options['columns'])} columns.")


def _rejected(connection: DuckDBPyConnection, rejects: str) -> tuple[list[int], int]:
    """Columns (from 1) with values that do not fit, and how many lines have the wrong shape."""
    made = connection.execute("select 1 from duckdb_tables() where table_name = ?", [rejects]).fetchone()
    if made is None:
        return [], 0
    misfits = connection.execute(
        f"select distinct column_idx from {rejects} where error_type = 'CAST'"  # noqa: S608 - a name of our own
    ).fetchall()
    bad = connection.execute(
        f"select count(distinct (file_id, line)) from {rejects} where error_type <> 'CAST'"  # noqa: S608 - as above
    ).fetchone()
    connection.execute(f"drop table {rejects}")
    connection.execute(f"drop table {rejects}_scan")
    return [place for (place,) in misfits], bad[0] if bad else 0


def _name(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], raw: list[str | None], notes: list[str]
) -> None:
    columns = options["columns"]
    if options["header"] and _is_data(connection, options, files, raw):
        options["header"] = False
        raw = [None] * len(columns)
    if not options["header"]:
        names, _ = fit_names([None] * len(columns))
        notes.append("No header was found: the columns are called c1, c2, … after their place.")
    else:
        names, replaced = fit_names(raw)
        if replaced:
            notes.append(replaced_note(replaced))
    for column, name in zip(columns, names, strict=True):
        column["name"] = name


def _is_data(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], raw: list[str | None]) -> bool:
    """Whether the first row is no header: in a table of text alone, a name that is a value, or recurs as one."""
    texts = [(place, name) for place, name in enumerate(raw, start=1) if options["columns"][place - 1]["read"] == TEXT]
    if len(texts) == len(raw) and any(name and is_value_like(name) for name in raw):
        return True
    named = [(place, name) for place, name in texts if name]
    for start in range(0, len(named), COLUMNS_A_QUERY):
        tests = " or ".join(f"f{place} = {literal(name)}" for place, name in named[start : start + COLUMNS_A_QUERY])
        if connection.execute(f"select 1 from {scan(connection, options, files)} where {tests} limit 1").fetchone():  # noqa: S608 - quoted above
            return True
    return False


def _refine(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], notes: list[str]) -> None:
    """Gives text columns a number or date type where each of their values allows it."""
    columns = options["columns"]
    texts = [place for place, column in enumerate(columns, start=1) if column["read"] == TEXT]
    table = scan(connection, options, files)
    for start in range(0, len(texts), COLUMNS_A_QUERY // 4):
        # The first rows rule most columns out, so that the whole file is matched for few.
        part = texts[start : start + COLUMNS_A_QUERY // 4]
        first = _count_forms(connection, f"(from {table} limit {FIRST_ROWS})", part)
        hopeful = [place for place in part if max(first[place][3::2]) >= MOSTLY_SHARE * first[place][0]]
        if hopeful:
            for place, figures in _count_forms(connection, table, hopeful).items():
                _decide(columns[place - 1], figures, options["delimiter"], notes)


def _count_forms(connection: DuckDBPyConnection, table: str, places: list[int]) -> dict[int, list[int]]:
    """For each column: values that are there, missing words, unambiguous values, then two counts for each form."""
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    counts: list[str] = []
    for place in places:
        value = f"trim(f{place})"
        present = f"f{place} is not null and {value} not in ({words}, '')"
        counts.append(f"count(*) filter ({present})")
        counts.append(f"count(*) filter ({value} in ({words}))")
        counts.append(f"count(*) filter ({present} and not regexp_full_match({value}, {literal(_AMBIGUOUS)}))")
        for _, _, every, some in _FORMS:
            counts.append(f"count(*) filter ({present} and regexp_full_match({value}, {literal(every)}))")
            counts.append(f"count(*) filter ({present} and regexp_full_match({value}, {literal(some)}))")
    row = connection.execute(f"select {', '.join(counts)} from {table}").fetchall()[0]  # noqa: S608 - quoted above
    width = 3 + 2 * len(_FORMS)
    return {place: list(row[index * width : (index + 1) * width]) for index, place in enumerate(places)}


def _decide(column: dict[str, Any], figures: list[int], delimiter: str, notes: list[str]) -> None:
    present, missing, unambiguous, *matches = figures
    if not present:
        return
    for index, (kind, number, _, _) in enumerate(_FORMS):
        every, some = matches[2 * index], matches[2 * index + 1]
        if every < present or not some:
            continue
        if number == COMMA_DECIMAL and not unambiguous and delimiter == ",":
            continue
        column.update(type=kind)
        if number:
            column["number"] = number
            meaning = "decimal commas" if number == COMMA_DECIMAL else "commas between thousands"
            notes.append(f"The numbers in {column['name']!r} are read with {meaning}.")
        if missing:
            notes.append(f"In {column['name']!r}, {missing} value(s) such as NA are taken as missing.")
        return
    nearly = max(matches[::2])
    if MOSTLY_SHARE * present <= nearly < present:
        notes.append(
            f"{column['name']!r} is read as text: {present - nearly} value(s) are not numbers or dates as the others."
        )


__all__ = ["MixedTablesError", "projection", "scan", "settle"]
