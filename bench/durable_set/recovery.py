"""From kill -9 in the middle of a step to the step's dispatch: by restart, and by another process that takes over."""

# ruff: noqa: ASYNC110 - what is waited for is another process

from __future__ import annotations

import time

import anyio
import httpx2

from bench.durable_set.far import FarExecutor
from bench.durable_set.part import Part, Place, percentile, tell
from bench.durable_set.process import ControlProcess
from daytwo.control.storage.tenure import LEASE_SECONDS

DIES_AT = "plan:before"
"""The model has answered, and the answer is lost: the step has to be planned anew."""
RESTARTED_SECONDS = 5
TAKEN_OVER_SECONDS = LEASE_SECONDS + 5
POLL_SECONDS = 0.02
WITHIN_SECONDS = 120.0


async def restart(place: Place, kills: int) -> Part:
    """One process, started again as soon as it is gone."""
    seconds: list[float] = []
    for number in range(kills):
        doomed = ControlProcess(place.home, place.url, "restarted", crashpoint=DIES_AT)
        async with FarExecutor(doomed), doomed.client() as person:
            run = await _ask(person)
            await anyio.to_thread.run_sync(doomed.process.wait)
            died = time.monotonic()
        again = ControlProcess(place.home, place.url, "restarted")
        try:
            async with again.client() as person:
                await _until_dispatched(person, run)
            seconds.append(time.monotonic() - died)
        finally:
            again.kill()
        tell(f"restart {number + 1}/{kills}: {seconds[-1]:.1f} s")
    part = Part()
    part.row("kill -9 to resumed, restarted", seconds, "s")
    part.at_most("kill -9 to resumed by restart, p99 s", percentile(seconds, 99), RESTARTED_SECONDS)
    return part


async def takeover(place: Place, kills: int) -> Part:
    """Two processes; the one that has the segment dies."""
    survivor = ControlProcess(place.home, place.url, "survivor")
    seconds: list[float] = []
    try:
        for number in range(kills):
            doomed = ControlProcess(place.home, place.url, "doomed", crashpoint=DIES_AT)
            try:
                seconds.append(await _takes_over(survivor, doomed))
            finally:
                doomed.kill()
            tell(f"takeover {number + 1}/{kills}: {seconds[-1]:.1f} s")
    finally:
        survivor.kill()
    part = Part()
    part.row("kill -9 to resumed, taken over", seconds, "s")
    part.at_most("kill -9 to resumed by takeover, p99 s", percentile(seconds, 99), TAKEN_OVER_SECONDS)
    return part


async def _takes_over(survivor: ControlProcess, doomed: ControlProcess) -> float:
    async with FarExecutor(survivor), doomed.client() as person, survivor.client() as other:
        with survivor.frozen():  # so that the doomed one gets the segment
            run = await _ask(person)
            await anyio.to_thread.run_sync(doomed.process.wait)
        died = time.monotonic()
        await _until_dispatched(other, run)
        return time.monotonic() - died


async def _ask(person: httpx2.AsyncClient) -> str:
    session = (await person.post("/v1/sessions", json={"datasets": []})).json()["session"]
    body = {"question": "q", "model": "replay:bench", "replay": [{"code": "x = 1", "final": True}]}
    return str((await person.post(f"/v1/sessions/{session}/runs", json=body)).json()["run"])


async def _until_dispatched(person: httpx2.AsyncClient, run: str) -> None:
    with anyio.fail_after(WITHIN_SECONDS):
        while (await person.get(f"/v1/runs/{run}")).json()["status"] in {"queued", "planning"}:
            await anyio.sleep(POLL_SECONDS)
