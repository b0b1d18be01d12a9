"""Loops that cannot end: they would only burn the step's time and its bits."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.subject import Subject
from daytwo.wire.verdict import Finding

_ENDS = (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Assert)


def loops(subject: Subject) -> Iterator[Finding]:
    for node in subject.program.of(ast.While):
        is_endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        if (
            is_endless
            and not any(isinstance(inner, _ENDS) for inner in ast.walk(node))
            and not _is_tried(subject, node)
        ):
            yield subject.finding(
                node, "endless-loop", "Nothing in this loop ends it.", "Loop over a range, or break on a condition."
            )


def _is_tried(subject: Subject, node: ast.AST) -> bool:
    """Whether the loop stands in a `try`, so that an exception may be its end."""
    parents = subject.program.parents
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.Try):
            return True
    return False
