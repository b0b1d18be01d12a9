"""One segment of a run: plan a step, dispatch its task, end.  The next segment starts when the task comes back.

A segment is one step of the durable engine, `take`, in two transactions with the model's turn between them: the run is
begun and the prompt's parts are read; the model's answer is kept and dispatched.  It may be repeated after a crash, so
it first looks at what its earlier life left: under the run's lock, its status and segment say whether there is anything
left to do.  A waiting run has no segment: it costs its row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import RowMapping, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from daytwo.control.dispatch import executors, sheets, tasks
from daytwo.control.dispatch.matching import Needs, unmet
from daytwo.control.models import CallContext, PastRun, PastStep, PlanRequest, Step
from daytwo.control.planner import Planned, Planner
from daytwo.control.runs import lifecycle, placement, records, sessions
from daytwo.control.runs.locked import LockedRun, locked
from daytwo.control.runs.machine import Trigger, turn_limit
from daytwo.control.runs.sessions import PastProgram
from daytwo.control.storage.database import transaction
from daytwo.control.storage.tables import model_calls, steps
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

log = structlog.get_logger(__name__)


class Perform(Protocol):
    """A durable engine: performs an effect, keeps its answer, and gives that answer when asked again."""

    async def __call__(self, name: str, effect: Callable[..., Awaitable[Any]], *arguments: Any) -> Any: ...


@dataclass(frozen=True)
class Turn:
    """What a model is to be asked, and by whom it is answered."""

    request: PlanRequest
    model: str
    replay: tuple[ReplayLine, ...] | None
    context: CallContext


class Segments:
    """The effects of a run's segments.

    Args:
        engine: the control plane's database.
        planner: turns a typed request into a step, through the model gateway.
    """

    def __init__(self, engine: AsyncEngine, planner: Planner) -> None:
        self._engine = engine
        self._planner = planner

    async def take(self, run_id: str, segment: int) -> None:
        """Takes a run one step on: a step that waits to be dispatched, or else the model's next one."""
        turn = await self._begin(run_id, segment)
        if turn is None:
            return
        try:
            planned = await self._planner.plan(turn.request, turn.model, turn.replay, turn.context)
        except DaytwoError as error:
            await self.fail(run_id, error.code, error.message)
            return
        async with transaction(self._engine, "plan") as connection, locked(connection, run_id) as run:
            if run.status is RunStatus.PLANNING and run["segment"] == segment:
                await _keep(connection, run, turn.request, planned)

    async def _begin(self, run_id: str, segment: int) -> Turn | None:
        """Takes up a run that is due, unless it was cancelled or another segment has it.  Returns the turn to take."""
        async with transaction(self._engine, "begin") as connection, locked(connection, run_id) as run:
            if run["segment"] != segment or run.status not in {RunStatus.QUEUED, RunStatus.PLANNING}:
                return None
            past = await records.steps_of(connection, run_id)
            undispatched = past[-1] if past and past[-1]["verdict"] is None and past[-1]["symbol"] is None else None
            if run.status is RunStatus.QUEUED:
                step = len(past) + (0 if undispatched else 1)
                run.move(Trigger.START, "run.planning", data={"step": step})
            if undispatched is not None:
                await _dispatch(connection, run, undispatched)
                return None
            return await _turn(connection, run, past)

    async def fail(self, run_id: str, reason: str, message: str) -> None:
        async with transaction(self._engine, "fail") as connection:
            await lifecycle.fail(connection, run_id, reason, message)


async def advance(perform: Perform, segments: Segments, run_id: str, segment: int) -> None:
    """One segment from beginning to end, whatever it meets: the run moves on, or ends with a reason."""
    try:
        await perform("take", segments.take, run_id, segment)
    except Exception:  # a task boundary: the run must end with a reason, whatever went wrong
        log.exception("segment.failed", run=run_id, segment=segment)
        message = "daytwo itself failed on this run; the control plane's log says where. `daytwo runs resume` retries."
        await perform("fail", segments.fail, run_id, "internal_error", message)


async def _turn(connection: AsyncConnection, run: LockedRun, past: Sequence[RowMapping]) -> Turn:
    session = await sessions.get(connection, run["org_id"], run["session_id"])
    held = await sheets.newest(connection, run["org_id"], tuple(session["datasets"]))
    programs = await sessions.programs(connection, session)
    turn = len(past) + 1
    limit = turn_limit(None if run["replay"] is None else len(run["replay"]))
    request = PlanRequest(
        question=run["question"],
        sheets=tuple(signed.sheet for _, signed in held),
        variables=sessions.names_left(programs),
        shapes=sessions.shapes_left(programs),
        history=_history(programs, run.id),
        steps=tuple(_past_step(step) for step in past),
        turn=turn,
        turns_left=max(0, limit - turn),
        bits_left=run["bits_budget"] - run["bits_spent"] if run["bits_budget"] else None,
    )
    replay = None if run["replay"] is None else tuple(ReplayLine.model_validate(line) for line in run["replay"])
    return Turn(request, run["model"], replay, CallContext(org_id=run["org_id"], run_id=run.id, step=turn))


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


async def _keep(connection: AsyncConnection, run: LockedRun, request: PlanRequest, planned: Planned) -> None:
    """Records a model's turn and what follows from it."""
    await connection.execute(
        insert(model_calls).values(
            org_id=run["org_id"],
            run_id=run.id,
            step=request.turn,
            model=run["model"],
            prompt_digest=planned.prompt_digest,
            input_tokens=planned.input_tokens,
            output_tokens=planned.output_tokens,
            estimated=planned.estimated,
            at=now(),
        )
    )
    step = planned.step
    if step.program is None:
        _end_without_program(run, request, step)
        return
    kept = await connection.execute(
        insert(steps)
        .values(
            run_id=run.id,
            step=request.turn,
            org_id=run["org_id"],
            intent=step.intent,
            program=step.program,
            final=step.final,
            insist=step.insist,
            detail=step.detail,
        )
        .returning(steps)
    )
    run.record("step.planned", {"step": request.turn, "intent": step.intent, "final": step.final})
    await _dispatch(connection, run, kept.mappings().one())


def _end_without_program(run: LockedRun, request: PlanRequest, step: Step) -> None:
    """A model that has nothing more to run is done if its last program went well; else it has refused or asks."""
    last = request.steps[-1].observation if request.steps else None
    if step.final and step.question is None and last is not None and last.outcome is Outcome.OK:
        run.move(Trigger.SUCCEED, "run.succeeded")
        return
    run.move(
        Trigger.FAIL,
        "run.failed",
        reason="not_planned",
        message=step.question or step.intent or "The model gave no program. Ask again, or ask another model.",
    )


async def _dispatch(connection: AsyncConnection, run: LockedRun, step: RowMapping) -> None:
    """Hands a planned step to the executor that holds the session's data."""
    session = await sessions.get(connection, run["org_id"], run["session_id"], for_update=True)
    request = await _task_request(connection, run, session, step)
    needs = Needs(request.profile, await placement.environment_of(connection, session))
    await tasks.create(connection, session["executor_id"], request, needs.environment)
    run.move(Trigger.DISPATCH, "step.dispatched", data={"step": request.step}, restarts=0)
    wait = unmet(needs, await executors.standing(connection, session["executor_id"]))
    if wait is not None:
        lifecycle.wait_for(run, wait)


async def _task_request(
    connection: AsyncConnection, row: LockedRun, session: RowMapping, step: RowMapping
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
