"""A hundred thousand runs that wait: a few real ones, multiplied as rows; some of the real ones are woken."""

# ruff: noqa: ASYNC110 - what is waited for is another process

from __future__ import annotations

import time

import anyio
import httpx2
import psycopg
from sqlalchemy.engine import make_url

from bench.durable_set.far import FarExecutor
from bench.durable_set.load import new_session, post
from bench.durable_set.part import Part, Place, percentile, tell
from bench.durable_set.process import ControlProcess, cpu_seconds
from daytwo.control.storage.place import find_place
from daytwo.control.storage.postmaster import processes

QUIET_SECONDS = 20.0
WAKES = 50
CPU_PERCENT = 2
WAKE_SECONDS = 1
POLL_SECONDS = 0.005


async def parked(place: Place, count: int) -> Part:
    control = ControlProcess(place.home, place.url)
    try:
        async with FarExecutor(control) as far, control.client() as person, anyio.create_task_group() as group:
            far.parks = True
            group.start_soon(far.work)
            for _ in range(WAKES):
                await post(person, await new_session(person), 1)
            while len(far.parked) < WAKES:
                await anyio.sleep(POLL_SECONDS)
            await anyio.to_thread.run_sync(_multiply, place.url, count)
            tell(f"parked: {count} rows are there")
            used = await _used_percent(place, control)
            far.parks = False
            wakes = [await _wake(person, far, number) for number in range(WAKES)]
            group.cancel_scope.cancel()
    finally:
        control.kill()
    part = Part()
    part.row(f"{count} parked, control plane's processor", [used[0]], "%")
    part.row(f"{count} parked, database's processor", [used[1]], "%")
    part.row(f"{count} parked, decision to dispatch", wakes, "s")
    part.at_most(f"{count} parked, control plane and database, % of a processor", sum(used), CPU_PERCENT)
    part.at_most(f"{count} parked, wake p99 s", percentile(wakes, 99), WAKE_SECONDS)
    return part


async def _used_percent(place: Place, control: ControlProcess) -> tuple[float, float]:
    """Of one processor, by the control plane and by its database, while nothing happens."""
    data = find_place(place.home).data

    def now() -> tuple[float, float]:
        return cpu_seconds(control.process.pid), cpu_seconds(*processes(data))

    before = now()
    await anyio.sleep(QUIET_SECONDS)
    after = now()
    return 100 * (after[0] - before[0]) / QUIET_SECONDS, 100 * (after[1] - before[1]) / QUIET_SECONDS


async def _wake(person: httpx2.AsyncClient, far: FarExecutor, number: int) -> float:
    task, approval = far.parked[number]
    begun = time.monotonic()
    await far.approve(task, approval)
    while (await person.get(f"/v1/runs/{task.request.run_id}")).json()["status"] in {"waiting", "queued"}:
        await anyio.sleep(POLL_SECONDS)
    return time.monotonic() - begun


def _multiply(url: str, count: int) -> None:
    """Copies one parked run, with its session, task and events; every other copy waits for an executor that is away."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as connection:
        found = connection.execute("select run_id, session_id from runs where status = 'waiting' limit 1").fetchone()
        assert found is not None
        run, session = found
        for table, names in (("sessions", ("session_id",)), ("runs", ("run_id", "session_id")),
                             ("tasks", ("task_id", "run_id")), ("run_events", ("run_id",))):  # fmt: skip
            _copy(connection, table, names, ("session_id", session) if table == "sessions" else ("run_id", run), count)
        connection.execute(
            "insert into executors (executor_id, org_id, name, public_key, results_url, created_at)"
            " select executor_id || '-away', org_id, 'away', public_key || '-away', results_url, created_at"
            " from executors limit 1"
        )
        connection.execute(
            "update runs set reason = 'executor_absent', approval_id = null where run_id ~ '-[0-9]*[02468]$'"
        )
        connection.execute(
            "update tasks set status = 'queued', approval_id = null, completion_digest = null,"
            " executor_id = (select executor_id from executors where name = 'away')"
            " where run_id in (select run_id from runs where reason = 'executor_absent')"
        )
        connection.commit()
        connection.execute("analyze")


def _copy(
    connection: psycopg.Connection, table: str, names: tuple[str, ...], original: tuple[str, str], count: int
) -> None:
    found = connection.execute(
        "select column_name from information_schema.columns where table_name = %s and table_schema = 'public'", (table,)
    )
    columns = [name for (name,) in found]
    taken = ", ".join(f"{name} || '-' || n" if name in names else name for name in columns)
    key, value = original
    connection.execute(
        f"insert into {table} ({', '.join(columns)}) select {taken} from {table}, generate_series(1, %s) n"
        f" where {key} = %s",
        (count, value),
    )
