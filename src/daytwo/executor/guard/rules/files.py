"""Files: a program names its own (`workspace`, relative paths) and nothing else, and no address on a network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from daytwo.executor.guard.policy import policy
from daytwo.executor.guard.subject import Subject, quote
from daytwo.executor.guard.text import HOLE, Text, text_of
from daytwo.wire.verdict import Finding, Severity

_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{1,20}://|\\\\\\\\|//[a-z0-9])", re.IGNORECASE)
_REPAIR = 'Use data("name") for data and `workspace / "name"` for files of your own.'


def files(subject: Subject) -> Iterator[Finding]:
    for call in subject.program.of(ast.Call):
        name = _called(call)
        if name is None or not _takes_paths(name):
            continue
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        for value in values:
            elements = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            for element in elements:
                yield from _path(subject, element)
        if values and _is_open(subject, call):
            yield from _open(subject, call)
    for node in subject.program.of(ast.BinOp):
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant) and isinstance(node.right.value, str):
            yield from _path(subject, node.right)


def _called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return None


def _takes_paths(name: str) -> bool:
    known = policy()
    return name in known.file_names or name.startswith(known.file_prefixes)


def _is_open(subject: Subject, call: ast.Call) -> bool:
    return "builtins.open" in subject.program.origins(call.func) and not (
        isinstance(call.func, ast.Name) and subject.program.is_bound(call.func)
    )


def _path(subject: Subject, node: ast.expr) -> Iterator[Finding]:
    text = text_of(subject.program, node)
    if text.is_unknown:
        return
    if _ADDRESS.match(text.value):
        yield subject.finding(
            node, "network-address", "A program has no network.", 'Use the session\'s datasets: data("name").'
        )
    elif not _is_own(text):
        shown = quote(text.value.replace(HOLE, "…"))
        yield subject.finding(node, "path-outside", f"{shown} lies outside of the session's files.", _REPAIR)


def _is_own(text: Text) -> bool:
    """Whether a path is relative, or below one of the session's places, and never climbs."""
    path = text.value.strip()
    if "\n" in path:  # data given as text, not a path
        return True
    if ".." in PurePosixPath(path.replace("\\", "/")).parts or path.startswith("~"):
        return False
    if not path.startswith("/"):
        return True
    return any(path == root or path.startswith(f"{root}/") for root in policy().file_roots)


def _open(subject: Subject, call: ast.Call) -> Iterator[Finding]:
    file = call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "file"), None)
    if file is not None and not text_of(subject.program, file).starts_known:
        yield subject.finding(
            call,
            "dynamic-path",
            "Which file this opens is only known when the program runs.",
            'Write the path with `workspace`: open(workspace / "name.txt").',
            Severity.WARNING,
        )
