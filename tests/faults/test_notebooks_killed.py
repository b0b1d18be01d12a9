"""kill -9 between any two steps of a conversation, and inside the commit: it ends as the uninterrupted one does.

Every step is a process of its own, with the cell's real code; the executor's side of a commit is killed at a random one
of its effects, and the step is run again, as a worker does.  The reference is one plain interpreter that is never cut.
"""

import os
import random
import signal
import sys
import tempfile
from pathlib import Path

import cloudpickle  # noqa: F401 -- imported once, here, and not in every child
import duckdb  # noqa: F401 -- likewise
import numpy as np  # noqa: F401 -- likewise
import pandas as pd  # noqa: F401 -- likewise
import pytest
import sklearn.linear_model  # noqa: F401 -- likewise

from daytwo.executor.cell.frames import FrameReader, FrameWriter
from daytwo.executor.cell.job import Job
from daytwo.executor.cell.outlet import Outlet
from daytwo.executor.cell.program import Cell
from daytwo.executor.state import Base, StateStore
from daytwo.wire.identifiers import new_id
from tests.faults.notebooks import NOTEBOOKS

ENVIRONMENT = "e" * 64
EFFECTS = ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.utime")
"""What changes the disk, as Python's audit events name it."""
EFFECTS_OF_A_COMMIT = 5
"""At least."""
MEMORY_BYTES = 1024**3


class Heard:
    """The executor's side of the channel: what is said, and what goes into the snapshot."""

    def __init__(self, writer):
        self.writer = writer
        self.says = []
        self.traceback = None
        self._takes = False

    def begin(self, header, payload_bytes):
        if header["kind"] == "say":
            self.says.append(header["text"])
        if header["kind"] == "traceback":
            self.traceback = header["text"]
        self._takes = self.writer is not None and self.writer.accepts(header["kind"])
        if self._takes:
            self.writer.begin(header, payload_bytes)

    def chunk(self, data):
        if self._takes:
            self.writer.chunk(data)

    def end(self):
        if self._takes:
            self.writer.end()


def said_by(program, state, writer):
    """Runs a step in a process of its own, and hears it out."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        folder = Path(tempfile.mkdtemp(prefix="dt-"))
        (folder / "workspace").mkdir()
        os.chdir(folder / "workspace")
        job = Job(program, (), state, MEMORY_BYTES, 1, workspace=folder / "workspace", temporary=folder)
        outlet = Outlet(FrameWriter(theirs), 1 << 32)
        Cell(job, outlet).run()
        outlet.end({})
        os._exit(0)
    os.close(theirs)
    heard = Heard(writer)
    reader = FrameReader(heard)
    while piece := os.read(ours, 1 << 18):
        reader.feed(piece)
    os.close(ours)
    os.waitpid(child, 0)
    assert heard.traceback is None, heard.traceback
    return heard.says


def committed(store, session, ordinal, program, base, effects=None):
    """A step and its commit, in an executor that dies at its n-th effect, if one is named; whether it lived."""
    child = os.fork()
    if child == 0:
        left = [effects]

        def hook(event, _):
            if event in EFFECTS and left[0] is not None:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        writer = store.begin(session, ordinal, base, ENVIRONMENT)
        try:
            said_by(program, base.folder, writer)
        except BaseException as error:  # noqa: BLE001 -- a child ends here, whatever happens
            sys.stderr.write(f"{error}\n")
            os._exit(1)
        sys.addaudithook(hook)
        writer.commit()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, -signal.SIGKILL}
    return status == 0


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_killed_notebook_ends_as_one_that_was_not(tmp_path, name):
    *steps, last = NOTEBOOKS[name]
    chance = random.Random(name)
    store = StateStore(tmp_path / "state")
    session, base = new_id("session"), Base()
    for ordinal, program in enumerate(steps, 1):
        assert not committed(store, session, ordinal, program, base, chance.randrange(EFFECTS_OF_A_COMMIT))
        store.sweep()
        assert committed(store, session, ordinal, program, base)
        store.require_whole(session, ordinal)
        base = store.at(session, ordinal)
    uninterrupted = "\n".join([*steps, last])
    if "begun" in uninterrupted:  # of what cannot be kept, the next step finds nothing
        uninterrupted = "\n".join([*steps, "del begun", last])
    assert said_by(last, base.folder, None) == said_by(uninterrupted, None, None)
