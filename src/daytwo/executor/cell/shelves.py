"""Variables that stand alone, told in runs: their pickles lie one behind the other in a blob.

A notebook is full of small variables, and an entry for each would be most of what a save writes.  A shelf is
`[names, [blob, offset], lengths]`: where the first one begins, and how long each is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Span = tuple[int, int, int]

Shelf = list[Any]
"""`[names, [blob, offset], lengths]`."""


def shelved(variables: Iterable[tuple[str, Span]]) -> list[Shelf]:
    """As few shelves as these variables fit on."""
    made: list[Shelf] = []
    blob_before = end = -1
    for blob, offset, length, name in sorted((*span, name) for name, span in variables):
        if blob != blob_before or offset != end:
            names: list[str] = []
            lengths: list[int] = []
            made.append([names, [blob, offset], lengths])
        names.append(name)
        lengths.append(length)
        blob_before, end = blob, offset + length
    return made


def taken_down(shelves: Iterable[Any]) -> Iterator[tuple[str, Span]]:
    """Each variable on these shelves, and where it lies."""
    for names, (blob, place), lengths in shelves:
        offset = place
        for name, length in zip(names, lengths, strict=True):
            yield name, (blob, offset, length)
            offset += length
