"""Running a step again, for the person: the same state, program, environment, data and seed; is the end the same?

Nothing crosses: no Observation is minted, nothing is debited, and what comes of it is thrown away once it was compared.
What ran once may run again: the step was reviewed, and approved where it had to be, and does nothing outside of its
sandbox.  One replay at a time.
Source: docs/adr/0018-replay.md.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from daytwo.executor.gate import decide
from daytwo.executor.results import StepWriter
from daytwo.executor.sandbox import PROFILES
from daytwo.executor.sandbox.request import Cancel, SandboxResult
from daytwo.executor.state import Base, SnapshotWriter, StateStore
from daytwo.executor.step.execution import Execution
from daytwo.executor.step.frames import StepFrames
from daytwo.executor.step.runner import Rooms
from daytwo.executor.step.trace import Left, Trace, differences, digest_of
from daytwo.wire.errors import Conflict, Missing, Unavailable
from daytwo.wire.observation import Outcome
from daytwo.wire.replay import StepReplay
from daytwo.wire.result import StepResult
from daytwo.wire.task import TaskRequest
from daytwo.wire.verdict import Ruling

Executed = Callable[[str, int], tuple[TaskRequest, Ruling] | None]
"""The task of a run's step that was executed on real data, and guard's ruling on it."""


@dataclass(frozen=True)
class _Scratch:
    """Where one replay leaves what it makes."""

    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def state(self) -> StateStore:
        return StateStore(self.folder / "state")


class Replayer:
    """Runs steps again.

    Args:
        rooms: those of the steps.
        executed: finds a step's task.
        folder: for what replays leave, on the disk of the state; what an earlier process left there is removed.
    """

    def __init__(self, rooms: Rooms, executed: Executed, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self._rooms = rooms
        self._executed = executed
        self._folder = folder
        self._one_at_a_time = anyio.Lock()

    async def replay(self, run_id: str, step: int) -> StepReplay:
        """Runs a step again and compares.

        Raises:
            Missing: `step_not_executed`, `snapshot_not_found`, `dataset_not_found`.
            Conflict: `step_lost`, `step_without_seed`, `data_changed`, `sheet_changed`.
            Denied: `snapshot_damaged`, `other_environment`.
            Unavailable: `replay_lost`; what the sandbox raises.
        """
        executed = self._executed(run_id, step)
        was = self._result(run_id, step)
        if executed is None or was is None:
            raise Missing(
                "step_not_executed",
                f"Step {step} of {run_id} never ran on the data at this executor: there is nothing to run again.",
            )
        request, ruling = executed
        if was.outcome == Outcome.LOST.value:
            raise Conflict(
                "step_lost", f"Step {step} was lost before it ended: `daytwo runs resume {run_id}` tries it."
            )
        async with self._one_at_a_time:
            with tempfile.TemporaryDirectory(dir=self._folder) as name:
                before = await anyio.to_thread.run_sync(self._trace_of, request, was)
                after = await self._run_again(request, _Scratch(Path(name)), data_only=self._rooms.data_only(ruling))
        return StepReplay(
            run=run_id,
            step=step,
            was=digest_of(before),
            digest=digest_of(after),
            differences=differences(before, after),
        )

    def _result(self, run_id: str, step: int) -> StepResult | None:
        found = [result for result in self._rooms.results.read(run_id).steps if result.step == step]
        return found[0] if found else None

    def _trace_of(self, request: TaskRequest, was: StepResult) -> Trace:
        state = self._rooms.state
        kept = Base()
        if was.outcome == Outcome.OK.value:
            state.require_whole(request.session_id, request.next_snapshot)
            kept = state.at(request.session_id, request.next_snapshot)
        return Left(was, self._rooms.results.folder(request.run_id) / str(was.step), kept).trace()

    async def _run_again(self, request: TaskRequest, scratch: _Scratch, *, data_only: bool) -> Trace:
        state = self._rooms.state
        begun = state.beginning(request.session_id, request.next_snapshot)
        if begun is None or begun.seed is None:
            raise Conflict(
                "step_without_seed",
                f"Step {request.step} was run by an earlier daytwo that noted no seed: it cannot be compared.",
            )
        environment = self._rooms.growth.begun_in(begun.environment)
        state.require_whole(request.base_session, request.base_snapshot)
        base = state.at(request.base_session, request.base_snapshot)
        snapshot = scratch.state.begin(
            request.session_id, request.next_snapshot, base, begun.environment, seed=begun.seed
        )
        scratch.results.mkdir(mode=0o700)
        made: list[StepResult] = []
        writer = StepWriter(scratch.results, request.step, lambda _, result: made.append(result))
        frames = StepFrames(writer, snapshot)
        with self._rooms.sandbox.holding(PROFILES[request.profile]) as devices:
            typed, mounts = self._rooms.stand_ins.of(request), state.mounts(base)
            execution = Execution(request, environment, devices, mounts, snapshot.begun, typed, data_only)
            result = await execution.run(self._rooms.catalog, self._rooms.sandbox, frames, Cancel())
        outcome, kept = _ended(request, frames, result, snapshot, scratch.state)
        shown = writer.finish(outcome.value, stdout=result.stdout, stderr=result.stderr)
        return await anyio.to_thread.run_sync(Left(shown, scratch.results, kept).trace)


def _ended(
    request: TaskRequest, frames: StepFrames, result: SandboxResult, snapshot: SnapshotWriter, store: StateStore
) -> tuple[Outcome, Base]:
    """The outcome and the snapshot of an execution that is only looked at."""
    outcome = decide(request.alphabet, result.ending.value, frames.report, 0.0).outcome
    if outcome is Outcome.OK and not frames.commit():
        raise Unavailable("replay_lost", f"The step could not be run again: {frames.why_not_kept}.")
    if outcome is Outcome.LOST:
        raise Unavailable("replay_lost", "The step was killed before it ended: try again.")
    if outcome is not Outcome.OK:
        snapshot.discard()
        return outcome, Base()
    return outcome, store.at(request.session_id, request.next_snapshot)
