"""When a machine is at rest again after a contender: nothing that came of this process runs, and nothing is missing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import anyio

from daytwo.executor.sandbox.zygote.memory import descendants

_LOOK_SECONDS = 0.02
_LOOKS = 50
"""In a row, with nothing running: the second that the pool and what is written late may take."""
_LIMIT_SECONDS = 10.0


class Rest:
    """Waits until as many processes as at the beginning are there, and all of them wait."""

    def __init__(self) -> None:
        self._processes = len(descendants(os.getpid()))
        self.missed = 0
        """How often it did not come within its time: another's load, say."""

    async def come(self) -> None:
        """Returns at rest, or when it has waited long enough for it."""
        deadline = time.monotonic() + _LIMIT_SECONDS
        looks = 0
        while looks < _LOOKS:
            if time.monotonic() > deadline:
                self.missed += 1
                return
            await anyio.sleep(_LOOK_SECONDS)
            ours = descendants(os.getpid())[1:]
            at_rest = len(ours) + 1 == self._processes and not any(map(_is_running, ours))
            looks = looks + 1 if at_rest else 0


def _is_running(pid: int) -> bool:
    try:
        _, _, rest = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")
    except FileNotFoundError:
        return True  # it has just ended, which is not rest
    return not rest.startswith("S")
