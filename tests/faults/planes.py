"""A running `daytwo up`, as the fault tests have it: killed, started again, asked, asked patiently."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from daytwo.cli import upfile
from daytwo.cli.settings import load
from daytwo.cli.supervisor import client_of
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.place import find_place
from daytwo.control.storage.postmaster import postmaster
from daytwo.crashpoint import VARIABLE
from daytwo.wire.errors import Retryable
from daytwo.wire.run import NewRun, ReplayLine

LIMIT_SECONDS = 180


class Planes:
    """A running `daytwo up` that can be killed and started again."""

    def __init__(self, home):
        self.home = home
        self.order = home.parent / "order"
        self.start()

    def start(self):
        command = [sys.executable, "-m", "daytwo.cli.main", "up", "--json", "--home", str(self.home)]
        environment = os.environ | {VARIABLE: f"@{self.order}"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
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
        return self.client.post(session, NewRun(question="Slowly", model="replay:test", replay=tuple(lines)), None).run

    def patiently(self, call):
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                return call()
            except Retryable:
                assert time.monotonic() < deadline

    def order_death(self, point, victim=None):
        """The process that next gets to this point dies; or another in its place, which the database is."""
        draft = self.order.with_suffix(".draft")
        draft.write_text(point if victim is None else f"{point} {self.pid(victim)}", "ascii")
        draft.replace(self.order)

    @property
    def is_obeyed(self):
        return not self.order.exists()


@contextlib.contextmanager
def planes_in_a_home():
    """Planes of their own; what is left of them afterwards is a failure."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        planes = Planes(load(home=str(home)).home)
        try:
            yield planes
        finally:
            planes.stop()
            lock = upfile.take(home / "up.lock", wait_seconds=LIMIT_SECONDS)
            assert lock is not None, "a process of `up` is left"
            os.close(lock)
            EmbeddedServer(home).destroy()
