"""What a step costs: ours, and the bare engine's with as many checkpoints and one row a step; interleaved."""

from __future__ import annotations

import time
from typing import Any

from dbos import DBOS
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, text, update

from daytwo.control.identity.tokens import ensure_organisation
from daytwo.control.models import Gateway
from daytwo.control.models.settings import ModelsSettings
from daytwo.control.planner import Planner
from daytwo.control.runs import lifecycle, sessions
from daytwo.control.runs.engine import Engine
from daytwo.control.runs.segment import Segments
from daytwo.control.storage import tables
from daytwo.control.storage.database import migrate, open_database
from daytwo.wire.identifiers import LOCAL_ORG, new_id
from daytwo.wire.message import now
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.run import NewRun, NewSession, ReplayLine

_bare = Table("bench_rows", MetaData(), Column("id", Text, primary_key=True), Column("step", Integer, primary_key=True))
CHECKPOINTS = ("begin", "plan", "dispatch")


async def seconds_a_step(url: str, rounds: int) -> dict[str, list[float]]:
    """Seconds of each segment of one step, and of each bare workflow with as many checkpoints."""
    migrate(url)
    database = open_database(url)
    engine = Engine(url, "bench", database, Segments(database, Planner(Gateway(ModelsSettings(), _no_audit))))

    async def bare_segment(name: str) -> None:
        async def effect(step: int) -> str:
            async with database.begin() as connection:
                await connection.execute(insert(_bare).values(id=name, step=step))
            return "done"

        for step, checkpoint in enumerate(CHECKPOINTS):
            await DBOS.run_step_async({"name": checkpoint}, effect, step)

    bare = DBOS.workflow(name="bare_segment")(bare_segment)
    await _prepare(database)
    engine.launch()
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    try:
        for number in range(rounds):
            run = await _accept(database)
            found["ours"].append(await _timed(engine._workflow, run, 1))  # noqa: SLF001 - the very workflow
            found["bare"].append(await _timed(bare, f"bare-{number}"))
    finally:
        engine.stop()
        await database.dispose()
    return found


async def _timed(workflow: Any, *arguments: Any) -> float:
    begun = time.perf_counter()
    handle = await DBOS.start_workflow_async(workflow, *arguments)
    await handle.get_result(polling_interval_sec=0.001)
    return time.perf_counter() - begun


async def _prepare(database: Any) -> None:
    async with database.begin() as connection:
        await connection.execute(
            text("create table if not exists bench_rows (id text, step int, primary key (id, step))")
        )
        await ensure_organisation(connection, LOCAL_ORG)
        await connection.execute(
            insert(tables.executors).values(
                executor_id=new_id("executor"),
                org_id=LOCAL_ORG,
                name="bench",
                public_key=new_id("executor"),
                results_url="http://127.0.0.1:1",
                created_at=now(),
            )
        )
        await connection.execute(update(tables.executors).values(last_seen=text("now() + interval '1 day'")))


async def _accept(database: Any) -> str:
    new = NewRun(question="q", model="replay:bench", replay=(ReplayLine(code="x = 1", final=True),))
    async with database.begin() as connection:
        session = await sessions.create(connection, LOCAL_OWNER, NewSession())
        return (await lifecycle.accept(connection, LOCAL_OWNER, session.session, new, "replay:bench")).run


async def _no_audit(_record: object) -> None:
    """A replay sends nothing."""
