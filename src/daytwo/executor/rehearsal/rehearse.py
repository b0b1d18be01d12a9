"""A program's first run: on mock rows, in the same kind of sandbox, before any real data is touched or any bit is paid.

Nothing real is within reach: the mounts are the mock files and the snapshot of the rehearsal chain, which has a store
of its own.  So all that comes out is a function of sheets, seed and programs, and may be told to the model whole.
Source: docs/adr/0010-rehearsal.md.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import anyio.to_thread

from daytwo.executor.cell.frames import FrameReader
from daytwo.executor.environments import Environment
from daytwo.executor.gate import TypedValue
from daytwo.executor.rehearsal.capture import Capture, cut
from daytwo.executor.rehearsal.mock import Mock, mock
from daytwo.executor.rehearsal.outcome import decide
from daytwo.executor.sandbox.request import Cancel, Kind, Mount, Profile, SandboxRequest, SandboxResult, Sink
from daytwo.executor.state import STATE_TARGET, Base, SnapshotWriter, StateStore
from daytwo.wire.errors import Denied, Incompatible, Missing
from daytwo.wire.names import check_labels
from daytwo.wire.rehearsal import LITERALS_LIMIT, NAME_LIMIT_CHARACTERS, TEXT_LIMIT_CHARACTERS, Rehearsal
from daytwo.wire.sheet import SignedSheet, withheld_columns
from daytwo.wire.task import TaskRequest

WALL_SECONDS = 30.0
"""Mock rows are few: what takes longer hangs."""
SEED = 2
MOUNTED_AT = "/data/rehearsal"
EPOCH = "2026-01-01T12:00:00.000Z"
"""What the clock says in a session without datasets."""


class Sandbox(Protocol):
    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


class Rehearser:
    """Rehearses programs.

    Args:
        sandbox: a backend.
        state: the snapshots of the rehearsal chain, in a store of their own.
        folder: where mock files live for as long as a rehearsal takes.
    """

    def __init__(self, sandbox: Sandbox, state: StateStore, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sandbox = sandbox
        self._state = state
        self._folder = folder

    async def rehearse(
        self,
        request: TaskRequest,
        signed: Sequence[SignedSheet],
        profile: Profile,
        environment: Environment,
        devices: tuple[Path, ...],
        cancel: Cancel,
        typed: Sequence[TypedValue] = (),
        *,
        data_only: bool = False,
    ) -> Rehearsal:
        """Runs the program on mock rows and keeps the state that it leaves, under the task's snapshot number.

        Args:
            request: the task.
            signed: the sheets that mock rows are made of.
            profile: what the program runs on, here and afterwards.
            environment: its packages.
            devices: the profile's, which the step holds.
            cancel: ends it.
            typed: the values for which its program names stand-ins; where they stand is told to the sandbox, no value.
            data_only: of the state before, only data is read, as it will be on the real rows.
        """
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            sheets = [own.sheet for own in signed]
            base = self._base(request)
            state = self._state.mounts(base)
            mocks = await anyio.to_thread.run_sync(mock, sheets, request.program, SEED, Path(name), MOUNTED_AT)
            asked = SandboxRequest(
                module="cell.program",
                job=json.dumps(_job(request, signed, mocks, profile, state, typed) | {"data_only": data_only}).encode(),
                profile=replace(profile, wall_seconds=min(profile.wall_seconds, WALL_SECONDS)),
                org_id=request.org_id,
                kind=Kind.REHEARSAL,
                environment=environment.requested_as,
                mounts=(Mount(Path(name), MOUNTED_AT), *state),
                devices=devices,
            )
            snapshot = self._state.begin(request.session_id, request.next_snapshot, base, environment.content_digest)
            capture, result = await self._run(asked, snapshot, cancel)
            return _told(request.program, signed, mocks, capture, result)

    def modules(self, request: TaskRequest) -> dict[str, str]:
        """Which variables that a task starts from are modules, in its rehearsal chain."""
        return self._state.modules(request.base_session, request.base_snapshot)

    async def _run(
        self, asked: SandboxRequest, snapshot: SnapshotWriter, cancel: Cancel
    ) -> tuple[Capture, SandboxResult]:
        """Runs it, and keeps its state where that came whole."""
        capture = Capture(snapshot)
        reader = FrameReader(capture)
        try:
            result = await self._sandbox.run(asked, reader.feed, cancel)
            if not reader.is_between_frames:
                capture.tear()
        except BaseException:
            snapshot.discard()
            raise
        if capture.report is None or not capture.commit():
            snapshot.discard()
        return capture, result

    def _base(self, request: TaskRequest) -> Base:
        try:
            self._state.require_whole(request.base_session, request.base_snapshot)
            return self._state.at(request.base_session, request.base_snapshot)
        except (Missing, Denied, Incompatible):
            # The step before was never rehearsed to its end, or what it left is damaged: the cell tells a name that is
            # missing for it as such.
            return Base()


def _job(
    request: TaskRequest,
    signed: Sequence[SignedSheet],
    mocks: Mock,
    profile: Profile,
    state: tuple[Mount, ...],
    typed: Sequence[TypedValue],
) -> dict[str, Any]:
    columns = {column.name for own in signed for table in own.sheet.tables for column in table.columns}
    return {
        "program": request.program,
        "sources": list(mocks.sources),
        "state": STATE_TARGET if state else None,
        "memory_bytes": profile.memory_bytes,
        "cpus": profile.cpus,
        "output_bytes": profile.output_bytes,
        "withheld": withheld_columns([own.sheet for own in signed]),
        "typed": {one.token: one.as_job(rehearsing=True) for one in typed},
        "rehearsing": {
            "instant": max((own.released_at for own in signed), default=EPOCH),
            "columns": sorted(columns),
            "known_names": list(request.known_names),
        },
    }


def _told(
    program: str, signed: Sequence[SignedSheet], mocks: Mock, capture: Capture, result: SandboxResult
) -> Rehearsal:
    outcome, doubt = decide(
        result.ending,
        capture.report,
        capture.doubt,
        made_up=bool(mocks.unverified),
        nothing_released=any(not table.columns for own in signed for table in own.sheet.tables)
        or any(not own.sheet.tables for own in signed),
    )
    report = capture.report or {}
    return Rehearsal(
        outcome=outcome,
        doubt=doubt,
        literals=_values(mocks),
        statement=report.get("statement") if capture.traceback else None,
        stdout=_text(result.stdout),
        stderr=_text(result.stderr),
        traceback=capture.traceback or _ending_in_words(result),
        says=tuple(capture.says),
        tables=tuple(capture.tables),
        charts=capture.charts,
        checks=tuple(bool(report.get("checks", 0) >> bit & 1) for bit, _ in enumerate(check_labels(program))),
        variables=capture.shapes or (),
        unsaved=tuple(capture.unsaved),
    )


def _values(mocks: Mock) -> tuple[str, ...]:
    """The program's own values, as it wrote them."""
    told = dict.fromkeys(cut(str(literal.value), NAME_LIMIT_CHARACTERS) for literal in mocks.unverified)
    return tuple(told)[:LITERALS_LIMIT]


def _text(stream: bytes) -> str:
    return cut(stream.decode("utf-8", "replace"), TEXT_LIMIT_CHARACTERS)


def _ending_in_words(result: SandboxResult) -> str:
    """For a program that ended without a traceback of its own; of mock rows, hence no measure of the data."""
    return {
        "timeout": f"It did not end within {WALL_SECONDS:.0f} seconds on the few rows of a rehearsal.",
        "memory": "It needed more memory than its profile has, on the few rows of a rehearsal.",
        "killed": "It ended without a word.",
    }.get(result.ending.value, "")
