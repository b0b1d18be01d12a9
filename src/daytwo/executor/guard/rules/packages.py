"""Imports of what is not there: asked for where policy lists it, else told with the name that was probably meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.facts import HARMLESS, STANDARD_LIBRARY
from daytwo.executor.guard.packages import Standing, is_listed, standing
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding, Severity


def packages(subject: Subject) -> Iterator[Finding]:
    told: set[str] = set()
    for node in subject.layout.of(ast.Import, ast.ImportFrom):
        tops: list[tuple[ast.AST, str]] = []
        if isinstance(node, ast.Import):
            tops = [(alias, alias.name.partition(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            tops = [(node, node.module.partition(".")[0])]
        for place, top in tops:
            if top not in told:
                told.add(top)
                yield from _import(subject, place, top)


def _import(subject: Subject, node: ast.AST, top: str) -> Iterator[Finding]:
    facts = subject.facts
    if facts.what(top) not in {HARMLESS, "file_paths", "code_text"}:
        return  # found by `reach`
    if top in STANDARD_LIBRARY:
        if not facts.is_known(top):
            yield from subject.touches(node, Capability.INTERPRETER, top)
    elif top in subject.environment_imports:
        if not facts.is_known(top) and not is_listed(top, subject.packages):
            yield from subject.touches(node, Capability.UNREVIEWED, top)
    else:
        yield _missing(subject, node, top)


def _missing(subject: Subject, node: ast.AST, top: str) -> Finding:
    found = standing(
        top, subject.packages, subject.environment_imports & (subject.facts.analysis | subject.facts.harmless)
    )
    match found.standing:
        case Standing.LISTED:
            return subject.finding(
                node,
                "package",
                f"{quote(top)} is not in this environment; policy lists {found.requirement}: it is added before a run.",
                f"Nothing to do: a run gets the package {found.requirement}.",
                Severity.INFO,
            )
        case Standing.TYPO:
            return subject.finding(
                node,
                "package-typo",
                f"There is no package {quote(top)} here; {quote(found.meant or '')} is spelled almost like it.",
                f"import {found.meant}",
            )
        case Standing.SQUAT:
            return subject.finding(
                node,
                "package-lookalike",
                f"{quote(top)} is made to be taken for {quote(found.meant or '')}; packages of such names are traps.",
                f"import {found.meant}",
            )
        case Standing.REFUSED:
            return subject.finding(
                node,
                "package-refused",
                f"There is no package {quote(top)} here, and policy does not list {quote(found.requirement or top)}.",
                f"Use {found.meant}."
                if found.meant
                else "Use what the environment has: pandas, polars, duckdb, numpy.",
            )
    return subject.finding(
        node,
        "package-unknown",
        f"Nobody here knows a package {quote(top)}; it may not exist.",
        f"Did you mean {found.meant}?"
        if found.meant
        else "Use what the environment has: pandas, polars, duckdb, numpy.",
    )
