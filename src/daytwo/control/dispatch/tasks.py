"""Tasks for executors: created once per id, claimed under a lease with a rising epoch, completed once.

The first completion's digest wins; the same one again is welcome, another is refused (docs: durability, the link).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, Insert, RowMapping, and_, func, not_, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch.executors import IS_DRAINING, IS_PRESENT, STANDING, standing_of
from daytwo.control.dispatch.matching import REASONS, Needs, Wait, unmet
from daytwo.control.storage.tables import executors, runs, tasks
from daytwo.wire.errors import Conflict, Missing
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.task import ApprovalDecision, Completion, Heartbeat, Offer, Task, TaskRequest

LEASE_SECONDS = 30
STUCK_LIMIT = 1_000
"""Runs that one look for stuck ones sees; those after them are seen when these have moved."""

_QUEUED = tasks.c.status == "queued"
_LAPSED = and_(tasks.c.status == "claimed", tasks.c.lease_until < func.clock_timestamp())


class RunHooks(Protocol):
    """What a run does when its task moves; called inside the task's transaction."""

    async def claimed(self, connection: AsyncConnection, request: TaskRequest) -> None: ...

    async def completed(self, connection: AsyncConnection, request: TaskRequest, completion: Completion) -> None: ...

    async def decided(self, connection: AsyncConnection, request: TaskRequest, *, approved: bool) -> None: ...


def creation(executor_id: str, request: TaskRequest, environment: str | None = None) -> Insert:
    """The statement that creates the task, once, for an executor with that environment."""
    return (
        upsert(tasks)
        .values(
            task_id=request.task_id,
            org_id=request.org_id,
            run_id=request.run_id,
            executor_id=executor_id,
            request=request.model_dump(mode="json"),
            environment=environment,
            status="queued",
            epoch=0,
            created_at=now(),
        )
        .on_conflict_do_nothing()
    )


async def claim(
    connection: AsyncConnection, executor: Principal, hooks: RunHooks, offer: Offer | None = None
) -> Task | None:
    """The most urgent, then oldest task that is free and fits what this executor offers, leased to it; or None.

    An executor serves one organisation: fairness between those is a matter of `runs.turns`.  One that drains gets what
    it had before, and nothing new.  A task whose run somebody else is moving just now is left for the next look.
    """
    free = (
        select(tasks.c.task_id)
        .join(runs, runs.c.run_id == tasks.c.run_id)
        .join(executors, executors.c.executor_id == tasks.c.executor_id)
        .where(
            tasks.c.executor_id == executor.id,
            tasks.c.org_id == executor.org_id,
            or_(_LAPSED, and_(_QUEUED, not_(IS_DRAINING))),
            *_fits(offer),
        )
        .order_by(runs.c.priority.desc(), tasks.c.created_at, tasks.c.task_id)
        .limit(1)
        .with_for_update(of=[runs, tasks], skip_locked=True)
        .cte("free")
    )
    leased = await connection.execute(
        update(tasks)
        .where(tasks.c.task_id == free.c.task_id)
        .values(
            status="claimed",
            epoch=tasks.c.epoch + 1,
            lease_until=func.clock_timestamp() + timedelta(seconds=LEASE_SECONDS),
        )
        .returning(tasks.c.task_id, tasks.c.epoch, tasks.c.request)
    )
    row = leased.mappings().first()
    if row is None:
        return None
    task = Task(task_id=row["task_id"], epoch=row["epoch"], request=TaskRequest.model_validate(row["request"]))
    await hooks.claimed(connection, task.request)
    return task


async def heartbeat(connection: AsyncConnection, executor: Principal, beat: Heartbeat) -> bool:
    """Extends the lease.  Returns whether the task is to be cancelled."""
    row = await _lock(connection, executor, beat.task_id)
    if row["status"] != "claimed" or row["epoch"] != beat.epoch:
        raise _stale(beat.epoch, row)
    await connection.execute(
        update(tasks)
        .where(tasks.c.task_id == beat.task_id)
        .values(lease_until=func.clock_timestamp() + timedelta(seconds=LEASE_SECONDS))
    )
    return bool(row["cancel"])


async def complete(connection: AsyncConnection, executor: Principal, completion: Completion, hooks: RunHooks) -> None:
    """Takes a task's outcome, once."""
    row = await _lock(connection, executor, completion.task_id)
    digest = completion.digest
    if row["status"] == "done":
        if row["completion_digest"] != digest:
            raise Conflict("other_completion", "This task was completed with another outcome; the first one stands.")
        return
    if row["epoch"] != completion.epoch or row["status"] != "claimed":
        raise _stale(completion.epoch, row)
    await connection.execute(
        update(tasks)
        .where(tasks.c.task_id == completion.task_id)
        .values(status="done", completion_digest=digest, approval_id=completion.approval_id, lease_until=None)
    )
    await hooks.completed(connection, TaskRequest.model_validate(row["request"]), completion)


async def decide(connection: AsyncConnection, executor: Principal, decision: ApprovalDecision, hooks: RunHooks) -> None:
    """Takes a person's decision on a program that its executor parked."""
    row = await _lock(connection, executor, decision.task_id)
    if row["approval_id"] != decision.approval_id:
        raise Conflict("not_parked", "This task does not wait for that approval.")
    await hooks.decided(connection, TaskRequest.model_validate(row["request"]), approved=decision.approved)


async def withdraw(connection: AsyncConnection, run_id: str) -> None:
    """Takes back a run's tasks: those not claimed vanish, one under way is told to stop at its next heartbeat."""
    await connection.execute(
        update(tasks).where(tasks.c.run_id == run_id, tasks.c.status == "queued").values(status="withdrawn")
    )
    await connection.execute(
        update(tasks).where(tasks.c.run_id == run_id, tasks.c.status == "claimed").values(cancel=True)
    )


async def stuck(connection: AsyncConnection) -> list[tuple[str, Wait]]:
    """The runs whose task nobody has and its executor cannot take, each with what it waits for.

    Runs that wait already are looked at again where their executor is there: they may wait for another reason now.
    Those of an executor that is away, however many, are not looked at.
    """
    free = (
        select(
            tasks.c.run_id,
            tasks.c.request["profile"].astext.label("profile"),
            tasks.c.environment,
            (tasks.c.status == "claimed").label("begun"),
            runs.c.reason,
            *STANDING,
        )
        .join(executors, executors.c.executor_id == tasks.c.executor_id)
        .join(runs, runs.c.run_id == tasks.c.run_id)
        .where(or_(_QUEUED, _LAPSED))
    )
    moving = free.where(runs.c.status == "executing")
    waiting = free.where(runs.c.status == "waiting", runs.c.reason.in_(REASONS), IS_PRESENT)
    # Two queries, not one with an "or": each is found by an index of its own.
    found = await connection.execute(union_all(moving, waiting).limit(STUCK_LIMIT))
    waits = []
    for row in found.mappings():
        needs = Needs(row["profile"], row["environment"], begun=row["begun"])
        wait = unmet(needs, standing_of(row))
        if wait is not None and wait.reason != row["reason"]:
            waits.append((row["run_id"], wait))
    return waits


def _fits(offer: Offer | None) -> tuple[ColumnElement[bool], ...]:
    if offer is None:
        return ()
    return (
        tasks.c.request["profile"].astext.in_(offer.profiles),
        or_(tasks.c.environment.is_(None), tasks.c.environment == offer.environment),
    )


async def _lock(connection: AsyncConnection, executor: Principal, task_id: str) -> RowMapping:
    """Locks the task's run and then the task, in that order, as those do who move a run and its tasks with it."""
    found = await connection.execute(
        select(tasks)
        .join(runs, runs.c.run_id == tasks.c.run_id)
        .where(tasks.c.task_id == task_id, tasks.c.executor_id == executor.id, tasks.c.org_id == executor.org_id)
        .with_for_update(of=[runs, tasks])
    )
    row = found.mappings().first()
    if row is None:
        raise Missing("task_not_found", "This executor has no such task.")
    return row


def _stale(epoch: int, row: RowMapping) -> Conflict:
    return Conflict(
        "stale_epoch", f"The claim of epoch {epoch} is over: the task is {row['status']} in epoch {row['epoch']}."
    )
