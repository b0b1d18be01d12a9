"""From a sniffed dialect to options that every later read can keep: proved by reading the whole file once.

The types are those of the sniffer where every value fits; a column whose values do not all fit is read as text, and
turned into numbers or dates in the view where every value allows it (`refining`).  Dates and times keep the sniffer's
type only where they are written as ISO 8601 has it: duckdb takes `1 2 3` for a date.  A header that recurs among its
own column's values is a row of data.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .closing import adds_up, total_of
from .delimited import TEXT, lines, scan, sniff
from .encoding import shown
from .fixedwidth import gaps
from .forms import FORMS, projection
from .headers import fit_names, is_value_like, replaced_note
from .problem import UnreadableError, about
from .quoting import literal
from .refining import COLUMNS_A_QUERY, first_values, refine
from .rejected import REJECTS_SHOWN, TEXT_CHARACTERS, reject

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WIDENING_ROUNDS = 4
_numbers = itertools.count()
"""For tables of rejects: duckdb does not fill one that was dropped and is named again."""
BAD_LINES_LIMIT_SHARE = 0.5
_ISO = {"DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "zoned", "TIME": "time"}
_LONG = frozenset({"HUGEINT", "UHUGEINT", "UBIGINT", "BIGNUM"})
_PLACE = {form.key: place for place, form in enumerate(FORMS)}


def settle(
    connection: DuckDBPyConnection, files: list[str], date_order: str | None = None, *, keeps_last: bool = False
) -> tuple[dict[str, Any], list[str], list[dict[str, Any]]]:
    """The options of one table over `files`, which share their dialect and header, notes, and lines left out.

    `date_order`, `dmy` or `mdy`, is how the owner means dates that fit both.  With `keeps_last` the last line is a row,
    whatever it calls itself.

    Raises:
        UnreadableError: as `sniff`; `not_a_table` where half of the lines or more do not fit.
        MixedTablesError: where the files do not belong to one table.
    """
    sniffed = []
    for path in files:
        with about(path):
            sniffed.append(sniff(connection, path))
    first = sniffed[0]
    if any(_signature(other) != _signature(first) for other in sniffed[1:]):
        raise MixedTablesError
    types = [_widest(kinds) for kinds in zip(*(each["types"] for each in sniffed), strict=True)]
    options = {
        **{key: first[key] for key in _DIALECT},
        "skips_bad_lines": False,
        "date_order": date_order,
        "total": None if keeps_last or len(files) > 1 else total_of(files[0], first),
        "columns": [{"name": f"f{place}", "read": kind, "type": kind} for place, kind in enumerate(types, start=1)],
    }
    total = options["total"]
    if total:
        options["columns"][total["place"] - 1].update(read=TEXT, type=TEXT)
    if options["fixed"]:
        _refuse_unclear(connection, options, files)
    doubts: list[str] = []
    long = _keep_iso(connection, options, files)
    rejects = _prove(connection, options, files, doubts)
    # duckdb calls a column without a name `column<n>`, n from 0.
    raw = [None if name == f"column{place}" else name for place, name in enumerate(first["raw"])]
    if first["above"]:
        _name_rows(options, first["above"], doubts)
    else:
        _name(connection, options, files, raw, doubts)
    names = [repr(options["columns"][place - 1]["name"]) for place in long]
    if names:
        doubts.append(f"Kept as text, because whole numbers there have more than 64 bits: {', '.join(names)}.")
    refine(connection, options, files, doubts)
    if total:
        if not adds_up(connection, options, files):
            return settle(connection, files, date_order, keeps_last=True)
        doubts.append(f"The last line ({total['word']!r}) adds up those above, and is left out.")
    return options, [*_describe(options, names_above=first["above"] is not None), *doubts], rejects


def _refuse_unclear(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str]) -> None:
    """Columns of fixed width were found at the head of the text; it is read only where all lines keep to them."""
    between = " or ".join(
        f"trim(substr(line, {start + 1}, {end - start})) <> ''" for start, end in gaps(options["fixed"])
    )
    found = connection.execute(
        f"select count(*) from {lines(connection, options, files)} where {between}"  # noqa: S608 - numbers
    ).fetchone()
    if found and found[0]:
        raise UnreadableError(
            "not_a_table",
            f"The text has columns of fixed width at its head, which {found[0]:,} line(s) further down do not keep to: "
            "where its columns stand is not clear. Save the data as CSV.",
        )


def _keep_iso(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str]) -> list[int]:
    """Makes text of dates and times that are not written as ISO 8601, and of numbers beyond 64 bits: returns these."""
    columns = options["columns"]
    sniffed = [column["type"] for column in columns]
    long = [place for place, kind in enumerate(sniffed, start=1) if kind in _LONG]
    dated = [place for place, kind in enumerate(sniffed, start=1) if kind in _ISO]
    for place in (*long, *dated):
        columns[place - 1].update(read=TEXT, type=TEXT)
    if not dated:
        return long
    lenient = dict(options, skips_bad_lines=True)
    for place, values in first_values(connection, lenient, files, dated).items():
        kind = sniffed[place - 1]
        if values and all(re.fullmatch(FORMS[_PLACE[_ISO[kind]]].every, value) for value in values):
            columns[place - 1].update(read=kind, type=kind)
    return long


class MixedTablesError(Exception):
    """Files that were read as one table differ in dialect, columns or types."""


_DIALECT = ("encoding", "compressed", "strict", "delimiter", "quote", "escape", "comment", "skip", "header", "fixed")


def _signature(sniffed: dict[str, Any]) -> tuple[object, ...]:
    names = tuple(sniffed["raw"]) if sniffed["header"] else sniffed["above"] or len(sniffed["raw"])
    return (*(sniffed[key] for key in ("encoding", "compressed", "delimiter", "header", "skip", "fixed")), names)


def _widest(types: tuple[str, ...]) -> str:
    kinds = set(types)
    if len(kinds) == 1:
        return types[0]
    return "DOUBLE" if kinds <= {"BIGINT", "DOUBLE"} else TEXT


def _describe(options: dict[str, Any], *, names_above: bool) -> list[str]:
    """In one line, how the text is read; in another, what stands before the table."""
    delimiter = options["delimiter"]
    named = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars", " ": "spaces"}
    packed = "gzipped text" if options["compressed"] else "text"
    apart = (
        f"columns separated by {named.get(delimiter, repr(delimiter))}"
        if len(options["columns"]) > 1
        else ("one column")
    )
    apart = "columns of fixed width" if options["fixed"] else apart
    before = options["skip"] - names_above
    header = f"names in line {before + 1}" if options["header"] or names_above else "no header"
    notes = [f"Read as {packed} in {shown(options['encoding'])}, {apart}, {header}."]
    if before:
        notes.append(f"{before} line(s) before the table were skipped.")
    if options["comment"]:
        notes.append(f"Lines that begin with {options['comment']!r} are taken for comments.")
    return notes


def _prove(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], notes: list[str]
) -> list[dict[str, Any]]:
    """Reads everything with these types; widens what does not fit until only bad lines are left: returns those."""
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
        misfits, bad, lines = _rejected(connection, rejects)
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
    return lines


def _rejected(connection: DuckDBPyConnection, rejects: str) -> tuple[list[int], int, list[dict[str, Any]]]:
    """Columns (from 1) with values that do not fit, how many lines have the wrong shape, and the first of these."""
    made = connection.execute("select 1 from duckdb_tables() where table_name = ?", [rejects]).fetchone()
    if made is None:
        return [], 0, []
    misfits = connection.execute(
        f"select distinct column_idx from {rejects} where error_type = 'CAST'"  # noqa: S608 - a name of our own
    ).fetchall()
    bad = connection.execute(
        f"select count(distinct (file_id, line)) from {rejects} where error_type <> 'CAST'"  # noqa: S608 - as above
    ).fetchone()
    lines = connection.execute(
        f"select file_id, line, any_value(column_idx), any_value(error_type::varchar), "  # noqa: S608 - as above
        f"any_value(left(csv_line, {TEXT_CHARACTERS})) from {rejects} where error_type <> 'CAST' "
        f"group by file_id, line order by file_id, line limit {REJECTS_SHOWN}"
    ).fetchall()
    connection.execute(f"drop table {rejects}")
    connection.execute(f"drop table {rejects}_scan")
    return [place for (place,) in misfits], bad[0] if bad else 0, [reject(*line) for line in lines]


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


def _name_rows(options: dict[str, Any], names: Sequence[str], notes: list[str]) -> None:
    fitted, replaced = fit_names([None, *names])
    notes.append("The header has one name fewer than there are columns: the first column, c1, is the rows' own names.")
    if replaced > 1:
        notes.append(replaced_note(replaced))
    for column, name in zip(options["columns"], fitted, strict=True):
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


__all__ = ["MixedTablesError", "projection", "scan", "settle"]
