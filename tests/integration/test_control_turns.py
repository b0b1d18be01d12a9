"""Whose turn it is: by priority, fair over organisations, within limits of number and time."""

import anyio
import pytest
from sqlalchemy import func, insert, update

from daytwo.control.identity import ensure_organisation
from daytwo.control.runs.lifecycle import RESTARTS_LIMIT
from daytwo.control.runs.turns import turns
from daytwo.control.storage.database import migrate, open_database
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.tables import executors, runs, sessions
from daytwo.wire.message import now
from daytwo.wire.run import RunView
from tests.integration.test_control_link import Control, Executor, ask, follow

UNDER_WAY, DUE = 3, 2


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("turns") / "home"
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home)
    yield home, server.start()
    server.destroy()


# The order of turns, on a database without a control plane.


async def _seed(connection, org, count, *, begun=0, priority=5, status="queued"):
    await ensure_organisation(connection, org)
    executor = f"executor_{org}"
    values = {"name": "n", "public_key": org, "results_url": "u", "created_at": now()}
    await connection.execute(insert(executors).values(executor_id=executor, org_id=org, **values))
    for number in range(count):
        session = f"session_{org}_{number}"
        await connection.execute(
            insert(sessions).values(
                session_id=session,
                org_id=org,
                executor_id=executor,
                datasets=[],
                head_session=session,
                head_snapshot=0,
                next_snapshot=1,
                created_by={},
                created_at=now(),
            )
        )
        at = f"2026-01-01T00:00:{number % 60:02}.{number:03}Z"
        await connection.execute(
            insert(runs).values(
                run_id=f"{org}_{number:03}",
                org_id=org,
                session_id=session,
                question="q",
                model="m",
                profile="small",
                priority=priority if number % 2 == 0 else 5,
                status=status,
                segment=2 if number < begun else 1,
                last_seq=0,
                created_by={},
                created_at=at,
                updated_at=at,
            )
        )


def turns_after(url, limit, *seeds):
    """The runs that get a turn, in order, where these organisations have runs; nothing of it is kept."""

    async def main():
        engine = open_database(url)
        try:
            async with engine.connect() as connection:
                for org, count, more in seeds:
                    await _seed(connection, org, count, **more)
                found = await turns(connection, limit)
                await connection.rollback()
                return [run for run, _ in found]
        finally:
            await engine.dispose()

    return anyio.run(main)


@pytest.fixture(scope="module")
def tables(server):
    migrate(server[1])
    return server[1]


def test_one_organisation_with_a_hundred_runs_does_not_starve_another(tables):
    order = turns_after(tables, 60, ("many", 100, {}), ("few", 2, {}))
    assert {run.split("_")[0] for run in order[:2]} == {"many", "few"}
    assert {run for run in order[:4] if run.startswith("few")} == {"few_000", "few_001"}
    assert len([run for run in order if run.startswith("many")]) == 60


def test_what_is_under_way_counts_and_what_has_begun_goes_first(tables):
    order = turns_after(tables, 5, ("busy", 5, {"status": "executing"}), ("free", 6, {"begun": 2, "priority": 9}))
    assert order == ["free_000", "free_001", "free_002", "free_004", "free_003"]


# The same through a control plane with narrow limits.


@pytest.fixture(scope="module")
def control(server, tables):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAYTWO_RUNS_UNDER_WAY", str(UNDER_WAY))
        patch.setenv("DAYTWO_RUNS_DUE", str(DUE))
        control = Control(server[0], tables)
    yield control
    control.kill()


@pytest.fixture
def person(control):
    with control.person() as client:
        yield client


@pytest.fixture(scope="module")
def executor(control):
    with control.person() as person:
        executor = Executor(control, person, "orders")
    yield executor
    executor.client.close()


def sessions_of(person, count):
    return [person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"] for _ in range(count)]


def until(person, run, kind):
    """Follows a run until it has had an event of this kind."""
    with person.stream("GET", f"/v1/runs/{run}/events") as stream:
        assert any(line == f"event: {kind}" for line in stream.iter_lines())


def test_the_most_urgent_task_is_claimed_first(person, executor):
    wanted, made = [1, None, 9], []
    for priority, session in zip(wanted, sessions_of(person, 3), strict=True):
        made.append(ask(person, session, "x = 1", priority=priority))
        until(person, made[-1], "step.dispatched")
    order = []
    for _ in wanted:
        task = executor.claim()
        order.append(task.request.run_id)
        executor.complete(task)
    assert order == made[::-1]
    views = [RunView.model_validate(person.get(f"/v1/runs/{run}").json()) for run in made]
    assert [view.priority for view in views] == wanted
    refused = person.post(f"/v1/sessions/{sessions_of(person, 1)[0]}/runs", json={"question": "q", "priority": 10})
    assert refused.json()["code"] == "invalid_request"


def test_more_than_may_be_under_way_wait_and_more_than_may_wait_are_refused(person, executor):
    there = sessions_of(person, UNDER_WAY + DUE + 1)
    made = []
    for place, session in enumerate(there[:-1]):
        made.append(ask(person, session, "x = 1"))
        if place < UNDER_WAY:
            until(person, made[-1], "step.dispatched")
    refused = person.post(f"/v1/sessions/{there[-1]}/runs", json={"question": "q"})
    assert (refused.status_code, refused.json()["code"]) == (503, "too_many_runs")
    for _ in made:
        executor.complete(executor.claim())
    assert {follow(person, run)[-1].kind for run in made} == {"run.succeeded"}


def change(control, run, **values):
    """Sets columns of a run, as time or an accident would."""

    async def main():
        engine = open_database(control.environment["DAYTWO_DATABASE_URL"])
        async with engine.begin() as connection:
            await connection.execute(update(runs).where(runs.c.run_id == run).values(**values))
        await engine.dispose()

    anyio.run(main)


def test_a_run_ends_when_its_time_is_over_and_a_resumed_one_has_as_much_again(control, person, executor):
    run = ask(person, sessions_of(person, 1)[0], "x = 1", time_limit_seconds=3600)
    task = executor.claim()
    change(control, run, ends_at=func.now())
    assert follow(person, run)[-1].data["reason"] == "time_limit"
    beat = executor.client.post("/link/v1/heartbeat", json={"task_id": task.task_id, "epoch": task.epoch})
    assert beat.json() == {"cancel": True}
    assert executor.complete(task).status_code == 204
    assert person.get(f"/v1/runs/{run}").json()["status"] == "failed"
    assert person.post(f"/v1/runs/{run}/resume").json()["status"] == "queued"
    assert follow(person, run)[-1].data["reason"] == "replay_exhausted"


def test_a_segment_that_never_comes_to_its_end_ends_the_run(control, person, executor):
    run = ask(person, sessions_of(person, 1)[0], "x = 1")
    task = executor.claim()
    change(control, run, status="planning", restarts=RESTARTS_LIMIT, updated_at="2026-01-01T00:00:00.000Z")
    assert follow(person, run)[-1].data["reason"] == "segment_lost"
    executor.complete(task)
