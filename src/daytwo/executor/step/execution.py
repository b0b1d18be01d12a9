"""One execution of a program on real data: its sources, its state and its seed in a sandbox, its frames to a handler.

Who may run what, what it costs and what becomes of it is decided elsewhere (`runner`, `replay`).
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daytwo.executor.catalog import Catalog
from daytwo.executor.cell.frames import FrameReader
from daytwo.executor.environments import Environment
from daytwo.executor.gate import TypedValue
from daytwo.executor.sandbox import PROFILES
from daytwo.executor.sandbox.request import Cancel, Kind, Mount, Profile, SandboxRequest, SandboxResult, Sink
from daytwo.executor.state import STATE_TARGET, Beginning
from daytwo.executor.step.frames import StepFrames
from daytwo.wire.holes import sentences
from daytwo.wire.sheet import withheld_columns
from daytwo.wire.task import TaskRequest


class Sandbox(Protocol):
    """A backend of `executor.sandbox`."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...

    def holding(self, profile: Profile) -> AbstractContextManager[tuple[Path, ...]]: ...


@dataclass(frozen=True)
class Execution:
    """What is run, and in what."""

    request: TaskRequest
    environment: Environment
    devices: tuple[Path, ...]
    """That the caller holds for it."""
    state: tuple[Mount, ...]
    """The snapshot that it starts from."""
    begun: Beginning
    """The snapshot that it is to make."""
    typed: tuple[TypedValue, ...]
    """The values for which its program names stand-ins."""
    data_only: bool
    """A person had to approve it: of the snapshot it starts from only data is read."""

    async def run(self, catalog: Catalog, sandbox: Sandbox, frames: StepFrames, cancel: Cancel) -> SandboxResult:
        """Runs the program to its end; a report that broke off in the middle is forgotten.

        Raises:
            DaytwoError: what `Catalog.sources` and the sandbox raise.
        """
        reader = FrameReader(frames)
        result = await sandbox.run(self._asked(catalog), reader.feed, cancel)
        if not reader.is_between_frames:
            frames.tear()
        return result

    def _asked(self, catalog: Catalog) -> SandboxRequest:
        request, profile = self.request, PROFILES[self.request.profile]
        sources, mounts = catalog.sources(request.datasets)
        job = {
            "program": request.program,
            "sources": sources,
            "state": STATE_TARGET if self.state else None,
            "memory_bytes": profile.memory_bytes,
            "cpus": profile.cpus,
            "output_bytes": profile.output_bytes,
            "withheld": withheld_columns([catalog.signed(ref.name).sheet for ref in request.datasets]),
            "typed": {one.token: one.as_job(rehearsing=False) for one in self.typed},
            "data_only": self.data_only,
            "sentences": sentences(request.program),
            "seed": None if self.begun.seed is None else self.begun.seed.hex(),
        }
        return SandboxRequest(
            module="cell.program",
            job=json.dumps(job).encode(),
            profile=profile,
            org_id=request.org_id,
            kind=Kind.REAL,
            environment=self.environment.requested_as,
            mounts=(*mounts, *self.state),
            devices=self.devices,
        )
