"""From kill -9 in the middle of a step to the step's dispatch: by restart, and by another process that takes over."""

# ruff: noqa: ASYNC110 - what is waited for is another process

from __future__ import annotations

import time
from pathlib import Path

import anyio
import httpx2

from bench.durable_set.far import FarExecutor
from bench.durable_set.process import ControlProcess

DIES_AT = "plan:before"
"""The model has answered, and the answer is lost: the step has to be planned anew."""
POLL_SECONDS = 0.02
WITHIN_SECONDS = 120.0


async def by_restart(home: Path, url: str, kills: int) -> list[float]:
    """One process, started again by hand as soon as it is gone, as a supervisor does."""
    seconds = []
    for _ in range(kills):
        doomed = ControlProcess(home, url, "restarted", crashpoint=DIES_AT)
        async with FarExecutor(doomed), doomed.client() as person:
            run = await _ask(person)
            died = await _death_of(doomed)
        again = ControlProcess(home, url, "restarted")
        async with again.client() as person:
            await _until_dispatched(person, run)
        seconds.append(time.monotonic() - died)
        again.kill()
    return seconds


async def by_takeover(home: Path, url: str, kills: int) -> list[float]:
    """Two processes; the one that has the segment dies."""
    survivor = ControlProcess(home, url, "survivor")
    seconds = []
    try:
        for _ in range(kills):
            doomed = ControlProcess(home, url, "doomed", crashpoint=DIES_AT)
            async with FarExecutor(survivor), doomed.client() as person, survivor.client() as other:
                while survivor.process.poll() is None:  # until the doomed one got the segment
                    run = await _ask(person)
                    if await _has_died(doomed):
                        break
                died = time.monotonic()
                await _until_dispatched(other, run)
            seconds.append(time.monotonic() - died)
    finally:
        survivor.kill()
    return seconds


async def _ask(person: httpx2.AsyncClient) -> str:
    session = (await person.post("/v1/sessions", json={"datasets": []})).json()["session"]
    body = {"question": "q", "model": "replay:bench", "replay": [{"code": "x = 1", "final": True}]}
    return str((await person.post(f"/v1/sessions/{session}/runs", json=body)).json()["run"])


async def _death_of(doomed: ControlProcess) -> float:
    await anyio.to_thread.run_sync(doomed.process.wait)
    return time.monotonic()


async def _has_died(doomed: ControlProcess, within_seconds: float = 2.0) -> bool:
    with anyio.move_on_after(within_seconds):
        while doomed.process.poll() is None:
            await anyio.sleep(POLL_SECONDS)
    return doomed.process.poll() is not None


async def _until_dispatched(person: httpx2.AsyncClient, run: str) -> None:
    with anyio.fail_after(WITHIN_SECONDS):
        while (await person.get(f"/v1/runs/{run}")).json()["status"] in {"queued", "planning"}:
            await anyio.sleep(POLL_SECONDS)
