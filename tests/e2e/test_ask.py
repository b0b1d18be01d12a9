"""`daytwo ask` on real planes: formats, sessions, replays, bad input, and planes that are killed in mid-run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.wheels import make_wheel

SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
READY_SECONDS = 120
RUN_SECONDS = 120
QUESTION = "What is the total revenue by region?"
TINYSTATS = """\
class Spread:
    def __init__(self, values):
        self.width = max(values) - min(values)
"""

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home whose planes run; when they have stopped nothing of them may be left."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        _configure_packages(home)
        command = [sys.executable, "-m", "daytwo.cli.main", "up", "--json", "--home", str(home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = [json.loads(line)["kind"] for line in _until_ready(process.stdout)]
            assert said[-1:] == ["ready"]
            yield home
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        _assert_nothing_is_left(home)
        _remove_database(home)


def _configure_packages(home: Path) -> None:
    """An organisation that lists three packages, and has wheels of two, one of them without what its name promises."""
    home.mkdir(mode=0o700)
    wheelhouse, policy = home.parent / "wheels", home.parent / "policy.yaml"
    wheelhouse.mkdir()
    make_wheel(wheelhouse, "tinystats", source=TINYSTATS, requires=("numpy",))
    make_wheel(wheelhouse, "tinyempty", module="something_else")
    policy.write_text("version: 1\nname: ours\npackages: {allow: [tinystats, tinyempty, nowhere-to-be-had]}\n")
    places = f'guard_policy = "{policy}"\n[environments]\nwheelhouse = "{wheelhouse}"\noffline = true\n'
    (home / "daytwo.toml").write_text(places)


def _remove_database(home: Path) -> None:
    """As root the database lies outside the home; what a test made, it removes."""
    try:
        place = (home / "control" / "postgres.place").read_text("ascii").strip()
    except FileNotFoundError:
        return
    shutil.rmtree(Path("/var/lib/daytwo") / place, ignore_errors=True)


def _until_ready(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if '"ready"' in line:
            return


def _assert_nothing_is_left(home: Path) -> None:
    from daytwo.cli import upfile
    from daytwo.control.storage.embedded import EmbeddedServer

    lock = upfile.take(home / "up.lock")
    assert lock is not None, "a process of `up` still holds its lock"
    os.close(lock)
    assert not EmbeddedServer(home).is_running()


@pytest.fixture(scope="module")
def daytwo(home: Path) -> Command:
    def run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "daytwo.cli.main", *words, "--home", str(home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
        assert not check or done.returncode == 0, done.stderr
        return done

    return run


def _asked(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def _write(frame: pd.DataFrame, path: Path) -> None:
    match path.suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".tsv":
            frame.to_csv(path, index=False, sep="\t")
        case ".parquet":
            frame.to_parquet(path, index=False)
        case ".json":
            frame.to_json(path, orient="records")
        case ".jsonl":
            frame.to_json(path, orient="records", lines=True)
        case ".xlsx":
            frame.to_excel(path, index=False)
        case _:
            connection = sqlite3.connect(path)
            frame.to_sql("orders", connection, index=False)
            connection.close()


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".json", ".jsonl", ".xlsx", ".sqlite"])
def test_every_format_gives_the_right_answer(daytwo: Command, tmp_path: Path, suffix: str) -> None:
    frame = pd.read_csv(SAMPLE)
    path = tmp_path / f"orders_{suffix[1:]}{suffix}"
    _write(frame, path)
    answer = _asked(daytwo("ask", str(path), QUESTION, "--json"))
    assert answer["status"] == "succeeded"
    (table,) = answer["tables"]
    expected = frame.groupby("region")["revenue"].sum().round(2).to_dict()
    assert {row[0]: round(row[1], 2) for row in table["rows"]} == expected
    assert Path(table["path"]).is_file()
    assert all(Path(chart).is_file() for chart in answer["charts"])
    assert 0 < answer["receipt"]["bits"] <= answer["receipt"]["budget_bits"]
    # What left the data plane holds no value of a cell.
    left = json.dumps(answer["receipt"]["outbound"])
    assert not [value for value in (*expected, *frame["customer"].unique()) if f'"{value}"' in left]


def _replay(path: Path, *lines: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return f"replay:{path}"


def test_a_replay_of_three_programs_and_a_question_that_uses_its_variable(daytwo: Command, tmp_path: Path) -> None:
    model = _replay(
        tmp_path / "three.jsonl",
        {"code": "orders = data('orders').pandas()"},
        {"code": "best = orders.groupby('region')['revenue'].sum().idxmax()"},
        {"final": True, "code": "say(f'Best: {best}')"},
    )
    first = _asked(daytwo("ask", str(SAMPLE), "Which region is best?", "--model", model, "--json"))
    assert [step["verdict"] for step in first["steps"]] == ["allow"] * 3
    assert first["says"] == ["Best: West"]
    again = _replay(tmp_path / "again.jsonl", {"final": True, "code": "say(f'Still {best}, of {len(orders)}')"})
    second = _asked(daytwo("ask", "And now?", "--session", first["session"], "--model", again, "--json"))
    assert second["session"] == first["session"]
    assert second["says"] == ["Still West, of 2000"]


def test_a_file_that_changed_is_read_again_by_the_next_question(daytwo: Command, tmp_path: Path) -> None:
    data, model = (
        tmp_path / "changing.csv",
        _replay(tmp_path / "sum.jsonl", {"final": True, "code": "say(int(data('changing').pandas()['n'].sum()))"}),
    )
    data.write_text("n\n1\n2\n")
    first = _asked(daytwo("ask", str(data), "Sum", "--model", model, "--json"))
    data.write_text("n\n1\n2\n30\n")
    second = _asked(daytwo("ask", "Sum", "--session", first["session"], "--model", model, "--json"))
    assert (first["says"], second["says"]) == (["3"], ["33"])


def test_a_program_that_fails_shows_its_traceback_to_the_person_alone(daytwo: Command, tmp_path: Path) -> None:
    # What fails in rehearsal reaches real data only where the model insists.
    code = "rows = len(data('orders').pandas())\nraise ValueError(f'secret-{rows}')"
    model = _replay(tmp_path / "f.jsonl", {"final": True, "insist": True, "code": code})
    done = daytwo("ask", str(SAMPLE), "Fail", "--model", model, check=False)
    assert done.returncode == 1
    assert "ValueError: secret-2000" in done.stdout
    run = json.loads(daytwo("runs", "list", "--limit", "1", "--json").stdout)
    assert "secret-2000" not in daytwo("runs", "show", run["run"], "--json").stdout


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("empty.csv", b"", "file_empty"), ("junk.csv", bytes(range(256)) * 64, "not_a_table")],
)
def test_data_that_is_none_has_a_code(daytwo: Command, tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    done = daytwo("ask", str(tmp_path / name), "How many rows?", "--json", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(done.stderr)["error"]["code"] == code


@pytest.mark.parametrize(("model", "code"), [("nobody:x", "unknown_model"), ("gpt", "model_name_malformed")])
def test_a_model_that_is_none_has_a_code(daytwo: Command, model: str, code: str) -> None:
    done = daytwo("ask", str(SAMPLE), "How many rows?", "--model", model, "--json", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(done.stderr)["error"]["code"] == code


def test_a_second_up_is_refused(daytwo: Command) -> None:
    done = daytwo("up", "--json", check=False)
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"]["code"] == "already_running"


def test_no_wait_then_follow(daytwo: Command) -> None:
    asked = _asked(daytwo("ask", str(SAMPLE), QUESTION, "--no-wait", "--json"))
    events = [
        json.loads(line) for line in daytwo("runs", "events", asked["run"], "--follow", "--json").stdout.splitlines()
    ]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["kind"] == "run.succeeded"


def test_a_model_asks_for_a_missing_package_and_gets_it(daytwo: Command, tmp_path: Path) -> None:
    """And the session goes on with it: the variable of its class opens without an import."""
    code = "import tinystats\nspread = tinystats.Spread(data('orders').pandas()['quantity'])\nsay(spread.width)"
    model = _replay(tmp_path / "asks.jsonl", {"final": True, "code": code})
    done = daytwo("ask", str(SAMPLE), "How wide is the spread?", "--model", model)
    quantity = pd.read_csv(SAMPLE)["quantity"]
    width = f"{quantity.max() - quantity.min()}"
    assert done.stdout.splitlines()[0] == width
    run = json.loads(daytwo("runs", "list", "--limit", "1", "--json").stdout)
    again = _replay(tmp_path / "again.jsonl", {"final": True, "code": "say(f'still {spread.width}')"})
    second = _asked(daytwo("ask", "And now?", "--session", run["session"], "--model", again, "--json"))
    assert second["says"] == [f"still {width}"]
    first = json.loads(daytwo("receipts", "show", run["run"], "--json").stdout)
    assert len(first["environments"]) == 1
    assert second["receipt"]["environments"] == first["environments"]
    plain = _asked(daytwo("ask", str(SAMPLE), QUESTION, "--json"))
    assert plain["receipt"]["environments"] != first["environments"]


def test_a_model_invents_a_package_and_writes_without_it(daytwo: Command, tmp_path: Path) -> None:
    model = _replay(
        tmp_path / "invents.jsonl",
        {"code": "import magic_revenue_forecaster"},
        {"code": "import tinystat"},
        {"code": "import nowhere_to_be_had"},
        {"code": "import tinyempty"},
        {"final": True, "code": "say(len(data('orders').pandas()))"},
    )
    answer = _asked(daytwo("ask", str(SAMPLE), "How many?", "--model", model, "--json"))
    assert [step["verdict"] for step in answer["steps"]] == ["deny"] * 4 + ["allow"]
    assert answer["says"] == ["2000"]
    shown = json.loads(daytwo("runs", "show", answer["run"], "--json").stdout)
    found = [step["verdict"]["findings"][0] for step in shown["steps"][:4]]
    assert [one["rule"] for one in found] == [
        *("package-unknown", "package-typo", "package-not-added"),
        "package-without-module",
    ]
    assert found[1]["repair"] == "import tinystats"


def test_both_ledgers_verify(daytwo: Command) -> None:
    said = _asked(daytwo("ledger", "verify", "--json"))
    assert said["ok"]
    assert all(one["size"] > 0 for one in said["ledgers"])


def _pid_of(home: Path, child: str) -> int:
    """The child of this home's `up`, by its command line."""
    up = json.loads((home / "up.json").read_text())["pid"]
    children = Path(f"/proc/{up}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    (found,) = (pid for pid in pids if f"\0{child}\0serve" in Path(f"/proc/{pid}/cmdline").read_text())
    return found


@pytest.mark.parametrize("plane", ["control", "executor"])
def test_a_run_survives_the_kill_of_a_plane(daytwo: Command, home: Path, tmp_path: Path, plane: str) -> None:
    slow = {"final": True, "code": "import time\ntime.sleep(4)\nsay('done')"}
    model = _replay(tmp_path / "slow.jsonl", {"code": "kept = 41 + 1"}, slow)
    asked = _asked(daytwo("ask", str(SAMPLE), "Take your time", "--model", model, "--no-wait", "--json"))
    deadline = time.monotonic() + RUN_SECONDS
    while "step 2 runs" not in daytwo("runs", "events", asked["run"]).stdout:
        assert time.monotonic() < deadline
    os.kill(_pid_of(home, plane), signal.SIGKILL)
    daytwo("runs", "events", asked["run"], "--follow")
    view = json.loads(daytwo("runs", "show", asked["run"], "--json").stdout)
    assert (view["status"], len(view["steps"])) == ("succeeded", 2)
    assert "done" in daytwo("runs", "show", asked["run"]).stdout
