"""One execution as every backend that keeps a sandbox on this machine has it: six pipes, a clock, an end.

The pipes go to a keeper: control (its end is an order to kill), status (what the keeper reports), job, stdout, stderr
and the channel.  Whatever happens here, also being cancelled, the sandbox is dead when `run` returns.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
import anyio.lowlevel

from daytwo.executor.sandbox.pipes import CutStream, Pipe
from daytwo.executor.sandbox.request import Cancel, Ending, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.status import Status, ending_of
from daytwo.executor.sandbox.unavailable import SandboxUnavailable

_SETUP_LIMIT_SECONDS = 60.0
"""Until a program starts; the first of a zygote waits for what the zygote imports."""
_POLL_SECONDS = 0.05
_END_LIMIT_SECONDS = 5.0

Ask = Callable[[list[int]], Awaitable[None]]
"""Hands the pipes' far ends to a keeper, in the order above."""


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


class Execution:
    """One run: its pipes, its clock, and why it was stopped if it was."""

    def __init__(
        self,
        ask: Ask,
        request: SandboxRequest,
        sink: Sink,
        cancel: Cancel,
        tier: Tier,
        backend: str,
    ) -> None:
        profile = request.profile
        self._ask = ask
        self._tier = tier
        self._backend = backend
        self._request = request
        self._sink = sink
        self._cancel = cancel
        self._status = Status()
        self._pipes = _Pipes(*(Pipe(inbound=inbound) for inbound in (False, True, True, True, False, True)))
        self._stdout = CutStream(profile.stream_bytes)
        self._stderr = CutStream(profile.stream_bytes)
        self._channel_bytes = 0
        self._stopped: Ending | None = None
        self._unheard: ConnectionError | SandboxUnavailable | None = None
        """Why no keeper has taken it."""
        self._begun_seconds = time.monotonic()
        self._started_seconds: float | None = None

    async def run(self, order: bytes) -> SandboxResult:
        try:
            # Ahead, so that the keeper and the program find it.
            begun = self._pipes.control.write_some(order)
            fed = self._pipes.job.write_some(self._request.job)
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch)
                group.start_soon(self._feed, fed)
                try:
                    await self._drain(order[begun:])
                finally:
                    await self._let_go()
                group.cancel_scope.cancel()
        finally:
            for pipe in self._pipes.all():
                pipe.close()
        if self._unheard is not None:
            raise self._unheard
        return self._result()

    async def _hand_over(self) -> None:
        pipes = self._pipes
        ends = (pipes.control, pipes.status, pipes.job, pipes.stdout, pipes.stderr, pipes.channel)
        await self._ask([pipe.theirs for pipe in ends])
        for pipe in ends:
            pipe.hand_over()

    async def _let_go(self) -> None:
        """The keeper kills what is left, and closes the status pipe when that is gone."""
        for pipe in self._pipes.all():
            pipe.hand_over()
        self._pipes.control.let_go()
        with anyio.move_on_after(_END_LIMIT_SECONDS, shield=True):
            await self._pipes.status.read_all(self._take_status)

    async def _drain(self, order: bytes) -> None:
        """Asks a keeper, when all here waits for what comes; takes that until no process of the sandbox is left."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._pipes.stdout.read_all, self._stdout.take)
            group.start_soon(self._pipes.stderr.read_all, self._stderr.take)
            group.start_soon(self._pipes.channel.read_all, self._take_channel)
            group.start_soon(self._pipes.status.read_all, self._take_status)
            await anyio.lowlevel.checkpoint()
            try:
                await self._hand_over()
            except (ConnectionError, SandboxUnavailable) as error:
                self._unheard = error
                group.cancel_scope.cancel()
            else:
                await self._pipes.control.write_all(order)

    async def _feed(self, begun: int) -> None:
        await self._pipes.job.write_all(self._request.job[begun:])
        self._pipes.job.let_go()

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
                self._pipes.control.let_go()
            elif self._started_seconds is not None and now > self._started_seconds + self._request.profile.wall_seconds:
                self._stop(Ending.TIMEOUT)
            else:
                await anyio.sleep(_POLL_SECONDS)

    def _stop(self, ending: Ending) -> None:
        """Lets the keeper go, which kills the sandbox.  The first reason stands."""
        self._stopped = self._stopped or ending
        self._pipes.control.let_go()

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
            tier=self._tier,
            backend=self._backend,
        )
