"""The cell's own names: datasets that exist, labels that are literals."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.analysis.values import is_wholly_known, texts
from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.wire.observation import LOOKUPS, checks_told
from daytwo.wire.verdict import Finding, Severity


def cell_calls(subject: Subject) -> Iterator[Finding]:
    told = checks_told(min(LOOKUPS, sum("cell.resolve" in called for called in subject.calls.values())))
    checks = 0
    for call, called in subject.calls.items():
        if "cell.data" in called:
            yield from _data(subject, call)
        elif "cell.check" in called:
            checks += 1
            yield from _check(subject, call, checks, told)


def _data(subject: Subject, call: ast.Call) -> Iterator[Finding]:
    if not subject.datasets or not call.args:
        return
    values = subject.analysis.of(call.args[0])
    if not is_wholly_known(values):
        return
    for name in texts(values):
        if name not in subject.datasets:
            meant = nearest(name, subject.datasets)
            names = ", ".join(sorted(subject.datasets)[:10])
            yield subject.finding(
                call.args[0],
                "unknown-dataset",
                f"This session has no dataset {quote(name)}.",
                f'Use data("{meant}").' if meant else f"Use one of: {names}.",
            )


def _check(subject: Subject, call: ast.Call, number: int, told: int) -> Iterator[Finding]:
    label = call.args[1] if len(call.args) > 1 else next((w.value for w in call.keywords if w.arg == "label"), None)
    if not (isinstance(label, ast.Constant) and isinstance(label.value, str)):
        yield subject.finding(
            call,
            "check-label",
            "A check needs a label that is written in the program.",
            'Write it out: check(condition, "what holds").',
        )
    if number == told + 1:
        yield subject.finding(
            call,
            "too-many-checks",
            f"Only the first {told} checks of this program are observed.",
            "Combine conditions; each `resolve` takes the place of two checks.",
            Severity.INFO,
        )
