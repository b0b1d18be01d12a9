"""The zygote's memory, arranged so that copying it is cheap: a fork copies its page tables, a child what it writes to.

Imports leave two things behind.  Freed blocks lie scattered among what stays, so a child that allocates would copy a
whole page for every few bytes: `fill_holes` takes them up before the first fork.  And all is in pages of 4 KiB, each of
which a fork copies the entry of and an end takes away again: `gather` has the kernel put them together by 2 MiB.

Only speed and size hang on it: what the kernel refuses to gather stays as it is.
Source: `Objects/obmalloc.c` of CPython; madvise(2), `MADV_COLLAPSE` (Linux 6.1).
"""

from __future__ import annotations

from . import files, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HUGE_BYTES = 2 << 20
_CLASS_BYTES = 16
_LARGEST_CLASS_BYTES = 512
_POOL_BYTES = 16 << 10
"""Python takes blocks of one size from the free ones of a pool before it begins another pool."""
_BLOCKS_LIMIT = 10_000
_BYTES_HEADER = 33

_kept: list[object] = []


def fill_holes() -> None:
    """Takes up the free blocks of Python's allocator, so that what is allocated from here on lies close together."""
    for size in range(_CLASS_BYTES, _LARGEST_CLASS_BYTES + 1, _CLASS_BYTES):
        make = _maker(size)
        before = in_a_row = 0
        for _ in range(_BLOCKS_LIMIT):
            block = make()
            _kept.append(block)
            in_a_row = in_a_row + 1 if id(block) == before + size else 0
            before = id(block)
            if in_a_row >= _POOL_BYTES // size - 2:  # a whole pool had been free
                break


def _maker(size: int) -> Callable[[], object]:
    """Something that makes a new object of exactly this size, which no free list of Python's keeps."""
    if size == 16:
        return object
    if size == 32:
        return lambda: complex(size, size)
    return lambda: bytes(size - _BYTES_HEADER)


def gather() -> None:
    """Puts anonymous memory into pages of 2 MiB, where the kernel knows how and has them."""
    for start, end in _anonymous():
        for block in range(-(-start // _HUGE_BYTES) * _HUGE_BYTES, end - _HUGE_BYTES + 1, _HUGE_BYTES):
            kernel.collapse(block, _HUGE_BYTES)


def _anonymous() -> Iterator[tuple[int, int]]:
    """Where writable memory of no file lies, the stack aside."""
    for line in files.read("/proc/self/maps").decode().splitlines():
        place, permissions, _, _, inode, *name = line.split(maxsplit=5)
        if permissions == "rw-p" and inode == "0" and (not name or name[0] == "[heap]"):
            start, end = (int(address, 16) for address in place.split("-"))
            yield start, end
