"""The snapshot that a step starts from, as the sandbox sees it: a manifest and a folder of blobs, all read-only.

A span is where a part of a snapshot lies: `[blob, offset, length]`, the blob as its index in the manifest.  Large parts
are mapped, privately, so that reading costs nothing until a page is touched and writing never reaches the file.  At
the end of a step a mapped part whose pages were not written to is known to be unchanged without looking at a byte.
Source: docs/adr/0015-state.md; proc_pid_smaps(5).
"""

from __future__ import annotations

import mmap
import re
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import delta
from .shelves import taken_down

Span = tuple[int, int, int]

MAPPED_BYTES = 1024 * 1024
"""A part from this size on is mapped where it lies, page by page; a smaller one is copied, which is quicker."""
MAPPINGS_LIMIT = 256
"""Each holds a file descriptor; what comes later is copied."""
WRITABLE_SHARE = 0.5
"""Of the memory: private writable mappings count against its limit even untouched.  What comes later is read-only."""
COMPARED_BYTES = 1024 * 1024
"""At a time."""
_ADDRESSES = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) ", re.MULTILINE)
_WRITTEN = re.compile(rb"^Anonymous: +([0-9]+) kB", re.MULTILINE)


@dataclass(frozen=True)
class KeptGroup:
    """Variables that share objects.  A name is None where a later step took it away from a group it could not read."""

    names: tuple[str | None, ...]
    stream: Span
    buffers: tuple[Span, ...]


@dataclass(frozen=True)
class KeptFile:
    path: str
    span: Span


@dataclass(frozen=True)
class KeptBlob:
    name: str
    skip: int
    """Bytes of the file before it begins."""


@dataclass
class Kept:
    """What the manifest names."""

    folder: Path = field(default_factory=Path)
    blobs: tuple[KeptBlob, ...] = ()
    groups: tuple[KeptGroup, ...] = ()
    modules: dict[str, str] = field(default_factory=dict)
    files: tuple[KeptFile, ...] = ()
    folders: tuple[str, ...] = ()
    """Of the workspace, those that hold nothing."""
    writable_bytes: int = 0
    """Left for writable mappings."""

    def __post_init__(self) -> None:
        self._whole: dict[int, memoryview] = {}
        self._mapped: dict[tuple[int, int], tuple[weakref.ref[mmap.mmap], Span]] = {}
        self._written: list[tuple[int, int]] | None = None

    @classmethod
    def of(cls, state: Path | None, memory_bytes: int) -> Kept:
        """The snapshot in a job's state folder; an empty one for None."""
        if state is None:
            return cls()
        told = delta.read((state / "manifest.json").read_bytes())
        whole = delta.merged(delta.read((state / "whole.json").read_bytes()), told) if "on" in told else told
        said = delta.EMPTY | whole
        alone = (KeptGroup((name,), span, ()) for name, span in taken_down(said["shelves"]))
        return cls(
            state / "blobs",
            tuple(KeptBlob(blob["name"], blob.get("skip", 0)) for blob in said["blobs"]),
            (*alone, *map(_group, said["groups"])),
            said["modules"],
            tuple(KeptFile(file["path"], tuple(file["span"])) for file in said["files"]),
            tuple(said["folders"]),
            int(memory_bytes * WRITABLE_SHARE),
        )

    def read(self, span: Span) -> memoryview:
        """A part, read-only."""
        blob, offset, length = span
        if not length:
            return memoryview(b"")
        if blob not in self._whole:
            known = self.blobs[blob]
            with (self.folder / known.name).open("rb") as file:
                self._whole[blob] = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[known.skip :]
        return self._whole[blob][offset : offset + length]

    def memory(self, span: Span) -> memoryview | bytearray:
        """A part as memory that variables live in: the program's to write to, as far as its limit reaches."""
        blob, offset, length = span
        if length < MAPPED_BYTES or offset % mmap.PAGESIZE or len(self._mapped) >= MAPPINGS_LIMIT:
            return bytearray(self.read(span))
        protection = mmap.PROT_READ
        if length <= self.writable_bytes:
            self.writable_bytes -= length
            protection |= mmap.PROT_WRITE
        with (self.folder / self.blobs[blob].name).open("rb") as file:
            mapped = mmap.mmap(file.fileno(), length, flags=mmap.MAP_PRIVATE, prot=protection, offset=offset)
        view = memoryview(mapped)
        self._mapped[address(view), length] = (weakref.ref(mapped), span)
        return view

    def unchanged(self, part: memoryview, before: Span | None) -> Span | None:
        """Where `part` already lies: mapped from there and not written to, or equal byte for byte to `before`."""
        if part.nbytes >= MAPPED_BYTES:
            start = address(part)
            mapped, span = self._mapped.get((start, part.nbytes), (None, None))
            # A mapping that is gone may have left its address to other memory.
            if mapped is not None and mapped() is not None and not self._is_written(start, part.nbytes):
                return span
        return before if before is not None and self._equals(part, before) else None

    def _equals(self, part: memoryview, span: Span) -> bool:
        if part.nbytes != span[2]:
            return False
        before = self.read(span)
        return all(
            bytes(part[start : start + COMPARED_BYTES]) == bytes(before[start : start + COMPARED_BYTES])
            for start in range(0, part.nbytes, COMPARED_BYTES)
        )

    def _is_written(self, start: int, length: int) -> bool:
        """Whether a page of this memory is the program's own by now, or cannot be told from one that is."""
        if self._written is None:
            self._written = list(_written_ranges())
        return any(begin < start + length and start < end for begin, end in self._written)


def _group(said: list[Any]) -> KeptGroup:
    names, stream, buffers = said
    return KeptGroup(tuple(names), tuple(stream), tuple(tuple(span) for span in buffers))


def _written_ranges() -> Iterator[tuple[int, int]]:
    try:
        text = Path("/proc/self/smaps").read_bytes()
    except OSError:
        text = b""
    starts = [*_ADDRESSES.finditer(text)]
    if not starts:
        yield 0, 1 << 64
    ends = [match.start() for match in starts[1:]] + [len(text)]
    for match, end in zip(starts, ends, strict=True):
        written = _WRITTEN.search(text, match.end(), end)
        if written is None or int(written[1]):
            yield int(match[1], 16), int(match[2], 16)


def address(view: memoryview) -> int:
    """Where a view's bytes begin in memory."""
    import numpy as np

    start: int = np.frombuffer(view, np.uint8).__array_interface__["data"][0]
    return start
