"""One segment of a run: plan a step, dispatch its task, end.  The next segment starts when the task comes back.

`begin`, `plan` and `dispatch` are the durable engine's steps: each may be repeated after a crash, so each first looks
at what its earlier life left.  A waiting run has no segment: it costs its row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol

import structlog
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from daytwo.control.dispatch import executors, sheets, tasks
from daytwo.control.dispatch.matching import Needs, unmet
from daytwo.control.models import CallContext, PastRun, PastStep, PlanRequest, Step
from daytwo.control.planner import Planned, Planner
from daytwo.control.runs import lifecycle, placement, records, sessions
from daytwo.control.runs.machine import Trigger, turn_limit
from daytwo.control.runs.sessions import PastProgram
from daytwo.control.storage.database import transaction
from daytwo.control.storage.tables import model_calls, runs, steps
from daytwo.control.storage.tables import sessions as session_table
from daytwo.wire.errors import DaytwoError
from daytwo.wire.message import now
from daytwo.wire.observation import Alphabet, Outcome, Symbol
from daytwo.wire.opened import OpenOutput
from daytwo.wire.principal import Principal
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.run import ReplayLine, RunStatus
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.task import TaskRequest
from daytwo.wire.verdict import Verdict

Next = Literal["plan", "dispatch", "stop"]

log = structlog.get_logger(__name__)


class Perform(Protocol):
    """A durable engine: performs an effect, keeps its answer, and gives that answer when asked again."""

    async def __call__(self, name: str, effect: Callable[..., Awaitable[Any]], *arguments: Any) -> Any: ...


class Segments:
    """The effects of a run's segments.

    Args:
        engine: the control plane's database.
        planner: turns a typed request into a step, through the model gateway.
    """

    def __init__(self, engine: AsyncEngine, planner: Planner) -> None:
        self._engine = engine
        self._planner = planner

    async def begin(self, run_id: str, segment: int) -> Next:
        """Takes up a run that is due, unless it was cancelled or another segment has it."""
        async with transaction(self._engine, "begin") as connection:
            row = await records.lock(connection, run_id)
            status = RunStatus(row["status"])
            if row["segment"] != segment or status not in {RunStatus.QUEUED, RunStatus.PLANNING}:
                return "stop"
            past = await records.steps_of(connection, run_id)
            ready = _has_undispatched(past)
            if status is RunStatus.QUEUED:
                step = len(past) + (0 if ready else 1)
                await records.move(connection, row, Trigger.START, "run.planning", data={"step": step})
            return "dispatch" if ready else "plan"

    async def plan(self, run_id: str) -> Next:
        """One model turn.  A run that cannot be planned fails with the reason."""
        async with self._engine.begin() as connection:
            row = await _get(connection, run_id)
            past = await records.steps_of(connection, run_id)
            if _has_undispatched(past):
                return "dispatch"
            request = await _plan_request(connection, row, past)
        replay = None if row["replay"] is None else tuple(ReplayLine.model_validate(line) for line in row["replay"])
        context = CallContext(org_id=row["org_id"], run_id=run_id, step=request.turn)
        try:
            planned = await self._planner.plan(request, row["model"], replay, context)
        except DaytwoError as error:
            await self.fail(run_id, error.code, error.message)
            return "stop"
        async with transaction(self._engine, "plan") as connection:
            return await _keep(connection, run_id, request, planned)

    async def dispatch(self, run_id: str, segment: int) -> None:
        """Hands the planned step to the executor that holds the session's data."""
        async with transaction(self._engine, "dispatch") as connection:
            row = await records.lock(connection, run_id)
            if RunStatus(row["status"]) is not RunStatus.PLANNING or row["segment"] != segment:
                return
            step = (await records.steps_of(connection, run_id))[-1]
            session = await sessions.get(connection, row["org_id"], row["session_id"], for_update=True)
            request = await _task_request(connection, row, session, step)
            needs = Needs(request.profile, await placement.environment_of(connection, session))
            await tasks.create(connection, session["executor_id"], request, needs.environment)
            await records.move(
                connection, row, Trigger.DISPATCH, "step.dispatched", data={"step": request.step}, restarts=0
            )
            wait = unmet(needs, await executors.standing(connection, session["executor_id"]))
            if wait is not None:
                await lifecycle.park(connection, run_id, wait)

    async def fail(self, run_id: str, reason: str, message: str) -> None:
        async with transaction(self._engine, "fail") as connection:
            await lifecycle.fail(connection, run_id, reason, message)


async def advance(perform: Perform, segments: Segments, run_id: str, segment: int) -> None:
    """One segment from beginning to end, whatever it meets: the run moves on, or ends with a reason."""
    try:
        step: Next = await perform("begin", segments.begin, run_id, segment)
        if step == "plan":
            step = await perform("plan", segments.plan, run_id)
        if step == "dispatch":
            await perform("dispatch", segments.dispatch, run_id, segment)
    except Exception:  # a task boundary: the run must end with a reason, whatever went wrong
        log.exception("segment.failed", run=run_id, segment=segment)
        message = "daytwo itself failed on this run; the control plane's log says where. `daytwo runs resume` retries."
        await perform("fail", segments.fail, run_id, "internal_error", message)


def _has_undispatched(past: Sequence[RowMapping]) -> bool:
    return bool(past) and past[-1]["verdict"] is None and past[-1]["symbol"] is None


async def _get(connection: AsyncConnection, run_id: str) -> RowMapping:
    found = await connection.execute(select(runs).where(runs.c.run_id == run_id))
    return found.mappings().one()


async def _plan_request(connection: AsyncConnection, row: RowMapping, past: Sequence[RowMapping]) -> PlanRequest:
    session = await sessions.get(connection, row["org_id"], row["session_id"])
    held = await sheets.newest(connection, row["org_id"], tuple(session["datasets"]))
    programs = await sessions.programs(connection, session)
    turn = len(past) + 1
    limit = turn_limit(None if row["replay"] is None else len(row["replay"]))
    return PlanRequest(
        question=row["question"],
        sheets=tuple(signed.sheet for _, signed in held),
        variables=sessions.names_left(programs),
        shapes=sessions.shapes_left(programs),
        history=_history(programs, row["run_id"]),
        steps=tuple(_past_step(step) for step in past),
        turn=turn,
        turns_left=max(0, limit - turn),
        bits_left=row["bits_budget"] - row["bits_spent"] if row["bits_budget"] else None,
    )


def _history(programs: Sequence[PastProgram], present_run: str) -> tuple[PastRun, ...]:
    by_run: dict[str, list[PastProgram]] = {}
    for program in programs:
        if program.run_id != present_run:
            by_run.setdefault(program.run_id, []).append(program)
    return tuple(
        PastRun(question=group[0].question, programs=tuple(past.program for past in group)) for group in by_run.values()
    )


def _past_step(row: RowMapping) -> PastStep:
    return PastStep(
        step=row["step"],
        intent=row["intent"],
        program=row["program"],
        verdict=None if row["verdict"] is None else Verdict.model_validate(row["verdict"]),
        rehearsal=None if row["rehearsal"] is None else Rehearsal.model_validate(row["rehearsal"]),
        observation=None if row["symbol"] is None else Symbol.model_validate(row["symbol"]).observation(),
        opened=None if row["opened"] is None else OpenOutput.model_validate(row["opened"]),
        note=row["note"],
    )


async def _keep(connection: AsyncConnection, run_id: str, request: PlanRequest, planned: Planned) -> Next:
    """Records a model turn and what follows from it."""
    row = await records.lock(connection, run_id)
    if RunStatus(row["status"]) is not RunStatus.PLANNING:
        return "stop"
    await connection.execute(
        insert(model_calls).values(
            org_id=row["org_id"],
            run_id=run_id,
            step=request.turn,
            model=row["model"],
            prompt_digest=planned.prompt_digest,
            input_tokens=planned.input_tokens,
            output_tokens=planned.output_tokens,
            estimated=planned.estimated,
            at=now(),
        )
    )
    step = planned.step
    if step.program is None:
        await _end_without_program(connection, row, request, step)
        return "stop"
    await connection.execute(
        insert(steps).values(
            run_id=run_id,
            step=request.turn,
            org_id=row["org_id"],
            intent=step.intent,
            program=step.program,
            final=step.final,
            insist=step.insist,
            detail=step.detail,
        )
    )
    told = {"step": request.turn, "intent": step.intent, "final": step.final}
    await records.record(connection, row, "step.planned", told)
    return "dispatch"


async def _end_without_program(connection: AsyncConnection, row: RowMapping, request: PlanRequest, step: Step) -> None:
    """A model that has nothing more to run is done if its last program went well; else it has refused or asks."""
    last = request.steps[-1].observation if request.steps else None
    if step.final and step.question is None and last is not None and last.outcome is Outcome.OK:
        await records.move(connection, row, Trigger.SUCCEED, "run.succeeded")
        return
    await records.move(
        connection,
        row,
        Trigger.FAIL,
        "run.failed",
        reason="not_planned",
        message=step.question or step.intent or "The model gave no program. Ask again, or ask another model.",
    )


async def _task_request(
    connection: AsyncConnection, row: RowMapping, session: RowMapping, step: RowMapping
) -> TaskRequest:
    held = await sheets.newest(connection, row["org_id"], tuple(session["datasets"]))
    ordinal: int = step["snapshot"] or session["next_snapshot"]
    if step["snapshot"] is None:
        await connection.execute(
            update(session_table)
            .where(session_table.c.session_id == row["session_id"])
            .values(next_snapshot=ordinal + 1)
        )
        await connection.execute(
            update(steps).where(steps.c.run_id == row["run_id"], steps.c.step == step["step"]).values(snapshot=ordinal)
        )
    return TaskRequest(
        org_id=row["org_id"],
        run_id=row["run_id"],
        session_id=row["session_id"],
        segment=row["segment"],
        step=step["step"],
        program=step["program"],
        datasets=tuple(DatasetRef(name=signed.sheet.dataset, sheet_digest=signed.digest) for _, signed in held),
        known_names=sessions.names_left(await sessions.programs(connection, session)),
        profile=row["profile"],
        # The rehearsal has caught the honest mistakes: only a model that asks pays for more than the outcome.
        alphabet=Alphabet.STANDARD if step["detail"] else Alphabet.BRIEF,
        insist=step["insist"],
        base_session=session["head_session"],
        base_snapshot=session["head_snapshot"],
        next_snapshot=ordinal,
        on_behalf_of=Principal.model_validate(row["created_by"]),
    )
