"""Calls that matter by what they are given: text that is run as code, objects that are read with their code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from daytwo.executor.guard.analysis.values import HOLE, Known, Values, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.subject import Subject
from daytwo.wire.names import parse_program
from daytwo.wire.verdict import Finding

_VARIABLE = re.compile(r"@\s*([\w.]+)")
_MODULES = frozenset({"io", "compat", "os", "sys", "common", "core"})
_RISKY = frozenset({"open", "eval", "exec", "compile", "getattr", "input", "os", "sys", "subprocess"})
_FRAME_METHODS = frozenset({"query", "eval"})
_DECODERS = ("base64.", "binascii.", "codecs.decode", "zlib.decompress", "builtins.bytes.fromhex")
_PAYLOAD = re.compile(r"\b(?:import|exec|eval|__import__|socket|subprocess|os\.|system)\b")


def arguments(subject: Subject) -> Iterator[Finding]:
    for call, called in subject.calls.items():
        for dotted in called:
            yield from _named(subject, call, dotted)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _FRAME_METHODS and call.args:
            yield from _expression(subject, call.args[0])


def _named(subject: Subject, call: ast.Call, dotted: str) -> Iterator[Finding]:
    what = subject.facts.what(dotted)
    if what == "code_text":
        if dotted == "pandas.eval":
            yield from (_expression(subject, call.args[0]) if call.args else ())
        elif call.args and not _is_calculation(subject, subject.analysis.of(call.args[0])):
            yield from subject.touches(call, Capability.CODE, dotted)
    elif what == "deserialise_flag" and _is_flagged(subject, call):
        yield from subject.touches(call, Capability.DESERIALISE, dotted)
    if dotted.startswith(_DECODERS) and any(_PAYLOAD.search(text) for text in _decoded(subject, call)):
        yield from subject.touches(call, Capability.OBFUSCATION, dotted, "This decodes text that is itself a program.")


def _decoded(subject: Subject, call: ast.Call) -> list[str]:
    values = subject.analysis.of(call)
    found = texts(values)
    found += [one.value.decode("latin-1") for one in values if isinstance(one, Known) and isinstance(one.value, bytes)]
    return found


def _is_calculation(subject: Subject, values: Values) -> bool:
    """Whether what is run is no text at all, or a text that lays hold of nothing."""
    return all(_is_tame(subject, text) for text in texts(values))


def _is_tame(subject: Subject, text: str) -> bool:
    """Whether a text is a calculation: no import, no file, nothing private, no name that tells of more."""
    tree = None if HOLE in text else parse_program(text)
    if tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            return False
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name.startswith("_") or name in subject.facts.anywhere or name in subject.facts.called or name in _RISKY:
            return False
    return True


def _is_flagged(subject: Subject, call: ast.Call) -> bool:
    """Whether `allow_pickle` may be true."""
    flags = [word.value for word in call.keywords if word.arg == "allow_pickle"] + call.args[2:3]
    return any(value != Known(False) for flag in flags for value in subject.analysis.of(flag))


def _expression(subject: Subject, node: ast.expr) -> Iterator[Finding]:
    """The text of `DataFrame.query` and `eval` may name variables, but must not climb out through them."""
    for text in texts(subject.analysis.of(node)):
        members = {member for match in _VARIABLE.finditer(text) for member in match.group(1).split(".")[1:]}
        if "__" in text or members & _MODULES or any(member.startswith("_") for member in members):
            yield from subject.touches(
                node,
                Capability.CODE,
                text,
                "This expression reaches out of the table.",
                "Use columns and plain @variables.",
            )
            return
