"""The memory of a whole sandbox, which resource limits, being per process, do not hold: counted, and ended when over.

Counted is what only ending a process gives back: anonymous and shared memory, shared pages once (proportional set
size), less what is the zygote's.  Mapped files are the page cache's, and scratch has its own caps.
"""

from __future__ import annotations

from . import files

_COUNTED = (b"Pss_Anon:", b"Pss_Shmem:")
_KIB_BYTES = 1024


def is_over(tops: tuple[int, ...], zygote: int, limit_bytes: int) -> bool:
    """Whether the processes from `tops` down hold more than the limit.  Cheap unless they may."""
    inherited = anonymous_bytes(zygote)
    processes = [pid for top in tops for pid in descendants(top)]
    resident = (anonymous_bytes(pid) + _status_bytes(pid, b"RssShmem:") for pid in processes)
    if sum(max(0, held - inherited) for held in resident) <= limit_bytes:
        return False
    # A page that the zygote still shares with all its descendants weighs the same in each of them, itself included.
    share = _held_bytes(zygote)
    return sum(max(0, _held_bytes(pid) - share) for pid in processes) > limit_bytes


def peak_rss_bytes(pid: int) -> int:
    """The largest resident size that a process has had."""
    return _status_bytes(pid, b"VmHWM:")


def anonymous_bytes(pid: int) -> int:
    """What a process holds that is of no file."""
    return _status_bytes(pid, b"RssAnon:")


def descendants(pid: int) -> list[int]:
    """A process and all that came of it and is left, whichever of its threads forked it."""
    found = [pid]
    for process in found:
        for thread in files.names_if_there(f"/proc/{process}/task"):
            found += map(int, files.read_if_there(f"/proc/{process}/task/{thread}/children").split())
    return found


def _status_bytes(pid: int, name: bytes) -> int:
    _, _, rest = files.read_if_there(f"/proc/{pid}/status").partition(b"\n" + name)
    return int(rest.split(maxsplit=1)[0]) * _KIB_BYTES if rest else 0


def _held_bytes(pid: int) -> int:
    lines = files.read_if_there(f"/proc/{pid}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * _KIB_BYTES for line in lines if line.startswith(_COUNTED))
