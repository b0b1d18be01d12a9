"""One segment of a run: plan a step, dispatch its task, end.  The next segment starts when the task comes back.

A segment is one workflow of the durable engine, in two transactions with the model's turn between them: the run is
begun and what the turn stands on is read; the model's answer is kept and dispatched.  It may be repeated after a crash,
so it first looks at what its earlier life left: under the run's lock, its status and segment say whether there is
anything left to do.  A waiting run has no segment: it costs its row.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import RowMapping, insert, update
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from daytwo.control.dispatch import executors, sheets, tasks
from daytwo.control.dispatch.matching import Needs, unmet
from daytwo.control.models import CallContext, PastRun, PastStep, PlanRequest, Step
from daytwo.control.planner import Planned, Planner
from daytwo.control.runs import lifecycle, records, sessions
from daytwo.control.runs.line import PastProgram, environment_left, names_left, programs, shapes_left
from daytwo.control.runs.locked import LockedRun, locked
from daytwo.control.runs.machine import Trigger, turn_limit
from daytwo.control.storage.database import transaction
from daytwo.control.storage.tables import model_calls, steps
from daytwo.control.storage.tables import sessions as session_table
from daytwo.wire.errors import DaytwoError
from daytwo.wire.message import Timestamp, now
from daytwo.wire.observation import Alphabet, Outcome, Symbol
from daytwo.wire.opened import OpenOutput
from daytwo.wire.principal import Principal
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.run import ReplayLine, RunStatus
from daytwo.wire.sheet import DatasetRef, SignedSheet
from daytwo.wire.task import TaskRequest
from daytwo.wire.verdict import Verdict

ATTEMPTS_LIMIT = 12
FIRST_PAUSE_SECONDS = 0.5
PAUSE_GROWTH = 1.5
"""A database that restarts is away for seconds; these attempts span more than a minute."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ground:
    """What a step stands on, as its segment found it: while the run is not over, nothing moves its session."""

    session: RowMapping
    sheets: tuple[SignedSheet, ...]
    programs: tuple[PastProgram, ...]


@dataclass(frozen=True)
class Turn:
    """What a model is to be asked, by whom it is answered, and what its program will stand on."""

    request: PlanRequest
    model: str
    replay: tuple[ReplayLine, ...] | None
    context: CallContext
    ground: Ground


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
            await self.fail(run_id, segment, error.code, error.message)
            return
        async with transaction(self._engine, "plan") as connection, locked(connection, run_id) as run:
            if _stands_at(run, segment) and run.status is RunStatus.PLANNING:
                await _keep(connection, run, turn, planned)

    async def _begin(self, run_id: str, segment: int) -> Turn | None:
        """Takes up a run that is due, unless it was cancelled or another segment has it.  Returns the turn to take."""
        async with transaction(self._engine, "begin") as connection, locked(connection, run_id) as run:
            if not _stands_at(run, segment):
                return None
            past = await records.steps_of(connection, run_id)
            undispatched = past[-1] if past and past[-1]["verdict"] is None and past[-1]["symbol"] is None else None
            if run.status is RunStatus.QUEUED:
                step = len(past) + (0 if undispatched else 1)
                run.move(Trigger.START, "run.planning", data={"step": step})
            ground = await _ground(connection, run)
            if undispatched is not None:
                await _dispatch(connection, run, ground, undispatched)
                return None
            return _turn(run, ground, past)

    async def fail(self, run_id: str, segment: int, reason: str, message: str) -> None:
        """Ends a run that cannot go on; one that has moved on without this segment is none of its business."""
        async with transaction(self._engine, "fail") as connection, locked(connection, run_id) as run:
            if _stands_at(run, segment):
                run.move(Trigger.FAIL, "run.failed", reason=reason, message=message)


async def advance(segments: Segments, run_id: str, segment: int) -> None:
    """One segment from beginning to end, whatever it meets: the run moves on, or ends with a reason."""
    try:
        await _patiently(segments.take, run_id, segment)
    except Exception:  # a task boundary: the run must end with a reason, whatever went wrong
        log.exception("segment.failed", run=run_id, segment=segment)
        message = "daytwo itself failed on this run; the control plane's log says where. `daytwo runs resume` retries."
        await _patiently(segments.fail, run_id, segment, "internal_error", message)


async def _patiently(effect: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    """Performs an idempotent effect again while the database is away; a value that it refuses is refused again."""
    pause = FIRST_PAUSE_SECONDS
    for _ in range(ATTEMPTS_LIMIT - 1):
        try:
            return await effect(*arguments)
        except DataError:
            raise
        except (DBAPIError, OSError) as error:
            log.warning("segment.database_away", error=type(error).__name__)
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
        pause *= PAUSE_GROWTH
    return await effect(*arguments)


def _stands_at(run: LockedRun, segment: int) -> bool:
    return run["segment"] == segment and run.status in {RunStatus.QUEUED, RunStatus.PLANNING}


async def _ground(connection: AsyncConnection, run: LockedRun) -> Ground:
    session = await sessions.get(connection, run["org_id"], run["session_id"])
    held = await sheets.newest(connection, run["org_id"], tuple(session["datasets"]))
    return Ground(session, tuple(signed for _, signed in held), await programs(connection, session))


def _turn(run: LockedRun, ground: Ground, past: Sequence[RowMapping]) -> Turn:
    turn = len(past) + 1
    at = now()
    limit = turn_limit(None if run["replay"] is None else len(run["replay"]))
    request = PlanRequest(
        question=run["question"],
        sheets=tuple(signed.sheet for signed in ground.sheets),
        variables=names_left(ground.programs),
        shapes=shapes_left(ground.programs),
        history=_history(ground.programs, run.id),
        steps=tuple(past_step(step, at) for step in past),
        turn=turn,
        turns_left=max(0, limit - turn),
        bits_left=run["bits_budget"] - run["bits_spent"] if run["bits_budget"] else None,
    )
    replay = None if run["replay"] is None else tuple(ReplayLine.model_validate(line) for line in run["replay"])
    context = CallContext(org_id=run["org_id"], run_id=run.id, step=turn)
    return Turn(request, run["model"], replay, context, ground)


def _history(programs: Sequence[PastProgram], present_run: str) -> tuple[PastRun, ...]:
    by_run: dict[str, list[PastProgram]] = {}
    for program in programs:
        if program.run_id != present_run:
            by_run.setdefault(program.run_id, []).append(program)
    return tuple(
        PastRun(question=group[0].question, programs=tuple(past.program for past in group)) for group in by_run.values()
    )


def past_step(row: RowMapping, at: Timestamp) -> PastStep:
    """A step as a model is told of it now: of data that is no longer open, without its output."""
    opened = None if row["opened"] is None else OpenOutput.model_validate(row["opened"])
    return PastStep(
        step=row["step"],
        intent=row["intent"],
        program=row["program"],
        verdict=None if row["verdict"] is None else Verdict.model_validate(row["verdict"]),
        rehearsal=None if row["rehearsal"] is None else Rehearsal.model_validate(row["rehearsal"]),
        observation=None if row["symbol"] is None else Symbol.model_validate(row["symbol"]).observation(),
        opened=opened if opened is not None and opened.is_open_at(at) else None,
        note=row["note"],
    )


async def _keep(connection: AsyncConnection, run: LockedRun, turn: Turn, planned: Planned) -> None:
    """Records a model's turn and what follows from it."""
    number = turn.request.turn
    run.also(
        insert(model_calls).values(
            org_id=run["org_id"],
            run_id=run.id,
            step=number,
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
        _end_without_program(run, turn.request, step)
        return
    kept = {
        "run_id": run.id,
        "step": number,
        "org_id": run["org_id"],
        "intent": step.intent,
        "program": step.program,
        "final": step.final,
        "insist": step.insist,
        "detail": step.detail,
        "snapshot": turn.ground.session["next_snapshot"],
    }
    run.also(insert(steps).values(kept))
    run.record("step.planned", {"step": number, "intent": step.intent, "final": step.final})
    await _dispatch(connection, run, turn.ground, kept)


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


async def _dispatch(connection: AsyncConnection, run: LockedRun, ground: Ground, step: Mapping[Any, Any]) -> None:
    """Hands a planned step to the executor that holds the session's data."""
    session = ground.session
    request = _task_request(run, ground, step)
    if request.next_snapshot == session["next_snapshot"]:
        own = session_table.c.session_id == session["session_id"]
        run.also(update(session_table).where(own).values(next_snapshot=request.next_snapshot + 1))
    needs = Needs(request.profile, environment_left(ground.programs))
    run.also(tasks.creation(session["executor_id"], request, needs.environment))
    run.wake("task", session["executor_id"])
    run.move(Trigger.DISPATCH, "step.dispatched", data={"step": request.step}, restarts=0)
    wait = unmet(needs, await executors.standing(connection, session["executor_id"]))
    if wait is not None:
        lifecycle.wait_for(run, wait)


def _task_request(run: LockedRun, ground: Ground, step: Mapping[Any, Any]) -> TaskRequest:
    session = ground.session
    return TaskRequest(
        org_id=run["org_id"],
        run_id=run.id,
        session_id=session["session_id"],
        segment=run["segment"],
        step=step["step"],
        program=step["program"],
        datasets=tuple(DatasetRef(name=signed.sheet.dataset, sheet_digest=signed.digest) for signed in ground.sheets),
        known_names=names_left(ground.programs),
        profile=run["profile"],
        # The rehearsal has caught the honest mistakes: only a model that asks pays for more than the outcome.
        alphabet=Alphabet.STANDARD if step["detail"] else Alphabet.BRIEF,
        insist=step["insist"],
        base_session=session["head_session"],
        base_snapshot=session["head_snapshot"],
        next_snapshot=step["snapshot"] or session["next_snapshot"],
        on_behalf_of=Principal.model_validate(run["created_by"]),
    )
