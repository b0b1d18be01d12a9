"""Which mention of a name comes first in the text."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from daytwo.executor.guard.analysis.scopes import Layout, bound_names


def is_assigned_first(layout: Layout, mentions: dict[str, ast.AST], name: str) -> bool:
    """Whether a plain statement of the module binds the name before any other mention of it."""
    first = mentions.get(name)
    if first is None:
        return False
    parents = layout.parents
    if not isinstance(first, ast.Name):
        return parents.get(first) is layout.module.node
    if not isinstance(first.ctx, ast.Store):
        return False
    statement = parents[first]
    while isinstance(statement, ast.Tuple | ast.List | ast.Starred):
        statement = parents[statement]
    return parents.get(statement) is layout.module.node and isinstance(statement, ast.Assign)


def first_mentions(nodes: Iterable[ast.AST]) -> dict[str, ast.AST]:
    """The first mention of each name in the text, deletions before all others."""
    first: dict[str, ast.AST] = {}
    for node in nodes:
        names = [node.id] if isinstance(node, ast.Name) else bound_names(node)
        for name in names:
            is_deletion = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
            if is_deletion or name not in first or _begins(node) < _begins(first[name]):
                first[name] = node
    return first


def _begins(node: ast.AST) -> tuple[bool, int, int, bool]:
    is_deletion = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
    is_store = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    return not is_deletion, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), is_store
