"""Attributes by which programs climb out of their objects, written out, in text, or as methods of their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from daytwo.executor.guard.policy import policy
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding, Severity

_HIDDEN = re.compile(
    r"__(?:subclasses|globals|builtins|import|code|class|mro|bases|base|dict|closure|reduce|reduce_ex|getattribute)__"
)
_REPAIR = "Use the object's ordinary methods."


def attributes(subject: Subject) -> Iterator[Finding]:
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.Attribute():
                yield from _attribute(subject, node, node.attr)
            case ast.Call() if (name := program.getattr_name(node)) is not None:
                yield from _attribute(subject, node, name)
            case ast.Constant(value=str(text)) if _HIDDEN.search(text):
                yield subject.finding(
                    node, "hidden-attribute", "This text names an attribute that programs may not use.", _REPAIR
                )
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name in policy().hooks:
                yield subject.finding(
                    node,
                    "hook-not-allowed",
                    f"A program may not define {quote(name)}: it would run where the program does not stand.",
                    "Leave the method out; variables are saved as they are.",
                )


def _attribute(subject: Subject, node: ast.Attribute | ast.Call, name: str) -> Iterator[Finding]:
    known = policy()
    parent = subject.program.parents[node]
    is_called = isinstance(parent, ast.Call) and parent.func is node
    if name == "__class__":
        if not (isinstance(parent, ast.Attribute) and parent.attr in {"__name__", "__qualname__"}):
            yield subject.finding(
                node, "attribute-not-allowed", f"{quote(name)} is not for programs.", "Use type(x).__name__."
            )
    elif name in known.attributes:
        yield subject.finding(node, "attribute-not-allowed", f"{quote(name)} is not for programs.", _REPAIR)
    elif name in known.modules_anywhere or (is_called and name in known.calls_anywhere):
        yield subject.finding(
            node,
            "attribute-not-allowed",
            f"{quote(name)} reaches out of the program.",
            'For a column of this name, write df["…"].',
        )
    elif name.startswith("__") and name.endswith("__") and name not in known.dunders:
        yield subject.finding(
            node,
            "unusual-attribute",
            f"{quote(name)} is an internal attribute that ordinary programs do not use.",
            _REPAIR,
            Severity.WARNING,
        )
