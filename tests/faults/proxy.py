"""A TCP proxy that fails as networks do: it delays, cuts, goes half-open, loses answers, and finds another backend.

It runs in a thread of its own; its faults are switched while connections are open.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager, suppress

PIECE_BYTES = 65_536
CONNECT_SECONDS = 1.0
CLOSE_SECONDS = 10.0
TURNS_TO_CLOSE = 3
"""Of the loop, in which transports that were aborted let go of their sockets."""


class Proxy:
    """Listens on a port of 127.0.0.1 and forwards to the first backend that accepts.

    Attributes:
        is_cut: connections are refused, and open ones were closed when it was set by `cut`.
        delay_seconds: each piece waits so long, in both directions.
        drops_requests, drops_answers: what is sent that way vanishes; connections stay open (half-open).
    """

    def __init__(self, *backends: tuple[str, int]) -> None:
        self.backends = list(backends)
        self.is_cut = False
        self.delay_seconds = 0.0
        self.drops_requests = False
        self.drops_answers = False
        self.dropped_bytes = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """The network is gone."""
        self.is_cut = True
        self._call(self._close_connections())

    def mend(self) -> None:
        """The network is back; what hung in it is gone."""
        self.is_cut = self.drops_requests = self.drops_answers = False
        self.delay_seconds = 0.0
        self._call(self._close_connections())

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _close(self) -> None:
        self._server.close()
        await self._close_connections()
        serving = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if serving:
            await asyncio.wait(serving, timeout=CLOSE_SECONDS)
        for _ in range(TURNS_TO_CLOSE):
            await asyncio.sleep(0)

    async def _close_connections(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            backend = None if self.is_cut else await self._connect()
            if backend is None:
                return
            behind_reader, behind_writer = backend
            self._writers.add(behind_writer)
            try:
                await asyncio.gather(
                    self._pump(reader, behind_writer, "drops_requests"),
                    self._pump(behind_reader, writer, "drops_answers"),
                )
            finally:
                self._writers.discard(behind_writer)
                behind_writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _connect(self):
        for host, port in self.backends:
            with suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_SECONDS)
        return None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dropping: str) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                if getattr(self, dropping):
                    self.dropped_bytes += len(piece)
                    continue
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()


@contextmanager
def proxied(*backends: tuple[str, int]):
    proxy = Proxy(*backends)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
