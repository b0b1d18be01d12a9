"""What many executions leave behind: processes, mounts, cgroups, open files, temporary files, memory."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import anyio

from bench.sandbox_set.ours import Ours
from daytwo.executor.sandbox.zygote.memory import descendants

_AT_ONCE = 4
_SETTLE_SECONDS = 2.0
_MEMORY_GROWTH_LIMIT_BYTES = 16 << 20


class Leftovers:
    """Compares what this process holds before and after."""

    async def after(self, ours: Ours, executions: int) -> list[str]:
        """What is there after so many executions and was not before."""
        for _ in range(_AT_ONCE * 2):
            await ours.nothing()
        await anyio.sleep(_SETTLE_SECONDS)
        before, memory_before = _held(), _resident_bytes()

        async def some(count: int) -> None:
            for _ in range(count):
                await ours.nothing()

        async with anyio.create_task_group() as group:  # as many tasks as run at once: others would count as memory
            for place in range(_AT_ONCE):
                group.start_soon(some, len(range(place, executions, _AT_ONCE)))
        await anyio.sleep(_SETTLE_SECONDS)
        gc.collect()
        left = sorted(f"{what}: {now} after {before[what]}" for what, now in _held().items() if now > before[what])
        grown = _resident_bytes() - memory_before
        if grown > _MEMORY_GROWTH_LIMIT_BYTES:
            left.append(f"memory: {grown >> 20} MiB more")
        return left


def _held() -> dict[str, int]:
    """Counts, not names: the pool's own processes change with each execution."""
    ours = descendants(os.getpid())
    groups = [path for pid in ours for path in Path("/sys/fs/cgroup").glob(f"**/daytwo-{pid}/*/")]
    return {
        "processes": len(ours),
        "mounts": len(Path("/proc/self/mountinfo").read_text("utf-8").splitlines()),
        "cgroups": len(groups),
        "open files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "temporary files": sum(1 for _ in Path(tempfile.gettempdir()).rglob("*")),
    }


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")
