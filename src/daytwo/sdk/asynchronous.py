"""The client for asynchronous programs: every method of `Client`, awaited.

    async with AsyncClient(control, executor) as client:
        run = await client.call(Client.run, "run_…")
        async for event in client.events(run.run):
            …

Each call runs in a thread with a client of its own, so calls may overlap; there is one implementation of the
protocol, and it is `Client`'s.  A call that is cancelled is left to end by itself.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from typing import Concatenate, ParamSpec, Self, TypeVar

import anyio
import anyio.to_thread

from daytwo.sdk.client import Client
from daytwo.sdk.events import OUTAGE_LIMIT_SECONDS
from daytwo.sdk.origin import OriginSettings
from daytwo.wire.run import NewRun, RunEvent, RunView

P = ParamSpec("P")
T = TypeVar("T")
CONCURRENT_CALLS = 16


class AsyncClient:
    """Both planes, as a person's asynchronous program sees them.

    Args:
        control: the control plane's origin.
        executor: the executor's own origin; its token is another one.
    """

    def __init__(self, control: OriginSettings, executor: OriginSettings) -> None:
        self._settings = (control, executor)
        self._idle: list[Client] = []
        self._limiter = anyio.CapacityLimiter(CONCURRENT_CALLS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def call(self, method: Callable[Concatenate[Client, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a method of `Client` returns, e.g. `await client.call(Client.results, run)`."""

        def work() -> T:
            client = self._idle.pop() if self._idle else Client(*self._settings)
            try:
                return method(client, *args, **kwargs)
            finally:
                self._idle.append(client)

        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)

    async def ask(self, datasets: tuple[str, ...], run: NewRun) -> RunView:
        """Accepts a run in a session of its own, at once."""
        session = await self.call(Client.create_session, datasets)
        return await self.call(Client.start, session.session, run)

    async def events(
        self, run: str, after: int = 0, *, outage_limit_seconds: float = OUTAGE_LIMIT_SECONDS
    ) -> AsyncIterator[RunEvent]:
        """A run's events, each once and in order, until it is over; see `daytwo.sdk.events.follow`."""
        with Client(*self._settings) as client:
            found = client.events(run, after, outage_limit_seconds=outage_limit_seconds)
            while (event := await anyio.to_thread.run_sync(next, found, None, abandon_on_cancel=True)) is not None:
                yield event

    async def wait(self, run: str) -> RunView:
        """The run once it is over, however long that takes."""
        async for _ in self.events(run, outage_limit_seconds=math.inf):
            pass
        return await self.call(Client.run, run)
