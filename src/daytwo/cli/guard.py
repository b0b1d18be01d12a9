"""`daytwo guard`: guard's ruling on programs in files, offline, and its rules in words."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, group
from daytwo.cli.usage import Exit, Usage

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
    from daytwo.executor.environments import default_environment
    from daytwo.executor.guard import programs, read_policy, review_files

    found = list(programs(paths))
    if not found:
        raise Usage("no_programs", f"There is no program in {', '.join(map(str, paths))}.")
    worst = 0
    imports = tuple(sorted(default_environment().import_names))
    for reviewed in review_files(found, read_policy(policy), imports):
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
    from daytwo.executor.environments import default_environment
    from daytwo.executor.guard import read_policy, review_files
    from daytwo.executor.guard.explain import explain as in_words

    chosen = read_policy(policy)
    rules = [what]
    if Path(what).is_file():
        imports = tuple(sorted(default_environment().import_names))
        (reviewed,) = review_files([Path(what)], chosen, imports)
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
