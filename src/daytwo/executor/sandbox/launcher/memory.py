"""The memory of a whole sandbox, which resource limits, being per process, do not hold: counted, and ended when over.

Counted is what only ending a process gives back: anonymous and shared memory, shared pages once (proportional set
size).  Mapped files are the page cache's, and scratch has its own caps.
"""

from __future__ import annotations

import resource

from . import files

_PAGE_BYTES = resource.getpagesize()
_COUNTED = (b"Pss_Anon:", b"Pss_Shmem:")


def is_over(pid: int, limit_bytes: int) -> bool:
    """Whether the processes below `pid` hold more than the limit.  Cheap unless they may."""
    processes = _descendants(pid)
    if sum(map(_resident_bytes, processes)) <= limit_bytes:
        return False
    return sum(map(_held_bytes, processes)) > limit_bytes


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for process in found:
        found += map(int, files.read_if_there(f"/proc/{process}/task/{process}/children").split())
    return found


def _resident_bytes(pid: int) -> int:
    pages = files.read_if_there(f"/proc/{pid}/statm").split()
    return int(pages[1]) * _PAGE_BYTES if pages else 0


def _held_bytes(pid: int) -> int:
    lines = files.read_if_there(f"/proc/{pid}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_COUNTED))
