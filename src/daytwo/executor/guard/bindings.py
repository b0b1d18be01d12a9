"""Which names a node of a syntax tree binds, and to what, as far as one node says it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

ORIGINS_LIMIT = 16
"""How many things a name may stand for; more are not told apart."""

Binding = tuple[str, str | ast.expr | None]
"""A name with the dotted name it stands for, the expression it is given, or None for something unknown."""


@dataclass(eq=False)
class Scope:
    """The names that a module, class, function or comprehension binds, each with what it may stand for."""

    parent: Scope | None
    is_class: bool = False
    bound: dict[str, set[str]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    """Names declared `global` or `nonlocal` here."""

    def add(self, name: str, origins: set[str]) -> bool:
        """Binds a name; says whether anything is new."""
        scope = self
        while name in scope.elsewhere and scope.parent is not None:
            scope = scope.parent
        is_new = name not in scope.bound
        known = scope.bound.setdefault(name, set())
        before = len(known)
        if before < ORIGINS_LIMIT:
            known |= origins
        return is_new or len(known) != before

    def owner(self, name: str) -> Scope | None:
        """The scope that binds a name, seen from here; class scopes are seen only from directly inside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bound and name not in scope.elsewhere and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None


def bindings(node: ast.AST) -> list[Binding]:
    """What a node binds; nothing for a node that binds nothing."""
    reader = _READERS.get(type(node))
    return [] if reader is None else list(reader(node))


def choices(value: ast.expr) -> Iterator[ast.expr]:
    """The expressions that a value may come from: both arms of `a if c else b`, each of `a or b`."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, ast.IfExp):
            stack += [one.body, one.orelse]
        elif isinstance(one, ast.BoolOp):
            stack += one.values
        else:
            yield one


def _import(node: ast.Import) -> Iterator[Binding]:
    """`import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`."""
    for alias in node.names:
        first = alias.name.split(".")[0]
        yield (alias.asname, alias.name) if alias.asname else (first, first)


def _import_from(node: ast.ImportFrom) -> Iterator[Binding]:
    for alias in node.names:
        yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _assign(node: ast.Assign) -> Iterator[Binding]:
    for target in node.targets:
        yield from _unpack(target, node.value)


def _given(node: ast.AnnAssign | ast.NamedExpr) -> Iterator[Binding]:
    if node.value is not None:
        yield from _unpack(node.target, node.value)


def _loop(node: ast.For | ast.AsyncFor | ast.comprehension) -> Iterator[Binding]:
    if isinstance(node.iter, ast.Tuple | ast.List | ast.Set):
        for item in node.iter.elts:
            yield from _unpack(node.target, item)


def _with(node: ast.withitem) -> Iterator[Binding]:
    if node.optional_vars is not None:
        yield from _unpack(node.optional_vars, node.context_expr)


def _defined(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Binding]:
    yield node.name, None


def _stored(node: ast.Name) -> Iterator[Binding]:
    if not isinstance(node.ctx, ast.Load):
        yield node.id, None


def _named(node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> Iterator[Binding]:
    if node.name:
        yield node.name, None


def _arguments(node: ast.arguments) -> Iterator[Binding]:
    positional = [*node.posonlyargs, *node.args]
    for argument in (*positional, *node.kwonlyargs, node.vararg, node.kwarg):
        if argument is not None:
            yield argument.arg, None
    for argument, value in zip(reversed(positional), reversed(node.defaults), strict=False):
        yield argument.arg, value
    for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        yield argument.arg, default


def _unpack(target: ast.expr, value: ast.expr) -> Iterator[Binding]:
    stack = [(target, value)]
    while stack:
        left, right = stack.pop()
        if isinstance(left, ast.Name):
            yield left.id, right
        elif (
            isinstance(left, ast.Tuple | ast.List)
            and isinstance(right, ast.Tuple | ast.List)
            and len(left.elts) == len(right.elts)
        ):
            stack.extend(zip(left.elts, right.elts, strict=True))


_READERS: dict[type[ast.AST], Callable[..., Iterator[Binding]]] = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Assign: _assign,
    ast.AnnAssign: _given,
    ast.NamedExpr: _given,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.comprehension: _loop,
    ast.withitem: _with,
    ast.FunctionDef: _defined,
    ast.AsyncFunctionDef: _defined,
    ast.ClassDef: _defined,
    ast.Name: _stored,
    ast.ExceptHandler: _named,
    ast.MatchAs: _named,
    ast.MatchStar: _named,
    ast.arguments: _arguments,
}
