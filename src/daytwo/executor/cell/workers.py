"""Worker processes of a program: what `multiprocessing` must know of the place it is in."""

from __future__ import annotations

import multiprocessing.heap


def prepare() -> None:
    """Keeps shared values in the temporary folder.

    `multiprocessing` would ask `statvfs` whether /dev/shm has room; a sandbox refuses that call, because what it tells
    of a file system that others use is a channel between them.  Without candidates it takes the temporary folder,
    which is in memory here, too.
    """
    multiprocessing.heap.Arena._dir_candidates = []  # type: ignore[attr-defined]  # noqa: SLF001 - a private name
