"""README is true: its commands exist, and those that need neither a network nor a file of the reader's run."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.console import Command, Reader

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ASK_SECONDS = 120
OPTION = re.compile(r"--[a-z-]+")


def _examples() -> list[str]:
    """The lines after a `$ ` in console blocks, without their comments."""
    blocks = re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [line.partition("  #")[0].strip() for line in lines]


def _words(example: str) -> list[str]:
    """The words after `./daytwo`, past the variables that are set for it."""
    words = shlex.split(example)
    return words[words.index("./daytwo") + 1 :]


def _table_commands() -> list[tuple[list[str], list[str]]]:
    """From the first column of the table of commands: each command's words, and the options named in its row."""
    rows = re.findall(r"^\| (`.+?`) \| (.*) \|$", README, re.MULTILINE)
    found = []
    for cell, about in rows:
        for code in re.findall(r"`([^`]+)`", cell):
            words = re.sub(r' [A-Z]+….*| ".*', "", code.replace(r"\|", "|")).split()
            options = OPTION.findall(about)
            found += [([*words[:-1], last], options) for last in words[-1].split("|")]
    return found


def _help(words: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "daytwo.cli.main", *words, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"README names `daytwo {' '.join(words)}`: {done.stderr}"
    return done.stdout


def test_every_command_of_the_table_exists_with_the_options_named() -> None:
    commands = _table_commands()
    assert len(commands) > 25, "the table is not where this test looks for it"
    helps = {tuple(words): (_help(words), options) for words, options in commands}
    for words, (told, options) in helps.items():
        missing = [option for option in options if option not in OPTION.findall(told)]
        assert not missing, f"README gives `daytwo {' '.join(words)}` {missing}"
        assert "--json" in told, f"README says that every command takes --json; {' '.join(words)} does not"


def test_every_example_is_a_command_with_options_that_exist() -> None:
    examples = _examples()
    assert len(examples) > 5, "the examples are not where this test looks for them"
    for example in examples:
        command, *words = _words(example)
        told = OPTION.findall(_help([command]))
        assert not [word for word in words if word.startswith("--") and word not in told], example


@pytest.fixture
def clone() -> Iterator[Path]:
    """A folder with what the examples name, and a home."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        path = Path(folder)
        shutil.copytree(ROOT / "examples", path / "examples")
        pd.read_csv(path / "examples" / "orders.csv").to_parquet(path / "sales.parquet")
        yield path
        try:
            place = (path / "home" / "control" / "postgres.place").read_text("ascii").strip()
        except FileNotFoundError:
            return
        # As root the database lies outside the home; what a test made, it removes.
        shutil.rmtree(Path("/var/lib/daytwo") / place, ignore_errors=True)


def test_the_examples_that_need_no_network_answer(clone: Path) -> None:
    """In README's order, since one goes on in the session of the one before."""
    offline = [_words(example) for example in _examples() if "./daytwo ask" in example and "--model" not in example]
    assert len(offline) == 3
    options = ["--home", str(clone / "home"), "--json"]
    command = [sys.executable, "-m", "daytwo.cli.main"]
    with subprocess.Popen([*command, "up", *options], cwd=clone, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        assert any('"ready"' in line for line in up.stdout)
        try:
            for words in offline:
                done = subprocess.run(
                    [*command, *words, *options],
                    cwd=clone,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=ASK_SECONDS,
                )
                assert done.returncode == 0, done.stderr or json.loads(done.stdout)["reason"]
                answer = json.loads(done.stdout)
                assert answer["tables"], words
            _assert_shown(clone)
        finally:
            up.terminate()


def _assert_shown(clone: Path) -> None:
    """The answer that README shows is the one that its second command gives."""
    (shown,) = re.findall(r"^```text\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    one = Reader(clone / "you", {"/home/you/.daytwo": str(clone / "home")})
    printed = one.prints(Command(f"{_examples()[1]} --home {clone / 'home'} 2>/dev/null", shown))
    assert one.believes(Command("", shown), printed), printed
