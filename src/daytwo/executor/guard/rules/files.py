"""Files: a program names its own (`workspace`, relative paths) and nothing else, and no address on a network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from daytwo.executor.guard.analysis.values import HOLE, Box, Known, Place, Values, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding

_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{1,20}://|\\\\\\\\|//[a-z0-9])", re.IGNORECASE)
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"})
_DESCRIPTORS_FROM = 3


def files(subject: Subject) -> Iterator[Finding]:
    for call, called in subject.calls.items():
        yield from _call(subject, call, called)
    for operation in subject.layout.of(ast.BinOp):
        if isinstance(operation.op, ast.Div):
            yield from _places(subject, operation)
    parents = subject.layout.parents
    for constant in subject.layout.of(ast.Constant):
        text = constant.value
        if (
            isinstance(text, str)
            and text.startswith(subject.facts.files.sensitive)
            and not isinstance(parents.get(constant), ast.Expr)
            and not is_own(subject, text)
        ):
            yield from subject.touches(constant, Capability.FILES, text)


def _call(subject: Subject, call: ast.Call, called: list[str]) -> Iterator[Finding]:
    yield from _places(subject, call)
    if not _takes_paths(subject, call, called):
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for text in _paths(subject, subject.analysis.of(argument)):
            yield from _path(subject, argument, text)
    if not _OPENERS.isdisjoint(called):
        yield from _open(subject, call)
    elif _is_put_together(subject, call):
        yield from subject.touches(call, Capability.FILE_UNKNOWN, ast.unparse(call.func))


def _is_put_together(subject: Subject, call: ast.Call) -> bool:
    """Whether a path of which nothing is known, but that the program made it from pieces, is read."""
    given = call.args[:1]
    if isinstance(call.func, ast.Attribute):
        given = [*given, call.func.value]
        if not call.func.attr.startswith(("read", "scan_", "load", "fromfile", "genfromtxt", "imread")):
            return False
    values = [value for node in given for value in subject.analysis.of(node)]
    made = texts(frozenset(value for value in values if isinstance(value, Known | Place)))
    return any(text and not text.replace(HOLE, "").strip() for text in made)


def _takes_paths(subject: Subject, call: ast.Call, called: list[str]) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    last = {dotted.rpartition(".")[2] for dotted in called}
    known = subject.facts.files
    return (
        bool(last & known.members)
        or any(one in known.names or one.startswith(known.prefixes) for one in (name, *last))
        or any(subject.facts.what(dotted) == "file_paths" for dotted in called)
    )


def _paths(subject: Subject, values: Values) -> list[str]:
    held = set(values)
    for value in values:
        if isinstance(value, Box):
            held |= subject.analysis.inside(frozenset((value,)))
    return texts(frozenset(held))


def _places(subject: Subject, node: ast.AST) -> Iterator[Finding]:
    for path in sorted(value.path for value in subject.analysis.of(node) if isinstance(value, Place)):
        yield from _path(subject, node, path)


def _path(subject: Subject, node: ast.AST, text: str) -> Iterator[Finding]:
    if not text.replace(HOLE, "").strip() or "\n" in text:  # unknown, or data given as text
        return
    if _ADDRESS.match(text):
        yield from subject.touches(
            node, Capability.NETWORK, text, "A program has no network.", 'Use the session\'s datasets: data("name").'
        )
    elif not is_own(subject, text):
        yield from subject.touches(node, Capability.FILES, text.replace(HOLE, "…"))
    elif any(text.endswith(name) or f"{name}/" in text for name in subject.facts.files.trusted):
        yield from subject.touches(
            node, Capability.PERSISTENCE, text, f"{quote(text)} is a file that others run or trust."
        )


def is_own(subject: Subject, text: str) -> bool:
    """Whether a path is relative, or below one of the session's places, and never climbs."""
    path = text.strip()
    if ".." in PurePosixPath(path.replace("\\", "/")).parts or path.startswith("~"):
        return False
    if re.match(r"[A-Za-z]:[\\/]", path):
        return False
    if not path.startswith("/"):
        return True
    return any(path == root or path.startswith(f"{root}/") for root in subject.facts.files.roots)


def _open(subject: Subject, call: ast.Call) -> Iterator[Finding]:
    file = call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "file"), None)
    if file is None:
        return
    values = subject.analysis.of(file)
    numbers = [value.value for value in values if isinstance(value, Known) and isinstance(value.value, int)]
    if any(number >= _DESCRIPTORS_FROM for number in numbers):
        yield from subject.touches(call, Capability.FILES, "open", "This opens a file descriptor that is not its own.")
    is_known = all(isinstance(value, Known | Place) for value in values) and all(
        not text.startswith(HOLE) for text in texts(values)
    )
    if values and not is_known:
        yield from subject.touches(call, Capability.FILE_UNKNOWN, "open")
