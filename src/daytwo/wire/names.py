"""What both planes read off a program's source, so that they agree without either asking the other.

Names that a program leaves behind, the labels of its checks and its lookups are functions of its text alone: no byte
of them comes from data.  The planner tells them to models, guard takes names for known, gate debits lookups.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from daytwo.wire.observation import CHECKS, LOOKUPS


def parse_program(source: str) -> ast.Module | None:
    """The syntax tree of a program, or None where it has none (also for nesting that Python's parser refuses)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser warns of "\d" in strings, which is the author's matter
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def assigned_names(program: str) -> tuple[str, ...]:
    """The names that a program binds at its top level, in order of first appearance.

    Assignments of every form, imports, definitions, loop and `with` targets, `match` captures, walrus.  Names that
    a `del` or an `except` clause takes away again are listed all the same: the list is an upper bound.  Syntax
    errors give ().
    """
    tree = parse_program(program)
    return () if tree is None else tuple(dict.fromkeys(_bound(tree)))


def check_labels(program: str) -> tuple[str, ...]:
    """The labels of a program's calls of `check`, by place in the source, at most `CHECKS`.

    Bit i of an Observation's `checks` belongs to the i-th of them.  A label that is no literal reads as "".
    """
    return tuple(_text(call, 1, "label") for call in _calls(program, "check")[:CHECKS])


def lookups(program: str) -> tuple[tuple[str, str], ...]:
    """Column and text of a program's calls of `resolve`, by place in the source, at most `LOOKUPS`.

    The gate debits as many, whatever they are; one that is no literal reads as "".
    """
    return tuple((_text(call, 0, "column"), _text(call, 1, "text")) for call in _calls(program, "resolve")[:LOOKUPS])


def typed_tokens(program: str) -> tuple[str, ...]:
    """The stand-ins that a program's calls of `typed` name, each once; one that is no literal is none."""
    named = (_text(call, 0, "token") for call in _calls(program, "typed"))
    return tuple(dict.fromkeys(token for token in named if token))


def _calls(program: str, name: str) -> list[ast.Call]:
    """The calls of one of the cell's names, in the order of the source; the cell numbers them alike."""
    tree = parse_program(program)
    calls = [
        node
        for node in ast.walk(tree or ast.Module([], []))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _text(call: ast.Call, place: int, keyword: str) -> str:
    """An argument that is a literal text."""
    given = call.args[place : place + 1] + [word.value for word in call.keywords if word.arg == keyword]
    if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
        return given[0].value
    return ""


def _bound(tree: ast.AST) -> Iterator[str]:
    """The names that this node and what runs in its scope bind.  A stack, since programs nest deeper than Python."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield from _own(node)
        pending.extend(reversed(list(_in_scope(node))))


def _own(node: ast.AST) -> Iterator[str]:
    """The names that this very node binds in the scope around it."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.alias) and node.name != "*":
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        for statement in ast.walk(node):
            if isinstance(statement, ast.Global):
                yield from statement.names


def _in_scope(node: ast.AST) -> Iterator[ast.AST]:
    """The node's children that run in the scope around it."""
    if isinstance(node, ast.comprehension):
        # A comprehension's targets are its own; a walrus anywhere in it binds outside (PEP 572).
        yield from (node.iter, *node.ifs)
    elif isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        yield from getattr(node, "decorator_list", ())
        yield from (*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None))
    else:
        yield from ast.iter_child_nodes(node)
