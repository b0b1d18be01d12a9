"""The native backend: the tier `standard`, from nothing but Python and the kernel.

One execution is a child of a zygote (see `zygote`), six pipes and a task group that lasts as long as it does.  Whatever
happens here, also being cancelled, the sandbox is dead when `run` returns.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import anyio

from daytwo.executor.environments import Environment
from daytwo.executor.sandbox.check import Check, check_machine
from daytwo.executor.sandbox.pipes import CutStream, Pipe
from daytwo.executor.sandbox.plan import make_run
from daytwo.executor.sandbox.request import Cancel, Ending, Kind, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.status import Status, ending_of
from daytwo.executor.sandbox.unavailable import SandboxUnavailable, tier_unavailable
from daytwo.executor.sandbox.zygotes import Key, Warmth, Zygote, Zygotes

BACKEND = "native"

_SETUP_LIMIT_SECONDS = 60.0
"""Until a program starts; the first of a zygote waits for what the zygote imports."""
_POLL_SECONDS = 0.05
_KEEPERS_LIMIT = 2
"""That a run is offered to: the first may have died since it was last used."""
_END_LIMIT_SECONDS = 5.0


class NativeBackend:
    """Runs modules of the cell in sandboxes of this machine's kernel.

    Args:
        environment: the interpreter and packages that programs get.
        cell_source: the folder of the package `cell`, shown inside as such.
        warmth: how ready sandboxes are kept.
    """

    def __init__(self, environment: Environment, cell_source: Path, warmth: Warmth = Warmth()) -> None:  # noqa: B008 - frozen
        self._zygotes = Zygotes(environment, cell_source, warmth)

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult:
        """One execution, until its last process has ended.

        Raises:
            Unavailable: `sandbox_unavailable`, `tier_unavailable` or `data_unreadable`; then nothing has run.
        """
        if request.tier is not Tier.STANDARD:
            raise tier_unavailable(request.tier)
        order = json.dumps(make_run(request)).encode("ascii") + b"\n"
        key = Key(request.org_id, request.kind, request.environment, request.devices)
        for _ in range(_KEEPERS_LIMIT):
            zygote = self._zygotes.find(key)
            zygote.in_flight += 1
            try:
                return await _Execution(zygote, request, sink, cancel).run(order)
            except ConnectionError:
                self._zygotes.discard(zygote)
            except SandboxUnavailable:
                self._zygotes.discard(zygote)
                raise
            finally:
                zygote.in_flight -= 1
                self._zygotes.sweep()
        raise SandboxUnavailable("The keepers of the sandboxes end as soon as they start. See `daytwo doctor`.")

    def warm(self, org_id: str, kind: Kind) -> None:
        """Starts ahead of time what the first run would have to wait for."""
        self._zygotes.find(Key(org_id, kind, environment=None))

    def check(self) -> list[Check]:
        """What this machine can do, with a short hostile self-test.  Blocks: not for the event loop's own thread."""
        return check_machine(self)

    def close(self) -> None:
        """Ends every sandbox and zygote."""
        self._zygotes.close()


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

    def __init__(self, zygote: Zygote, request: SandboxRequest, sink: Sink, cancel: Cancel) -> None:
        profile = request.profile
        self._zygote = zygote
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
            await self._hand_over()
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch)
                group.start_soon(self._feed)
                await self._pipes.control.write_all(order)
                try:
                    await self._drain()
                finally:
                    await self._let_go()
                group.cancel_scope.cancel()
        finally:
            for pipe in self._pipes.all():
                pipe.close()
        return self._result()

    async def _hand_over(self) -> None:
        pipes = self._pipes
        ends = (pipes.control, pipes.status, pipes.job, pipes.stdout, pipes.stderr, pipes.channel)
        await self._zygote.ask([pipe.theirs for pipe in ends])
        for pipe in ends:
            pipe.hand_over()

    async def _let_go(self) -> None:
        """The keeper kills what is left, and closes the status pipe when that is gone."""
        self._pipes.control.close()
        with anyio.move_on_after(_END_LIMIT_SECONDS, shield=True):
            await self._pipes.status.read_all(self._take_status)

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
        """Lets the keeper go, which kills the sandbox.  The first reason stands."""
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
            raise SandboxUnavailable("The keeper of the sandboxes ended before the program. Ask again: another starts.")
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
