"""How rules turn parts of a question into filters: in place, left to right, so that the order of words is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from daytwo.control.models.analyst.question import Filter, FlagFilter, ValueFilter
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.table.columns import Column

Reading = tuple[list[Chunk], int]
"""Chunks that replace those up to an index."""


def reduce(chunks: list[Chunk], rule: Callable[[list[Chunk], int], Reading | None]) -> list[Chunk]:
    """Apply a rule wherever it matches, left to right; what it made is not read again."""
    done: list[Chunk] = []
    at = 0
    while at < len(chunks):
        reading = rule([*done, *chunks[at:]], len(done))
        if reading is None:
            done.append(chunks[at])
            at += 1
        else:
            made, end = reading
            at += end - len(done)
            done.extend(made)
    return done


def filter_chunk(made: Filter, parts: Sequence[Chunk]) -> Chunk:
    return Chunk(Role.FILTER, " ".join(part.text for part in parts), made)


def yes_filter(column: Column, *, yes: bool = True) -> Filter:
    """Rows of which a column says yes, or no."""
    return ValueFilter(("yes" if yes else "no",), (column,)) if column.is_yes_or_no else FlagFilter(column, yes)


def role_at(chunks: Sequence[Chunk], at: int) -> Role | None:
    return chunks[at].role if 0 <= at < len(chunks) else None
