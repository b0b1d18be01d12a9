"""Attributes by which programs climb out of their objects, and names that tell what is done with what is unknown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from daytwo.executor.guard.analysis.values import Instance, Known, Made, Method, Named, Own, Place, Value, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding

_HIDDEN = re.compile(
    r"__(?:subclasses|globals|builtins|import|code|mro|bases|base|closure|reduce|reduce_ex|getattribute|loader)__"
)
_FORMAT_CLIMB = re.compile(r"\{[^{}]{0,200}?\.__\w{1,40}__")
_GETTERS = frozenset({"operator.attrgetter", "operator.methodcaller"})
_REPAIR = "Use the object's ordinary methods."


def climbing(subject: Subject) -> Iterator[Finding]:
    for read in subject.layout.of(ast.Attribute):
        yield from _attribute(subject, read, read.attr)
    for case in subject.layout.of(ast.MatchClass):
        for name in case.kwd_attrs:
            yield from _attribute(subject, case, name)
    for call, called in subject.calls.items():
        yield from _read_by_text(subject, call, called)
    for constant in subject.layout.of(ast.Constant):
        if isinstance(constant.value, str) and "__" in constant.value:
            yield from _text(subject, constant, constant.value)
    for function in subject.layout.of(ast.FunctionDef, ast.AsyncFunctionDef):
        if function.name in subject.facts.hooks:
            yield from subject.touches(
                function,
                Capability.PERSISTENCE,
                function.name,
                f"A program may not define {quote(function.name)}: it would run where the program does not stand.",
                "Leave the method out; variables are saved as they are.",
            )


def _text(subject: Subject, node: ast.Constant, text: str) -> Iterator[Finding]:
    if not _is_docstring(subject, node) and (_HIDDEN.search(text) or _FORMAT_CLIMB.search(text)):
        message = "This text names an attribute that programs may not use."
        yield from subject.touches(node, Capability.INTERPRETER, text, message)


def _is_docstring(subject: Subject, node: ast.AST) -> bool:
    return isinstance(subject.layout.parents.get(node), ast.Expr)


def _attribute(subject: Subject, node: ast.AST, name: str) -> Iterator[Finding]:
    if name in subject.facts.climbing:
        if name == "__traceback__" or not _is_own_method(subject, node):
            yield from subject.touches(node, Capability.INTERPRETER, name, None, _REPAIR)
        return
    parent = subject.layout.parents.get(node)
    is_called = isinstance(parent, ast.Call) and parent.func is node
    told = subject.facts.anywhere.get(name) or (subject.facts.called.get(name) if is_called else None)
    if told is not None and isinstance(node, ast.Attribute) and _is_unknown(subject, node):
        yield from subject.touches(node, told, name)


def _is_own_method(subject: Subject, node: ast.AST) -> bool:
    """`super().__reduce__` and the like stay findings; a class's own `mro` attribute does not."""
    if not isinstance(node, ast.Attribute) or node.attr.startswith("__"):
        return False
    held = subject.analysis.of(node.value)
    return bool(held) and all(isinstance(value, Instance) for value in held)


def _is_unknown(subject: Subject, node: ast.Attribute) -> bool:
    """Whether nothing else tells what this attribute is."""
    held = subject.analysis.of(node.value)
    return not any(_is_settled(value) for value in held)


def _is_settled(value: Value) -> bool:
    return isinstance(value, Named | Instance | Own | Known | Method | Made | Place)


def _read_by_text(subject: Subject, call: ast.Call, called: list[str]) -> Iterator[Finding]:
    """`getattr(x, "__class__")`, `attrgetter("__class__.__base__")`."""
    if "builtins.getattr" in called and len(call.args) >= 2:
        names = texts(subject.analysis.of(call.args[1]))
    elif not _GETTERS.isdisjoint(called) and call.args:
        names = [part for text in texts(subject.analysis.of(call.args[0])) for part in text.split(".")]
    else:
        return
    for name in names:
        if name in subject.facts.climbing or (name in subject.facts.anywhere and not _has_settled(subject, call)):
            capability = subject.facts.anywhere.get(name, Capability.INTERPRETER)
            yield from subject.touches(call, capability, name, None, _REPAIR)


def _has_settled(subject: Subject, call: ast.Call) -> bool:
    return any(_is_settled(value) for value in subject.analysis.of(call.args[0]))
