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

from daytwo.executor.results.png import MAGIC, NoPngError, bare

PIXELS = 1_000_000


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def header(width: int = 2, height: int = 2, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    sizes = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return chunk(b"IHDR", sizes + bytes([depth, colour, 0, 0, interlaced]))


IMAGE = (b"\x00" + b"abcdef") * 2
END = chunk(b"IEND", b"")


def picture(*between: bytes, image: bytes = IMAGE, first: bytes | None = None) -> bytes:
    return MAGIC + (first or header()) + b"".join(between) + chunk(b"IDAT", zlib.compress(image)) + END


def test_what_matplotlib_draws_looks_the_same_and_tells_nothing_else():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 3, 2])
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", metadata={"Comment": "SECRET"})
    kept = bare(drawn.getvalue(), PIXELS)
    assert (imread(io.BytesIO(kept)) == imread(io.BytesIO(drawn.getvalue()))).all()
    assert b"SECRET" in drawn.getvalue()
    assert b"SECRET" not in kept
    assert mpl.__version__.encode() not in kept


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP", b"pHYs", b"acTL", b"haxX"])
def test_chunks_that_are_not_the_image_are_dropped(kind):
    assert bare(picture(chunk(kind, b"<script>")), PIXELS) == picture()


def test_bytes_behind_the_end_are_dropped():
    assert bare(picture() + b"PK\x03\x04 an archive", PIXELS) == picture()


def test_palettes_transparency_and_image_data_in_parts_are_kept():
    packed = zlib.compress(b"\x00\x10\x00\x01")
    whole = MAGIC + header(2, 2, 4, 3) + chunk(b"PLTE", b"abcdef") + chunk(b"tRNS", b"\x00")
    whole += b"".join(chunk(b"IDAT", bytes([byte])) for byte in packed) + END
    assert bare(whole, PIXELS) == whole


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
        bare(bad, PIXELS)


@given(st.binary(max_size=60), st.integers(0, 80))
def test_a_picture_that_is_altered_is_refused_or_bare(noise, at):
    whole = picture()
    try:
        kept = bare(whole[:at] + noise + whole[at + len(noise) :], PIXELS)
    except NoPngError:
        return
    assert bare(kept, PIXELS) == kept
