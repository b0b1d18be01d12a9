"""What stands before the table of a text file, and separators that duckdb does not try.  Pure.

duckdb takes the first line for the header.  Here a title, a date or a `sep=;` above it is told from the table: lines
that fill at most half of the table's width, before records that nearly all have the same width.  A spreadsheet pads
such lines with separators up to that width.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass

from .headers import is_value_like

RECORDS = 200
SAME_WIDTH_SHARE = 0.8
LINES_LIMIT = 50
LEAST_RECORDS = 20
USUAL, RARE, FREE = ",;\t|", "~^\x1f\x1e\xa6", " "
_SEP = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True)
class Preamble:
    lines: int = 0
    """To skip before the table."""
    delimiter: str | None = None
    """Where duckdb would not find it."""
    names: tuple[str, ...] | None = None
    """The header, in the last of these lines, where it has one name fewer than there are columns: R writes row names
    so, in a first column without a name."""


def preamble(head: str, *, is_free: bool) -> Preamble:
    """What stands before the table; `is_free` lets spaces separate columns, as in a .txt."""
    told = _SEP.match(head)
    if told:
        return Preamble(1, told.group(1))
    for delimiter in USUAL + (FREE if is_free else ""):
        if names := _above_row_names(head, delimiter):
            return Preamble(1, delimiter, names)
    usual = [found for delimiter in USUAL if (found := _table(head, delimiter))]
    if usual:
        # A separator that explains every line beats one that explains the rows below a first line of its own.
        _, lines, delimiter = max(usual, key=lambda found: (found[1] == 0, found[0]))
        return Preamble(lines, delimiter) if lines else Preamble()
    for delimiter in RARE + (FREE if is_free else ""):
        found = _table(head, delimiter)
        if found and found[1] == 0:
            return Preamble(0, delimiter)
    return Preamble()


def has_table(head: str) -> bool:
    """Whether one of the usual separators makes columns of the text."""
    return any(_table(head, delimiter) for delimiter in USUAL)


def _above_row_names(head: str, delimiter: str) -> tuple[str, ...] | None:
    """The names in the first line, where each record below has a name of its own before as many values."""
    try:
        records = list(itertools.islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), RECORDS))
    except csv.Error:
        return None
    # The last one may be cut.
    header, *rows = records[:-1] if len(records) > LEAST_RECORDS else [record for record in records if record]
    if len(rows) < 2 or len(header) < 2 or any(len(row) != len(header) + 1 for row in rows) or not all(header):
        return None
    if any(field.startswith("'") for row in rows for field in row):
        # Single quotes may hold a separator.
        return None
    named = [row[0] for row in rows]
    ends_in_values = any(row[-1] for row in rows)
    return tuple(header) if all(named) and len(set(named)) == len(named) and ends_in_values else None


def _table(head: str, delimiter: str) -> tuple[int, int, str] | None:
    """Width, lines before, delimiter; none where the records are not of one width of two or more."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    starts: list[int] = []
    before = 0
    try:
        for record in reader:
            if any(record):
                records.append(record)
                starts.append(before)
            before = reader.line_num
            if len(records) == RECORDS:
                break
    except csv.Error:
        return None
    if len(records) < 2:
        return None
    widths = [len(record) for record in records]
    width = Counter(widths).most_common(1)[0][0]
    if width < 2:
        return None
    first = next((place for place, record in enumerate(records) if _filled(record) > max(1, width // 2)), 0)
    if width in widths[:first] and not _is_header(records[first]):
        first = 0
    table = widths[first:]
    if widths[first] != width or starts[first] > LINES_LIMIT:
        return None
    if len(table) < 2 or table.count(width) < SAME_WIDTH_SHARE * len(table):
        return None
    return width, starts[first] if first else 0, delimiter


def _filled(record: list[str]) -> int:
    """The fields up to the last one that holds something."""
    return max(place for place, field in enumerate(record, start=1) if field)


def _is_header(record: list[str]) -> bool:
    """Whether a record can only be one: rows with little in them may be titles above it, and not data."""
    return all(field and not is_value_like(field) for field in record)
