"""Where the table of a spreadsheet begins, and the row or two that hold its columns' names.  Pure.

A table begins at the first row that is about as wide as the sheet.  Names in two rows are either groups over names
(`Q1`, over `units` and `revenue`) or names over their units (`weight`, over `kg`); a column is called by both then.
Two rows are taken for names only where nothing else explains them, for the second one could be data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH_SHARE = 0.6
"""Of the widest row: what is narrower, before the table, is a title."""

Row = Sequence[object]
"""The values of a row; None where a cell is empty."""
Merged = Sequence[tuple[int, int, int]]
"""Cells that are one: the row, the first column, the last column."""


@dataclass(frozen=True)
class Heading:
    start: int
    """The rows before the names."""
    rows: int
    """How many hold names: none, one or two."""
    names: tuple[str | None, ...]

    @property
    def end(self) -> int:
        """The rows before the first one of data."""
        return self.start + self.rows


def find(head: Sequence[Row], merged: Merged) -> Heading | None:
    """The heading of the sheet that begins with `head`; None where it is empty."""
    widths = [sum(value is not None for value in row) for row in head]
    if not any(widths):
        return None
    start = next(place for place, width in enumerate(widths) if width >= max(1, WIDTH_SHARE * max(widths)))
    for upper in (start - 1, start):
        if upper < 0 or upper + 1 >= len(head) or not (_is_text(head[upper]) and _is_text(head[upper + 1])):
            continue
        below = head[upper + 2 :]
        spans = [(first, last) for row, first, last in merged if row == upper and last > first]
        names = _grouped(head[upper], head[upper + 1], spans) or _with_units(head[upper], head[upper + 1], below)
        if names and below:
            return Heading(upper, 2, names)
    if _is_header(head[start]):
        return Heading(start, 1, tuple(map(_name, head[start])))
    return Heading(start, 0, ())


def _is_header(row: Row) -> bool:
    values = [value for value in row if value is not None]
    names = sum(isinstance(value, str) or _is_year(value) for value in values)
    return names * 2 > len(values) and any(isinstance(value, str) for value in values)


def _is_text(row: Row) -> bool:
    """Whether it holds something, and nothing but text and years."""
    values = [value for value in row if value is not None]
    return bool(values) and all(isinstance(value, str) or _is_year(value) for value in values)


def _is_year(value: object) -> bool:
    return isinstance(value, int) and 1800 <= value < 2100


def _grouped(upper: Row, lower: Row, spans: Sequence[tuple[int, int]]) -> tuple[str | None, ...] | None:
    """The names of columns in groups; None where the rows are no such pair.

    A group stands over two names or more, as merged cells say or else the gaps behind it.  A name that is not in one
    stands in either row, with nothing in the other.
    """
    groups = dict(spans) or _gaps(upper, lower)
    if not groups:
        return None
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    held = {place: first for first, last in groups.items() for place in range(first, min(last + 1, width))}
    outside = [place for place in range(width) if place not in held]
    if any(above[place] is not None and below[place] is not None for place in outside):
        return None
    if any(below[place] is None for place in held) or not (outside or len(groups) > 1):
        return None
    if not spans and len(groups) < 2 and not any(above[place] is not None for place in outside):
        return None
    return tuple(
        _name(above[held[place]], below[place]) if place in held else _name(above[place], below[place])
        for place in range(width)
    )


def _gaps(upper: Row, lower: Row) -> dict[int, int]:
    """The groups, first column to last, where no cells are merged: each goes on over the gaps behind it."""
    groups: dict[int, int] = {}
    first: int | None = None
    for place, below in enumerate(lower):
        above = upper[place] if place < len(upper) else None
        if above is not None:
            first = place if below is not None else None
        elif first is not None and below is not None:
            groups[first] = place
        else:
            first = None
    return groups


def _with_units(upper: Row, lower: Row, data: Sequence[Row]) -> tuple[str | None, ...] | None:
    """The names with their units; None where the lower row is none of units.

    Units stand over numbers alone, and over most of them.
    """
    if any(value is None for value in upper) or len(lower) > len(upper):
        return None
    numbers = {place for place in range(len(upper)) if _holds_numbers(row[place] for row in data if place < len(row))}
    units = {place for place, value in enumerate(lower) if value is not None}
    if not units <= numbers or len(units) * 2 < len(numbers):
        return None
    below = _padded(lower, len(upper))
    return tuple(_name(name, unit) for name, unit in zip(upper, below, strict=True))


def _holds_numbers(values: Iterable[object]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and not any(isinstance(value, str) for value in known)


def _padded(row: Row, width: int) -> list[object]:
    return [*row, *[None] * (width - len(row))]


def _name(*parts: object) -> str | None:
    words = [_word(part) for part in parts if part is not None]
    return " ".join(dict.fromkeys(words)) if words else None


def _word(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value).strip()
