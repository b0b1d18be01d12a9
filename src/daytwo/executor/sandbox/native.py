"""The native backend: the tier `standard`, from nothing but Python and the kernel.

One execution is one launcher process (see `launcher`), six pipes and a task group that lasts as long as it does.  The
executor never forks itself.  Whatever happens here, also being cancelled, the sandbox is dead when `run` returns.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from daytwo.executor.environments import Environment
from daytwo.executor.sandbox.check import Check, check_machine
from daytwo.executor.sandbox.pipes import CutStream, Pipe
from daytwo.executor.sandbox.plan import launcher_command, launcher_environment, make_order
from daytwo.executor.sandbox.request import Cancel, Ending, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.status import Status, ending_of
from daytwo.executor.sandbox.unavailable import SandboxUnavailable, tier_unavailable

BACKEND = "native"

_SETUP_LIMIT_SECONDS = 30.0
_POLL_SECONDS = 0.05
_LAUNCHER_END_LIMIT_SECONDS = 5.0
_LAST_WORDS_BYTES = 2_000


class NativeBackend:
    """Runs modules of the cell in sandboxes of this machine's kernel.

    Args:
        environment: the interpreter and packages that programs get.
        cell_source: the folder of the package `cell`, shown inside as such.
    """

    def __init__(self, environment: Environment, cell_source: Path) -> None:
        self.environment = environment
        self.cell_source = cell_source

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult:
        """One execution, from the launcher's start to the last process's end.

        Raises:
            Unavailable: `sandbox_unavailable`, `tier_unavailable` or `data_unreadable`; then nothing has run.
        """
        if request.tier is not Tier.STANDARD:
            raise tier_unavailable(request.tier)
        order = make_order(self.environment, self.cell_source, request)
        execution = _Execution(self.environment, request, sink, cancel)
        return await execution.run(json.dumps(order).encode("ascii") + b"\n")

    def check(self) -> list[Check]:
        """What this machine can do, with a short hostile self-test.  Blocks: not for the event loop's own thread."""
        return check_machine(self)


@dataclass(frozen=True)
class _Pipes:
    job: Pipe
    stdout: Pipe
    stderr: Pipe
    channel: Pipe
    control: Pipe
    status: Pipe

    def all(self) -> tuple[Pipe, ...]:
        return (self.job, self.stdout, self.stderr, self.channel, self.control, self.status)


class _Execution:
    """One run: its pipes, its clock, and why it was stopped if it was."""

    def __init__(self, environment: Environment, request: SandboxRequest, sink: Sink, cancel: Cancel) -> None:
        profile = request.profile
        self._environment = environment
        self._request = request
        self._sink = sink
        self._cancel = cancel
        self._status = Status()
        self._pipes = _Pipes(*(Pipe(inbound=inbound) for inbound in (False, True, True, True, False, True)))
        self._stdout = CutStream(profile.stream_bytes)
        self._stderr = CutStream(profile.stream_bytes)
        self._channel_bytes = 0
        self._stopped: Ending | None = None
        self._begun_seconds = time.monotonic()
        self._started_seconds: float | None = None

    async def run(self, order: bytes) -> SandboxResult:
        try:
            async with self._launched(), anyio.create_task_group() as group:
                await self._pipes.control.write_all(order)
                group.start_soon(self._watch)
                group.start_soon(self._feed)
                await self._drain()
                group.cancel_scope.cancel()
        finally:
            for pipe in self._pipes.all():
                pipe.close()
        return self._result()

    @asynccontextmanager
    async def _launched(self) -> AsyncIterator[None]:
        """The launcher's life: dead and reaped on leaving, and with it all that it started."""
        pipes = self._pipes
        descriptors = (pipes.control.theirs, pipes.status.theirs, pipes.channel.theirs)
        try:
            process = await anyio.open_process(
                launcher_command(self._environment, *descriptors),
                stdin=pipes.job.theirs,
                stdout=pipes.stdout.theirs,
                stderr=pipes.stderr.theirs,
                pass_fds=descriptors,
                env=launcher_environment(self._environment),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxUnavailable(f"No sandbox: its launcher did not start: {error}. Is Python whole?") from error
        try:
            for pipe in pipes.all():
                pipe.hand_over()
            yield
        finally:
            with anyio.CancelScope(shield=True):
                pipes.control.close()
                with anyio.move_on_after(_LAUNCHER_END_LIMIT_SECONDS) as patience:
                    await process.wait()
                if patience.cancelled_caught:
                    process.kill()
                    await process.wait()
                await process.aclose()

    async def _drain(self) -> None:
        """Takes all that comes out, until no process of the sandbox is left."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._pipes.stdout.read_all, self._stdout.take)
            group.start_soon(self._pipes.stderr.read_all, self._stderr.take)
            group.start_soon(self._pipes.channel.read_all, self._take_channel)
            group.start_soon(self._pipes.status.read_all, self._take_status)

    async def _feed(self) -> None:
        await self._pipes.job.write_all(self._request.job)
        self._pipes.job.close()

    async def _watch(self) -> None:
        """Ends the execution when it is asked to or its time is over."""
        while self._stopped is None and self._status.failure is None:
            now = time.monotonic()
            if self._cancel.requested:
                self._stop(Ending.KILLED)
            elif self._started_seconds is None and now > self._begun_seconds + _SETUP_LIMIT_SECONDS:
                self._status.failure = SandboxUnavailable(
                    f"A sandbox was not set up within {_SETUP_LIMIT_SECONDS:.0f} seconds. Is this machine overloaded?"
                )
                self._pipes.control.close()
            elif self._started_seconds is not None and now > self._started_seconds + self._request.profile.wall_seconds:
                self._stop(Ending.TIMEOUT)
            else:
                await anyio.sleep(_POLL_SECONDS)

    def _stop(self, ending: Ending) -> None:
        """Lets the launcher go, which kills the sandbox.  The first reason stands."""
        self._stopped = self._stopped or ending
        self._pipes.control.close()

    def _take_channel(self, piece: bytes) -> None:
        self._channel_bytes += len(piece)
        if self._stopped is not None:
            return
        if self._channel_bytes > self._request.profile.output_bytes:
            self._stop(Ending.KILLED)
            return
        try:
            self._sink(piece)
        except Exception:  # noqa: BLE001 - the contract of Sink: whatever it raises ends the execution
            self._stop(Ending.KILLED)

    def _take_status(self, piece: bytes) -> None:
        self._status.take(piece)
        if self._status.started and self._started_seconds is None:
            self._started_seconds = time.monotonic()

    def _result(self) -> SandboxResult:
        status = self._status
        if status.failure is not None:
            raise status.failure
        if self._started_seconds is None and self._stopped is None:
            words = self._stderr.bytes()[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()
            raise SandboxUnavailable(f"The interpreter did not start in the sandbox: {words or 'it said nothing'}")
        started_seconds = self._started_seconds or self._begun_seconds
        return SandboxResult(
            ending=ending_of(status, stopped=self._stopped),
            exit_code=status.exit_code if self._stopped is None else None,
            stdout=self._stdout.bytes(),
            stderr=self._stderr.bytes(),
            wall_ms=math.ceil((time.monotonic() - started_seconds) * 1000),
            peak_rss_bytes=status.peak_rss_bytes,
            tier=Tier.STANDARD,
            backend=BACKEND,
        )
