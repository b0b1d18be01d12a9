"""Columns that the signed sheets do not have, in frames that come straight from `data(…)`.

Says something only where it is sure: the frame is a dataset's own, through methods that keep its columns, and the
program mentions the name nowhere else, so that it cannot have made a column of it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from daytwo.executor.guard.analysis.values import Made
from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.wire.verdict import Finding

_FRAME: Final = re.compile(r"cell\.data\[(?P<dataset>\w+)\]\(\)\.(?:pandas|polars)(?:\(\)\.\w+)?")
_NAMING: Final = frozenset({"groupby", "group_by", "sort_values", "set_index"})
_MADE: Final = frozenset({"index", "level_0"})
"""What `reset_index` makes."""


def columns(subject: Subject) -> Iterator[Finding]:
    known = subject.columns
    if not known or _renames(subject):
        return
    reads = list(_reads(subject))
    read = Counter(name for _, _, names in reads for name in names)
    mentioned = Counter(_mentions(subject))
    for node, frame, names in reads:
        own = known.get(frame, frozenset())
        for name in names:
            if own and name not in own | _MADE and mentioned[name] <= read[name]:
                meant = nearest(name, own)
                yield subject.finding(
                    node,
                    "unknown-column",
                    f"There is no column {quote(name)} in {quote(frame)}.",
                    f"Did you mean {meant}?" if meant else f"It has: {', '.join(sorted(own)[:20])}.",
                )


def _mentions(subject: Subject) -> Iterator[str]:
    """Every text of the program, and every name that an argument goes by: `assign(total=…)` makes a column."""
    for node in subject.layout.of(ast.Constant, ast.keyword):
        if isinstance(node, ast.keyword):
            yield node.arg or ""
        else:
            yield from _text(node)


def _renames(subject: Subject) -> bool:
    """Whether the program gives a frame other columns as a whole."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "columns" and isinstance(node.ctx, ast.Store)
        for node in subject.layout.of(ast.Attribute)
    )


def _reads(subject: Subject) -> Iterator[tuple[ast.expr, str, list[str]]]:
    """Where columns are read: the node, the dataset, the names."""
    for node in subject.layout.of(ast.Subscript, ast.Call):
        match node:
            case ast.Subscript(value=held, slice=key, ctx=ast.Load()):
                frame = _dataset(subject, held)
            case ast.Call(func=ast.Attribute(value=held, attr=name), args=[key, *_]) if name in _NAMING:
                frame = _dataset(subject, held)
            case _:
                continue
        if frame is not None:
            yield key, frame, _names(key)


def _names(key: ast.expr) -> list[str]:
    parts = key.elts if isinstance(key, ast.List) else [key]
    return [text for part in parts for text in _text(part)]


def _text(node: ast.AST) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _dataset(subject: Subject, node: ast.expr) -> str | None:
    """The dataset whose frame, and nothing else, an expression is."""
    found = set()
    for value in subject.analysis.of(node):
        match = _FRAME.fullmatch(value.dotted) if isinstance(value, Made) else None
        if match is None:
            return None
        found.add(match["dataset"])
    return found.pop() if len(found) == 1 else None
