"""One execution of a step at the executor, in the one order that is safe: review, approve, debit, run, keep, observe.

Nothing is debited for a program that guard stops; nothing runs that is not debited; the state is committed before the
Observation exists, so that an Observation `ok` always has its snapshot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
import structlog

from daytwo.executor.catalog import Catalog
from daytwo.executor.cell.frames import FrameHandler, FrameReader
from daytwo.executor.gate import EXECUTIONS_LIMIT, Budget, Debit, Mint
from daytwo.executor.guard import Approvals
from daytwo.executor.results import ResultStore, StepWriter
from daytwo.executor.sandbox import PROFILES, find_profile
from daytwo.executor.sandbox.request import Cancel, Ending, Kind, Mount, Profile, SandboxRequest, SandboxResult, Sink
from daytwo.executor.state import STATE_TARGET, SnapshotWriter, StateLimitError, StateStore
from daytwo.wire.errors import DaytwoError, Denied
from daytwo.wire.observation import Outcome, Symbol
from daytwo.wire.sheet import callable_names
from daytwo.wire.task import Completion, TaskRequest
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

UNSAVED_LIMIT = 1_000

log = structlog.get_logger(__name__)

Review = Callable[[str, Collection[str], Collection[str]], Verdict]
"""Guard: program, known names, names of the tables → verdict."""


class Sandbox(Protocol):
    """A backend of `executor.sandbox`."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


@dataclass
class _Frames:
    """Routes a step's frames to results and state, and keeps what the step says of itself."""

    results: StepWriter
    state: SnapshotWriter
    report: dict[str, Any] | None = None
    unsaved: list[str] = field(default_factory=list)
    state_is_whole: bool = True
    _target: FrameHandler | None = None

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        kind = header["kind"]
        self._target = None
        if self.results.accepts(kind):
            self._target = self.results
        elif self.state.accepts(kind) and self.state_is_whole:
            self._target = self.state
        elif kind == "end":
            self.report = {name: value for name, value in header.items() if name != "kind"}
        elif kind == "unsaved" and len(self.unsaved) < UNSAVED_LIMIT:
            self.unsaved.append(f"{header.get('name')}: {header.get('reason')}"[:500])
        if self._target is not None:
            self._guarded(lambda target: target.begin(header, payload_bytes))

    def chunk(self, data: bytes) -> None:
        self._guarded(lambda target: target.chunk(data))

    def end(self) -> None:
        self._guarded(lambda target: target.end())
        self._target = None

    def tear(self) -> None:
        """The channel broke off inside a frame: what it said of the program's end is not believed."""
        self.report = None

    def _guarded(self, call: Callable[[FrameHandler], None]) -> None:
        if self._target is None:
            return
        try:
            call(self._target)
        except StateLimitError:
            self._target = None
            self.state_is_whole = False


class StepRunner:
    """Executes tasks.  The parts are wired by `executor.serve`."""

    def __init__(
        self,
        catalog: Catalog,
        sandbox: Sandbox,
        review: Review,
        approvals: Approvals,
        budget: Budget,
        mint: Mint,
        results: ResultStore,
        state: StateStore,
    ) -> None:
        self._catalog = catalog
        self._sandbox = sandbox
        self._review = review
        self._approvals = approvals
        self._budget = budget
        self._mint = mint
        self._results = results
        self._state = state

    async def run(self, request: TaskRequest, root_session: str, execution: int, cancel: Cancel) -> Completion:
        """One execution of a task, to its completion (of epoch 1; the link sets the claim's)."""
        verdict = await anyio.to_thread.run_sync(self._ruling, request)
        approval_id = None
        if verdict.verdict is Ruling.REVIEW:
            if self._approvals.approved(request):
                return await self._execute(request, root_session, execution, cancel, verdict)
            approval_id = self._approvals.request(request, verdict, [ref.name for ref in request.datasets])
        if verdict.verdict is not Ruling.ALLOW:
            return self._completion(request, root_session, verdict, approval_id=approval_id)
        return await self._execute(request, root_session, execution, cancel, verdict)

    def _ruling(self, request: TaskRequest) -> Verdict:
        """Guard's verdict; a task against a sheet or profile that is not the present one is denied in the same form."""
        try:
            signed = [self._catalog.planned_with(ref) for ref in request.datasets]
            find_profile(request.profile)
        except DaytwoError as error:
            return _deny(error.code.replace("_", "-"), error.message)
        names = callable_names([own.sheet for own in signed])
        return self._review(request.program, request.known_names, names)

    async def _execute(
        self, request: TaskRequest, root_session: str, execution: int, cancel: Cancel, verdict: Verdict
    ) -> Completion:
        try:
            debit = self._budget.debit(request, root_session, execution)
        except Denied as error:
            if error.code == "over_budget":
                return self._completion(request, root_session, verdict, over_budget=True)
            if error.code == "too_many_executions":
                return self._give_up(request, root_session, verdict)
            denied = _deny(error.code.replace("_", "-"), error.message)
            return self._completion(request, root_session, denied)
        try:
            return await self._paid(request, root_session, execution, cancel, verdict, debit)
        except (DaytwoError, OSError) as error:
            log.warning("step.not_run", run=request.run_id, step=request.step, error=type(error).__name__)
            symbol = self._mint.observe(debit, Ending.KILLED.value, None, 0.0, 1.0)
            return self._completion(request, root_session, verdict, symbol=symbol)

    async def _paid(
        self,
        request: TaskRequest,
        root_session: str,
        execution: int,
        cancel: Cancel,
        verdict: Verdict,
        debit: Debit,
    ) -> Completion:
        """What a debit buys.  Where this fails, whatever for, it has bought `lost`."""
        # A step that was lost or had to be approved comes again in a later segment: its results replace the earlier.
        attempt = request.segment * (EXECUTIONS_LIMIT + 1) + execution
        writer = self._results.begin(request.run_id, request.session_id, request.step, attempt)
        snapshot = self._state.begin(request.session_id, request.next_snapshot)
        frames = _Frames(writer, snapshot)
        profile = PROFILES[request.profile]
        try:
            result = await self._run(request, profile, frames, cancel)
            return self._keep(request, root_session, verdict, debit, frames, result, profile)
        except (DaytwoError, OSError) as error:
            snapshot.discard()
            message = error.message if isinstance(error, DaytwoError) else "The executor could not run the program."
            writer.finish(Outcome.LOST.value, stderr=message)
            raise

    async def _run(self, request: TaskRequest, profile: Profile, frames: _Frames, cancel: Cancel) -> SandboxResult:
        sources, mounts = self._catalog.sources(request.datasets)
        state = self._state.mounts(request.base_session, request.base_snapshot)
        job = {
            "program": request.program,
            "sources": sources,
            "state": STATE_TARGET if state else None,
            "memory_bytes": profile.memory_bytes,
            "cpus": profile.cpus,
            "output_bytes": profile.output_bytes,
        }
        all_mounts: tuple[Mount, ...] = (*mounts, *state)
        reader = FrameReader(frames)
        asked = SandboxRequest(
            module="cell.program",
            job=json.dumps(job).encode(),
            profile=profile,
            org_id=request.org_id,
            kind=Kind.REAL,
            mounts=all_mounts,
        )
        result = await self._sandbox.run(asked, reader.feed, cancel)
        if not reader.is_between_frames:
            frames.tear()
        return result

    def _keep(
        self,
        request: TaskRequest,
        root_session: str,
        verdict: Verdict,
        debit: Debit,
        frames: _Frames,
        result: SandboxResult,
        profile: Profile,
    ) -> Completion:
        went_well = result.ending is Ending.OK and (frames.report or {}).get("outcome") == "ok"
        report = frames.report
        if went_well and frames.state_is_whole:
            frames.state.commit()
        else:
            frames.state.discard()
            if went_well:
                report = None
                frames.unsaved.append("everything: the step's variables and files exceed what a session may keep")
        symbol = self._mint.observe(
            debit, result.ending.value, report, result.wall_ms / 1000, profile.wall_seconds, result.tier.value
        )
        outcome = symbol.observation().outcome
        frames.results.finish(
            outcome.value,
            stdout=result.stdout,
            stderr=result.stderr,
            tier=result.tier.value,
            wall_ms=result.wall_ms,
            unsaved=tuple(frames.unsaved),
        )
        # `lost` is one symbol: beside a tier it would tell a program that was killed from one that never began.
        tier = None if outcome is Outcome.LOST else result.tier.value
        return self._completion(request, root_session, verdict, symbol=symbol, tier=tier)

    def _give_up(self, request: TaskRequest, root_session: str, verdict: Verdict) -> Completion:
        """A task that was cut off too often is lost: that is the Observation that its last debit buys."""
        debit = Debit.of(request, root_session, EXECUTIONS_LIMIT)
        symbol = self._mint.observe(debit, Ending.KILLED.value, None, 0.0, 1.0)
        return self._completion(request, root_session, verdict, symbol=symbol)

    def _completion(
        self,
        request: TaskRequest,
        root_session: str,
        verdict: Verdict,
        *,
        symbol: Symbol | None = None,
        approval_id: str | None = None,
        over_budget: bool = False,
        tier: str | None = None,
    ) -> Completion:
        spent, budget = self._budget.spent(root_session)
        return Completion(
            task_id=request.task_id,
            epoch=1,
            verdict=verdict,
            symbol=symbol,
            approval_id=approval_id,
            over_budget=over_budget,
            tier=tier,
            bits_spent=spent,
            bits_budget=budget,
        )


def _deny(rule: str, message: str) -> Verdict:
    finding = Finding(rule=rule, severity=Severity.ERROR, line=1, column=1, end_line=1, end_column=1, message=message)
    return Verdict(verdict=Ruling.DENY, findings=(finding,), rules_version="executor")
