"""The log of a served process, on a disk with and without room."""

import errno
import io
from pathlib import Path

import pytest

from daytwo.cli.logs import LossyStream


def test_lines_reach_the_stream():
    stream = io.StringIO()
    log = LossyStream(stream)
    assert log.write("said\n") == 5
    log.flush()
    assert stream.getvalue() == "said\n"


def test_a_full_disk_costs_lines_and_nothing_else():
    with Path("/dev/full").open("wb", buffering=0) as raw:
        stream = io.TextIOWrapper(raw, write_through=True)
        with pytest.raises(OSError, match="No space") as refused:
            stream.write("said\n")
        assert refused.value.errno == errno.ENOSPC
        log = LossyStream(stream)
        assert log.write("said\n") == 5
        log.flush()
        stream.detach()
