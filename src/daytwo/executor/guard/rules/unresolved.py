"""Things taken under names that are not written in the program: named where they may matter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase

from daytwo.executor.guard.analysis.values import HOLE, Instance, Known, Method, Named, Values, names, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.facts import STANDARD_LIBRARY
from daytwo.executor.guard.subject import Subject
from daytwo.wire.verdict import Finding

_CARRIERS = frozenset({"builtins.getattr", "builtins.setattr", "builtins.globals", "builtins.vars", "builtins.locals"})
_PREFIX_LIMIT_CHARACTERS = 2


def unresolved(subject: Subject) -> Iterator[Finding]:
    for node, bases in subject.analysis.unresolved.items():
        yield from _taken(subject, node, bases)
    for call in subject.calls:
        yield from _handed_on(subject, call)


def _taken(subject: Subject, node: ast.AST, bases: Values) -> Iterator[Finding]:
    weighty = sorted(
        value.dotted
        for value in bases
        if isinstance(value, Named) and subject.analysis.outside.is_gateway(value.dotted)
    )
    system = [dotted for dotted in weighty if dotted.partition(".")[0] in STANDARD_LIBRARY]
    if system:
        yield from subject.touches(
            node,
            Capability.OBFUSCATION,
            system[0],
            f"A member of `{system[0]}` is taken under a name that is put together when the program runs.",
            "Write the name of the member that you need.",
        )
    elif not _is_tame(subject, node, bases):
        yield from subject.touches(
            node, Capability.UNRESOLVED, "", "This takes something under a name that is not written in the program."
        )


def _is_tame(subject: Subject, node: ast.AST, bases: Values) -> bool:
    """Whether nothing that matters can go by a name that begins so, or lie in what it is taken from."""
    if bases and all(isinstance(value, Instance | Known | Method) for value in bases):
        return True
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return False
    values = subject.analysis.of(node.args[1])
    partial = texts(values)
    if not partial or any(not isinstance(value, Known) for value in values):
        return False
    telling = {*subject.facts.anywhere, *subject.facts.called, *subject.facts.climbing}
    for text in partial:
        prefix = text.partition(HOLE)[0]
        if len(prefix) < _PREFIX_LIMIT_CHARACTERS or prefix.startswith("_"):
            return False
        pattern = text.replace("[", "[[]").replace(HOLE, "*")
        if any(fnmatchcase(name, pattern) for name in telling):
            return False
    return True


def _handed_on(subject: Subject, call: ast.Call) -> Iterator[Finding]:
    """`map(getattr, …)`: who calls it, and with which name, is out of sight."""
    called = subject.analysis.of(call.func)
    if called and all(isinstance(value, Named) and value.dotted in _CARRIERS for value in called):
        return
    for argument in call.args:
        for dotted in sorted(_CARRIERS.intersection(names(subject.analysis.of(argument)))):
            yield from subject.touches(argument, Capability.UNRESOLVED, dotted.removeprefix("builtins."))
