# noqa: INP001 - a script, in no package
"""The page of all commands: `write` makes it from their own help, `check` says whether it still agrees with it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import typer
from typer.core import TyperGroup

from daytwo.cli.main import build

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "commands.md"
WIDTH_COLUMNS = "100"
HEAD = """\
# Commands

Every command with its options, as its `--help` tells it: made by `make commands`, compared by a test. In a clone type
`./daytwo …`.

Exit statuses: 0 it went well, 1 it failed, 2 the command line is wrong, 3 the run waits, 4 the run was cancelled, 130
Ctrl-C. With `--json` there is JSON on standard output and nothing else; errors go to standard error
([their codes](errors.md)). A command that needs the planes uses those of a running `daytwo up`, or starts them for its
own life. What else is set, and where: [settings](settings.md).
"""


def page() -> str:
    """The page as it has to be."""
    os.environ["COLUMNS"] = WIDTH_COLUMNS
    app = build(None)
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    parts = [HEAD]
    for path in _paths(root, ()):
        told = io.StringIO()
        with redirect_stdout(told):
            app([*path, "--help"], prog_name="daytwo", standalone_mode=False)
        text = "\n".join(line.rstrip() for line in told.getvalue().strip().splitlines())
        parts.append(f"## {' '.join(path)}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _paths(group: TyperGroup, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words of each command that is shown, in the order of the help."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if isinstance(command, TyperGroup):
            yield from _paths(command, (*path, name))
        else:
            yield (*path, name)


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(page(), "utf-8")
    elif sys.argv[1:] == ["check"]:
        if not PAGE.exists() or PAGE.read_text("utf-8") != page():
            sys.exit("docs/reference/commands.md is not what the commands' own help says: run `make commands`.")
    else:
        sys.exit("usage: commands.py write|check")
