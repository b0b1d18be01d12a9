"""One step at the executor, in the one order that is safe: review, approve, rehearse, debit, run, keep, observe.

Nothing is rehearsed that guard stops; nothing is debited for a program that its rehearsal stops; nothing runs that is
not debited; the state is committed before the Observation exists, so that an Observation `ok` always has its snapshot.
A step holds its devices from its rehearsal until its Observation leaves: that one is busy is known before anything is
paid for, and that one is free again tells nobody sooner than the grid does how long a program took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import structlog

from daytwo.executor.catalog import Catalog
from daytwo.executor.environments import Environment, Growth
from daytwo.executor.gate import EXECUTIONS_LIMIT, Budget, Debit, Mint, Openings, Release, StandIns, Stopwatch
from daytwo.executor.guard import Approvals
from daytwo.executor.rehearsal import Rehearser
from daytwo.executor.results import ResultStore
from daytwo.executor.sandbox import DEVICE_FOLDER, PROFILES, find_profile
from daytwo.executor.sandbox.request import Cancel, Ending, SandboxResult
from daytwo.executor.state import SnapshotWriter, StateStore
from daytwo.executor.step.execution import Execution, Sandbox
from daytwo.executor.step.frames import StepFrames
from daytwo.wire.errors import DaytwoError, Denied, Incompatible, Unavailable
from daytwo.wire.observation import Outcome, Symbol
from daytwo.wire.opened import OpenOutput
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.sheet import SchemaSheet
from daytwo.wire.task import Completion, TaskRequest
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

REHEARSALS_LIMIT = 8
"""A task whose executor died so often is not begun again, whether or not it was ever paid for."""

log = structlog.get_logger(__name__)

Review = Callable[[TaskRequest, Sequence[SchemaSheet], Environment, Mapping[str, str]], Verdict]
"""Guard: a task, the signed sheets of its datasets, what it would run in, and which variables of its rehearsal chain
are modules → verdict, which is in the ledger."""


@dataclass(frozen=True)
class Rooms:
    """What a step passes through."""

    catalog: Catalog
    sandbox: Sandbox
    review: Review
    approvals: Approvals
    rehearser: Rehearser
    budget: Budget
    mint: Mint
    openings: Openings
    release: Release
    results: ResultStore
    state: StateStore
    stand_ins: StandIns
    growth: Growth
    """What programs run in, and what that grows into for them."""
    device_folder: Path = DEVICE_FOLDER
    approved_start: str = "data"
    """What programs that had to be approved find of the state: `data` alone, or `all`."""

    def data_only(self, ruling: Ruling) -> bool:
        return ruling is Ruling.REVIEW and self.approved_start == "data"


@dataclass(frozen=True)
class _Told:
    """What a completion will tell of a task, as far as it is known."""

    request: TaskRequest
    root_session: str
    verdict: Verdict
    environment: Environment
    devices: tuple[Path, ...] = ()
    """That the step holds."""
    rehearsal: Rehearsal | None = None


@dataclass(frozen=True)
class _Bought:
    """What a debit bought: a symbol, and what may be told beside it."""

    symbol: Symbol
    tier: str | None = None
    opened: OpenOutput | None = None


class StepRunner:
    """Executes tasks.  The parts are wired by `executor.serve`."""

    def __init__(self, rooms: Rooms) -> None:
        self._catalog = rooms.catalog
        self._sandbox = rooms.sandbox
        self._review = rooms.review
        self._approvals = rooms.approvals
        self._rehearser = rooms.rehearser
        self._budget = rooms.budget
        self._mint = rooms.mint
        self._openings = rooms.openings
        self._release = rooms.release
        self._results = rooms.results
        self._state = rooms.state
        self._stand_ins = rooms.stand_ins
        self._growth = rooms.growth
        self._device_folder = rooms.device_folder
        self._data_only = rooms.data_only

    async def run(self, request: TaskRequest, root_session: str, execution: int, cancel: Cancel) -> Completion:
        """One execution of a task, to its completion (of epoch 1; the link sets the claim's)."""
        verdict, environment = await anyio.to_thread.run_sync(self._ruling, request)
        told = _Told(request, root_session, verdict, environment)
        if verdict.verdict is Ruling.REVIEW and not self._approvals.approved(request):
            names = [ref.name for ref in request.datasets]
            return self._completion(told, approval_id=self._approvals.request(request, verdict, names))
        if verdict.verdict is Ruling.DENY:
            return self._completion(told)
        if execution > REHEARSALS_LIMIT:
            return self._completion(replace(told, verdict=_deny("interrupted", "It was interrupted time and again.")))
        with ExitStack() as held:
            try:
                devices = held.enter_context(self._sandbox.holding(PROFILES[request.profile]))
            except Unavailable as error:
                return self._completion(replace(told, verdict=_deny(error.code.replace("_", "-"), error.message)))
            return await self._rehearse_and_execute(replace(told, devices=devices), execution, cancel)

    async def _rehearse_and_execute(self, told: _Told, execution: int, cancel: Cancel) -> Completion:
        rehearsal = await self._rehearse(told, cancel)
        if rehearsal is None:
            message = "The executor could not rehearse the program. Its operator finds the reason in its log."
            return self._completion(replace(told, verdict=_deny("not-rehearsed", message)))
        told = replace(told, rehearsal=rehearsal)
        if cancel.requested or not (rehearsal.may_run or told.request.insist):
            return self._completion(told)
        watch = self._release.start()
        try:
            await anyio.to_thread.run_sync(self._require_whole_state, told.request)
            debit = self._debit(told, execution)
        except (Denied, Incompatible) as error:
            await watch.wait_for_refusal()
            return self._refused(told, error)
        return await self._execute(told, execution, cancel, debit, watch)

    def _ruling(self, request: TaskRequest) -> tuple[Verdict, Environment]:
        """Guard's verdict and what the program runs in; a sheet, profile or environment of another time is denied."""
        environment = self._growth.base
        try:
            sheets = [self._catalog.planned_with(ref).sheet for ref in request.datasets]
            find_profile(request.profile, self._device_folder)
            environment = self._growth.begun_in(self._state.begun_in(request.base_session, request.base_snapshot))
            verdict = self._review(request, sheets, environment, self._rehearser.modules(request))
            if verdict.verdict is not Ruling.DENY and verdict.packages:
                return self._reviewed_with(verdict.packages, request, sheets, environment)
        except DaytwoError as error:
            verdict = _deny(error.code.replace("_", "-"), error.message)
        return verdict, environment

    def _reviewed_with(
        self, packages: tuple[str, ...], request: TaskRequest, sheets: Sequence[SchemaSheet], environment: Environment
    ) -> tuple[Verdict, Environment]:
        """The verdict on a program in an environment with the packages that it lacks, which is built for it."""
        named = ", ".join(packages)
        try:
            grown = self._growth.grown(environment, packages, request.run_id)
        except Unavailable as error:
            log.warning("step.packages_not_added", run=request.run_id, packages=named, reason=error.message)
            message = f"{named} could not be added: no wheel that fits was found. Write the program without it."
            return _deny("package-not-added", message), environment
        verdict = self._review(request, sheets, grown, self._rehearser.modules(request))
        if verdict.packages:
            message = f"{named} was added, but brings no module of the name that the program imports."
            return _deny("package-without-module", message), environment
        return verdict.model_copy(update={"packages": packages}), grown

    def _require_whole_state(self, request: TaskRequest) -> None:
        """Whether the state that a task starts from is whole, before anything is paid for it.

        Only once it has been rehearsed: how long this takes grows with what earlier programs kept of the data.
        """
        self._state.require_whole(request.base_session, request.base_snapshot)

    async def _rehearse(self, told: _Told, cancel: Cancel) -> Rehearsal | None:
        """What the program did on mock rows, admitted by the gate; None where the executor failed at it."""
        request, profile = told.request, PROFILES[told.request.profile]
        try:
            signed = [self._catalog.signed(ref.name) for ref in request.datasets]
            typed, only = self._stand_ins.of(request), self._data_only(told.verdict.verdict)
            rehearsal = await self._rehearser.rehearse(
                request, signed, profile, told.environment, told.devices, cancel, typed, data_only=only
            )
        except (DaytwoError, OSError) as error:
            log.warning("step.not_rehearsed", run=request.run_id, step=request.step, error=type(error).__name__)
            return None
        self._mint.rehearsed(request, rehearsal)
        return rehearsal

    def _debit(self, told: _Told, execution: int) -> Debit:
        # An interruption before the debit, in rehearsal, has cost nothing and used up no execution.
        paid = self._budget.executions(told.request.task_id)
        return self._budget.debit(told.request, told.root_session, min(execution, paid + 1))

    def _refused(self, told: _Told, error: DaytwoError) -> Completion:
        if error.code == "over_budget":
            return self._completion(told, over_budget=True)
        if error.code == "too_many_executions":
            return self._give_up(told)
        return self._completion(replace(told, verdict=_deny(error.code.replace("_", "-"), error.message)))

    async def _execute(self, told: _Told, execution: int, cancel: Cancel, debit: Debit, watch: Stopwatch) -> Completion:
        request = told.request
        try:
            bought = await self._paid(told, execution, cancel, debit, watch)
        except (DaytwoError, OSError) as error:
            log.warning("step.not_run", run=request.run_id, step=request.step, error=type(error).__name__)
            bought = _Bought(self._mint.observe(debit, Ending.KILLED.value, None, watch.elapsed_seconds))
        await watch.wait_for(bought.symbol.observation(), PROFILES[request.profile].wall_seconds)
        return self._completion(told, bought)

    async def _paid(self, told: _Told, number: int, cancel: Cancel, debit: Debit, watch: Stopwatch) -> _Bought:
        """What a debit buys.  Where this fails, whatever for, it has bought `lost`."""
        request = told.request
        # A step that was lost or had to be approved comes again in a later segment: its results replace the earlier.
        attempt = request.segment * (REHEARSALS_LIMIT + 1) + number
        writer = self._results.begin(request.run_id, request.session_id, request.step, attempt)
        snapshot: SnapshotWriter | None = None
        try:
            environment = told.environment.content_digest
            base = self._state.at(request.base_session, request.base_snapshot)
            snapshot = self._state.begin(request.session_id, request.next_snapshot, base, environment)
            frames = StepFrames(writer, snapshot)
            mounts = self._state.mounts(base)
            typed, only = self._stand_ins.of(request), self._data_only(told.verdict.verdict)
            execution = Execution(request, told.environment, told.devices, mounts, snapshot.begun, typed, only)
            result = await execution.run(self._catalog, self._sandbox, frames, cancel)
            return self._keep(told, debit, frames, result, watch)
        except (DaytwoError, OSError) as error:
            if snapshot is not None:
                snapshot.discard()
            message = error.message if isinstance(error, DaytwoError) else "The executor could not run the program."
            writer.finish(Outcome.LOST.value, stderr=message)
            raise

    def _keep(self, told: _Told, debit: Debit, frames: StepFrames, result: SandboxResult, watch: Stopwatch) -> _Bought:
        went_well = result.ending is Ending.OK and (frames.report or {}).get("outcome") == "ok"
        report = frames.report
        if not (went_well and frames.commit()):
            frames.state.discard()
            if went_well:
                report = None
                frames.unsaved.append(f"everything: {frames.why_not_kept}")
        symbol = self._mint.observe(
            debit,
            result.ending.value,
            report,
            watch.elapsed_seconds,
            as_rehearsed=told.rehearsal is not None and frames.shapes == told.rehearsal.variables,
            tier=result.tier.value,
            environment=told.environment.content_digest,
        )
        outcome = symbol.observation().outcome
        kept = frames.results.finish(
            outcome.value,
            stdout=result.stdout,
            stderr=result.stderr,
            tier=result.tier.value,
            wall_ms=result.wall_ms,
            unsaved=tuple(frames.unsaved),
        )
        if outcome is Outcome.LOST:
            # One symbol: beside a tier it would tell a program that was killed from one that never began.
            return _Bought(symbol)
        return _Bought(symbol, result.tier.value, self._openings.cross(debit, kept))

    def _give_up(self, told: _Told) -> Completion:
        """A task that was cut off too often is lost: that is the Observation that its last debit buys."""
        debit = Debit.of(told.request, told.root_session, EXECUTIONS_LIMIT)
        symbol = self._mint.observe(debit, Ending.KILLED.value, None, 0.0)
        return self._completion(told, _Bought(symbol))

    def _completion(
        self,
        told: _Told,
        bought: _Bought | None = None,
        *,
        approval_id: str | None = None,
        over_budget: bool = False,
    ) -> Completion:
        spent, budget = self._budget.spent(told.root_session)
        return Completion(
            task_id=told.request.task_id,
            epoch=1,
            verdict=told.verdict,
            rehearsal=told.rehearsal,
            symbol=bought.symbol if bought else None,
            opened=bought.opened if bought else None,
            approval_id=approval_id,
            over_budget=over_budget,
            tier=bought.tier if bought else None,
            bits_spent=spent,
            bits_budget=budget,
        )


def _deny(rule: str, message: str) -> Verdict:
    finding = Finding(rule=rule, severity=Severity.ERROR, line=1, column=1, end_line=1, end_column=1, message=message)
    return Verdict(verdict=Ruling.DENY, findings=(finding,), rules_version="executor")
