"""Named points around every durable change, at which a process can be told to die: what `tests/faults` kills at.

A boundary has three points: `NAME:before` (nothing of the change is there), `NAME:during` (all of it is said, nothing
is committed) and `NAME:after` (it is committed, and nobody was told).  `DAYTWO_CRASHPOINT` is read once, at the start:

* `NAME:WHEN` kills this process (SIGKILL) whenever it gets there;
* `@FILE` looks at each point for a file that holds `NAME:WHEN`, or `NAME:WHEN PID` for another victim; whoever removes
  the file does the killing, so one file is one death, in whichever process comes first.

Without the variable a point costs one comparison.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "DAYTWO_CRASHPOINT"

Watcher = Callable[[str], None]
"""Is told of each point that is reached; may raise or kill."""


def reach(point: str) -> None:
    """Says that the process is at a point."""
    if _watcher is not None:
        _watcher(point)


@contextmanager
def around(boundary: str) -> Iterator[None]:
    """The points of a change that has no inside of its own; one that fails has no `after`."""
    reach(f"{boundary}:before")
    yield
    reach(f"{boundary}:after")


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tells `watcher` instead, as a simulation does that survives its own deaths."""
    global _watcher  # noqa: PLW0603 - one process, one fate
    earlier, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = earlier


def _watcher_of(setting: str | None) -> Watcher | None:
    if not setting:
        return None
    if not setting.startswith("@"):
        return lambda point: os.kill(os.getpid(), signal.SIGKILL) if point == setting else None
    order = Path(setting[1:])
    return lambda point: _obey(order, point)


def _obey(order: Path, point: str) -> None:
    with suppress(FileNotFoundError):
        name, _, victim = order.read_text("ascii").partition(" ")
        if name == point:
            order.unlink()
            os.kill(int(victim) if victim else os.getpid(), signal.SIGKILL)


_watcher = _watcher_of(os.environ.get(VARIABLE))
