"""A reader of the documentation: types what a page's console blocks say, and sees whether the page tells the truth.

In a block of the kind `console`, a line `$ …` is a command (`> …` continues it) and what follows is all that it prints.
Commands run in bash, in order, in a home of the reader's own; `export` lasts, and `./daytwo up` stays until the
reader is done.  A page is untrue where a command prints something else, but for:

- identifiers, ports and digests: the first that is met stands for the real one from then on, in commands as well;
- times, seconds, sizes in bytes, leaves of a ledger: any;
- a line `[…]`: any lines;
- lines of progress, which a terminal shows as one line that moves.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daytwo.control.storage.embedded import EmbeddedServer

ROOT = Path(__file__).parents[2]
COMMAND_SECONDS = 120
STOP_SECONDS = 60
WIDTH_COLUMNS = "80"
UP = "./daytwo up"
EXPORT = "export "
READY = "daytwo is up."
HOME = "/home/you"
"""The reader's home on the page."""
GAP = "[…]"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROGRESS = re.compile(r"^… +\d+\.\d s  .*\n", re.MULTILINE)
_NAMED = r"[a-z]+_[0-9a-z]{26}|\b127\.0\.0\.1:\d+\b|\b[0-9a-f]{64}\b"
_ANY = (
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\d{4}-\d\d-\d\d \d\d:\d\d UTC|[\d,]+ bytes|\d+(?:\.\d+)? m?s\b"
    r"|process \d+|\d+ leaves"
)
_VARIES = re.compile(rf"(?P<named>{_NAMED})|(?P<any>{_ANY})|(?P<gap>^{re.escape(GAP)}\n)", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One command of a page, and what the page says that it prints."""

    text: str
    shown: str


def commands(page: str) -> list[Command]:
    """The commands of a page's console blocks, in order."""
    return [command for block in _BLOCK.findall(page) for command in _commands(block)]


def _commands(block: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *rest = part.splitlines()
        more = 0
        while more < len(rest) and (rest[more] == ">" or rest[more].startswith("> ")):
            more += 1
        typed = [first, *(line[2:] for line in rest[:more])]
        shown = "".join(f"{line.rstrip()}\n" for line in rest[more:])
        yield Command("\n".join(typed), shown)


class Reader:
    """Somebody with a home and a clone, who types commands.

    Args:
        home: an empty folder.
        stands: text of the page → what it stands for here, such as the address of a server.
    """

    def __init__(self, home: Path, stands: Mapping[str, str] | None = None) -> None:
        self._clone = home / "daytwo"
        self._stands = {HOME: str(home)} | dict(stands or {})
        self._up: subprocess.Popen[str] | None = None
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "DAYTWO_RELEASE") if name in os.environ}
        self._environment = kept | {
            "HOME": str(home),
            "COLUMNS": WIDTH_COLUMNS,
            "PYTHONUNBUFFERED": "1",
            "PYTHON_COLORS": "0",
        }
        shutil.copytree(ROOT / "examples", self._clone / "examples")
        launcher = self._clone / "daytwo"
        launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m daytwo.cli.main "$@"\n', "utf-8")
        launcher.chmod(0o755)

    def prints(self, command: Command) -> str:
        """Types a command; what it prints, in the page's words."""
        text = self._there(command.text)
        if text.startswith(EXPORT):
            name, _, value = text.removeprefix(EXPORT).partition("=")
            self._environment[name] = value
            return ""
        printed = self._start(text) if text == UP else self._run(text)
        lines = _PROGRESS.sub("", printed).splitlines()
        return self._here("".join(f"{line.rstrip()}\n" for line in lines))

    def believes(self, command: Command, printed: str) -> bool:
        """Whether the page says what was printed; what it names stands for the real thing from then on."""
        groups: dict[str, str] = {}
        found = re.fullmatch(self._pattern(command.shown, groups), printed)
        if found is not None:
            self._stands |= {named: found[group] for named, group in groups.items()}
        return found is not None

    def leave(self) -> None:
        """Stops what the reader started."""
        if self._up is not None:
            self._up.terminate()
            self._up.communicate(timeout=STOP_SECONDS)

    def _run(self, text: str) -> str:
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=self._clone,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return done.stdout

    def _start(self, text: str) -> str:
        self._up = subprocess.Popen(
            text.split(),
            cwd=self._clone,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._up.stdout is not None
        said = ""
        for line in self._up.stdout:
            said += line
            if line.startswith(READY):
                break
        return said

    def _there(self, text: str) -> str:
        for named, real in self._stands.items():
            text = text.replace(named, real)
        return text

    def _here(self, text: str) -> str:
        for named, real in self._stands.items():
            text = text.replace(real, named)
        return text

    def _pattern(self, shown: str, groups: dict[str, str]) -> str:
        """What the page shows, as a pattern; `groups` gets the group of each name that stands for nothing yet."""
        parts = []
        end = 0
        for varies in _VARIES.finditer(shown):
            parts += [re.escape(shown[end : varies.start()]), self._varying(varies, groups)]
            end = varies.end()
        return "".join([*parts, re.escape(shown[end:])])

    def _varying(self, varies: re.Match[str], groups: dict[str, str]) -> str:
        text = varies[0]
        if varies["gap"]:
            return r"(?:.*\n)*?"
        if varies["any"]:
            return f"(?:{_ANY})"
        if text in self._stands:
            return re.escape(text)
        if text in groups:
            return f"(?P={groups[text]})"
        groups[text] = f"named{len(groups)}"
        return f"(?P<{groups[text]}>{_NAMED})"


@contextmanager
def reader(stands: Mapping[str, str] | None = None) -> Iterator[Reader]:
    """A reader, of whom nothing is left at the end."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder)
        found = Reader(home, stands)
        try:
            yield found
        finally:
            found.leave()
            EmbeddedServer(home / ".daytwo").destroy()


def untruths(page: Path, stands: Mapping[str, str] | None = None) -> list[str]:
    """What a page says otherwise than it is: for each such command a comparison, line by line."""
    found = []
    with reader(stands) as one:
        for command in commands(page.read_text("utf-8")):
            printed = one.prints(command)
            if not one.believes(command, printed):
                lines = difflib.ndiff(command.shown.splitlines(), printed.splitlines())
                found.append("\n".join([f"$ {command.text}", *lines]))
    return found


def amend(page: Path, stands: Mapping[str, str] | None = None) -> None:
    """Writes what is printed now where the page says otherwise."""
    text = page.read_text("utf-8")
    with reader(stands) as one:
        for command in commands(text):
            printed = one.prints(command)
            if not one.believes(command, printed):
                typed = "\n".join(f"> {line}".rstrip() for line in command.text.splitlines()).removeprefix("> ")
                before = f"$ {typed}\n{command.shown}"
                text = text.replace(before, f"$ {typed}\n{printed}", 1)
    page.write_text(text, "utf-8")
