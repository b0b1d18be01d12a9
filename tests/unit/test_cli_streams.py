"""Standard output that is closed, full, or of a locale that cannot show what is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DAYTWO = f"{sys.executable} -m daytwo.cli.main"


def _bash(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=os.environ | environment
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_fault(tmp_path: Path, closed: str) -> None:
    done = _bash(f"{DAYTWO} status --home {tmp_path} {closed}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", ["status --json", "--help"])
def test_a_full_disk_has_a_code(tmp_path: Path, words: str) -> None:
    done = _bash(f"DAYTWO_HOME={tmp_path} {DAYTWO} {words} > /dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("error[output_failed]: " if words == "--help" else "")
    if words != "--help":
        assert json.loads(done.stderr)["error"]["code"] == "output_failed"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ascii:strict"])
def test_what_an_encoding_cannot_show_is_escaped(tmp_path: Path, encoding: str) -> None:
    home = tmp_path / "数据"
    done = _bash(f"{DAYTWO} status --home '{home}'", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u6570\u636e" in done.stdout


def test_a_usage_error_names_the_command_whose_help_to_read() -> None:
    done = _bash(f"{DAYTWO} data add -dash.csv")
    assert done.returncode == 2
    assert done.stderr == (
        "error[usage]: No such option: -d. Data whose name begins with a dash is written ./-name. "
        "See `daytwo data add --help`.\n"
    )
