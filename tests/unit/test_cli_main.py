"""The outermost boundary: statuses, and errors that a person and a script can read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daytwo.cli import main


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main.run(list(words))
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


@pytest.mark.parametrize("command", sorted(main.MODULES))
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    status, out, err = _run(capsys, command, "--help")
    assert (status, err) == (0, "")
    assert "Usage: daytwo" in out


def test_help_lists_every_command_but_the_keeper(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capsys, "--help")
    listed = {line.split()[0] for line in out.partition("Commands:")[2].splitlines() if line.strip()}
    assert listed >= set(main.MODULES) - {"database"}


@pytest.mark.parametrize(
    "words", [("nonsense",), ("ask", "--nonsense"), ("runs", "show"), ("up", "--control-port", "x")]
)
def test_usage_errors_end_with_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    status, out, err = _run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith("error[usage]: ")


def test_with_json_an_error_is_one_json_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capsys, "ask", "/nowhere.csv", "q", "--json")
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert json.loads(line)["error"]["code"] == "file_not_found"


def test_an_error_of_daytwo_ends_with_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "daytwo.toml").write_text("colour = 1")
    status, _, err = _run(capsys, "status", "--home", str(tmp_path))
    assert status == 1
    assert err.startswith("error[bad_settings]: ")


def test_no_wait_without_up_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    status, _, err = _run(capsys, "ask", str(tmp_path / "a.csv"), "q", "--no-wait", "--home", str(tmp_path / "home"))
    assert status == 1
    assert err.startswith("error[not_running]: ")


def test_status_and_down_of_an_unused_home(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    status, out, _ = _run(capsys, "status", "--home", str(home), "--json")
    assert (status, json.loads(out)["running"]) == (0, False)
    assert _run(capsys, "down", "--home", str(home))[:2] == (0, "Nothing is running.\n")
    assert not home.exists(), "asking what runs makes nothing"


def test_a_mistake_of_ours_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "up.lock").write_text("not a number")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "up.lock").mkdir()
    status, _, err = _run(capsys, "down", "--home", str(tmp_path / "home"))
    assert status == 1
    assert err.startswith("error[bug]: IsADirectoryError")
    assert "Traceback" not in err
    (report,) = tmp_path.glob("daytwo-bug-*.log")
    assert "Traceback" in report.read_text()


def test_a_closed_pipe_is_no_noise() -> None:
    command = f"{sys.executable} -m daytwo.cli.main --help | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_the_command_line_loads_no_plane() -> None:
    code = (
        "import sys; from daytwo.cli import main; main.build(None);"
        "print([m for m in sys.modules if m.startswith(('daytwo.control', 'daytwo.executor')) or m in"
        " ('pandas', 'fastapi', 'sqlalchemy', 'dbos')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_profile_that_there_is_not_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    status, _, err = _run(
        capsys, "ask", str(tmp_path / "a.csv"), "q", "--profile", "nope", "--home", str(tmp_path / "h")
    )
    assert status == 2
    assert err.startswith("error[unknown_profile]: ")
    assert "small, medium, large" in err
    assert not (tmp_path / "h").exists()


def test_ctrl_c_while_python_loads_ends_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    ended = subprocess.run(
        [sys.executable, "-m", "daytwo.cli.main", "status"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
