"""Imports: analysis libraries and harmless standard modules are allowed, known ways out are denied.

A library that the environment has but nobody has judged goes to a person; one that it lacks is named with the
nearest that is there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.policy import STANDARD_LIBRARY, policy
from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.wire.verdict import Finding, Severity


def imports(subject: Subject) -> Iterator[Finding]:
    for node in subject.program.of(ast.Import):
        for alias in node.names:
            yield from _import(subject, alias, alias.name)
    for source in subject.program.of(ast.ImportFrom):
        yield from _import_from(subject, source)


def _import_from(subject: Subject, node: ast.ImportFrom) -> Iterator[Finding]:
    if node.level or node.module is None:
        yield subject.finding(
            node, "relative-import", "A program is no package: it has nothing beside it.", "Import by the full name."
        )
        return
    judged = list(_import(subject, node, node.module))
    yield from judged
    for alias in node.names:
        if alias.name == "*":
            yield subject.finding(
                node,
                "star-import",
                "A star import hides which names the program uses.",
                f"Import what is used by name: from {node.module[:60]} import …",
            )
        elif not judged and policy().denied_group(f"{node.module}.{alias.name}") is not None:
            yield from _import(subject, alias, f"{node.module}.{alias.name}")


def _import(subject: Subject, node: ast.AST, dotted: str) -> Iterator[Finding]:
    known = policy()
    top = dotted.split(".", maxsplit=1)[0]
    group = known.denied_group(dotted)
    if group is not None:
        yield subject.finding(node, f"import-{group.name}", f"{quote(dotted)} {group.message}.", group.repair)
    elif top in STANDARD_LIBRARY:
        if top not in known.harmless:
            yield subject.finding(
                node,
                "module-not-allowed",
                f"{quote(dotted)} is not among the modules of the standard library that a program may use.",
                "Do it with pandas, polars, duckdb or numpy.",
            )
    elif top not in subject.environment_imports:
        yield _missing(subject, node, top)
    elif top not in known.analysis:
        yield subject.finding(
            node,
            "module-unreviewed",
            f"{quote(top)} is installed, but nobody has judged it safe for programs.",
            "Use one of the analysis libraries, or let a person approve this program.",
            Severity.WARNING,
        )


def _missing(subject: Subject, node: ast.AST, top: str) -> Finding:
    known = policy()
    usable = {name for name in subject.environment_imports if name in known.analysis}
    instead = known.known_as.get(top.lower()) or known.instead.get(top) or nearest(top, usable | known.harmless)
    return subject.finding(
        node,
        "package-missing",
        f"There is no package {quote(top)} in this environment.",
        f"Use {instead}." if instead else "Use what the environment has: pandas, polars, duckdb, numpy, matplotlib.",
    )
