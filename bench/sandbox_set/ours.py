"""Our side: sandboxes as the executor has them."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import anyio

from bench.sandbox_set.timing import Timing, program
from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import (
    PROFILES,
    Cancel,
    Ending,
    Kind,
    Mount,
    Profile,
    Sandboxes,
    SandboxRequest,
    Sink,
    Tier,
    Warmth,
)
from daytwo.executor.sandbox.zygote.memory import descendants

_CHANNEL = 3
_RESULT_BYTES = 1_000_000
_REFILL_SECONDS = 3.0
_SLEEPERS = 100
_SLEEPER = replace(PROFILES["small"], memory_bytes=128 << 20, wall_seconds=30.0)


class Ours:
    """Sandboxes of one warmth, over a folder for data."""

    def __init__(self, folder: Path, warmth: Warmth) -> None:
        self._sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent, warmth)
        self._sandboxes.warm("bench", Kind.REAL)
        self._data, self._state = folder / "data.csv", folder / "state"
        self._data.write_text("a,b\n1,2\n" * 100_000, "utf-8")
        self._state.mkdir(exist_ok=True)
        (self._state / "blob").write_bytes(os.urandom(_RESULT_BYTES))

    async def first_line(self, tier: Tier = Tier.STANDARD) -> Timing:
        return await self._timed(program(_CHANNEL), (), tier)

    async def full_path(self) -> Timing:
        """With data and a snapshot mounted and read, and a result collected."""
        source = program(_CHANNEL) + (
            "table = open('/data/data.csv').read(100)\nblob = open('/state/blob', 'rb').read()\n"
            "left = memoryview(blob)\nwhile left: left = left[os.write(3, left):]\n"
        )
        mounts = (Mount(self._data, "/data/data.csv"), Mount(self._state, "/state"))
        return await self._timed(source, mounts, Tier.STANDARD)

    async def sleep(self, seconds: float) -> None:
        await self._run(f"import time; time.sleep({seconds})", profile=_SLEEPER)

    async def nothing(self) -> None:
        await self._run("pass")

    async def idle_child_bytes(self) -> int:
        """What a parked child has to itself; the median over the pool.  Its init has nothing but the nurse's."""
        await anyio.sleep(_REFILL_SECONDS)
        lowest = [pid for pid in descendants(os.getpid()) if len(descendants(pid)) == 1 and _is_forked(pid)]
        return round(median(_private_bytes(pid) for pid in lowest if not _is_forked(_parent(pid))))

    def close(self) -> None:
        self._sandboxes.close()

    async def _timed(self, source: str, mounts: tuple[Mount, ...], tier: Tier) -> Timing:
        first: list[float] = []

        def note(_: bytes) -> None:
            if not first:
                first.append(time.perf_counter())

        begun = time.perf_counter()
        await self._run(source, mounts, tier, on_output=note)
        return Timing(first[0] - begun, time.perf_counter() - begun)

    async def _run(
        self,
        source: str,
        mounts: tuple[Mount, ...] = (),
        tier: Tier = Tier.STANDARD,
        profile: Profile = PROFILES["small"],
        on_output: Sink = lambda _: None,
    ) -> None:
        request = SandboxRequest(
            "cell.script",
            json.dumps({"source": source}).encode(),
            profile,
            org_id="bench",
            kind=Kind.REAL,
            tier=tier,
            mounts=mounts,
        )
        result = await self._sandboxes.run(request, on_output, Cancel())
        assert result.ending is Ending.OK, result


async def sleepers_seconds(ours: Ours) -> float:
    """How long a hundred programs take that sleep one second each, all at once."""
    begun = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(_SLEEPERS):
            group.start_soon(ours.sleep, 1.0)
    return time.perf_counter() - begun


def _is_forked(pid: int) -> bool:
    """Whether its parent runs the same command: a zygote's child or nurse, a nurse's init."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() == Path(f"/proc/{_parent(pid)}/cmdline").read_bytes()


def _parent(pid: int) -> int:
    _, _, rest = Path(f"/proc/{pid}/status").read_text("ascii").partition("\nPPid:")
    return int(rest.split()[0])


def _private_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
