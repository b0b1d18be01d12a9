"""A control plane under load: posts beside running runs, and event streams that all come back."""

from __future__ import annotations

import random
import time

import anyio
import httpx2

from bench.durable_set.far import FarExecutor
from bench.durable_set.part import Part, Place, percentile, tell
from bench.durable_set.process import ControlProcess

POSTS = 200
PROGRAM_SECONDS = 2.0
SPREAD_SECONDS = 4.0
"""Over which the runs beside are begun, so that they do not all step in time."""
STEPS = 8
"""Of a run that is under way, or whose events the streams read."""
RECONNECT_SECONDS = 10.0
BUSY_PER_IDLE = 3
STREAM_MS = 300
PROGRESS_EVERY = 250


async def posts(place: Place, under_way: int) -> Part:
    control = ControlProcess(place.home, place.url)
    try:
        idle, busy = await _posts(control, under_way)
    finally:
        control.kill()
    part = Part()
    part.row("POST runs, idle", idle, "ms")
    part.row(f"POST runs, {under_way} under way", busy, "ms")
    ratio = percentile(busy, 99) / percentile(idle, 99)
    part.at_most(f"POST runs, p99, {under_way} under way / idle", ratio, BUSY_PER_IDLE)
    return part


async def _posts(control: ControlProcess, under_way: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each post; those before the runs beside are begun, and those after."""
    async with (
        FarExecutor(control, PROGRAM_SECONDS) as far,
        control.client() as person,
        control.client() as others,
        anyio.create_task_group() as group,
    ):
        idle = [await _post_ms(person) for _ in range(POSTS)]
        tell(f"posts: {POSTS} on an idle control plane")
        group.start_soon(far.work)
        for _ in range(under_way):
            group.start_soon(_keep_running, others)
        await anyio.sleep(2 * SPREAD_SECONDS)
        busy = [await _post_ms(person) for _ in range(POSTS)]
        tell(f"posts: {POSTS} beside {under_way} runs")
        group.cancel_scope.cancel()
    return idle, busy


async def _post_ms(person: httpx2.AsyncClient) -> float:
    """The run posted ends at its first turn: its replay has no line."""
    session = await new_session(person)
    begun = time.monotonic()
    await post(person, session, steps=0)
    return (time.monotonic() - begun) * 1e3


async def _keep_running(person: httpx2.AsyncClient) -> None:
    """One run after the other, for ever, each watched as a client does."""
    await anyio.sleep(random.uniform(0, SPREAD_SECONDS))
    while True:
        await _events(person, await post(person, await new_session(person), STEPS), 0, [])


async def streams(place: Place, count: int) -> Part:
    """Clients that saw some of a run's events come back at random moments for the rest."""
    control = ControlProcess(place.home, place.url)
    first_ms: list[float] = []
    try:
        async with FarExecutor(control) as far, control.client() as person, anyio.create_task_group() as group:
            group.start_soon(far.work)
            run = await post(person, await new_session(person), STEPS)
            whole = await _events(person, run, 0, [])
            gaps = await _come_back(person, run, whole, count, first_ms)
            group.cancel_scope.cancel()
    finally:
        control.kill()
    part = Part()
    part.row("stream comes back, to its first event", first_ms, "ms")
    part.at_most(f"{count} streams over {RECONNECT_SECONDS:.0f} s, p95 ms", percentile(first_ms, 95), STREAM_MS)
    part.at_most(f"{count} streams, those that saw a gap or an event twice", gaps, 0)
    return part


async def _come_back(person: httpx2.AsyncClient, run: str, whole: list[int], count: int, first_ms: list[float]) -> int:
    wrong = 0

    async def one() -> None:
        nonlocal wrong
        await anyio.sleep(random.uniform(0, RECONNECT_SECONDS))
        seen = random.randrange(len(whole) - 1)
        wrong += await _events(person, run, seen, first_ms) != whole[seen:]
        if len(first_ms) % PROGRESS_EVERY == 0:
            tell(f"streams {len(first_ms)}/{count}")

    async with anyio.create_task_group() as clients:
        for _ in range(count):
            clients.start_soon(one)
    return wrong


async def _events(person: httpx2.AsyncClient, run: str, after: int, first_ms: list[float]) -> list[int]:
    begun, got = time.monotonic(), []
    async with person.stream("GET", f"/v1/runs/{run}/events", headers={"last-event-id": str(after)}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                if not got:
                    first_ms.append((time.monotonic() - begun) * 1e3)
                got.append(int(line.removeprefix("id: ")))
    return got


async def new_session(person: httpx2.AsyncClient) -> str:
    return str((await person.post("/v1/sessions", json={"datasets": []})).json()["session"])


async def post(person: httpx2.AsyncClient, session: str, steps: int) -> str:
    lines = [{"code": f"x = {step}", "final": step == steps} for step in range(1, steps + 1)]
    body = {"question": "q", "model": "replay:bench", "replay": lines}
    return str((await person.post(f"/v1/sessions/{session}/runs", json=body)).json()["run"])
