"""Planes that a command starts for its own life: they end with it, however it ends."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daytwo.cli import attack, upfile
from daytwo.control.storage.embedded import EmbeddedServer

SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
LIMIT_SECONDS = 180


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        yield home
        _remove_database(home)


def _remove_database(home: Path) -> None:
    """As root the database lies outside the home; what a test made, it removes."""
    try:
        place = (home / "control" / "postgres.place").read_text("ascii").strip()
    except FileNotFoundError:
        return
    shutil.rmtree(Path("/var/lib/daytwo") / place, ignore_errors=True)


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "daytwo.cli.main", *words, "--home", str(home)]


def _assert_nothing_is_left(home: Path) -> None:
    lock = upfile.take(home / "up.lock", wait_seconds=30)
    assert lock is not None, "a process of `up` still holds its lock"
    os.close(lock)
    assert not EmbeddedServer(home).is_running()


def test_the_demo_tells_its_story_and_leaves_nothing(home: Path) -> None:
    done = subprocess.run(_command(home, "demo"), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Receipt:") == 2
    assert "West" in done.stdout
    assert "2 schema sheets of 23 columns" in done.stdout
    assert "one symbol of 16: “error”" in done.stdout
    assert "The attack got nothing." in done.stdout
    _assert_nothing_is_left(home)


def test_the_demo_again_as_json(home: Path) -> None:
    done = subprocess.run(
        _command(home, "demo", "--json"), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    question, follow_up, attacked = map(json.loads, done.stdout.splitlines())
    assert [scene["scene"] for scene in (question, follow_up, attacked)] == ["question", "follow_up", "attack"]
    assert question["tables"]
    assert all(Path(chart).is_file() for chart in question["charts"] + follow_up["charts"])
    assert len({scene["session"] for scene in (question, follow_up, attacked)}) == 1
    report = attacked["attack"]
    assert report["repelled"]
    assert {finding["line"] for finding in report["findings"]} == {1, 4, 5, 6}
    assert [attempt["got"] for attempt in report["attempts"]] == [False] * 4
    assert attacked["steps"][1]["observation"]["outcome"] == "error"
    # What the program took is the person's to read, and is in nothing that left.
    with (home / "sample" / "shop" / "customers.csv").open(encoding="utf-8", newline="") as file:
        email = next(csv.DictReader(file))["email"]
    assert email in report["attempts"][3]["outcome"]
    assert email not in json.dumps(attacked["receipt"])


def test_interrupted_ask_says_how_to_come_back_and_the_run_goes_on_later(home: Path, tmp_path: Path) -> None:
    replay = tmp_path / "slow.jsonl"
    replay.write_text(json.dumps({"final": True, "code": "import time\ntime.sleep(5)\nsay('done')"}) + "\n")
    command = _command(home, "ask", str(SAMPLE), "Slowly", "--model", f"replay:{replay}")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "step 1 runs" in line:
                break
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 3
    run = next(word for word in out.split() if word.startswith("run_"))
    _assert_nothing_is_left(home)
    done = subprocess.run(
        _command(home, "runs", "events", run, "--follow", "--json"),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1])["kind"] == "run.succeeded"


def test_a_question_left_behind_is_answered_after_kill_9_of_all_and_a_new_start(home: Path, tmp_path: Path) -> None:
    replay = tmp_path / "slow.jsonl"
    replay.write_text(json.dumps({"final": True, "code": "import time\ntime.sleep(2)\nsay('come back')"}) + "\n")
    with subprocess.Popen(_command(home, "up", "--json"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any('"ready"' in line for line in process.stdout)
        asked = subprocess.run(
            _command(home, "ask", str(SAMPLE), "Later", "--model", f"replay:{replay}", "--no-wait", "--json"),
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=True,
        )
        process.kill()
        killed = time.monotonic()
    _assert_nothing_is_left(home)
    assert time.monotonic() - killed < 30
    run = json.loads(asked.stdout)["run"]
    followed = subprocess.run(
        _command(home, "runs", "events", run, "--follow", "--json"),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    seqs = [json.loads(line)["seq"] for line in followed.stdout.splitlines()]
    assert seqs == list(range(1, len(seqs) + 1))
    shown = subprocess.run(
        _command(home, "runs", "show", run), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True
    )
    assert "come back" in shown.stdout
    done = subprocess.run(
        _command(home, "runs", "list", "--json"), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True
    )
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert {run["status"] for run in runs if run["model"] != attack.RUN.model} == {"succeeded"}


def test_a_taken_port_is_told(home: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = _command(home, "up", "--json", "--control-port", port)
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"]["code"] == "port_taken"


def test_a_database_that_is_not_there_is_told_without_its_password(home: Path) -> None:
    environment = os.environ | {"DAYTWO_DATABASE_URL": "postgresql://someone:hunter2@127.0.0.1:1/none"}
    done = subprocess.run(
        _command(home, "runs", "list", "--json"),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env=environment,
    )
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"]["code"] == "database_unreachable"
    logs = "".join(path.read_text() for path in (home / "logs").iterdir())
    assert "hunter2" not in done.stderr + logs
    _assert_nothing_is_left(home)
