"""The parts of a snapshot as blobs: small parts together, large ones each by itself, so that few files are synced.

What lies unchanged in the snapshot before is named again and not sent.  A span counts the blobs of the snapshot before
first and then those sent, in their order: the executor resolves it there and nowhere else.
"""

from __future__ import annotations

import mmap

from .frames import WRITTEN_BYTES
from .kept import MAPPED_BYTES, Kept, Span, address
from .outlet import Outlet

ALONE_BYTES = 16 * 1024 * 1024
"""A part from this size on is a blob of its own: it goes when nothing names it any more."""
TOGETHER_BYTES = 64 * 1024 * 1024
"""Of small parts; then a new blob is begun."""
_PADDING = memoryview(bytes(mmap.PAGESIZE))


class Parcels:
    """Takes the parts of one save; `finish` sends those that still wait to be sent together."""

    def __init__(self, kept: Kept, outlet: Outlet) -> None:
        self._kept = kept
        self._outlet = outlet
        self._next = 0
        self._together: list[memoryview] = []
        self._together_bytes = 0
        self._begun = self._number()
        self._by_place: dict[tuple[int, int], tuple[memoryview, Span]] = {}
        """Memory that several variables have in common; held, lest its place is taken by other memory."""

    def put(self, part: memoryview, before: Span | None = None) -> Span:
        """Where the part will lie, by what the new manifest may say of it.

        Args:
            part: bytes that stay as they are until `finish`.
            before: where the snapshot before holds what may be the same.

        Raises:
            TooLargeError: it does not fit into what is left of the output.
        """
        if part.nbytes < MAPPED_BYTES:
            known = None if before is None else self._kept.unchanged(part, before)
            return known or self._small(part)
        place = (address(part), part.nbytes)
        if place not in self._by_place:
            self._by_place[place] = part, self._kept.unchanged(part, before) or self._large(part)
        return self._by_place[place][1]

    def finish(self) -> None:
        parts = self._together
        if parts:
            if self._together_bytes <= WRITTEN_BYTES:
                parts = [memoryview(b"".join(parts))]
            self._outlet.blob(self._begun - len(self._kept.blobs), parts)
            self._together, self._together_bytes = [], 0

    def _small(self, part: memoryview) -> Span:
        size_bytes = part.nbytes
        if not size_bytes:
            return (0, 0, 0)
        self._outlet.reserve(size_bytes)
        if self._together_bytes + size_bytes > TOGETHER_BYTES:
            self._begin_anew()
        return self._add(part)

    def _large(self, part: memoryview) -> Span:
        self._outlet.reserve(part.nbytes + mmap.PAGESIZE)
        if part.nbytes >= ALONE_BYTES:
            blob = self._number()
            self._outlet.blob(blob - len(self._kept.blobs), [part])
            return blob, 0, part.nbytes
        if self._together_bytes + part.nbytes > TOGETHER_BYTES:
            self._begin_anew()
        self._add(_PADDING[: -self._together_bytes % mmap.PAGESIZE])
        return self._add(part)

    def _begin_anew(self) -> None:
        self.finish()
        self._begun = self._number()

    def _add(self, part: memoryview) -> Span:
        offset = self._together_bytes
        self._together.append(part)
        self._together_bytes = offset + part.nbytes
        return self._begun, offset, part.nbytes

    def _number(self) -> int:
        self._next += 1
        return len(self._kept.blobs) + self._next - 1
