"""Whole records out of the middle of a text: where the first one begins, and where the last one ends.  Pure.

A block that is cut out of a delimited file begins somewhere in a record, perhaps within quotes.  A line is taken for
the start of a record where it and most of those after it have the table's width, read with the table's quotes.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

STARTS_TRIED = 50
"""Lines of a block: the start of a record after one that fills more than so many is not found."""
PROOF_RECORDS = 20
SAME_WIDTH_SHARE = 0.8


@dataclass(frozen=True)
class Shape:
    """How the records of a delimited file are told apart."""

    delimiter: str
    quote: str
    escape: str
    width: int
    """How many fields most of them have."""

    @staticmethod
    def of(head: str, *, delimiter: str, quote: str, escape: str) -> Shape:
        """The shape of the file that begins with `head`."""
        shape = Shape(delimiter, quote, escape, 0)
        widths = Counter(width for width, _ in _records(head, shape))
        return Shape(delimiter, quote, escape, widths.most_common(1)[0][0] if widths else 0)


def whole_lines(block: str, *, starts_inside: bool) -> str:
    """The lines that lie in the block from their beginning to their end."""
    start = block.find("\n") + 1 if starts_inside else 0
    return block[start : block.rfind("\n") + 1]


def whole_records(block: str, shape: Shape, *, starts_inside: bool) -> str:
    """The records that lie in the block from their beginning to their end; nothing where no start is found.

    The last one is left out, for it may go on behind the block.
    """
    start: int | None = 0
    if starts_inside:
        # Where every quote is where CSV wants it, no text within quotes passes for a record.
        start = _first_start(block, shape, strict=True)
        start = _first_start(block, shape, strict=False) if start is None else start
    if start is None:
        return ""
    end = last = 0
    for _, after in _records(block[start:], shape):
        end, last = last, after
    return block[start : start + end]


def _first_start(block: str, shape: Shape, *, strict: bool) -> int | None:
    start = 0
    for _ in range(STARTS_TRIED):
        line = io.StringIO(block[start:], newline="").readline()
        start += len(line)
        if start == len(block):
            return None
        widths: list[int] = []
        for width, _ in _records(block[start:], shape, strict=strict):
            widths.append(width)
            if len(widths) == PROOF_RECORDS or widths[0] != shape.width:
                break
        if widths[:1] == [shape.width] and widths.count(shape.width) >= SAME_WIDTH_SHARE * len(widths):
            return start
    return None


def _records(text: str, shape: Shape, *, strict: bool = False) -> Iterator[tuple[int, int]]:
    """For each record how many fields it has, and where it ends; nothing more once the text is no such table."""
    place = 0

    def lines() -> Iterator[str]:
        nonlocal place
        for line in io.StringIO(text, newline=""):
            place += len(line)
            yield line

    doubled = shape.escape in {"", shape.quote}
    reader = csv.reader(
        lines(),
        delimiter=shape.delimiter,
        quotechar=shape.quote or None,
        quoting=csv.QUOTE_MINIMAL if shape.quote else csv.QUOTE_NONE,
        doublequote=doubled,
        escapechar=None if doubled else shape.escape,
        strict=strict,
    )
    try:
        for record in reader:
            yield len(record), place
    except csv.Error:
        return
