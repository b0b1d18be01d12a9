"""kill -9 of each process of `up` in the middle of a program: the run ends well, once, with its state."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from daytwo.cli import upfile
from daytwo.cli.settings import load
from daytwo.cli.supervisor import client_of
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.place import find_place
from daytwo.control.storage.postmaster import postmaster
from daytwo.sdk.events import follow
from daytwo.wire.errors import Retryable
from daytwo.wire.result import RegisterDataset
from daytwo.wire.run import NewRun, ReplayLine

SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
LIMIT_SECONDS = 60
PROGRAMS = ("import time\nx = 11\ntime.sleep(1)", "import time\ny = x + 1\ntime.sleep(1)", "say(str(x + y))")


class Planes:
    """A running `daytwo up` that can be killed and started again."""

    def __init__(self, home):
        self.home = home
        self.start()

    def start(self):
        command = [sys.executable, "-m", "daytwo.cli.main", "up", "--json", "--home", str(self.home)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert any('"ready"' in line for line in self.process.stdout)
        self.client = client_of(self.home, upfile.read_up(self.home))

    def stop(self):
        self.client.close()
        self.process.terminate()
        self.process.communicate(timeout=LIMIT_SECONDS)

    def pid(self, name):
        if name == "postgres":
            return postmaster(find_place(self.home).data)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(pid) for pid in children if f"{name}\0serve" in Path(f"/proc/{pid}/cmdline").read_text())

    def kill(self, *names):
        for pid in [self.pid(name) for name in names]:
            os.kill(pid, signal.SIGKILL)

    def ask(self, session, *programs):
        lines = [ReplayLine(code=text, final=text == programs[-1]) for text in programs]
        return self.client.start(session, NewRun(question="Slowly", model="replay:test", replay=tuple(lines))).run

    def patiently(self, call):
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                return call()
            except Retryable:
                assert time.monotonic() < deadline


@pytest.fixture(scope="module")
def planes():
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        planes = Planes(load(home=str(home)).home)
        yield planes
        planes.stop()
        lock = upfile.take(home / "up.lock", wait_seconds=LIMIT_SECONDS)
        assert lock is not None, "a process of `up` is left"
        os.close(lock)
        EmbeddedServer(home).destroy()


CASES = [
    ("executor",),
    ("control",),
    ("postgres",),
    ("database", "postgres"),
    ("control", "executor"),
    ("postgres", "control", "executor"),
]


@pytest.mark.parametrize("names", CASES, ids="+".join)
def test_a_run_survives(planes, names):
    dataset = planes.patiently(lambda: planes.client.register(RegisterDataset(paths=(str(SAMPLE),)))).name
    session = planes.patiently(lambda: planes.client.create_session((dataset,))).session
    run = planes.patiently(lambda: planes.ask(session, *PROGRAMS))
    events, killed = [], False
    for event in follow(planes.client.control, run):
        events.append(event)
        if event.kind == "step.claimed" and not killed:
            planes.kill(*names)
            killed = True
    assert events[-1].kind == "run.succeeded"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for kind in ("step.planned", "step.dispatched", "step.observed"):
        assert [event.data["step"] for event in events if event.kind == kind] == [1, 2, 3]
    after = planes.patiently(lambda: planes.ask(session, "say(str(x * y))"))
    assert list(follow(planes.client.control, after))[-1].kind == "run.succeeded"
    assert planes.patiently(lambda: planes.client.results(after)).steps[-1].says == ("132",)


def test_both_ledgers_are_whole_afterwards(planes):
    command = [sys.executable, "-m", "daytwo.cli.main", "ledger", "verify", "--json", "--home", str(planes.home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True)
    assert json.loads(done.stdout)["ok"]
