"""What a step of a run costs: ours, and the bare engine's; whole runs of each in turns, seconds a step.

Ours, for each step: a segment (begun, planned by a replay, dispatched), the task's claim, its completion; events,
ledger leaves and the session's line of state with them, without HTTP.  The bare engine's: one workflow a run; for each
step three checkpointed steps, `plan`, `dispatch` and `observe`, each of which commits one row.  That is what a person
would write who trusts DBOS alone: no link, no leases, no events, no ledger, and each run that waits holds a thread.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from dbos import DBOS, SetWorkflowID
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.durable_set.far import completion_of
from bench.durable_set.part import Part, Place, tell
from daytwo.control.dispatch import tasks
from daytwo.control.identity.tokens import ensure_organisation
from daytwo.control.models import Gateway
from daytwo.control.models.settings import ModelsSettings
from daytwo.control.planner import Planner
from daytwo.control.runs import lifecycle, records, sessions
from daytwo.control.runs.engine import Engine
from daytwo.control.runs.segment import Segments
from daytwo.control.storage import tables
from daytwo.control.storage.database import migrate, open_database, transaction
from daytwo.wire.identifiers import LOCAL_ORG, new_id
from daytwo.wire.message import now
from daytwo.wire.principal import LOCAL_OWNER, Principal, PrincipalKind
from daytwo.wire.run import NewRun, NewSession, ReplayLine, RunStatus

STEPS = 8
"""Of each run."""
CHECKPOINTS = ("plan", "dispatch", "observe")
PER_BARE_STEP = 1.3
_bare = Table("bench_rows", MetaData(), *(Column(name, kind, primary_key=True) for name, kind in
              (("run", Text), ("step", Integer), ("checkpoint", Text))))  # fmt: skip


async def step(place: Place, rounds: int) -> Part:
    ours, bare = await ms_a_step(place.url, max(2, rounds // STEPS))
    part = Part()
    part.row("step, ours", ours, "ms")
    part.row("step, bare engine", bare, "ms")
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    part.at_most("step / bare engine's step", ratio, PER_BARE_STEP)
    return part


async def ms_a_step(url: str, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds a step of each run of ours, and of each of the bare engine's."""
    migrate(url)
    database = open_database(url)
    segments = Segments(database, Planner(Gateway(ModelsSettings(), _no_audit)))
    engine = Engine(url, "bench", database, segments, organisation_limit=runs)

    async def bare_run(run: str) -> None:
        async def effect(number: int, checkpoint: str) -> str:
            async with database.begin() as connection:
                await connection.execute(insert(_bare).values(run=run, step=number, checkpoint=checkpoint))
            return "done"

        for number in range(STEPS):
            for checkpoint in CHECKPOINTS:
                await DBOS.run_step_async({"name": checkpoint}, effect, number, checkpoint)

    bare_workflow = DBOS.workflow(name="bare_run")(bare_run)
    executor = await _prepare(database)
    engine.launch()
    ours, bare = [], []
    try:
        for number in range(runs):
            session = await _session(database)
            begun = time.perf_counter()
            await _our_run(database, engine, executor, session)
            ours.append((time.perf_counter() - begun) / STEPS * 1e3)
            begun = time.perf_counter()
            await _workflow(bare_workflow, f"bare-{number}")
            bare.append((time.perf_counter() - begun) / STEPS * 1e3)
            tell(f"step {number + 1}/{runs}: ours {ours[-1]:.1f} ms, bare {bare[-1]:.1f} ms")
    finally:
        engine.stop()
        await database.dispose()
    return ours, bare


async def _our_run(database: AsyncEngine, engine: Engine, executor: Principal, session: str) -> None:
    lines = tuple(ReplayLine(code=f"x = {number}", final=number == STEPS) for number in range(1, STEPS + 1))
    new = NewRun(question="q", model="replay:bench", replay=lines)
    hooks = lifecycle.TaskOutcomes()
    async with transaction(database, "accept") as connection:
        accepted = await lifecycle.accept(connection, LOCAL_OWNER, session, new, "replay:bench", due_limit=1)
        run = accepted.run
    for segment in range(1, STEPS + 1):
        await _workflow(engine._workflow, run, segment, name=f"{run}:{segment}")  # noqa: SLF001 - the very workflow
        async with transaction(database, "claim") as connection:
            task = await tasks.claim(connection, executor, hooks)
        assert task is not None
        async with transaction(database, "complete") as connection:
            await tasks.complete(connection, executor, completion_of(task), hooks)
    async with database.connect() as connection:
        assert (await records.view(connection, LOCAL_ORG, run)).status is RunStatus.SUCCEEDED


async def _workflow(workflow: Any, *arguments: Any, name: str | None = None) -> None:
    with SetWorkflowID(name or str(arguments[0])):
        handle = await DBOS.start_workflow_async(workflow, *arguments)
    await handle.get_result(polling_interval_sec=0.001)


async def _prepare(database: AsyncEngine) -> Principal:
    """An executor that is there for a day."""
    executor = Principal(org_id=LOCAL_ORG, kind=PrincipalKind.EXECUTOR, id=new_id("executor"))
    async with database.begin() as connection:
        await connection.run_sync(_bare.create, checkfirst=True)
        await ensure_organisation(connection, LOCAL_ORG)
        await connection.execute(
            insert(tables.executors).values(
                executor_id=executor.id,
                org_id=LOCAL_ORG,
                name="bench",
                public_key=executor.id,
                results_url="http://127.0.0.1:1",
                created_at=now(),
            )
        )
        await connection.execute(update(tables.executors).values(last_seen=text("now() + interval '1 day'")))
    return executor


async def _session(database: AsyncEngine) -> str:
    async with database.begin() as connection:
        return (await sessions.create(connection, LOCAL_OWNER, NewSession())).session


async def _no_audit(_record: object) -> None:
    """A replay sends nothing."""
