"""Sessions as states that one goes back to, runs again, and takes elsewhere: on real planes, by commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.planes import LIMIT_SECONDS, Planes, planes_in_a_home

Command = Callable[..., subprocess.CompletedProcess[str]]


def command_of(home: Path) -> Command:
    def run(*words: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "daytwo.cli.main", *map(str, words), "--home", str(home)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        assert done.returncode == status, done.stderr + done.stdout
        return done

    return run


@pytest.fixture(scope="module")
def planes() -> Iterator[Planes]:
    with planes_in_a_home() as made:
        yield made


@pytest.fixture(scope="module")
def daytwo(planes: Planes) -> Command:
    return command_of(planes.home)


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


DRAWS = """
import random, secrets, uuid
import numpy as np
drawn = [random.random(), secrets.token_hex(), str(uuid.uuid4()), np.random.rand(3), np.random.default_rng().random(3)]
words = {f"word {n}" for n in range(100)}
"""
USES = """
import pandas as pd
table = pd.DataFrame({"n": np.arange(5), "x": np.random.rand(5)})
(workspace / "note.txt").write_text(f"{drawn[0]}")
say(f"{sorted(words)[0]} {drawn[1]}")
show(table)
print("printed", uuid.uuid4())
"""
IN_REHEARSAL = "import time\nif time.time() < 1_767_300_000: raise SystemExit"
"""Where the clock stands still at the beginning of 2026."""
ENDS = f"{IN_REHEARSAL}\nsay('here')\nraise ValueError(drawn[2])"


def test_a_run_comes_to_the_same_end_when_it_is_run_again(planes: Planes, daytwo: Command) -> None:
    """Whatever it draws: from Python, the kernel's randomness or numpy; an error is an end, too."""
    session = planes.client.create_session(()).session
    run = planes.client.wait(planes.ask(session, DRAWS, USES)).run
    failed = planes.client.wait(planes.ask(session, ENDS))
    before = planes.client.session(session)
    steps = lines(daytwo("runs", "replay", run, "--json"))
    assert [step["step"] for step in steps] == [1, 2]
    assert all(step["digest"] == step["was"] and not step["differences"] for step in steps), steps
    assert failed.status == "failed"
    assert lines(daytwo("runs", "replay", failed.run, "--json"))[0]["differences"] == []
    assert planes.client.session(session) == before
    assert planes.client.run(run).bits_spent == planes.client.receipt(run).bits


def test_what_comes_out_otherwise_is_named(planes: Planes, daytwo: Command) -> None:
    session = planes.client.create_session(()).session
    run = planes.client.wait(planes.ask(session, "import time\nsame = 1\nnow = time.time_ns()\nsay(f'{now}')")).run
    (step,) = lines(daytwo("runs", "replay", run, "--json", status=1))
    assert [(found["part"], found["name"]) for found in step["differences"]] == [("sentence", "1"), ("variable", "now")]
    told = daytwo("runs", "replay", run, status=1).stdout
    assert "different" in told
    assert "changed  sentence 1\n  changed  variable now" in told


def test_what_could_not_be_kept_is_shown_with_the_statement_that_made_it(planes: Planes, daytwo: Command) -> None:
    session = planes.client.create_session(()).session
    planes.client.wait(planes.ask(session, "kept = [1]\ntaken = (n for n in kept)\nnext(taken)"))
    shown = daytwo("sessions", "show", session).stdout
    why = "it is, or holds, a generator that was begun, or is in a closure (made by line 2: taken = (n for n in kept))"
    assert f"not kept: taken, {why}" in shown


def test_what_never_ran_cannot_run_again(planes: Planes, daytwo: Command) -> None:
    refused = daytwo("runs", "replay", "run_" + "0" * 26, "--json", status=1)
    assert json.loads(refused.stderr)["error"]["code"] == "run_not_found"


def test_what_no_session_leads_to_is_counted_and_what_a_fork_holds_stays(planes: Planes, daytwo: Command) -> None:
    session = planes.client.create_session(()).session
    planes.client.wait(planes.ask(session, "held = 41", "held = held + 1"))
    fork = planes.client.fork(session).session
    before = json.loads(daytwo("sessions", "gc", "--dry-run", "--json").stdout)
    daytwo("sessions", "delete", session)
    refused = daytwo("sessions", "show", session, "--json", status=1)
    assert json.loads(refused.stderr)["error"]["code"] == "session_not_found"
    assert json.loads(daytwo("sessions", "gc", "--json").stdout)["named"] == before["named"]
    daytwo("sessions", "delete", fork)
    done = json.loads(daytwo("sessions", "gc", "--json").stdout)
    # Two snapshots of each chain, real and rehearsed; none goes before its grace is over.
    assert (done["named"], done["waiting"], done["removed"]) == (before["named"] - 4, before["waiting"] + 4, 0)


def test_a_session_goes_on_at_another_home(planes: Planes, daytwo: Command, tmp_path: Path) -> None:
    """A fork of a session, over data that lies there, too; its variables are those that it left with."""
    data, pack = tmp_path / "numbers.csv", tmp_path / "session.pack"
    data.write_text("n\n1\n2\n")
    daytwo("data", "add", data)
    session = planes.client.create_session(("numbers",)).session
    planes.client.wait(planes.ask(session, "numbers = data('numbers').pandas()", "twice = numbers['n'] * 2"))
    (workspace_note,) = (planes.ask(session, "(workspace / 'kept.txt').write_text('kept')"),)
    planes.client.wait(workspace_note)
    fork = planes.client.fork(session).session
    told = json.loads(daytwo("sessions", "pack", fork, pack, "--json").stdout)
    assert pack.stat().st_mode & 0o777 == 0o600
    with planes_in_a_home() as others:
        there = command_of(others.home)
        foreign = there("sessions", "unpack", pack, "--json", status=1)
        assert json.loads(foreign.stderr)["error"]["code"] == "pack_foreign"
        missing = there("sessions", "unpack", pack, "--signed-by", told["signed_by"], "--json", status=1)
        assert json.loads(missing.stderr)["error"]["code"] == "dataset_not_found"
        there("data", "add", data)
        there("sessions", "unpack", pack, "--signed-by", told["signed_by"])
        assert f"{session}" in there("sessions", "list").stdout
        model = tmp_path / "on.jsonl"
        code = "say(f\"{twice.sum()} {(workspace / 'kept.txt').read_text()} {len(data('numbers').pandas())}\")"
        model.write_text(json.dumps({"final": True, "code": code}) + "\n")
        asked = json.loads(there("ask", "--session", fork, "And now?", "--model", f"replay:{model}", "--json").stdout)
        assert asked["says"] == ["6 kept 2"]
        assert asked["receipt"]["bits_spent"] > planes.client.receipt(workspace_note).bits_spent
        shown = there("sessions", "show", fork).stdout
        assert "+numbers" in shown
        assert "+twice" in shown


def test_a_variable_that_no_profile_holds_costs_nothing_that_was_kept(planes: Planes, daytwo: Command) -> None:
    """Eight gigabytes under the memory of the profile `small`; the state before stands, and goes on."""
    session = planes.client.create_session(()).session
    planes.client.wait(planes.ask(session, "kept = 7"))
    run = planes.client.wait(planes.ask(session, f"{IN_REHEARSAL}\nimport numpy as np\nlarge = np.ones(10**9)"))
    assert (run.status, run.steps[-1].observation and run.steps[-1].observation.outcome) == ("failed", "memory")
    after = planes.client.wait(planes.ask(session, "say(str(kept + 1))"))
    assert planes.client.results(after.run).steps[-1].says == ("8",)
    assert "kept" in daytwo("sessions", "show", session).stdout
