"""Built-in functions that a program may not use: those that run text, ask a person, or list the interpreter."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.policy import policy
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding


def builtin_names(subject: Subject) -> Iterator[Finding]:
    repairs = policy().builtins
    for node in subject.program.of(ast.Name):
        if node.id in repairs and isinstance(node.ctx, ast.Load) and not subject.program.is_bound(node):
            yield subject.finding(
                node, "builtin-not-allowed", f"{quote(node.id)} is not for programs.", repairs[node.id]
            )
