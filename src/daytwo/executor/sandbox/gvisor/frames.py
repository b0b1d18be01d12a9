"""What init writes to its standard output and the keeper reads: a kind, a length, bytes."""

from __future__ import annotations

import struct

STDOUT, STDERR, CHANNEL, STATUS = range(4)
_HEADER = struct.Struct(">BI")
LIMIT_BYTES = 1 << 16


def encode(kind: int, data: bytes) -> bytes:
    return _HEADER.pack(kind, len(data)) + data


class Decoder:
    """Cuts a stream into frames, however it comes in pieces."""

    def __init__(self) -> None:
        self._text = bytearray()

    def feed(self, piece: bytes) -> list[tuple[int, bytes]]:
        """The frames that have come whole.

        Raises:
            ValueError: for what init would not write.
        """
        self._text += piece
        frames = []
        while len(self._text) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._text)
            if kind > STATUS or length > LIMIT_BYTES:
                raise ValueError("not a frame of ours")
            if len(self._text) < _HEADER.size + length:
                break
            frames.append((kind, bytes(self._text[_HEADER.size : _HEADER.size + length])))
            del self._text[: _HEADER.size + length]
        return frames
