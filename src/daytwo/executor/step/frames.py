"""Where the frames of a step on real data go: to results and state, which the executor alone keeps."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from daytwo.executor.cell.frames import FrameHandler
from daytwo.executor.rehearsal import read_shapes
from daytwo.executor.results import StepWriter
from daytwo.executor.state import SnapshotWriter, StateLimitError
from daytwo.wire.rehearsal import Shape

UNSAVED_LIMIT = 1_000
TOO_MUCH = "the step's variables and files exceed what a session may keep"
NO_SPACE = "the executor's disk is full; free some of it, then ask again: the session is as it was before this step"
NOT_WRITTEN = "the executor could not write to its disk; the session is as it was before this step"


@dataclass
class StepFrames:
    """Routes a step's frames to results and state, and keeps what the step says of itself."""

    results: StepWriter
    state: SnapshotWriter
    report: dict[str, Any] | None = None
    shapes: tuple[Shape, ...] | None = None
    unsaved: list[str] = field(default_factory=list)
    why_not_kept: str | None = None
    """Where the state cannot be kept, whatever else comes."""
    _target: FrameHandler | None = None

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        kind = header["kind"]
        self._target = None
        if self.results.accepts(kind):
            self._target = self.results
        elif self.state.accepts(kind) and self.why_not_kept is None:
            self._target = self.state
        elif kind == "end":
            self.report = {name: value for name, value in header.items() if name != "kind"}
        elif kind == "shapes":
            self.shapes = read_shapes(header)
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

    def commit(self) -> bool:
        """Makes the state the session's next snapshot, unless it cannot be kept; then the one before stands."""
        if self.why_not_kept is None:
            self._keeping(self.state.commit)
        return self.why_not_kept is None

    def _guarded(self, call: Callable[[FrameHandler], None]) -> None:
        target = self._target
        if target is self.state:
            self._keeping(lambda: call(self.state))
        elif target is not None:
            call(target)

    def _keeping(self, effect: Callable[[], object]) -> None:
        try:
            effect()
        except StateLimitError:
            self.why_not_kept = TOO_MUCH
        except OSError as error:
            self.why_not_kept = NO_SPACE if error.errno in {errno.ENOSPC, errno.EDQUOT} else NOT_WRITTEN
        if self.why_not_kept is not None:
            self._target = None
