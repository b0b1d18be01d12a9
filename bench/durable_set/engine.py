"""What a step of a run costs: ours, the same by the bare engine's means, and three of its checkpoints alone.

Whole runs of each in turns, milliseconds a step; all of them without HTTP, and without a model.

* Ours: a segment (begun, planned by a replay, dispatched), the task's claim, its completion; events, ledger leaves and
  the session's line of state with them.
* The bare engine's: one workflow a run, as a person would write it who trusts DBOS alone.  A step is planned and
  dispatched (two checkpointed steps, a row each), claimed by a far side (a transaction), answered by it (`DBOS.send`),
  heard (`DBOS.recv`) and observed (a checkpointed step, a row).  That is what a step needs whose program runs
  elsewhere: a task that outlives both sides, and a result that arrives once.  No leases, events, ledger or state; each
  run that waits holds a coroutine.  The goal is judged by this one.
* Checkpoints alone: `plan`, `dispatch` and `observe`, three checkpointed steps of a row each, and nobody far away.  No
  step of an agent could be made of so little; it is the least that the engine asks for three durable facts.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import anyio
from dbos import DBOS, SetWorkflowID
from sqlalchemy import Column, Integer, MetaData, Table, Text, exists, insert, select, text, update
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
from daytwo.control.runs.outcomes import TaskOutcomes
from daytwo.control.runs.segment import Segments
from daytwo.control.storage import tables
from daytwo.control.storage.database import migrate, open_database, transaction
from daytwo.wire.identifiers import LOCAL_ORG, new_id
from daytwo.wire.message import now
from daytwo.wire.principal import LOCAL_OWNER, Principal, PrincipalKind
from daytwo.wire.run import NewRun, NewSession, ReplayLine, RunStatus

STEPS = 8
"""Of each run."""
PER_BARE_STEP = 1.3
ANSWER_SECONDS = 60

_rows = Table(
    "bench_rows",
    MetaData(),
    *(Column(name, kind, primary_key=True) for name, kind in (("run", Text), ("step", Integer), ("checkpoint", Text))),
    Column("claims", Integer, default=0),
)


async def step(place: Place, rounds: int) -> Part:
    ours, bare, alone = await ms_a_step(place.url, max(2, rounds // STEPS))
    part = Part()
    part.row("step, ours", ours, "ms")
    part.row("step, the same by the bare engine", bare, "ms")
    part.row("step, three checkpoints alone", alone, "ms")
    part.row("ours / three checkpoints alone", [one / other for one, other in zip(ours, alone, strict=True)], "x")
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    part.at_most("step / bare engine's step", ratio, PER_BARE_STEP)
    return part


class BareEngine:
    """The bare engine's runs, and the far side that answers their tasks."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._dispatched = anyio.Event()
        self.whole = DBOS.workflow(name="bare_run")(self._run_of(is_answered=True))
        self.alone = DBOS.workflow(name="bare_checkpoints")(self._run_of(is_answered=False))

    def _run_of(self, *, is_answered: bool) -> Callable[[str], Awaitable[None]]:
        # DBOS registers plain functions: what this one needs is in its closure.
        async def run_steps(run: str) -> None:
            for number in range(STEPS):
                await self._checkpoint(run, number, "plan")
                await self._checkpoint(run, number, "dispatch")
                if is_answered:
                    self._dispatched.set()
                    assert await DBOS.recv_async(timeout_seconds=ANSWER_SECONDS) == number
                await self._checkpoint(run, number, "observe")

        return run_steps

    async def _checkpoint(self, run: str, number: int, name: str) -> None:
        async def effect() -> None:
            async with self._database.begin() as connection:
                await connection.execute(insert(_rows).values(run=run, step=number, checkpoint=name))

        await DBOS.run_step_async({"name": name}, effect)

    async def answer(self, run: str) -> None:
        """Claims each task of a run as it is dispatched, and says that it is done."""
        for number in range(STEPS):
            await self._dispatched.wait()
            self._dispatched = anyio.Event()
            key = (_rows.c.run == run, _rows.c.step == number, _rows.c.checkpoint == "dispatch")
            free = select(_rows.c.run).where(*key, _rows.c.claims == 0).with_for_update(skip_locked=True)
            async with self._database.begin() as connection:
                claim = update(_rows).where(*key, exists(free)).values(claims=_rows.c.claims + 1)
                assert (await connection.execute(claim)).rowcount == 1
            await DBOS.send_async(run, number, idempotency_key=f"{run}:{number}")


async def ms_a_step(url: str, runs: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds a step of each run: ours, the bare engine's, its checkpoints alone."""
    migrate(url)
    database = open_database(url)
    segments = Segments(database, Planner(Gateway(ModelsSettings(), _no_audit)))
    engine = Engine(url, "bench", database, segments, organisation_limit=runs)
    bare = BareEngine(database)
    executor = await _prepare(database)
    engine.launch()
    spent: tuple[list[float], list[float], list[float]] = ([], [], [])
    try:
        for number in range(runs):
            session = await _session(database)
            turns = (
                lambda: _our_run(database, engine, executor, session),  # noqa: B023 - called in this turn
                lambda: _bare_run(bare, f"bare-{number}"),  # noqa: B023
                lambda: _workflow(bare.alone, f"alone-{number}"),  # noqa: B023
            )
            for ms, turn in zip(spent, turns, strict=True):
                begun = time.perf_counter()
                await turn()
                ms.append((time.perf_counter() - begun) / STEPS * 1e3)
            ours, whole, alone = (ms[-1] for ms in spent)
            tell(f"step {number + 1}/{runs}: ours {ours:.1f} ms, bare {whole:.1f} ms, checkpoints {alone:.1f} ms")
    finally:
        engine.stop()
        await database.dispose()
    return spent


async def _bare_run(bare: BareEngine, run: str) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(bare.answer, run)
        await _workflow(bare.whole, run)


async def _our_run(database: AsyncEngine, engine: Engine, executor: Principal, session: str) -> None:
    lines = tuple(ReplayLine(code=f"x = {number}", final=number == STEPS) for number in range(1, STEPS + 1))
    new = NewRun(question="q", model="replay:bench", replay=lines)
    hooks = TaskOutcomes()
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
        await connection.run_sync(_rows.create, checkfirst=True)
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
