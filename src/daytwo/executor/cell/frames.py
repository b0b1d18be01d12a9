"""The channel out of a sandbox: frames on file descriptor 3.

A frame is a 4-byte big-endian header length, the header (a JSON object with a `kind`), an 8-byte big-endian payload
length, the payload.  The writer runs inside the sandbox, beside a hostile program: the reader trusts no length and
no header, and hands payloads on in chunks.  A header that needs more than a little room names its kind first, and no
kind gets more than its honest writer needs; the gate's frame, `end`, is among the little ones.  Standard library only,
as all of this room's foundation.  Why the executor itself reads: docs/adr/0016-the-gates-reader.md.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any, Protocol

CHANNEL_FD = 3
WRITTEN_BYTES = 256 * 1024
"""Small parts are put together up to so much, for a call of the kernel costs more than a copy."""
_KIB, _MIB = 1024, 1024 * 1024
HEADER_LIMIT_BYTES = 64 * _KIB
"""Of a frame of any kind that is not listed."""
HEADER_LIMITS_BYTES = {
    "end": 1 * _KIB,
    "say": 1 * _MIB,
    "traceback": 2 * _MIB,
    "notes": 1 * _MIB,
    "shapes": 4 * _MIB,
    "table": 4 * _MIB,
}
_KIND_BYTES = 32
_KIND = re.compile(rb'\{"kind":"([a-z_]{1,16})"[,}]')
"""How every header begins."""


class BadFrameError(ValueError):
    """The channel carried something that is no frame."""


class FrameWriter:
    """Writes frames to a file descriptor; each call is one whole frame."""

    def __init__(self, fd: int = CHANNEL_FD) -> None:
        self._fd = fd

    def write(self, header: dict[str, Any], *payload: bytes | memoryview) -> None:
        """One frame; its payload may come in parts."""
        head = json.dumps(header, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode("ascii")
        parts = [memoryview(part).cast("B") for part in payload]
        size = sum(part.nbytes for part in parts)
        waiting = bytearray(len(head).to_bytes(4, "big") + head + size.to_bytes(8, "big"))
        for part in parts:
            if len(waiting) + part.nbytes > WRITTEN_BYTES:
                self._put(waiting)
                waiting = bytearray()
            if part.nbytes > WRITTEN_BYTES:
                self._put(part)
            else:
                waiting += part
        self._put(waiting)

    def _put(self, data: bytearray | memoryview) -> None:
        view = memoryview(data)
        while view.nbytes:
            view = view[os.write(self._fd, view) :]


class FrameHandler(Protocol):
    """Receives frames in order: `begin`, any number of `chunk`, `end`."""

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None: ...

    def chunk(self, data: bytes) -> None: ...

    def end(self) -> None: ...


class FrameReader:
    """Turns the bytes of a channel, in whatever pieces they come, into calls of a handler.

    Raises (from `feed`):
        BadFrameError: a header over its kind's limit, or one that is not a JSON object with a text `kind`.
    """

    def __init__(self, handler: FrameHandler) -> None:
        self._handler = handler
        self._buffer = bytearray()
        self._payload_left: int | None = None

    @property
    def is_between_frames(self) -> bool:
        return self._payload_left is None and not self._buffer

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self._payload_left is None:
            return self._read_header()
        piece = bytes(self._buffer[: self._payload_left])
        if piece:
            del self._buffer[: len(piece)]
            self._payload_left -= len(piece)
            self._handler.chunk(piece)
        if self._payload_left:
            return False
        self._payload_left = None
        self._handler.end()
        return True

    def _read_header(self) -> bool:
        if len(self._buffer) < 4:
            return False
        size = int.from_bytes(self._buffer[:4], "big")
        if len(self._buffer) < 4 + min(size, _KIND_BYTES):
            return False
        if size > _limit_bytes(bytes(self._buffer[4 : 4 + _KIND_BYTES])):
            raise BadFrameError(f"a header of {size} bytes")
        if len(self._buffer) < 4 + size + 8:
            return False
        try:
            header = json.loads(bytes(self._buffer[4 : 4 + size]))
        except ValueError as error:
            raise BadFrameError("a header that is not JSON") from error
        if not isinstance(header, dict) or not isinstance(header.get("kind"), str):
            raise BadFrameError("a header without a kind")
        payload = int.from_bytes(self._buffer[4 + size : 12 + size], "big")
        del self._buffer[: 12 + size]
        self._payload_left = payload
        self._handler.begin(header, payload)
        return True


def _limit_bytes(beginning: bytes) -> int:
    """How long a header may be that begins so."""
    kind = _KIND.match(beginning)
    return HEADER_LIMIT_BYTES if kind is None else HEADER_LIMITS_BYTES.get(kind[1].decode(), HEADER_LIMIT_BYTES)
