"""PNG images as a sandbox delivers them, written anew with nothing in them but the image (W3C PNG, third edition).

What is kept is what a viewer needs: header, palette, transparency, pixels.  Texts, times, profiles, whatever else a
chunk may hold, and bytes behind the end are dropped.  The image data are inflated, a piece at a time and never beyond
the size that the header states, must be exactly of that size, and are deflated anew: no byte that a viewer's inflater
reads was made by a program, and how a program packed its pixels tells nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
PIECE_BYTES: Final = 1 << 20
_LEVEL: Final = 4
"""Of compression: half the time of the usual 6, a tenth larger."""
_FILTERS: Final = 5
"""Ways of which each row names one (9.2)."""
_PALETTE_BYTES: Final = 3 * 256
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type → samples a pixel (11.2.1)."""
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""In the order in which they may stand."""
_COLOURS: Final = (b"PLTE", b"tRNS")
_HEADER_BYTES: Final = 13
_FRAME_BYTES: Final = 12
"""Of a chunk: its length, its kind, its checksum."""


class NoPngError(ValueError):
    """The bytes are no image; the message says why, for a person."""


def redrawn(data: bytes, pixels_limit: int) -> bytes:
    """The same image, and nothing else.

    Raises:
        NoPngError: where it is damaged, interlaced, or larger than the limit.
    """
    chunks = [(kind, body) for kind, body in _chunks(data) if kind in _KEPT]
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds != sorted(kinds, key=_KEPT.index) or kinds.count(b"IHDR") != 1:
        raise NoPngError("its parts are out of order")
    rows, row_bytes = _rows(chunks[0][1], pixels_limit)
    image = _deflated_anew([body for kind, body in chunks if kind == b"IDAT"], rows, row_bytes)
    colours = [(kind, body) for kind, body in chunks if kind in _COLOURS]
    if any(len(body) > _PALETTE_BYTES or kinds.count(kind) > 1 for kind, body in colours):
        raise NoPngError("it has too many colours")
    return b"".join(
        [MAGIC, _chunk(*chunks[0]), *(_chunk(*one) for one in colours), _chunk(b"IDAT", image), _chunk(b"IEND", b"")]
    )


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


def _rows(header: bytes, pixels_limit: int) -> tuple[int, int]:
    """How many rows the inflated image has, and of how many bytes: pixels behind the number of their filter (7.2)."""
    if len(header) != _HEADER_BYTES:
        raise NoPngError("it is no PNG image")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    if not 0 < width * height <= pixels_limit:
        raise NoPngError(f"it has {width} x {height} pixels")
    depth, colour, *methods = header[8:]
    if depth not in _DEPTHS.get(colour, ()) or methods != [0, 0, 0]:
        raise NoPngError("it is of a kind that is not shown")
    return height, 1 + (width * depth * _SAMPLES[colour] + 7) // 8


def _deflated_anew(parts: list[bytes], rows: int, row_bytes: int) -> bytes:
    size, read = rows * row_bytes, 0
    inflater, deflater = zlib.decompressobj(), zlib.compressobj(_LEVEL)
    made: list[bytes] = []
    try:
        for part in parts:
            held = part
            while held:
                if inflater.eof:
                    raise NoPngError("it holds more than its image")
                piece = inflater.decompress(held, min(PIECE_BYTES, size - read + 1))
                if any(number >= _FILTERS for number in piece[-read % row_bytes :: row_bytes]):
                    raise NoPngError("it is damaged")
                read += len(piece)
                if read > size:
                    raise NoPngError("it holds more than its image")
                made.append(deflater.compress(piece))
                held = inflater.unconsumed_tail
    except zlib.error as error:
        raise NoPngError("it is damaged") from error
    if read < size or not inflater.eof:
        raise NoPngError("it breaks off")
    if inflater.unused_data:
        raise NoPngError("it holds more than its image")
    return b"".join([*made, deflater.flush()])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
