"""Pipes between the executor and one sandbox: made, handed over, read and written without blocking the event loop."""

from __future__ import annotations

import os
from collections.abc import Callable

import anyio
import anyio.lowlevel

READ_PIECE_BYTES = 1 << 16


class Pipe:
    """One pipe, of which one end stays here and the other goes to the sandbox."""

    def __init__(self, *, inbound: bool) -> None:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        self._ours, self._theirs = (reader, writer) if inbound else (writer, reader)
        os.set_blocking(self._ours, False)

    @property
    def theirs(self) -> int:
        return self._theirs

    def hand_over(self) -> None:
        """Closes their end here, once the sandbox holds it."""
        if self._theirs >= 0:
            os.close(self._theirs)
            self._theirs = -1

    def let_go(self) -> None:
        """Closes our end, which the other side notices."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def close(self) -> None:
        self.hand_over()
        self.let_go()

    async def read_all(self, take: Callable[[bytes], None]) -> None:
        """Hands on what comes, piece by piece, until the last holder of their end is gone."""
        while True:
            try:
                piece = os.read(self._ours, READ_PIECE_BYTES)
            except BlockingIOError:
                await anyio.wait_readable(self._ours)
                continue
            if not piece:
                return
            take(piece)
            await anyio.lowlevel.checkpoint()

    def write_some(self, data: bytes) -> int:
        """Writes what the pipe takes at once; says how much that was."""
        try:
            return os.write(self._ours, data)
        except BlockingIOError:
            return 0

    async def write_all(self, data: bytes) -> None:
        """Writes `data`, or as much of it as the other side takes before it goes."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._ours, left) :]
            except BlockingIOError:
                await anyio.wait_writable(self._ours)
            except BrokenPipeError:
                return
            else:
                await anyio.lowlevel.checkpoint()


class CutStream:
    """Keeps the first `limit_bytes` of a stream and drops the rest, so that who writes it never waits."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._kept = bytearray()

    def take(self, piece: bytes) -> None:
        self._kept += piece[: self._limit_bytes - len(self._kept)]

    def bytes(self) -> bytes:
        return bytes(self._kept)
