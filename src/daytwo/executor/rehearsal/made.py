"""Columns that a program makes itself: their names are its own, no values that it expects of the data."""

from __future__ import annotations

import ast


def made_columns(tree: ast.AST) -> frozenset[str]:
    """What is assigned by a name in brackets (`t["gain"] = …`), and the keys of each `DataFrame({…})`."""
    names: list[ast.expr | None] = []
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=name, ctx=ast.Store()):
                names.append(name)
            case ast.Call(func=ast.Attribute(attr="DataFrame"), args=[ast.Dict(keys=keys), *_]):
                names += keys
    return frozenset(name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str))
