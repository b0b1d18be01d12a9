"""PNG images as a sandbox delivers them, with nothing in them but the image (W3C PNG, third edition).

What is kept is what a viewer needs: header, palette, transparency, image data, end.  Texts, times, profiles, whatever
else a chunk may hold, and bytes behind the end are dropped.  The image data are inflated, a piece at a time and never
beyond the size that the header states, and must be exactly of that size: nothing hides behind them either.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
PIECE_BYTES: Final = 1 << 20
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type → samples a pixel (11.2.1)."""
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""In the order in which they may stand."""
_HEADER_BYTES: Final = 13
_FRAME_BYTES: Final = 12
"""Of a chunk: its length, its kind, its checksum."""


class NoPngError(ValueError):
    """The bytes are no image; the message says why, for a person."""


def bare(data: bytes, pixels_limit: int) -> bytes:
    """The same image, and nothing else.

    Raises:
        NoPngError: where it is damaged, interlaced, or larger than the limit.
    """
    chunks = [(kind, body) for kind, body in _chunks(data) if kind in _KEPT]
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds != sorted(kinds, key=_KEPT.index) or kinds.count(b"IHDR") != 1:
        raise NoPngError("its parts are out of order")
    size = _image_bytes(chunks[0][1], pixels_limit)
    _require_size([body for kind, body in chunks if kind == b"IDAT"], size)
    return MAGIC + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks up to the end of the image (5.3)."""
    if not data.startswith(MAGIC):
        raise NoPngError("it is no PNG image")
    at = len(MAGIC)
    while at + _FRAME_BYTES <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        checksum = data[at + 8 + length : at + _FRAME_BYTES + length]
        if int.from_bytes(checksum, "big") != zlib.crc32(kind + body) or len(checksum) < 4:
            raise NoPngError("it is damaged")
        yield kind, body
        if kind == b"IEND":
            return
        at += _FRAME_BYTES + length
    raise NoPngError("it breaks off")


def _image_bytes(header: bytes, pixels_limit: int) -> int:
    """How many bytes the inflated image has: rows of pixels, each behind the number of its filter (7.2)."""
    if len(header) != _HEADER_BYTES:
        raise NoPngError("it is no PNG image")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    if not 0 < width * height <= pixels_limit:
        raise NoPngError(f"it has {width} x {height} pixels")
    depth, colour, *methods = header[8:]
    if depth not in _DEPTHS.get(colour, ()) or methods != [0, 0, 0]:
        raise NoPngError("it is of a kind that is not shown")
    return height * (1 + (width * depth * _SAMPLES[colour] + 7) // 8)


def _require_size(parts: list[bytes], size: int) -> None:
    inflater, left = zlib.decompressobj(), size
    try:
        for part in parts:
            held = part
            while held:
                if inflater.eof:
                    raise NoPngError("it holds more than its image")
                left -= len(inflater.decompress(held, min(PIECE_BYTES, left + 1)))
                held = inflater.unconsumed_tail
                if left < 0:
                    raise NoPngError("it holds more than its image")
    except zlib.error as error:
        raise NoPngError("it is damaged") from error
    if left or not inflater.eof:
        raise NoPngError("it breaks off")
    if inflater.unused_data:
        raise NoPngError("it holds more than its image")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
