"""Scopes: who binds which name, as Python's own symbol tables see it (language reference, 4.2 "Naming and binding").

Walks with an explicit stack, so that no program can exhaust the interpreter's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import TypeVar, overload

from daytwo.executor.guard.analysis.values import TooComplexError

DEPTH_LIMIT = 400
NODES_LIMIT = 30_000

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = frozenset({"ctx", "op", "ops", "id", "attr", "type_comment", "kind", "conversion", "level", "module"})
_OPENING = frozenset({*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS})
_BINDING = frozenset(
    [
        *(ast.Name, ast.NamedExpr, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs),
        *(ast.MatchStar, ast.MatchMapping, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal),
    ]
)
Node = TypeVar("Node", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)
Third = TypeVar("Third", bound=ast.AST)


class Kind(Enum):
    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    COMPREHENSION = "comprehension"


@dataclass(eq=False)
class Scope:
    """A scope with the names that it binds."""

    kind: Kind
    parent: Scope | None
    node: ast.AST
    bound: set[str] = field(default_factory=set)
    elsewhere: dict[str, bool] = field(default_factory=dict)
    """Names declared `global` (True) or `nonlocal` (False)."""

    @property
    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def statement_scope(self) -> Scope:
        """The nearest scope that is no comprehension: where a walrus binds (PEP 572)."""
        scope = self
        while scope.kind is Kind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope

    def owner(self, name: str) -> Scope | None:
        """The scope whose variable a name is, seen from here; class scopes are seen only from directly inside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.elsewhere:
                if scope.elsewhere[name]:
                    return scope.module
                scope = scope.parent
                continue
            if name in scope.bound and (scope is self or scope.kind is not Kind.CLASS):
                return scope
            scope = scope.parent
        return None

    def binder(self, name: str) -> Scope:
        """The scope in which a store of a name from here ends up."""
        if name in self.elsewhere:
            return self.module if self.elsewhere[name] else (self.owner(name) or self.module)
        return self


@dataclass
class Layout:
    """The nodes of a tree in textual order, with parents, and the scopes that nodes open."""

    module: Scope
    nodes: list[ast.AST]
    parents: dict[ast.AST, ast.AST]
    opened: dict[ast.AST, Scope]
    kinds: dict[type[ast.AST], list[ast.AST]]
    around: dict[ast.AST, Scope]
    """The scope that a node is evaluated in."""

    @overload
    def of(self, kind: type[Node], /) -> Iterator[Node]: ...

    @overload
    def of(self, kind: type[Node], other: type[Other], /) -> Iterator[Node | Other]: ...

    @overload
    def of(self, kind: type[Node], other: type[Other], third: type[Third], /) -> Iterator[Node | Other | Third]: ...

    def of(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """The nodes of some kinds, kind after kind, each in textual order."""
        for kind in kinds:
            yield from self.kinds.get(kind, ())

    @property
    def statements(self) -> Iterator[ast.stmt]:
        """Statements of every kind."""
        return (node for kind in self.kinds if issubclass(kind, ast.stmt) for node in self.of(kind))


def layout(tree: ast.Module) -> Layout:
    """Lays out a tree.

    Raises:
        TooComplexError: over `DEPTH_LIMIT` or `NODES_LIMIT`.
    """
    found = Layout(Scope(Kind.MODULE, None, tree), [], {}, {}, {}, {})
    nodes, parents, around, kinds = found.nodes, found.parents, found.around, found.kinds
    walruses: list[tuple[Scope, str]] = []
    stack: list[tuple[ast.AST, Scope, int]] = [(tree, found.module, 0)]
    while stack:
        node, scope, depth = stack.pop()
        if depth > DEPTH_LIMIT or len(nodes) > NODES_LIMIT:
            raise TooComplexError
        kind = type(node)
        nodes.append(node)
        kinds.setdefault(kind, []).append(node)
        around[node] = scope
        inner = _open(node, scope) if kind in _OPENING else None
        if inner is not None:
            found.opened[node] = inner
        if kind in _BINDING and not isinstance(getattr(node, "ctx", None), ast.Load):
            if isinstance(node, ast.NamedExpr):
                walruses.append((scope, node.target.id))
            elif not (isinstance(node, ast.Name) and isinstance(parents[node], ast.NamedExpr)):
                _declare(node, scope)  # a walrus binds its target elsewhere
        first = len(stack)
        for child, around_child in _children(node, scope, inner):
            parents[child] = node
            stack.append((child, around_child, depth + 1))
        stack[first:] = stack[: first - 1 if first else None : -1]  # in textual order, from the end
    for scope, name in walruses:
        outer = scope.statement_scope
        outer.binder(name).bound.add(name)
    return found


def _open(node: ast.AST, scope: Scope) -> Scope | None:
    if isinstance(node, FUNCTIONS):
        inner = Scope(Kind.FUNCTION, scope, node)
        arguments = node.args
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if argument is not None:
                inner.bound.add(argument.arg)
        return inner
    if isinstance(node, ast.ClassDef):
        return Scope(Kind.CLASS, scope, node)
    if isinstance(node, COMPREHENSIONS):
        return Scope(Kind.COMPREHENSION, scope, node)
    return None


def _declare(node: ast.AST, scope: Scope) -> None:
    """Notes what a node binds in its scope."""
    match node:
        case ast.Global(names=names):
            scope.elsewhere.update(dict.fromkeys(names, True))
            scope.module.bound.update(names)
        case ast.Nonlocal(names=names):
            scope.elsewhere.update(dict.fromkeys(names, False))
        case _:
            for name in bound_names(node):
                scope.binder(name).bound.add(name)


def bound_names(node: ast.AST) -> list[str]:
    """The names that this very node binds in the scope around it, parameters and walrus left out."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [(one.asname or one.name).partition(".")[0] for one in aliases if one.name != "*"]
    return []


def _children(node: ast.AST, scope: Scope, inner: Scope | None) -> Iterator[tuple[ast.AST, Scope]]:
    """Child nodes, each with the scope that it is evaluated in."""
    splits = inner is not None or isinstance(node, ast.arguments)
    for name in _fields(type(node)):  # type: ignore[arg-type]  # a cached function takes what it can hash, says its stub
        held = getattr(node, name, None)
        for child in held if type(held) is list else (held,):
            if isinstance(child, ast.AST):
                yield child, _scope_of(node, name, scope, inner) if splits else scope


@cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes; contexts and operators say nothing."""
    return () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _LEAVES)


def _scope_of(node: ast.AST, name: str, scope: Scope, inner: Scope | None) -> Scope:
    """The scope in which what stands in the field `name` of a node is evaluated."""
    if isinstance(node, ast.arguments) and name in {"defaults", "kw_defaults"}:
        return scope.parent or scope
    if inner is None or (
        isinstance(node, (*FUNCTIONS, ast.ClassDef)) and name in {"decorator_list", "returns", "bases", "keywords"}
    ):
        return scope
    return inner
