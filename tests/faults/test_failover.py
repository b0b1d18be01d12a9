"""Several control processes on one PostgreSQL: one dies, the other goes on; no two live under one id."""

import os
import signal
import subprocess
import sys

import pytest

from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.crashpoint import VARIABLE
from tests.faults.proxy import proxied
from tests.integration.test_control_link import ANSWER_SECONDS, Control, Executor, ask, follow

TAKEN_SECONDS = 180
IS_LONG = int(os.environ.get("DAYTWO_REAL_KILLS", "0")) >= 100


class Replica(Control):
    """One control process among several on a home."""

    def __init__(self, home, database_url, process_id, crashpoint=""):
        self.more = {"DAYTWO_PROCESS_ID": process_id, VARIABLE: crashpoint}
        super().__init__(home, database_url)

    def start(self):
        self.environment |= self.more
        super().start()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    home = tmp_path_factory.mktemp("failover") / "home"
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home)
    yield home, server.start()
    server.destroy()


@pytest.fixture(scope="module")
def survivor(database):
    replica = Replica(*database, "b")
    yield replica
    replica.kill()


@pytest.fixture(scope="module")
def executor(survivor):
    with survivor.person() as person:
        executor = Executor(survivor, person, "orders")
    yield executor
    executor.client.close()


def claimed(executor):
    """A task, however many long polls it takes until one is there."""
    task = None
    while task is None:
        task = executor.claim()
    return task


POINTS = ["begin:after", "plan:before", "plan:after", "plan:during"]


@pytest.mark.parametrize("point", POINTS if IS_LONG else POINTS[1:2])
def test_what_a_dead_process_left_goes_on_in_a_living_one(database, survivor, executor, point):
    doomed = Replica(*database, "a", crashpoint=point)
    with proxied(("127.0.0.1", doomed.port), ("127.0.0.1", survivor.port)) as proxy, survivor.person() as person:
        person.base_url = proxy.url
        session = person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"]
        survivor.process.send_signal(signal.SIGSTOP)
        try:
            run = ask(person, session, "x = 1", "say(x)")
            doomed.process.wait(TAKEN_SECONDS)
        finally:
            survivor.process.send_signal(signal.SIGCONT)
        for _ in range(2):
            assert executor.complete(claimed(executor)).status_code == 204
        events = follow(person, run)
    doomed.kill()
    assert events[-1].kind == "run.succeeded"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for kind in ("step.planned", "step.dispatched", "step.observed"):
        assert [event.data["step"] for event in events if event.kind == kind] == [1, 2]


def test_two_processes_cannot_live_under_one_id(database, survivor, tmp_path):
    home, url = database
    command = [sys.executable, "-m", "daytwo.cli.main", "control", "serve", "--process-id", "b"]
    other = tmp_path / "home"
    for where, code in ((home, "already_running"), (other, "process_id_taken")):
        environment = os.environ | {"DAYTWO_HOME": str(where), "DAYTWO_DATABASE_URL": url}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=ANSWER_SECONDS * 2, check=False
        )
        assert (done.returncode, f"error[{code}]" in done.stderr) == (1, True), done.stderr


if IS_LONG:

    def test_a_frozen_process_is_taken_over_and_is_fenced_when_it_wakes(database, survivor, executor):
        """It takes a lease, so only the long campaign waits for it."""
        frozen = Replica(*database, "frozen", crashpoint="")
        with frozen.person() as person, survivor.person() as other:
            session = person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"]
            survivor.process.send_signal(signal.SIGSTOP)
            run = ask(person, session, "x = 1", "say(x)")
            frozen.process.send_signal(signal.SIGSTOP)
            survivor.process.send_signal(signal.SIGCONT)
            for _ in range(2):
                assert executor.complete(claimed(executor)).status_code == 204
            frozen.process.send_signal(signal.SIGCONT)
            events = follow(other, run)
            assert follow(person, run) == events
        frozen.kill()
        assert events[-1].kind == "run.succeeded"
        for kind in ("step.planned", "step.dispatched", "step.observed"):
            assert [event.data["step"] for event in events if event.kind == kind] == [1, 2]
