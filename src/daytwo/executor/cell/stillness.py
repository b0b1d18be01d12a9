"""A world that stands still: fixed clock, fixed randomness, so that a rehearsal's output is the same every time.

A rehearsal's output leaves whole, as a function of the schema sheet, the seed and the programs.  The real time would
be one more input, and with it how long the step before took on real data.  A program that asks the kernel past
Python's own functions still learns the time: it is a hardware channel of a shared host, which the receipt names.
"""

from __future__ import annotations

import importlib
import itertools
import sys
import time
import types
from datetime import datetime

from .randomness import Stream

SEED = b"20020202"
TICK_NANOSECONDS = 1_000
"""What each reading of a stopwatch advances it by: programs that wait for it end, and print the same."""

_START_NANOSECONDS = 1_000_000_000_000


def stand_still(instant: str) -> None:
    """Fixes the clock at `instant` (RFC 3339) and every source of randomness, for the rest of this process."""
    _fix_stopwatches()
    Stream(SEED).fix()
    time_machine = _without_its_plugin()
    # A naive stop: `tick` would let the real time shine through.
    time_machine.travel(datetime.fromisoformat(instant), tick=False).start()


def _without_its_plugin() -> types.ModuleType:
    """`time_machine`, which otherwise imports pytest where that is installed: half of a rehearsal's time."""
    held = sys.modules.get("pytest")
    sys.modules["pytest"] = None  # type: ignore[assignment]  # so that an import of it fails (documented)
    try:
        return importlib.import_module("time_machine")
    finally:
        if held is None:
            del sys.modules["pytest"]
        else:
            sys.modules["pytest"] = held


def _fix_stopwatches() -> None:
    ticks = itertools.count(_START_NANOSECONDS, TICK_NANOSECONDS)

    def nanoseconds() -> int:
        return next(ticks)

    def seconds() -> float:
        return next(ticks) / 1e9

    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, seconds)
        setattr(time, f"{name}_ns", nanoseconds)
