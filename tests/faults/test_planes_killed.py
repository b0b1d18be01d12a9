"""kill -9 of each process of `up` in the middle of a program: the run ends well, once, with its state."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daytwo.sdk.events import follow
from daytwo.wire.result import RegisterDataset
from tests.faults.planes import LIMIT_SECONDS, planes_in_a_home

SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
PROGRAMS = ("import time\nx = 11\ntime.sleep(1)", "import time\ny = x + 1\ntime.sleep(1)", "say(str(x + y))")


@pytest.fixture(scope="module")
def planes():
    with planes_in_a_home() as planes:
        yield planes


CASES = [
    ("executor",),
    ("control",),
    ("database", "postgres"),
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
