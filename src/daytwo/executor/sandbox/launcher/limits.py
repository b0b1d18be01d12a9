"""Resource limits of a sandbox's processes: what setrlimit(2) and CPU affinity can enforce without a cgroup.

`RLIMIT_DATA` holds private writable memory, which is what programs allocate; `RLIMIT_AS` is wider, because libraries
reserve addresses that they never use, and bounds shared mappings.  `RLIMIT_NPROC` counts within the sandbox's own user
namespace.  All hard limits: a program may lower them, never raise them.
"""

from __future__ import annotations

import os
import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Limits

_STACK_BYTES = 8 << 20
_LAUNCHER_PROCESSES = 2  # the outer and the first


def apply(limits: Limits) -> None:
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_STACK, _STACK_BYTES),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_NPROC, limits["processes"] + _LAUNCHER_PROCESSES),
        (resource.RLIMIT_DATA, limits["memory_bytes"]),
        (resource.RLIMIT_AS, limits["address_space_bytes"]),
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))
    shuffled = sorted(os.sched_getaffinity(0), key=lambda _: os.urandom(4))
    os.sched_setaffinity(0, shuffled[: limits["cpus"]])
