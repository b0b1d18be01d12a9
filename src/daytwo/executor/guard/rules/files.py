"""Files: a program names its own (`workspace`, relative paths) and nothing else, and no address on a network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from daytwo.executor.guard.analysis.values import HOLE, Box, Known, Named, Place, Values, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding

_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{1,20}://|\\\\\\\\|//[a-z0-9])", re.IGNORECASE)
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"})
_DESCRIPTORS_FROM = 3


def files(subject: Subject) -> Iterator[Finding]:
    for node in subject.analysis.layout.nodes:
        match node:
            case ast.Call():
                yield from _call(subject, node)
            case ast.BinOp(op=ast.Div()):
                yield from _places(subject, node)
            case ast.Constant(value=str(text)) if text.startswith(subject.facts.files.sensitive):
                if not isinstance(subject.analysis.layout.parents.get(node), ast.Expr) and not is_own(subject, text):
                    yield from subject.touches(node, Capability.FILES, text)


def _call(subject: Subject, call: ast.Call) -> Iterator[Finding]:
    called = subject.analysis.of(call.func)
    yield from _places(subject, call)
    if not _takes_paths(subject, call, called):
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for text in _paths(subject, subject.analysis.of(argument)):
            yield from _path(subject, argument, text)
    if any(isinstance(value, Named) and value.dotted in _OPENERS for value in called):
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


def _takes_paths(subject: Subject, call: ast.Call, called: Values) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    last = {value.dotted.rpartition(".")[2] for value in called if isinstance(value, Named)}
    known = subject.facts.files
    return (
        bool(last & known.members)
        or any(one in known.names or one.startswith(known.prefixes) for one in (name, *last))
        or any(isinstance(value, Named) and subject.facts.what(value.dotted) == "file_paths" for value in called)
    )


def _paths(subject: Subject, values: Values) -> list[str]:
    held = set(values)
    for value in values:
        if isinstance(value, Box):
            held |= subject.analysis.inside(frozenset((value,)))
    return texts(frozenset(held))


def _places(subject: Subject, node: ast.AST) -> Iterator[Finding]:
    for value in sorted(subject.analysis.of(node), key=str):
        if isinstance(value, Place):
            yield from _path(subject, node, value.path)


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
