"""A parsed program as the rules see it: its nodes, their spans, and what its names may stand for.

Names are followed through imports, simple assignments, defaults and loops over literals, without regard to order: a
name stands for everything that any of its bindings in its scope may give it.  That errs on the side of finding.
Everything here walks with explicit stacks, so that no program can exhaust the interpreter's.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from daytwo.executor.guard.bindings import Scope, bindings, choices
from daytwo.executor.guard.policy import CELL_NAMES, STANDARD_LIBRARY, policy

DEPTH_LIMIT = 200
NODES_LIMIT = 50_000
_ROUNDS_LIMIT = 12
"""How often names are followed through each other's assignments: `a = os; b = a; …`."""

_CUSTOMARY = {"np": "numpy", "pd": "pandas", "pl": "polars", "plt": "matplotlib.pyplot", "px": "plotly.express"}
"""What a variable of an earlier step is taken for, by its name."""

_N = TypeVar("_N", bound=ast.AST)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class TooComplexError(ValueError):
    """The program is nested too deeply, or is too large, to be reviewed."""


class Program:
    """A program and what its rules need to know of it.

    Args:
        source: the text, free of syntax errors.
        known_names: variables that earlier programs of the session left.

    Raises:
        SyntaxError: where it is no Python after all.
        TooComplexError: over `DEPTH_LIMIT` or `NODES_LIMIT`.
    """

    def __init__(self, source: str, known_names: frozenset[str] = frozenset()) -> None:
        self.source = source
        try:
            self.tree = ast.parse(source)
        except (RecursionError, MemoryError) as error:
            raise TooComplexError from error
        self._lines = source.encode("utf-8").split(b"\n")
        self._known_names = known_names
        self.module = Scope(None)
        self.parents: dict[ast.AST, ast.AST] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        self.nodes: list[ast.AST] = []
        self._walk()
        self._bind()

    def of(self, kind: type[_N]) -> Iterator[_N]:
        """The nodes of a kind, in a stable order."""
        return (node for node in self.nodes if isinstance(node, kind))

    def span(self, node: ast.AST) -> tuple[int, int, int, int]:
        """Line, column, end line and end column, in characters, from 1."""
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        end_line = getattr(node, "end_lineno", None) or line
        end_column = getattr(node, "end_col_offset", None)
        return (
            line,
            self._characters(line, column) + 1,
            end_line,
            self._characters(end_line, column if end_column is None else end_column) + 1,
        )

    def origins(self, node: ast.AST) -> set[str]:
        """The dotted names that an expression may stand for; `builtins.x` for built-ins, `cell.x` for the cell's."""
        attributes: list[str] = []
        while True:
            if isinstance(node, ast.Attribute):
                attributes.append(node.attr)
                node = node.value
            elif (literal := self.getattr_name(node)) is not None and isinstance(node, ast.Call):
                attributes.append(literal)
                node = node.args[0]
            elif isinstance(node, ast.NamedExpr):
                node = node.value
            else:
                break
        bases = self._name_origins(node) if isinstance(node, ast.Name) else set()
        tail = "".join(f".{name}" for name in reversed(attributes))
        return {base + tail for base in bases}

    def getattr_name(self, node: ast.AST) -> str | None:
        """The attribute that `getattr(x, "name")` reads, if it is that."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "getattr"
            and len(node.args) >= 2
            and isinstance(node.args[1], ast.Constant)
            and isinstance(node.args[1].value, str)
        ):
            return node.args[1].value
        return None

    def is_bound(self, name: ast.Name) -> bool:
        """Whether the program itself binds this name where it is read, so that it is no built-in.

        At module level only a plain assignment before every use counts: any other may not have happened yet.
        """
        scope = self._binding_scope(name)
        if scope is None:
            return False
        return scope is not self.module or self._is_assigned_first(name.id)

    def root(self, node: ast.expr) -> ast.expr:
        """What a chain of attributes, calls and subscripts begins with."""
        while True:
            match node:
                case ast.Attribute() | ast.Subscript() | ast.Starred():
                    node = node.value
                case ast.Call():
                    node = node.func
                case _:
                    return node

    def assigned_value(self, name: ast.Name) -> ast.expr | None:
        """The one value that a name is ever assigned in its scope, if there is exactly one."""
        scope = self._binding_scope(name)
        values = [] if scope is None else self._stores.get((scope, name.id), [])
        return values[0] if len(values) == 1 else None

    @cached_property
    def _stores(self) -> dict[tuple[Scope, str], list[ast.expr | None]]:
        """Every store of a name, by scope: the value of a plain assignment, None for any other."""
        stores: dict[tuple[Scope, str], list[ast.expr | None]] = {}
        for node in self.of(ast.Name):
            if not isinstance(node.ctx, ast.Load) and (scope := self._binding_scope(node)) is not None:
                parent = self.parents[node]
                value = parent.value if isinstance(parent, ast.Assign | ast.NamedExpr) else None
                stores.setdefault((scope, node.id), []).append(value)
        return stores

    @cached_property
    def _mentions(self) -> dict[str, ast.Name]:
        """The first mention of each name in the text, deletions before all others."""
        first: dict[str, ast.Name] = {}
        for node in self.of(ast.Name):
            if isinstance(node.ctx, ast.Del) or node.id not in first or _place(node) < _place(first[node.id]):
                first[node.id] = node
        return first

    def _characters(self, line: int, offset: int) -> int:
        if not 0 < line <= len(self._lines):
            return 0
        return len(self._lines[line - 1][:offset].decode("utf-8", "ignore"))

    def _walk(self) -> None:
        """Lists nodes with parents and scopes, and refuses what is too deep or too large."""
        stack: list[tuple[ast.AST, Scope, int]] = [(self.tree, self.module, 0)]
        while stack:
            node, scope, depth = stack.pop()
            if depth > DEPTH_LIMIT or len(self.nodes) > NODES_LIMIT:
                raise TooComplexError
            self.nodes.append(node)
            self._scopes[node] = scope
            inner = scope
            if isinstance(node, _SCOPES + _COMPREHENSIONS):
                inner = Scope(scope, is_class=isinstance(node, ast.ClassDef))
            children = []
            for name, child in _children(node):
                self.parents[child] = node
                children.append((child, _scope_of(node, name, scope, inner), depth + 1))
            stack.extend(reversed(children))

    def _bind(self) -> None:
        for node in self.nodes:
            if isinstance(node, ast.Global | ast.Nonlocal):
                self._scopes[node].elsewhere.update(node.names)
        found = [(self._scopes[node], pair) for node in self.nodes for pair in bindings(node)]
        for _ in range(_ROUNDS_LIMIT):
            news = [scope.add(name, self._value_origins(value)) for scope, (name, value) in found]
            if not any(news):
                return

    def _value_origins(self, value: str | ast.expr | None) -> set[str]:
        if value is None or isinstance(value, str):
            return set() if value is None else {value}
        return set().union(*(self.origins(choice) for choice in choices(value)))

    def _name_origins(self, node: ast.Name) -> set[str]:
        name = node.id
        scope = self._binding_scope(node)
        found = set() if scope is None else set(scope.bound[name])
        if scope is not None and scope is not self.module:
            return found
        if scope is None and name in self._known_names:
            guess = _CUSTOMARY.get(name) or (name if _is_module_name(name) else None)
            return found | ({guess} if guess else set())
        if name in CELL_NAMES and scope is None:
            found.add(f"cell.{name}")
        elif name in _BUILTINS:
            found.add(f"builtins.{name}")
        return found

    def _binding_scope(self, name: ast.Name) -> Scope | None:
        return self._scopes[name].owner(name.id)

    def _is_assigned_first(self, name: str) -> bool:
        """Whether a plain statement of the module assigns the name before any other mention of it."""
        first = self._mentions.get(name)
        if first is None or not isinstance(first.ctx, ast.Store):
            return False
        statement = self.parents[first]
        return (
            isinstance(statement, ast.Assign)
            and self.parents[statement] is self.tree
            and not any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement.value))
        )


_BUILTINS = frozenset(dir(builtins)) | {"__builtins__"}


def _place(node: ast.Name) -> tuple[int, int, int]:
    return (not isinstance(node.ctx, ast.Del), node.lineno, node.col_offset)


def _is_module_name(name: str) -> bool:
    known = policy()
    return name in STANDARD_LIBRARY or name in known.analysis or name in known.denied


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Child nodes with the field they stand in; contexts and operators say nothing."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST) and not isinstance(
                child, ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop
            ):
                yield name, child


def _scope_of(node: ast.AST, name: str, outer: Scope, inner: Scope) -> Scope:
    """The scope in which the field `name` of a node is evaluated."""
    if isinstance(node, ast.arguments) and name in {"defaults", "kw_defaults"}:
        return outer.parent or outer
    is_outside = isinstance(node, _SCOPES) and name in {"decorator_list", "returns", "bases", "keywords"}
    return outer if is_outside else inner
