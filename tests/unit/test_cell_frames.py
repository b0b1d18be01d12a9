"""The reader of the channel: whatever pieces the bytes come in, and however long a hostile header says that it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.cell.frames import HEADER_LIMIT_BYTES, HEADER_LIMITS_BYTES, BadFrameError, FrameReader
from daytwo.executor.cell.outlet import SAY_LIMIT, TRACEBACK_LIMIT, Outlet, clean


class Kept:
    """A handler that keeps what it is given."""

    def __init__(self):
        self.frames = []

    def begin(self, header, payload_bytes):
        self.frames.append((header, payload_bytes, bytearray()))

    def chunk(self, data):
        self.frames[-1][2].extend(data)

    def end(self):
        assert len(self.frames[-1][2]) == self.frames[-1][1]


def frame(header, payload=b""):
    head = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return len(head).to_bytes(4, "big") + head + len(payload).to_bytes(8, "big") + payload


def read(data, piece_bytes=1 << 16):
    reader = FrameReader(kept := Kept())
    for start in range(0, len(data), piece_bytes):
        reader.feed(data[start : start + piece_bytes])
    return reader, kept.frames


@given(st.lists(st.tuples(st.text(max_size=40), st.binary(max_size=40)), max_size=5), st.integers(1, 50))
def test_frames_are_the_same_in_whatever_pieces_they_come(said, piece_bytes):
    data = b"".join(frame({"kind": "say", "text": text}, payload) for text, payload in said)
    reader, frames = read(data, piece_bytes)
    assert reader.is_between_frames
    assert [(header["text"], bytes(payload)) for header, _, payload in frames] == said


@pytest.mark.parametrize("kind", [*HEADER_LIMITS_BYTES, "variable", "unheard_of"])
def test_a_header_is_refused_by_its_first_bytes_where_its_kind_may_not_be_as_long(kind):
    limit = HEADER_LIMITS_BYTES.get(kind, HEADER_LIMIT_BYTES)
    head = json.dumps({"kind": kind, "x": ""}, separators=(",", ":")).encode()
    whole = head[:-2] + b"a" * (limit - len(head)) + head[-2:]
    assert len(read(frame(whole))[1]) == 1
    longer = (limit + 1).to_bytes(4, "big") + head[:32].ljust(32)
    with pytest.raises(BadFrameError):
        read(longer)  # of all that it announces, not a byte is waited for


@pytest.mark.parametrize("beginning", [b'{"text":"', b'{ "kind":"say"', b"[" * 40, b'{"kind":"' + b"s" * 17])
def test_a_long_header_names_its_kind_first(beginning):
    with pytest.raises(BadFrameError):
        read((HEADER_LIMIT_BYTES + 1).to_bytes(4, "big") + beginning.ljust(40))


class Held:
    """A writer that measures headers."""

    def __init__(self):
        self.sizes = {}

    def write(self, header, payload=b""):
        self.sizes[header["kind"]] = len(json.dumps(header, separators=(",", ":")))


def test_what_an_honest_cell_writes_at_most_fits():
    outlet = Outlet(held := Held(), 1 << 30)
    widest = "\N{GRINNING FACE}"  # two escapes of six bytes
    outlet.say(widest * SAY_LIMIT)
    outlet.traceback(widest * TRACEBACK_LIMIT)
    outlet.unsaved(widest * 1_000, widest * 1_000, widest * 200)
    shape = {"name": widest * 200, "type": "x", "columns": [[clean(widest * 200, 200)] * 2] * 200}
    outlet.shapes([shape] * 500)
    outlet.end({"outcome": "memory"} | dict.fromkeys(("checks", "lookups", "statement", "template"), 1 << 62))
    assert len(held.sizes) == 5
    assert all(size <= HEADER_LIMITS_BYTES.get(kind, HEADER_LIMIT_BYTES) for kind, size in held.sizes.items())
