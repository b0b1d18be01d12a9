"""A control plane under load: posts beside running runs, streams that all come back, a hundred thousand parked runs."""

# ruff: noqa: ASYNC110 - what is waited for is another process

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

import anyio
import httpx2
import psycopg
from sqlalchemy.engine import make_url

from bench.durable_set.far import FarExecutor
from bench.durable_set.process import ControlProcess

POSTS = 100
RECONNECT_SECONDS = 10.0
IDLE_SECONDS = 20.0
WAKES = 50
STEPS = 8
"""Of the run whose events the streams read."""


@dataclass
class Posts:
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


@dataclass
class Streams:
    seconds: list[float] = field(default_factory=list)
    gaps: int = 0


@dataclass
class Parked:
    cpu_percent: float
    wake: list[float]


async def posts(control: ControlProcess, under_way: int) -> Posts:
    found = Posts()
    async with FarExecutor(control) as far, control.client() as person, anyio.create_task_group() as group:
        for _ in range(POSTS):
            found.idle.append(await _timed_post(person, steps=0))
        group.start_soon(far.work)
        for _ in range(under_way):
            group.start_soon(_keep_running, control)
        await anyio.sleep(2.0)
        for _ in range(POSTS):
            found.busy.append(await _timed_post(person, steps=0))
        group.cancel_scope.cancel()
    return found


async def _keep_running(control: ControlProcess) -> None:
    """One run after the other, for ever."""
    async with control.client() as person:
        while True:
            run = await _ask(person, STEPS)
            while (await person.get(f"/v1/runs/{run}")).json()["status"] not in {"succeeded", "failed"}:
                await anyio.sleep(0.5)


async def streams(control: ControlProcess, count: int) -> Streams:
    """Clients that saw some of a run's events come back at random moments for the rest."""
    found = Streams()
    async with FarExecutor(control) as far, control.client() as person, anyio.create_task_group() as group:
        group.start_soon(far.work)
        run = await _ask(person, STEPS)
        while (await person.get(f"/v1/runs/{run}")).json()["status"] != "succeeded":
            await anyio.sleep(0.1)
        whole = await _events(person, run, 0, [])
        async with anyio.create_task_group() as clients:
            for _ in range(count):
                clients.start_soon(_come_back, person, run, whole, found)
        group.cancel_scope.cancel()
    return found


async def _come_back(person: httpx2.AsyncClient, run: str, whole: list[int], found: Streams) -> None:
    await anyio.sleep(random.uniform(0, RECONNECT_SECONDS))
    seen = random.randrange(len(whole) - 1)
    got = await _events(person, run, seen, found.seconds)
    found.gaps += got != whole[seen:]


async def _events(person: httpx2.AsyncClient, run: str, after: int, first: list[float]) -> list[int]:
    begun, got = time.monotonic(), []
    async with person.stream("GET", f"/v1/runs/{run}/events", headers={"last-event-id": str(after)}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                if not got:
                    first.append(time.monotonic() - begun)
                got.append(int(line.removeprefix("id: ")))
    return got


async def parked(control: ControlProcess, url: str, count: int) -> Parked:
    """Real parked runs, multiplied as rows; some of the real ones are woken."""
    async with FarExecutor(control) as far, control.client() as person, anyio.create_task_group() as group:
        far.parks = True
        group.start_soon(far.work)
        for _ in range(WAKES):
            await _ask(person, 1)
        while len(far.parked) < WAKES:
            await anyio.sleep(0.1)
        await anyio.to_thread.run_sync(_multiply, url, count)
        before = control.cpu_seconds()
        await anyio.sleep(IDLE_SECONDS)
        percent = 100 * (control.cpu_seconds() - before) / IDLE_SECONDS
        far.parks = False
        wake = []
        for task, approval in list(far.parked):
            begun = time.monotonic()
            await far.approve(task, approval)
            while (await person.get(f"/v1/runs/{task.request.run_id}")).json()["status"] in {"waiting", "queued"}:
                await anyio.sleep(0.005)
            wake.append(time.monotonic() - begun)
        group.cancel_scope.cancel()
    return Parked(percent, wake)


def _multiply(url: str, count: int) -> None:
    """Copies one parked run, with its session, task and events, as often as asked."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as connection:
        run = connection.execute("select run_id, session_id from runs where status = 'waiting' limit 1").fetchone()
        assert run is not None
        for table, names in (("sessions", ("session_id",)), ("runs", ("run_id", "session_id")),
                             ("tasks", ("task_id", "run_id")), ("run_events", ("run_id",))):  # fmt: skip
            found = connection.execute(
                "select column_name from information_schema.columns where table_name = %s and table_schema = 'public'",
                (table,),
            )
            columns = [name for (name,) in found]
            taken = ", ".join(f"{name} || '-' || n" if name in names else name for name in columns)
            key, value = ("session_id", run[1]) if table == "sessions" else ("run_id", run[0])
            connection.execute(
                f"insert into {table} ({', '.join(columns)}) select {taken} from {table},"
                f" generate_series(1, %s) n where {key} = %s",
                (count, value),
            )
        connection.commit()
        connection.execute("analyze")


async def _timed_post(person: httpx2.AsyncClient, steps: int) -> float:
    session = (await person.post("/v1/sessions", json={"datasets": []})).json()["session"]
    begun = time.monotonic()
    await _post(person, session, steps)
    return time.monotonic() - begun


async def _ask(person: httpx2.AsyncClient, steps: int) -> str:
    session = (await person.post("/v1/sessions", json={"datasets": []})).json()["session"]
    return await _post(person, session, steps)


async def _post(person: httpx2.AsyncClient, session: str, steps: int) -> str:
    lines = [{"code": f"x = {step}", "final": step == steps} for step in range(1, steps + 1)]
    body = {"question": "q", "model": "replay:bench", "replay": lines}
    return str((await person.post(f"/v1/sessions/{session}/runs", json=body)).json()["run"])
