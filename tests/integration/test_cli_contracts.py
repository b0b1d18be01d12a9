"""The JSON of `guard review` and `sandbox run`, field by field: contracts with scripts, kept in golden files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daytwo.cli import main

INTERRUPTED = 130
START_LIMIT_SECONDS = 120.0
GOLDEN = Path(__file__).parents[1] / "unit" / "golden"


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main.run(list(words))
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_guard_review_prints_a_line_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.py").write_text("import socket\n")
    Path("good.py").write_text("x = 1\n")
    assert _run("guard", "review", "bad.py", "good.py", "--json") == 0
    made = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for one in made:
        assert one["ms"] >= 0
        one["ms"] = 0
    lines = [json.dumps(one, separators=(",", ":")) for one in made]
    assert lines == (GOLDEN / "guard_review.jsonl").read_text("utf-8").splitlines()


@pytest.mark.parametrize("fail_on", ["review", "deny"])
def test_guard_review_fails_where_it_is_asked_to(fail_on: str) -> None:
    Path("bad.py").write_text("import socket\n")
    Path("good.py").write_text("x = 1\n")
    assert _run("guard", "review", "bad.py", "--fail-on", fail_on) == 1
    assert _run("guard", "review", "good.py", "--fail-on", fail_on) == 0


def test_guard_review_of_no_programs_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert _run("guard", "review", "empty") == 2
    assert capsys.readouterr().err.startswith("error[no_programs]: ")


def test_sandbox_run_prints_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.py").write_text("import sys\nprint('x')\nsys.exit(7)\n")
    assert _run("sandbox", "run", "p.py", "--json") == 1
    made = json.loads(capsys.readouterr().out)
    assert made["wall_ms"] > 0
    assert made["peak_rss_bytes"] > 0
    made |= {"wall_ms": 0, "peak_rss_bytes": 0}
    assert json.dumps(made, indent=2) + "\n" == (GOLDEN / "sandbox_run.json").read_text("utf-8")


def test_two_mounts_of_one_name_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.py").write_text("")
    Path("a.csv").write_text("x\n1\n")
    assert _run("sandbox", "run", "p.py", "--data", "a=a.csv", "--data", "a=a.csv") == 2
    assert capsys.readouterr().err.startswith("error[bad_data]: ")


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_sandbox_run_says_what_an_interrupt_has_ended(words: list[str]) -> None:
    Path("p.py").write_text("while True: pass\n")
    command = [sys.executable, "-m", "daytwo.cli.main", "sandbox", "run", "p.py", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text("ascii"):  # until it has a keeper
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        said, told = running.communicate()
    assert running.returncode == INTERRUPTED
    assert "Interrupted: the program was stopped" in told
    if words:
        assert json.loads(said)["outcome"] == "killed"
