"""Runs as they are read from PostgreSQL: their rows, their events, what people see of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.storage.tables import model_calls, run_events, runs, steps
from daytwo.wire.errors import Missing
from daytwo.wire.observation import Symbol
from daytwo.wire.opened import OpenOutput
from daytwo.wire.rehearsal import NOT_REHEARSED, Rehearsal
from daytwo.wire.run import USUAL_PRIORITY, RunEvent, RunStatus, RunView, StepView
from daytwo.wire.verdict import Verdict


def run_not_found(run_id: str) -> Missing:
    return Missing("run_not_found", f"There is no run {run_id}. `daytwo runs list` shows the runs there are.")


async def made_under(connection: AsyncConnection, org_id: str, key: str | None) -> RowMapping | None:
    """The run that an earlier request made under this idempotency key."""
    if key is None:
        return None
    found = await connection.execute(select(runs).where(runs.c.org_id == org_id, runs.c.request_key == key))
    return found.mappings().first()


async def steps_of(connection: AsyncConnection, run_id: str) -> Sequence[RowMapping]:
    found = await connection.execute(select(steps).where(steps.c.run_id == run_id).order_by(steps.c.step))
    return found.mappings().all()


async def events_after(connection: AsyncConnection, run_id: str, seq: int, limit: int) -> list[RunEvent]:
    """At most `limit` events of a run with numbers over `seq`, in order."""
    found = await connection.execute(
        select(run_events)
        .where(run_events.c.run_id == run_id, run_events.c.seq > seq)
        .order_by(run_events.c.seq)
        .limit(limit)
    )
    return [
        RunEvent(run=run_id, seq=row["seq"], at=row["at"], kind=row["kind"], data=row["data"])
        for row in found.mappings()
    ]


async def view(connection: AsyncConnection, org_id: str, run_id: str) -> RunView:
    """A run as its organisation sees it.  Raises `Missing` (`run_not_found`)."""
    found = await connection.execute(select(runs).where(runs.c.run_id == run_id, runs.c.org_id == org_id))
    row = found.mappings().first()
    if row is None:
        raise run_not_found(run_id)
    return await _view_of(connection, row, await steps_of(connection, run_id))


async def views(connection: AsyncConnection, org_id: str, session_id: str | None, limit: int) -> list[RunView]:
    """The newest runs first, without their steps."""
    query = select(runs).where(runs.c.org_id == org_id).order_by(runs.c.run_id.desc()).limit(limit)
    if session_id is not None:
        query = query.where(runs.c.session_id == session_id)
    found = await connection.execute(query)
    return [await _view_of(connection, row, ()) for row in found.mappings().all()]


async def _view_of(connection: AsyncConnection, row: RowMapping, step_rows: Sequence[RowMapping]) -> RunView:
    used = await connection.execute(
        select(
            func.coalesce(func.sum(model_calls.c.input_tokens), 0),
            func.coalesce(func.sum(model_calls.c.output_tokens), 0),
        ).where(model_calls.c.run_id == row["run_id"])
    )
    input_tokens, output_tokens = used.one()
    return RunView(
        run=row["run_id"],
        session=row["session_id"],
        status=RunStatus(row["status"]),
        reason=row["reason"],
        message=row["message"],
        question=row["question"],
        model=row["model"],
        profile=row["profile"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        steps=tuple(_step_view(step) for step in step_rows),
        approval=row["approval_id"],
        bits_spent=row["bits_spent"],
        bits_budget=row["bits_budget"],
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        priority=None if row["priority"] == USUAL_PRIORITY else row["priority"],
        time_limit_seconds=row["time_limit_seconds"],
    )


def _step_view(row: RowMapping) -> StepView:
    return StepView(
        step=row["step"],
        intent=row["intent"],
        program=row["program"],
        final=row["final"],
        verdict=None if row["verdict"] is None else Verdict.model_validate(row["verdict"]),
        rehearsal=NOT_REHEARSED if row["rehearsal"] is None else Rehearsal.model_validate(row["rehearsal"]),
        observation=None if row["symbol"] is None else Symbol.model_validate(row["symbol"]).observation(),
        opened=None if row["opened"] is None else OpenOutput.model_validate(row["opened"]),
        tier=row["tier"],
    )


async def progress_of(connection: AsyncConnection, org_id: str, run_id: str) -> tuple[int, bool]:
    """The number of a run's newest event, and whether it is over.  Raises `Missing` (`run_not_found`)."""
    found = await connection.execute(
        select(runs.c.last_seq, runs.c.status).where(runs.c.run_id == run_id, runs.c.org_id == org_id)
    )
    row = found.first()
    if row is None:
        raise run_not_found(run_id)
    return row.last_seq, RunStatus(row.status).is_terminal


async def unmoved(connection: AsyncConnection, seconds: int) -> list[tuple[str, int]]:
    """Run and segment of the runs that should be moving and have not for so long."""
    long_ago = (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    found = await connection.execute(
        select(runs.c.run_id, runs.c.segment).where(
            runs.c.status.in_((RunStatus.QUEUED.value, RunStatus.PLANNING.value)), runs.c.updated_at < long_ago
        )
    )
    return [(row.run_id, row.segment) for row in found]
