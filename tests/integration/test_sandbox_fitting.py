"""One parked child is fitted ahead to the profile that ran last; each run has its own profile's limits all the same."""

import json
import os
import time
from pathlib import Path

import anyio

from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import PROFILES, Cancel, Kind, Sandboxes, SandboxRequest
from daytwo.executor.sandbox.zygote.memory import descendants

FIT_LIMIT_SECONDS = 60.0
SOURCE = (
    "import resource\nprint(resource.getrlimit(resource.RLIMIT_FSIZE)[1], len(__import__('os').sched_getaffinity(0)))"
)


def request_for(profile):
    job = json.dumps({"source": SOURCE}).encode()
    return SandboxRequest("cell.script", job, profile, org_id="org", kind=Kind.REAL)


def file_limits(strangers):
    """Of all processes that wait below this one, and below none of those: how large a file they may write."""
    theirs = {pid for stranger in strangers for pid in descendants(stranger)}
    found = []
    for pid in descendants(os.getpid())[1:]:
        if pid in theirs:
            continue
        try:
            limits = Path(f"/proc/{pid}/limits").read_text("ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [line.split()[4] for line in limits.splitlines() if line.startswith("Max file size")]
    return found


def until_fitted_to(profile, others, strangers):
    deadline = time.monotonic() + FIT_LIMIT_SECONDS
    unwanted = {str(other.disk_bytes) for other in others}
    while (found := file_limits(strangers)).count(str(profile.disk_bytes)) != 1 or unwanted & set(found):
        assert time.monotonic() < deadline, f"no child is fitted to `{profile.name}`"
        time.sleep(0.01)


def test_a_child_is_fitted_ahead_to_what_ran_last_and_serves_nothing_else():
    strangers = descendants(os.getpid())[1:]  # of tests before, whose sandboxes stay
    profiles = [PROFILES[name] for name in ("small", "medium", "large")]
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent)

    async def run_by_turns():
        for profile in (*profiles, *reversed(profiles)):
            ran = await sandboxes.run(request_for(profile), lambda _: None, Cancel())
            cpus = min(profile.cpus, len(os.sched_getaffinity(0)))
            assert ran.stdout.split() == [str(profile.disk_bytes).encode(), str(cpus).encode()]
            until_fitted_to(profile, [other for other in profiles if other is not profile], strangers)

    try:
        anyio.run(run_by_turns)
    finally:
        sandboxes.close()
