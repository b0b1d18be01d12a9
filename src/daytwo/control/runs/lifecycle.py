"""The life of a run: accepted, cancelled, resumed, ended, parked.

Every function works inside its caller's transaction.  What a run's tasks do to it is `outcomes`'.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch import tasks
from daytwo.control.dispatch.matching import REASONS, Wait
from daytwo.control.runs import placement, records, sessions, turns
from daytwo.control.runs.locked import LockedRun, locked
from daytwo.control.runs.machine import Trigger
from daytwo.control.storage.tables import runs, steps
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.run import USUAL_PRIORITY, NewRun, RunStatus, RunView

RESTARTS_LIMIT = 5
"""Of a segment that no process brings to its end, between two steps of a run."""


async def accept(
    connection: AsyncConnection,
    author: Principal,
    session_id: str,
    new: NewRun,
    model: str,
    key: str | None = None,
    *,
    due_limit: int,
) -> RunView:
    """Creates a run; the same request again, told by its key, is answered with the run that it made.

    Raises:
        Missing: `session_not_found`.
        Conflict: `session_busy`; `key_reused`.
        Invalid: `profile_not_offered`.
        Retryable: `too_many_runs`, where as many as `due_limit` of the organisation's are due.
    """
    session = await sessions.get(connection, author.org_id, session_id, for_update=True)
    made = await records.made_under(connection, author.org_id, key)
    if made is not None:
        if (made["session_id"], made["question"]) != (session_id, new.question):
            raise sessions.key_reused()
        return await records.view(connection, author.org_id, made["run_id"])
    await sessions.refuse_if_busy(connection, session_id)
    await placement.place(connection, session, new.profile)
    await turns.refuse_too_many(connection, author.org_id, due_limit)
    run_id = new_id("run")
    at = now()
    await connection.execute(
        insert(runs).values(
            run_id=run_id,
            org_id=author.org_id,
            session_id=session_id,
            question=new.question,
            model=model,
            profile=new.profile,
            replay=None if new.replay is None else [line.model_dump() for line in new.replay],
            priority=USUAL_PRIORITY if new.priority is None else new.priority,
            time_limit_seconds=new.time_limit_seconds,
            ends_at=_end(new.time_limit_seconds),
            status=RunStatus.QUEUED.value,
            segment=1,
            last_seq=0,
            request_key=key,
            created_by=author.model_dump(mode="json"),
            created_at=at,
            updated_at=at,
        )
    )
    async with locked(connection, run_id) as run:
        run.record("run.queued", {"model": model, "profile": new.profile}, author)
        make_due(run)
    return await records.view(connection, author.org_id, run_id)


async def cancel(connection: AsyncConnection, author: Principal, run_id: str) -> RunView:
    """Ends a run at once; what runs of it is told to stop.  A run that is over stays as it is."""
    await records.view(connection, author.org_id, run_id)
    async with locked(connection, run_id) as run:
        if not run.status.is_terminal:
            await tasks.withdraw(connection, run_id)
            run.move(
                Trigger.CANCEL, "run.cancelled", reason="cancelled", message="Cancelled by a person.", actor=author
            )
    return await records.view(connection, author.org_id, run_id)


async def resume(connection: AsyncConnection, author: Principal, run_id: str, key: str | None = None) -> RunView:
    """Takes up a failed run where it failed: a program that was lost runs again, else the model is asked again.

    The same request again, told by its key, does nothing.

    Raises:
        Conflict: `run_moved_on`, where the run did not fail; `session_busy`.
    """
    await records.view(connection, author.org_id, run_id)
    async with locked(connection, run_id) as run:
        if key is None or run["resume_key"] != key:
            await _resume(connection, run, author, key)
    return await records.view(connection, author.org_id, run_id)


async def _resume(connection: AsyncConnection, run: LockedRun, author: Principal, key: str | None) -> None:
    if run.status is RunStatus.FAILED:
        await sessions.get(connection, run["org_id"], run["session_id"], for_update=True)
        await sessions.refuse_if_busy(connection, run["session_id"])
    if run["reason"] == "program_lost":
        await forget_outcome(
            connection, run.id, max(step["step"] for step in await records.steps_of(connection, run.id))
        )
    run.move(
        Trigger.RESUME,
        "run.resumed",
        actor=author,
        segment=run["segment"] + 1,
        approval_id=None,
        resume_key=key,
        restarts=0,
    )
    ends_at = _end(run["time_limit_seconds"])
    await connection.execute(update(runs).where(runs.c.run_id == run.id).values(ends_at=ends_at))
    make_due(run)


async def restart(connection: AsyncConnection, run_id: str, segment: int) -> None:
    """Makes a successor of a segment due whose workflow ended without moving the run; too often, it ends the run."""
    async with locked(connection, run_id) as run:
        if run["segment"] != segment or run.status not in {RunStatus.PLANNING, RunStatus.QUEUED}:
            return
        if run["restarts"] >= RESTARTS_LIMIT:
            begun = RESTARTS_LIMIT + 1
            message = f"The next step was begun {begun} times and never came to its end: `daytwo runs resume`."
            run.move(Trigger.FAIL, "run.failed", reason="segment_lost", message=message)
            return
        again = {"segment": segment + 1, "restarts": run["restarts"] + 1}
        if run.status is RunStatus.PLANNING:
            run.move(Trigger.CONTINUE, "run.continued", **again)
        else:
            run.change(**again)
        make_due(run)


async def overrun(connection: AsyncConnection, run_id: str) -> None:
    """Ends a run whose time is over, wherever it is; what runs of it is told to stop."""
    async with locked(connection, run_id) as run:
        if run.status.is_terminal:
            return
        await tasks.withdraw(connection, run_id)
        message = (
            f"The run was not over after {run['time_limit_seconds']} s, its time limit. What it has shown stays; "
            "`daytwo runs resume` gives it as much time again."
        )
        run.move(Trigger.FAIL, "run.failed", reason="time_limit", message=message)


def _end(time_limit_seconds: int | None) -> ColumnElement[Any] | None:
    """When a run that begins now has to be over, by the database's clock."""
    return None if time_limit_seconds is None else func.now() + timedelta(seconds=time_limit_seconds)


async def park(connection: AsyncConnection, run_id: str, wait: Wait) -> None:
    """Parks a run whose executor cannot take its task, or says anew why one that is parked still waits."""
    async with locked(connection, run_id) as run:
        still_waits = run.status is RunStatus.WAITING and run["reason"] in REASONS - {wait.reason}
        if run.status is RunStatus.EXECUTING or still_waits:
            wait_for(run, wait)


def wait_for(run: LockedRun, wait: Wait) -> None:
    """Parks a run that has been dispatched to an executor which cannot take its task."""
    run.move(Trigger.MISS_EXECUTOR, "run.waiting", reason=wait.reason, message=wait.message)


async def forget_outcome(connection: AsyncConnection, run_id: str, step: int) -> None:
    """Makes a step one that is still to be dispatched: `segment` finds it by what it lacks."""
    await connection.execute(
        update(steps)
        .where(steps.c.run_id == run_id, steps.c.step == step)
        .values(verdict=None, symbol=None, rehearsal=None, opened=None)
    )


def make_due(run: LockedRun) -> None:
    """Wakes the segment starters."""
    run.wake("segment", "due")
