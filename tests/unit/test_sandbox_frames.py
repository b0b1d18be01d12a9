"""What passes between gVisor's first process and the keeper: frames, however the stream is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.sandbox.gvisor import frames

KINDS = st.sampled_from([frames.STDOUT, frames.STDERR, frames.CHANNEL, frames.STATUS])


@given(st.lists(st.tuples(KINDS, st.binary(max_size=200))), st.lists(st.integers(1, 50), min_size=1))
def test_frames_come_back_however_the_stream_is_cut(sent, sizes):
    stream = b"".join(frames.encode(kind, data) for kind, data in sent)
    decoder, received, place, turn = frames.Decoder(), [], 0, 0
    while place < len(stream):
        size = sizes[turn % len(sizes)]
        received += decoder.feed(stream[place : place + size])
        place, turn = place + size, turn + 1
    assert received == sent


@pytest.mark.parametrize("stream", [b"\x09\0\0\0\0", b"\0\xff\xff\xff\xff"])
def test_what_init_would_not_write_is_refused(stream):
    with pytest.raises(ValueError, match="not a frame"):
        frames.Decoder().feed(stream)
