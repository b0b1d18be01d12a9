"""Resource limits of a sandbox's processes: what setrlimit(2) and CPU affinity can enforce without a cgroup.

`RLIMIT_DATA` holds private writable memory, which is what programs allocate; `RLIMIT_AS` is wider, because libraries
reserve addresses that they never use, and bounds shared mappings.  Both come on top of what a child has inherited from
its zygote.  `RLIMIT_NPROC` counts within the sandbox's own user namespace.  All hard limits: a program may lower them,
never raise them.  The keeper imposes them from outside, on a child that has not heard of its program.
"""

from __future__ import annotations

import os
import resource
from contextlib import contextmanager

from . import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .order import Limits

_STACK_BYTES = 8 << 20
_PAGE_BYTES = resource.getpagesize()


def apply_common() -> None:
    """Those that no profile changes, set before the zygote is executed: its children inherit them."""
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_STACK, _STACK_BYTES),
    ):
        _lower(0, kind, value)


def impose(pid: int, limits: Limits, owner: int | None) -> None:
    """A run's own, on a parked program of this user, where root imposes them; None where it is our own user."""
    held_pages, *_, data_pages, _ = map(int, files.read(f"/proc/{pid}/statm").split())
    with _as(owner):
        for kind, value in (
            (resource.RLIMIT_CPU, limits["cpu_seconds"]),
            (resource.RLIMIT_FSIZE, limits["file_bytes"]),
            (resource.RLIMIT_NOFILE, limits["open_files"]),
            (resource.RLIMIT_NPROC, limits["processes"]),
            (resource.RLIMIT_DATA, data_pages * _PAGE_BYTES + limits["memory_bytes"]),
            (resource.RLIMIT_AS, held_pages * _PAGE_BYTES + limits["address_space_bytes"]),
        ):
            _lower(pid, kind, value)


def place(pid: int, processors: set[int], owner: int | None) -> None:
    """Keeps a parked program of this user, and what will come of it, on these processors."""
    with _as(owner):
        os.sched_setaffinity(pid, processors)


@contextmanager
def _as(owner: int | None) -> Iterator[None]:
    """Acts as another user: containers give their root no CAP_SYS_RESOURCE and no CAP_SYS_NICE."""
    if owner is None:
        yield
        return
    os.setresgid(owner, owner, 0)
    os.setresuid(owner, owner, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


def _lower(pid: int, kind: int, value: int) -> None:
    hard = resource.prlimit(pid, kind)[1]
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.prlimit(pid, kind, (allowed, allowed))
