"""`daytwo guard review`: guard's ruling on programs in files, offline."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, group
from daytwo.cli.usage import Exit, Usage


class FailOn(StrEnum):
    REVIEW = "review"
    DENY = "deny"


def register(app: typer.Typer) -> None:
    guard = group(app, "guard", "Review of programs before they reach a sandbox.")
    guard.command("review")(review)


def review(
    paths: list[Path] = typer.Argument(..., metavar="PATH...", help="Programs, or folders of them."),
    fail_on: FailOn | None = typer.Option(None, "--fail-on", help="Exit with 1 from this verdict on."),
    as_json: bool = AS_JSON,
) -> None:
    """One verdict a file."""
    from daytwo.executor.environments import default_environment
    from daytwo.executor.guard import review_file

    imports = default_environment().import_names
    worst = 0
    programs = list(_programs(paths))
    if not programs:
        raise Usage("no_programs", f"There is no .py file in {', '.join(map(str, paths))}.")
    for path in programs:
        found = review_file(path, environment_imports=imports).model_dump(mode="json")
        worst = max(worst, ("allow", "review", "deny").index(found["verdict"]))
        if as_json:
            terminal.record(found)
            continue
        terminal.line(f"{path}: {found['verdict']}")
        for finding in found["findings"]:
            terminal.line(f"  {finding['line']}:{finding['column']} {finding['message']} [{finding['rule']}]")
            if finding["repair"]:
                terminal.line(f"      {finding['repair']}")
    limit = {None: 3, FailOn.REVIEW: 1, FailOn.DENY: 2}[fail_on]
    raise typer.Exit(int(Exit.FAILED if worst >= limit else Exit.OK))


def _programs(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        elif path.exists():
            yield path
        else:
            raise Usage("file_not_found", f"There is no {path}.")
