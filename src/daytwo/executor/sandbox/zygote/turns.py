"""Short turns on the processor, for processes that others wait for and that work for microseconds: executor and keeper.

Who asks for short turns has them soon after it wakes, in place of whoever is in the middle of a long one; its share of
the processor stays what it was.  What it starts does not inherit them.  Only speed hangs on it: a kernel that does not
know of them goes on as before.
Source: sched_setattr(2); Documentation/scheduler/sched-eevdf.rst (Linux 6.12).
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress

from . import kernel

_TURN_NANOSECONDS = 100_000
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""`struct sched_attr`: size, policy, flags, nice, priority, runtime, deadline, period."""
_SCHED_OTHER = 0
_RESET_ON_FORK = 1


def be_short() -> None:
    """For the calling thread."""
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, _SCHED_OTHER, _RESET_ON_FORK, nice, 0, _TURN_NANOSECONDS, 0, 0)
    with suppress(kernel.Refused):
        kernel.syscall("short turns", kernel.number_of("sched_setattr"), 0, attributes, 0)
