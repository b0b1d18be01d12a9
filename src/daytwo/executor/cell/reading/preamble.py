"""What stands before the table of a text file, and separators that duckdb does not try.  Pure.

duckdb takes the first line for the header.  Here a title, a date or a `sep=;` above it is told from the table: lines
of at most half the table's width, before records that nearly all have the same width.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

RECORDS = 200
SAME_WIDTH_SHARE = 0.8
LINES_LIMIT = 50
USUAL, RARE, FREE = ",;\t|", "~^\x1f\x1e\xa6", " "
_SEP = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True)
class Preamble:
    lines: int = 0
    """To skip before the table."""
    delimiter: str | None = None
    """Where duckdb would not find it."""


def preamble(head: str, *, is_free: bool) -> Preamble:
    """What stands before the table; `is_free` lets spaces separate columns, as in a .txt."""
    told = _SEP.match(head)
    if told:
        return Preamble(1, told.group(1))
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


def _table(head: str, delimiter: str) -> tuple[int, int, str] | None:
    """Width, lines before, delimiter; none where the records are not of one width of two or more."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    widths: list[int] = []
    starts: list[int] = []
    before = 0
    try:
        for record in reader:
            if any(record):
                widths.append(len(record))
                starts.append(before)
            before = reader.line_num
            if len(widths) == RECORDS:
                break
    except csv.Error:
        return None
    if len(widths) < 2:
        return None
    width = Counter(widths).most_common(1)[0][0]
    if width < 2:
        return None
    first = next(place for place, own in enumerate(widths) if own == width)
    above, table = widths[:first], widths[first:]
    if len(table) < 2 or table.count(width) < SAME_WIDTH_SHARE * len(table) or starts[first] > LINES_LIMIT:
        return None
    if any(own > max(1, width // 2) for own in above):
        return None
    return width, starts[first] if above else 0, delimiter
