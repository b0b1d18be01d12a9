"""Text in columns of fixed width, told by the places that are blank in every line.  Pure.

Nothing separates such columns but where they stand, so they are found only where it is clear: each has a name in the
first line, and two blanks or more lie between any two.  A file of which the rest proves otherwise is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

LEAST_LINES = 3
LEAST_GAP = 2
FIELDS_LIMIT = 500


@dataclass(frozen=True)
class Field:
    """A column of the text: the places of its characters, from 0, without the last."""

    name: str
    start: int
    end: int


def fields_of(head: str) -> list[Field] | None:
    """The columns of the text that begins with `head`, whose last line may be cut; None where they are not clear."""
    lines = [line.rstrip() for line in head.splitlines()]
    lines = [line for line in (lines if head.endswith(("\n", "\r")) else lines[:-1] or lines) if line]
    if len(lines) < LEAST_LINES or any("\t" in line for line in lines):
        return None
    header, *rows = lines
    spans = _joined(list(_spans(lines)), rows)
    if not 2 <= len(spans) <= FIELDS_LIMIT:
        return None
    if any(after[0] - before[1] < LEAST_GAP for before, after in itertools.pairwise(spans)):
        return None
    names = [header[start:end].strip() for start, end in spans]
    return [Field(name, *span) for name, span in zip(names, spans, strict=True)] if all(names) else None


def gaps(fields: list[list[int]]) -> list[tuple[int, int]]:
    """The places between columns, and before the first one, that are blank in every line."""
    edges = [0, *itertools.chain.from_iterable(fields)]
    return [(end, start) for end, start in zip(edges[::2], edges[1::2], strict=False) if start > end]


def _spans(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The runs of places that some line has a character at."""
    used = sorted({place for line in set(lines) for place, character in enumerate(line) if character != " "})
    start = before = used[0]
    for place in used[1:]:
        if place > before + 1:
            yield start, before + 1
            start = place
        before = place
    yield start, before + 1


def _joined(spans: list[tuple[int, int]], rows: list[str]) -> list[tuple[int, int]]:
    """Names of several words stand over one column: what no row has a value in belongs to the column before it."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not any(row[start:end].strip() for row in rows):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
