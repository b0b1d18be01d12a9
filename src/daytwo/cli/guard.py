"""`daytwo guard`: guard's ruling on programs in files, offline, and its rules in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, group
from daytwo.cli.usage import Exit, Usage

if TYPE_CHECKING:
    from daytwo.executor.guard import FileReview, Guard, Policy

WORKERS_LIMIT: Final = 8
BATCH_PROGRAMS: Final = 256
"""How many reviews are asked for before the first answer must be printed."""
POLICY = typer.Option(None, "--policy", help="An organisation's policy (YAML), laid over the shipped one.")


class FailOn(StrEnum):
    REVIEW = "review"
    DENY = "deny"


def register(app: typer.Typer) -> None:
    guard = group(app, "guard", "Review of programs before they reach a sandbox.")
    guard.command("review")(review)
    guard.command("explain")(explain)


def review(
    paths: list[Path] = typer.Argument(
        ..., metavar="PATH...", help="Programs, notebooks, scripts, or folders of them."
    ),
    fail_on: FailOn | None = typer.Option(None, "--fail-on", help="Exit with 1 from this verdict on."),
    policy: Path | None = POLICY,
    as_json: bool = AS_JSON,
) -> None:
    """One verdict a file."""
    from daytwo.executor.guard import programs, read_policy

    found = list(programs(paths))
    if not found:
        raise Usage("no_programs", f"There is no program in {', '.join(map(str, paths))}.")
    worst = 0
    for reviewed in _reviews(found, read_policy(policy)):
        worst = max(worst, ("allow", "review", "deny").index(reviewed.verdict))
        if as_json:
            terminal.record(reviewed.model_dump(mode="json"))
            continue
        terminal.line(f"{reviewed.path}: {reviewed.verdict.value}")
        for finding in reviewed.findings:
            terminal.line(f"  {finding.line}:{finding.column} {finding.message} [{finding.rule}]")
            if finding.repair:
                terminal.line(f"      {finding.repair}")
    limit = {None: 3, FailOn.REVIEW: 1, FailOn.DENY: 2}[fail_on]
    raise typer.Exit(int(Exit.FAILED if worst >= limit else Exit.OK))


def explain(
    what: str = typer.Argument(..., metavar="RULE|PATH", help="A rule's id, or a program whose findings to explain."),
    policy: Path | None = POLICY,
    as_json: bool = AS_JSON,
) -> None:
    """A rule in words: what it finds, why, what the policy says, what to do instead."""
    from daytwo.executor.guard import read_policy
    from daytwo.executor.guard.explain import explain as in_words

    chosen = read_policy(policy)
    rules = [what]
    if Path(what).is_file():
        (reviewed,) = _reviews([Path(what)], chosen)
        rules = sorted({finding.rule for finding in reviewed.findings})
        if not as_json:
            terminal.line(f"{what}: {reviewed.verdict.value}")
    for rule in rules:
        found = in_words(rule, chosen)
        if as_json:
            terminal.record(found.model_dump(mode="json"))
            continue
        terminal.line(f"{found.rule}: {found.ruling.value} under the policy {chosen.name}")
        terminal.line(f"  finds {found.finds}")
        terminal.line(f"  why: {found.why}")
        if found.repair:
            terminal.line(f"  instead: {found.repair}")
        if found.examples:
            terminal.line(f"  such as: {', '.join(found.examples)}")


def _reviews(paths: list[Path], policy: Policy) -> Iterator[FileReview]:
    """The reviews of files, in their order, by as many processes as there are processors."""
    from daytwo.executor.environments import default_environment
    from daytwo.executor.guard import Guard, review_file

    imports = tuple(sorted(default_environment().import_names))
    count = min(WORKERS_LIMIT, os.cpu_count() or 1, len(paths))
    guards = [Guard(policy) for _ in range(count)]
    free: list[Guard] = list(guards)

    def one(path: Path) -> FileReview:
        guard = free.pop()
        try:
            return review_file(guard, path, imports)
        finally:
            free.append(guard)

    try:
        with ThreadPoolExecutor(count) as pool:
            waiting = iter(paths)
            while batch := list(islice(waiting, BATCH_PROGRAMS)):
                yield from pool.map(one, batch)
    finally:
        for guard in guards:
            guard.close()
