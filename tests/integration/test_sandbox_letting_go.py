"""Runs that are let go of at every moment: the keeper that they share goes on."""

import os
from pathlib import Path

import anyio

from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import PROFILES, Cancel, Kind, Sandboxes, SandboxRequest, Tier

RUNS = 150
LONGEST_SECONDS = 0.015
"""A little more than a parked child needs to begin and end."""


def keepers():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()


def test_the_keeper_outlives_runs_that_are_let_go_of_at_any_moment():
    before = keepers()
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent)
    request = SandboxRequest(
        module="cell.script",
        job=b'{"source": "print(1)"}',
        profile=PROFILES["small"],
        org_id="org",
        kind=Kind.REAL,
        tier=Tier.STANDARD,
        mounts=(),
    )

    async def let_go_of_many():
        sandboxes.warm("org", Kind.REAL)
        whole = await sandboxes.run(request, lambda _: None, Cancel())
        kept = keepers()
        for turn in range(RUNS):
            with anyio.move_on_after(LONGEST_SECONDS * turn / RUNS):
                await sandboxes.run(request, lambda _: None, Cancel())
        again = await sandboxes.run(request, lambda _: None, Cancel())
        assert (whole.ending, whole.stdout) == (again.ending, again.stdout) == ("ok", b"1\n")
        assert keepers() == kept

    anyio.run(let_go_of_many)
    sandboxes.close()
    assert keepers() == before
