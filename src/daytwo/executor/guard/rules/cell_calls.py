"""The cell's own names: datasets that exist, labels that are literals, queries that stay queries."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.executor.guard.text import text_of
from daytwo.wire.observation import CHECKS
from daytwo.wire.verdict import Finding, Severity

_VARIABLE = re.compile(r"@\s*([\w.]+)")
_MODULES = frozenset({"io", "compat", "os", "sys", "common", "core"})


def cell_calls(subject: Subject) -> Iterator[Finding]:
    checks = 0
    for call in subject.program.of(ast.Call):
        origins = subject.program.origins(call.func)
        if "cell.data" in origins:
            yield from _data(subject, call)
        elif "cell.check" in origins:
            checks += 1
            yield from _check(subject, call, checks)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"query", "eval"} and call.args:
            yield from _expression(subject, call.args[0])


def _data(subject: Subject, call: ast.Call) -> Iterator[Finding]:
    if not subject.datasets or not call.args:
        return
    text = text_of(subject.program, call.args[0])
    if text.is_literal and text.value not in subject.datasets:
        meant = nearest(text.value, subject.datasets)
        names = ", ".join(sorted(subject.datasets)[:10])
        yield subject.finding(
            call.args[0],
            "unknown-dataset",
            f"This session has no dataset {quote(text.value)}.",
            f'Use data("{meant}").' if meant else f"Use one of: {names}.",
        )


def _check(subject: Subject, call: ast.Call, number: int) -> Iterator[Finding]:
    label = call.args[1] if len(call.args) > 1 else next((w.value for w in call.keywords if w.arg == "label"), None)
    if not (isinstance(label, ast.Constant) and isinstance(label.value, str)):
        yield subject.finding(
            call,
            "check-label",
            "A check needs a label that is written in the program.",
            'Write it out: check(condition, "what holds").',
        )
    if number == CHECKS + 1:
        yield subject.finding(
            call,
            "too-many-checks",
            f"Only the first {CHECKS} checks of a program are observed.",
            "Combine conditions.",
            Severity.INFO,
        )


def _expression(subject: Subject, node: ast.expr) -> Iterator[Finding]:
    """The text of `DataFrame.query` and `eval` may name variables, but must not climb out through them."""
    text = text_of(subject.program, node).value
    members = {member for match in _VARIABLE.finditer(text) for member in match.group(1).split(".")[1:]}
    if "__" in text or members & _MODULES or any(member.startswith("_") for member in members):
        yield subject.finding(
            node, "query-expression", "This expression reaches out of the table.", "Use columns and plain @variables."
        )
