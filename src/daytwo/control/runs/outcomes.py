"""What runs do when their tasks move: claimed, completed, decided on by a person.

Implements `dispatch.tasks.RunHooks`; every method works inside its caller's transaction, so that a run moves together
with the task that moved it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, Update, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.runs.lifecycle import forget_outcome, make_due
from daytwo.control.runs.locked import LockedRun, locked
from daytwo.control.runs.machine import Decision, Trigger, TurnFacts, after_completion, turn_limit
from daytwo.control.storage.tables import executors, snapshots, steps
from daytwo.control.storage.tables import sessions as session_table
from daytwo.wire.observation import Outcome
from daytwo.wire.run import RunStatus
from daytwo.wire.task import Completion, TaskRequest
from daytwo.wire.verdict import Ruling


class TaskOutcomes:
    """What runs do when their tasks move."""

    async def claimed(self, connection: AsyncConnection, request: TaskRequest) -> None:
        async with locked(connection, request.run_id) as run:
            if run.status is RunStatus.WAITING:
                run.move(Trigger.CLAIM, "run.resumed")
            if run.status is RunStatus.EXECUTING:
                run.record("step.claimed", {"step": request.step})

    async def completed(self, connection: AsyncConnection, request: TaskRequest, completion: Completion) -> None:
        async with locked(connection, request.run_id) as run:
            final = await _keep_outcome(connection, request, completion)
            run.change(bits_spent=completion.bits_spent, bits_budget=completion.bits_budget)
            if run.status.is_terminal:
                return
            if run.status is RunStatus.WAITING:
                run.move(Trigger.CLAIM, "run.resumed")
            _observed(run, request, completion)
            decision = after_completion(completion, _turn_facts(run, request, final=final))
            _act(run, decision, completion.approval_id)

    async def decided(self, connection: AsyncConnection, request: TaskRequest, *, approved: bool) -> None:
        async with locked(connection, request.run_id) as run:
            if run.status is not RunStatus.WAITING or run["reason"] != "approval":
                return
            if not approved:
                run.move(
                    Trigger.FAIL,
                    "run.failed",
                    reason="approval_rejected",
                    message="A person rejected the program. The reason is with the executor: `daytwo approvals show`.",
                )
                return
            await forget_outcome(connection, request.run_id, request.step)
            run.move(
                Trigger.CONTINUE,
                "run.resumed",
                data={"step": request.step},
                segment=run["segment"] + 1,
                approval_id=None,
            )
            make_due(run)


def _observed(run: LockedRun, request: TaskRequest, completion: Completion) -> None:
    if completion.rehearsal is not None:
        run.record("step.rehearsed", {"step": request.step, "outcome": completion.rehearsal.outcome.value})
    if completion.symbol is None and completion.verdict.verdict is not Ruling.ALLOW:
        told = {
            "step": request.step,
            "verdict": completion.verdict.verdict.value,
            "rules": sorted({found.rule for found in completion.verdict.findings}),
        }
        run.record("step.denied", told)
    if completion.symbol is not None:
        outcome = completion.symbol.observation().outcome
        if outcome is Outcome.OK:
            run.also(*_advance_head(request))
        observed: dict[str, Any] = {"step": request.step, "outcome": outcome.value}
        if completion.opened is not None:
            observed["open"] = True
        run.record("step.observed", observed)


_KINDS = {
    Trigger.SUCCEED: "run.succeeded",
    Trigger.FAIL: "run.failed",
    Trigger.ASK_APPROVAL: "run.waiting",
    Trigger.CONTINUE: "run.continued",
}


def _act(run: LockedRun, decision: Decision, approval_id: str | None) -> None:
    goes_on = decision.trigger is Trigger.CONTINUE
    changes = {"segment": run["segment"] + 1} if goes_on else {"approval_id": approval_id}
    run.move(
        decision.trigger,
        _KINDS[decision.trigger],
        reason=decision.reason,
        message=decision.message,
        data={"approval": approval_id} if approval_id else {},
        **changes,
    )
    if goes_on:
        make_due(run)


def _turn_facts(run: LockedRun, request: TaskRequest, *, final: bool) -> TurnFacts:
    replay = run["replay"]
    return TurnFacts(
        final=final,
        turn=request.step,
        turn_limit=turn_limit(None if replay is None else len(replay)),
        plans_anew=not run["model"].startswith("builtin:"),
    )


async def _keep_outcome(connection: AsyncConnection, request: TaskRequest, completion: Completion) -> bool:
    """Returns whether its model called the step the final one."""
    kept = await connection.execute(
        update(steps)
        .where(steps.c.run_id == request.run_id, steps.c.step == request.step)
        .values(
            verdict=completion.verdict.model_dump(mode="json"),
            rehearsal=None if completion.rehearsal is None else completion.rehearsal.model_dump(mode="json"),
            symbol=None if completion.symbol is None else completion.symbol.model_dump(mode="json"),
            opened=None if completion.opened is None else completion.opened.model_dump(mode="json"),
            tier=completion.tier,
        )
        .returning(steps.c.final)
    )
    return bool(kept.scalar_one())


def _advance_head(request: TaskRequest) -> tuple[Insert, Update]:
    """The statements that make a step's snapshot the session's head."""
    offered = (
        select(executors.c.environment)
        .join(session_table, session_table.c.executor_id == executors.c.executor_id)
        .where(session_table.c.session_id == request.session_id)
    )
    kept = insert(snapshots).values(
        session_id=request.session_id,
        ordinal=request.next_snapshot,
        org_id=request.org_id,
        base_session=request.base_session,
        base_ordinal=request.base_snapshot,
        run_id=request.run_id,
        step=request.step,
        environment=offered.scalar_subquery(),
    )
    own = session_table.c.session_id == request.session_id
    head = {"head_session": request.session_id, "head_snapshot": request.next_snapshot}
    return kept, update(session_table).where(own).values(head)
