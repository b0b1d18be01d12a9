"""Runs that are let go of at every moment, parked programs that die: the keeper that they share goes on."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import anyio

from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import PROFILES, Cancel, Kind, Sandboxes, SandboxRequest, Tier, Warmth
from daytwo.executor.sandbox.zygote.memory import descendants

RUNS = 150
LONGEST_SECONDS = 0.015
"""A little more than a parked child needs to begin and end."""


def keepers():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()


REQUEST = SandboxRequest(
    module="cell.script",
    job=b'{"source": "print(1)"}',
    profile=PROFILES["small"],
    org_id="org",
    kind=Kind.REAL,
    tier=Tier.STANDARD,
    mounts=(),
)
DEATHS = 5
REFILL_LIMIT_SECONDS = 60.0


def test_the_keeper_outlives_runs_that_are_let_go_of_at_any_moment():
    before = keepers()
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent)

    async def let_go_of_many():
        sandboxes.warm("org", Kind.REAL)
        whole = await sandboxes.run(REQUEST, lambda _: None, Cancel())
        kept = keepers()
        for turn in range(RUNS):
            with anyio.move_on_after(LONGEST_SECONDS * turn / RUNS):
                await sandboxes.run(REQUEST, lambda _: None, Cancel())
        again = await sandboxes.run(REQUEST, lambda _: None, Cancel())
        assert (whole.ending, whole.stdout) == (again.ending, again.stdout) == ("ok", b"1\n")
        assert keepers() == kept

    anyio.run(let_go_of_many)
    sandboxes.close()
    assert keepers() == before


def parked(keeper):
    """The programs that wait for a run, their inits, and the init of the next: what has no process below it."""
    return {pid for pid in descendants(keeper) if descendants(pid) == [pid]}


def full_pool(keeper, killed):
    """Waits until the pool is full of programs that nobody has killed."""
    deadline = time.monotonic() + REFILL_LIMIT_SECONDS
    while len(alive := parked(keeper) - killed) < 2 * Warmth().pool + 1:
        assert time.monotonic() < deadline, "the pool is not refilled"
        time.sleep(0.01)
    return alive


def test_the_keeper_outlives_parked_programs_that_die():
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent)

    async def kill_the_parked():
        await sandboxes.run(REQUEST, lambda _: None, Cancel())
        kept = keepers()
        killed = set()
        for turn in range(DEATHS):
            alive = full_pool(int(kept[-1]), killed)
            for pid in alive if turn < DEATHS - 1 else ():
                with suppress(ProcessLookupError):  # its init was killed before, and it with that
                    os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        again = await sandboxes.run(REQUEST, lambda _: None, Cancel())
        assert (again.ending, again.stdout) == ("ok", b"1\n")
        assert keepers() == kept

    anyio.run(kill_the_parked)
    sandboxes.close()
