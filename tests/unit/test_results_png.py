"""Pictures of a sandbox: what a viewer needs is kept, everything else is dropped or refused."""

from __future__ import annotations

import io
import zlib

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.image import imread

from daytwo.executor.results.png import MAGIC, NoPngError, redrawn

PIXELS = 1_000_000


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def header(width: int = 2, height: int = 2, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    sizes = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return chunk(b"IHDR", sizes + bytes([depth, colour, 0, 0, interlaced]))


IMAGE = (b"\x00" + b"abcdef") * 2
END = chunk(b"IEND", b"")


def picture(*between: bytes, image: bytes = IMAGE, first: bytes | None = None, level: int = 4) -> bytes:
    return MAGIC + (first or header()) + b"".join(between) + chunk(b"IDAT", zlib.compress(image, level)) + END


def test_what_matplotlib_draws_looks_the_same_and_tells_nothing_else():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 3, 2])
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", metadata={"Comment": "SECRET"})
    kept = redrawn(drawn.getvalue(), PIXELS)
    assert (imread(io.BytesIO(kept)) == imread(io.BytesIO(drawn.getvalue()))).all()
    assert b"SECRET" in drawn.getvalue()
    assert b"SECRET" not in kept
    assert mpl.__version__.encode() not in kept


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP", b"pHYs", b"acTL", b"haxX"])
def test_chunks_that_are_not_the_image_are_dropped(kind):
    assert redrawn(picture(chunk(kind, b"<script>")), PIXELS) == picture()


def test_bytes_behind_the_end_are_dropped():
    assert redrawn(picture() + b"PK\x03\x04 an archive", PIXELS) == picture()


def test_palettes_transparency_and_image_data_in_parts_are_kept():
    packed = zlib.compress(b"\x00\x10\x00\x01")
    whole = MAGIC + header(2, 2, 4, 3) + chunk(b"PLTE", b"abcdef") + chunk(b"tRNS", b"\x00")
    in_parts = b"".join(chunk(b"IDAT", bytes([byte])) for byte in packed)
    image = chunk(b"IDAT", zlib.compress(b"\x00\x10\x00\x01", 4))
    assert redrawn(whole + in_parts + END, PIXELS) == whole + image + END


@pytest.mark.parametrize("level", [0, 1, 9])
def test_how_pixels_were_packed_is_forgotten(level):
    noise = bytes(range(256)) * 12
    image = b"".join(b"\x01" + noise[at : at + 300] for at in range(0, 3_000, 300))
    first = header(100, 10)
    assert redrawn(picture(image=image, first=first, level=level), PIXELS) == picture(image=image, first=first)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<svg onload=alert(1)>",
        MAGIC,
        MAGIC + header() + END,
        picture(image=IMAGE[:-1]),
        picture(image=IMAGE + b"x"),
        picture(image=IMAGE + bytes(10_000_000)),
        picture(image=b"\x00abcdef\x05abcdef"),
        picture(chunk(b"PLTE", bytes(900))),
        picture(chunk(b"PLTE", b"abc") * 2),
        picture()[:-20],
        picture()[:-6] + b"xxxxxx",
        picture().replace(b"IDAT", b"IDAU"),
        picture(first=header(interlaced=1)),
        picture(first=header(depth=3)),
        picture(first=header(colour=5)),
        picture(first=header(0, 2)),
        picture(first=header(1_000_000, 1_000_000)),
        picture(first=header() + header()),
        MAGIC + chunk(b"IDAT", zlib.compress(IMAGE)) + header() + END,
        MAGIC + header() + chunk(b"IDAT", zlib.compress(IMAGE) + b"more") + END,
        MAGIC + header() + chunk(b"IDAT", zlib.compress(IMAGE)) + chunk(b"IDAT", b"more") + END,
        MAGIC + header() + chunk(b"IDAT", b"no deflate") + END,
    ],
)
def test_what_is_damaged_or_holds_more_is_refused(bad):
    with pytest.raises(NoPngError):
        redrawn(bad, PIXELS)


@given(st.binary(max_size=60), st.integers(0, 80))
def test_a_picture_that_is_altered_is_refused_or_redrawn(noise, at):
    whole = picture()
    try:
        kept = redrawn(whole[:at] + noise + whole[at + len(noise) :], PIXELS)
    except NoPngError:
        return
    assert redrawn(kept, PIXELS) == kept
