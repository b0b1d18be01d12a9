"""Two control processes and two executors on one PostgreSQL under load; they are killed by turns, or replaced.

Deaths come with progress, every so many events, so that a slow machine has as many of them a run as a quick one.
"""

import itertools
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.executor.state import StateStore
from daytwo.sdk import Client, OriginSettings
from daytwo.sdk.events import follow
from daytwo.wire.run import NewRun, ReplayLine
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Enrolled
from tests.faults.proxy import proxied
from tests.faults.simulation.sandbox import state_after
from tests.faults.test_failover import IS_LONG, Replica

ROOT = Path(__file__).parents[2]
KILLS = 40 if IS_LONG else 4
RUNS = 60 if IS_LONG else 6
REPLACEMENTS = 8 if IS_LONG else 2
EVENTS_A_TURN = 8
WITHIN_SECONDS = 300
NOWHERE = OriginSettings("http://127.0.0.1:1", "")


class ExecutorProcess:
    """A process of `chain_executor.py`: killed, started again in the same folder."""

    def __init__(self, client, folder, control_url):
        self.folder = folder
        folder.mkdir()
        key = SigningKey.generate()
        headers = {"authorization": f"Bearer {client.enrolment_token()}", "daytwo-protocol": "1"}
        enrolment = {"name": folder.name, "public_key": key.public.text(), "results_url": "http://127.0.0.1:1"}
        answer = httpx2.post(f"{control_url}/link/v1/enrol", headers=headers, json=enrolment)
        enrolled = Enrolled.model_validate(answer.json())
        self.id = enrolled.executor_id
        known = {"token": enrolled.token, "seed": key.seed().hex(), "control_url": control_url}
        (folder / "executor.json").write_text(json.dumps(known))
        self.start()

    def start(self):
        self.log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.chain_executor", str(self.folder)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=self.log,
            stderr=self.log,
        )

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def executed(self):
        file = self.folder / "executed"
        return Counter(file.read_text().split("\n")[:-1]) if file.exists() else Counter()


class Houses:
    """The four processes, the way to them, and their progress."""

    def __init__(self, folder, url, stack):
        home = folder / "home"
        self.url = url.replace("+psycopg", "")
        self.controls = [self._kept(stack, Replica(home, url, name)) for name in ("a", "b")]
        backends = [("127.0.0.1", control.port) for control in self.controls]
        proxies = [stack.enter_context(proxied(*order)) for order in (backends, backends[::-1])]
        token = (home / "control" / "token").read_text().strip()
        self.clients = [stack.enter_context(Client(OriginSettings(proxy.url, token), NOWHERE)) for proxy in proxies]
        self.executors = [
            self._kept(stack, ExecutorProcess(self.clients[0], folder / f"executor-{number}", proxy.url))
            for number, proxy in enumerate(proxies)
        ]
        self.events, self.changed = 0, threading.Condition()

    @staticmethod
    def _kept(stack, process):
        stack.callback(process.kill)
        return process

    def ask(self, number):
        """A run of three programs at one of the executors, through one of the ways."""
        client, executor = self.clients[number % 2], self.executors[number // 2 % 2]
        session = client.create_session(()).session
        with psycopg.connect(self.url) as database:
            database.execute("update sessions set executor_id = %s where session_id = %s", (executor.id, session))
        programs = tuple(f"{word} {number}" for word in ("one", "two", "three"))
        lines = tuple(ReplayLine(code=text, final=text == programs[-1]) for text in programs)
        return (
            client,
            session,
            programs,
            client.post(session, NewRun(question="q", model="replay:t", replay=lines), None).run,
        )

    def watch(self, client, run):
        """All events of a run that is resumed as often as both of its executions were killed."""
        events = []
        while True:
            after = events[-1].seq if events else 0
            for event in follow(client.control, run, after=after, outage_limit_seconds=WITHIN_SECONDS):
                events.append(event)
                with self.changed:
                    self.events += 1
                    self.changed.notify_all()
            if events[-1].data.get("reason") != "program_lost":
                return events
            client.resume(run)

    def in_turns(self, processes, times, act):
        """Something is done to one process after the other, each time as soon as enough happened since."""
        for number, process in zip(range(1, times + 1), itertools.cycle(processes), strict=False):
            with self.changed:
                enough = self.changed.wait_for(lambda n=number: self.events >= n * EVENTS_A_TURN, WITHIN_SECONDS)
            assert enough, f"{self.events} events before turn {number}"
            act(process)

    def through(self, disturb):
        """Runs that are under way while something happens to the processes, each with all of its events."""
        asked = [self.ask(number) for number in range(RUNS)]
        with ThreadPoolExecutor(RUNS) as watchers:
            watched = [watchers.submit(self.watch, client, run) for client, _, _, run in asked]
            disturb()
            return [(run, one.result(WITHIN_SECONDS)) for run, one in zip(asked, watched, strict=True)]


def killed(process):
    process.kill()
    process.start()


def replaced(control):
    """Told to end, as a deploy does, it ends in order; the next one takes its place."""
    control.process.terminate()
    assert control.process.wait(WITHIN_SECONDS) == 0
    control.log.close()
    control.start()


@contextmanager
def houses_in(folder):
    home = folder / "home"
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home)
    with ExitStack() as stack:
        stack.callback(server.destroy)
        yield Houses(folder, server.start(), stack)


@pytest.fixture
def houses(tmp_path):
    with houses_in(tmp_path) as houses:
        yield houses


def test_nothing_is_lost_or_done_twice_while_one_of_each_dies_again_and_again(houses, record_testsuite_property):
    victims = [houses.controls[0], houses.executors[0], houses.controls[1], houses.executors[1]]
    told = houses.through(lambda: houses.in_turns(victims, KILLS, killed))
    repeated = check(houses, told)
    found = {"runs": RUNS, "kills": KILLS, "executions repeated": repeated}
    record_testsuite_property("two of each", json.dumps(found))
    assert repeated <= KILLS


def test_control_processes_are_replaced_one_after_the_other_and_no_run_notices(houses):
    told = houses.through(lambda: houses.in_turns(houses.controls, REPLACEMENTS, replaced))
    assert check(houses, told) == 0


def check(houses, told):
    """Each run has all its steps and events once, and left the state that it should.  Returns executions repeated."""
    with psycopg.connect(houses.url) as database:
        states = database.execute("select distinct status from tasks").fetchall()
        found = database.execute("select session_id, executor_id, head_session, head_snapshot from sessions")
        heads = {session: rest for session, *rest in found}
    for executor in houses.executors:
        executor.kill()
    for (_, session, programs, run), events in told:
        assert events[-1].kind == "run.succeeded", (run, events[-1])
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.data["step"] for event in events if event.kind == "step.planned"] == [1, 2, 3]
        heard = [event for event in events if event.kind == "step.observed"]
        assert [event.data["step"] for event in heard if event.data["outcome"] == "ok"] == [1, 2, 3]
        executor_id, head_session, head_snapshot = heads[session]
        executor = next(one for one in houses.executors if one.id == executor_id)
        assert state_of(executor, head_session, head_snapshot) == expected(programs)
        assert all(executor.executed()[program] >= 1 for program in programs)
    assert states == [("done",)]
    return sum(count - 1 for executor in houses.executors for count in executor.executed().values())


def state_of(executor, session, ordinal):
    base = StateStore(executor.folder / "state").at(session, ordinal)
    blob = base.manifest.blobs[base.manifest.groups[0].stream[0]]
    return (base.folder / "blobs" / blob.name).read_bytes()[blob.skip :]


def expected(programs):
    state = b""
    for program in programs:
        state = state_after(state, program)
    return state
