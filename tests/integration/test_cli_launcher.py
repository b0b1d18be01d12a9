"""`./daytwo`, the launcher of a clone, over a stand-in for uv: when it sets up, and what it leaves alone."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("daytwo", "pyproject.toml", "requirements-uv.lock", "requirements.lock")

UV = """#!/usr/bin/env bash
root=$(dirname -- "$VIRTUAL_ENV" 2>/dev/null)
[[ $1 == --version ]] && { echo "uv VERSION (a stand-in)"; exit; }
echo "$UV_CACHE_DIR $*" >>"$root/calls"
[[ $1 == venv ]] || { [[ $2 == sync ]] && exit; printf '#!/bin/sh\\nls /proc/$$/fd; echo "$@"\\n' >"$VIRTUAL_ENV/bin/daytwo"; chmod +x "$VIRTUAL_ENV/bin/daytwo"; exit; }
[[ $* == *--clear* ]] && rm -rf "$VIRTUAL_ENV"
mkdir -p "$VIRTUAL_ENV/bin"
ln -sf PYTHON "$VIRTUAL_ENV/bin/python"
echo "VIRTUAL_ENV='$VIRTUAL_ENV'" >"$VIRTUAL_ENV/bin/activate"
"""  # noqa: E501  # a script


@pytest.fixture
def clone(tmp_path):
    clone = tmp_path / "a clone"
    (clone / ".tools" / "bin").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, clone / name)
    pins = (ROOT / "requirements-uv.lock").read_text().splitlines()
    version = next(line for line in pins if line.startswith("uv==")).removeprefix("uv==").split()[0]
    uv = clone / ".tools" / "bin" / "uv"
    uv.write_text(UV.replace("VERSION", version).replace("PYTHON", sys.executable))
    uv.chmod(0o755)
    return clone


def environment_of(clone):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    return kept | {"HOME": str(clone.parent / "home"), "DAYTWO_PYTHON": sys.executable}


def start(command, *words):
    environment = environment_of(command.resolve().parent)
    return subprocess.Popen(
        [command, *words], env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )


def launch(command, *words):
    with start(command, *words) as process:
        said = process.communicate()[0].split()
    assert process.returncode == 0
    assert list((command.resolve().parent.parent / "home").iterdir()) == []
    return said


def calls(clone):
    return (clone / "calls").read_text().splitlines()


def test_it_sets_up_once_within_the_clone_and_passes_words_on(clone):
    assert launch(clone / "daytwo", "a b", "--c")[-3:] == ["a", "b", "--c"]
    assert [line.startswith(f"{clone}/.tools/cache ") for line in calls(clone)] == [True, True, True]
    launch(clone / "daytwo", "again")
    assert len(calls(clone)) == 3


def test_one_that_waited_for_anothers_setup_keeps_no_lock(clone):
    launch(clone / "daytwo")
    stamp = clone / ".venv" / ".daytwo-stamp"
    with (clone / ".tools" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp.rename(clone / "stamp")
        with start(clone / "daytwo", "mine") as process:
            waits = f":{os.fstat(lock.fileno()).st_ino} "
            while not any("->" in line and waits in line for line in Path("/proc/locks").read_text().splitlines()):
                assert process.poll() is None
            (clone / "stamp").rename(stamp)
            fcntl.flock(lock, fcntl.LOCK_UN)
            *descriptors, word = process.communicate()[0].split()
    assert word == "mine"
    assert "9" not in descriptors
    assert len(calls(clone)) == 3


def test_a_link_from_elsewhere_finds_the_clone(clone, tmp_path):
    (tmp_path / "link").symlink_to(clone / "daytwo")
    assert launch(tmp_path / "link", "--version")[-1] == "--version"


def test_a_moved_clone_and_one_without_its_python_are_set_up_anew(clone):
    launch(clone / "daytwo")
    moved = clone.rename(clone.with_name("moved"))
    launch(moved / "daytwo")
    assert "--clear" in calls(moved)[3]
    (moved / ".venv" / "bin" / "python").unlink()
    launch(moved / "daytwo")
    assert "--clear" in calls(moved)[6]


def test_a_changed_lock_keeps_the_environment_and_brings_it_up_to_date(clone):
    launch(clone / "daytwo")
    with (clone / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    launch(clone / "daytwo")
    assert "--allow-existing" in calls(clone)[3]
