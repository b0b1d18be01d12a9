"""What values hold: attributes, elements, items of namespaces; and where the program lays hold of the outside.

Reads and writes memory; evaluates nothing (`evaluator.py` does).
"""

from __future__ import annotations

import ast
from collections.abc import Set as AbstractSet
from typing import Protocol

from daytwo.executor.guard.analysis import folding, memory
from daytwo.executor.guard.analysis.memory import Memory
from daytwo.executor.guard.analysis.scopes import Layout, Scope
from daytwo.executor.guard.analysis.values import (
    ANYTHING,
    DOTS_LIMIT,
    HOLE,
    NOTHING,
    UNKNOWN,
    Box,
    Constant,
    Instance,
    Known,
    Made,
    Method,
    Named,
    Own,
    Place,
    Space,
    Unknown,
    Value,
    Values,
    bounded,
    one,
)

REACH_LIMIT = 300
"""How many containers are looked through for what weighs."""
_SAME = frozenset({"__call__", "__wrapped__", "__func__"})


class Outside(Protocol):
    """What analysis asks about the world outside of the program."""

    def member(self, dotted: str, name: str) -> str:
        """The dotted name of a member; a module that another one happens to hold goes by its own."""

    def made(self, dotted: str) -> str | None:
        """What the result of a call goes by; None where nothing depends on it."""

    def is_gateway(self, dotted: str) -> bool:
        """Whether something that matters can be reached through this."""

    def free(self, name: str) -> Values:
        """What a name stands for that the program does not bind."""

    def left(self, name: str) -> Values:
        """What a variable may hold that an earlier program of the session left."""


class Heap:
    """Memory as values see it.

    `results` keeps what each expression may be.  `reached` keeps where the program lays hold of something from
    outside; `unresolved` where it does so under a name that is not known, with what it is taken from.
    """

    def __init__(self, layout: Layout, outside: Outside) -> None:
        self.layout = layout
        self.memory = Memory()
        self.outside = outside
        self.results: dict[ast.AST, Values] = {}
        self.reached: dict[ast.AST, set[str]] = {}
        self.unresolved: dict[ast.AST, Values] = {}

    def of(self, node: ast.AST) -> Values:
        """What an expression may be; nothing where the program never comes to it."""
        return self.results.get(node, NOTHING)

    def reach(self, node: ast.AST, dotted: str) -> None:
        self.reached.setdefault(node, set()).add(dotted)

    def attribute(self, node: ast.AST, base: Values, name: str) -> Values:
        """What an attribute of values may be, read at a node."""
        found: set[Value] = set()
        for value in base:
            match value:
                case Named(dotted) | Made(dotted):
                    found.add(self._member(node, value, dotted, name))
                case Known(constant) if isinstance(constant, str | bytes):
                    found.add(Method(value, name))
                case Place() | Box() | Space():
                    if isinstance(value, Place):
                        self.reach(node, f"pathlib.Path().{name}")
                    found |= self._path_part(value, name) if isinstance(value, Place) else {Method(value, name)}
                case Instance() | Own():
                    found |= self.field(value, name)
                case _:
                    found |= {UNKNOWN} | self.memory.read(memory.attribute(None, name))
        return frozenset(found)

    def _member(self, node: ast.AST, value: Value, dotted: str, name: str) -> Value:
        if isinstance(value, Made):
            dotted = f"{dotted}()"
        elif name == "__dict__":
            return Space(dotted)
        elif name in _SAME:
            return value
        elif name == "__builtins__":
            self.reach(node, "builtins")
            return Named("builtins")
        if dotted.count(".") >= DOTS_LIMIT:
            return UNKNOWN
        member = self.outside.member(dotted, name)
        self.reach(node, member)
        return Named(member)

    def _path_part(self, place: Place, name: str) -> set[Value]:
        match name:
            case "parent":
                head, slash, _ = place.path.rstrip("/").rpartition("/")
                return {Place(head or ("/" if slash else "."))}
            case "name" | "stem" | "suffix":
                return {Known(HOLE)}
            case "parents" | "parts":
                return {Place(HOLE), UNKNOWN}
        return {Method(place, name)}

    def field(self, value: Value, name: str) -> set[Value]:
        """An attribute of an object, class or function of the program, through its base classes."""
        found: set[Value] = set()
        pending = [value]
        seen: set[ast.AST] = set()
        while pending:
            held = pending.pop()
            if not isinstance(held, Instance | Own) or held.node in seen:
                found.update({Named(self.outside.member(f"{held.dotted}()", name))} if isinstance(held, Named) else ())
                continue
            seen.add(held.node)
            found |= self.memory.read(memory.attribute(held.node, name))
            found |= self.memory.read(memory.attribute(held.node, "*"))
            scope = self.layout.opened.get(held.node)
            if isinstance(held.node, ast.ClassDef) and scope is not None:
                found |= self._in_class(value, name, scope)
                pending += [base for expression in held.node.bases for base in self.of(expression)]
        return found or {UNKNOWN}

    def _in_class(self, value: Value, name: str, scope: Scope) -> set[Value]:
        found: set[Value] = set()
        for held in self.memory.read(memory.variable(scope, name)):
            if isinstance(held, Own) and isinstance(value, Instance) and not isinstance(held.node, ast.ClassDef):
                found.add(Method(value, name, held))
                if getattr(held.node, "decorator_list", ()):  # a property, say
                    found |= self.memory.read(memory.returned(held.node))
            else:
                found.add(held)
        return found

    def put(self, node: ast.AST, key: Constant, values: Values) -> None:
        """Puts values into the container of a node, under a constant key or, with None, any."""
        cell = memory.loose_content(node) if key is None else memory.content(node, key)
        self.memory.write(cell, values)
        self.memory.write(memory.contents(node), values)

    def item(self, node: ast.AST, base: Values, keys: Values) -> Values:
        """What a subscript of values may be, read at a node."""
        found: set[Value] = set()
        for value in base:
            for key in keys or ANYTHING:
                found |= self._one_item(node, value, key)
        return bounded(frozenset(found))

    def _one_item(self, node: ast.AST, value: Value, key: Value) -> AbstractSet[Value]:
        match value:
            case Box(node=box) if isinstance(key, Known) and not is_slice(key.value):
                exact = self.memory.read(memory.content(box, key.value))
                loose = self.memory.read(memory.loose_content(box))
                return exact | loose or self.memory.read(memory.contents(box)) or ANYTHING
            case Box(node=box):
                return self.memory.read(memory.contents(box)) | {value, UNKNOWN}
            case Space(dotted):
                return self.in_space(node, dotted, key)
            case Known(value=str() | bytes() as text):
                return {Known(_sliced(text, key))}
            case Named() | Own() | Instance() | Method():
                return self._named_item(node, value, key)
        return {UNKNOWN} | self.memory.read(memory.ITEMS)

    def _named_item(self, node: ast.AST, value: Value, key: Value) -> set[Value]:
        """An item of something that is no container here: itself, unless it is one of Python's own tables."""
        if value == Named("builtins"):
            return self.in_space(node, "builtins", key)
        if value == Named("sys.modules") and isinstance(key, Known) and isinstance(key.value, str):
            self.reach(node, key.value)
            return {Named(key.value)}
        return {value, UNKNOWN}

    def in_space(self, node: ast.AST, dotted: str, key: Value) -> set[Value]:
        """A name looked up in a module's, or with `""` in the program's own, namespace."""
        if not (isinstance(key, Known) and isinstance(key.value, str) and HOLE not in key.value):
            self.unresolved[node] = self.unresolved.get(node, NOTHING) | {Named(dotted or "builtins")}
            return {UNKNOWN}
        if dotted:
            return set(self.attribute(node, one(Named(dotted)), key.value))
        own = self.memory.read(memory.variable(self.layout.module, key.value))
        outer = self.outside.free(key.value)
        for value in outer:
            if isinstance(value, Named):
                self.reach(node, value.dotted)
        return set(own | outer) or {UNKNOWN}

    def inside(self, values: Values) -> Values:
        """What iterating over values may give."""
        found: set[Value] = set()
        for value in values:
            match value:
                case Box(node=box):
                    found |= self.memory.read(memory.contents(box)) | self.memory.read(memory.keys(box))
                case Known(value=str()):
                    found |= {value, Known(HOLE)}
                case Unknown() | Made():
                    found |= {UNKNOWN} | self.memory.read(memory.ITEMS)
                case Named(dotted) if not self.outside.is_gateway(dotted):
                    found.add(UNKNOWN)
                case Instance():
                    found.add(value)
                    for method in self.field(value, "__iter__") | self.field(value, "__next__"):
                        if isinstance(method, Method) and method.function is not None:
                            found |= self.memory.read(memory.returned(method.function.node))
                case _:
                    found.add(value)
        return frozenset(found)

    def gateways(self, values: Values) -> Values:
        """Through what, among values and all that they hold, something that matters can be reached."""
        found: set[Value] = set()
        pending = list(values)
        seen: set[ast.AST] = set()
        while pending and len(seen) < REACH_LIMIT:
            value = pending.pop()
            match value:
                case Named(dotted) | Space(dotted):
                    if self.outside.is_gateway(dotted):
                        found.add(value)
                case Own() | Instance() | Method():
                    found.add(value)
                case Box(node=box) if box not in seen:
                    seen.add(box)
                    pending += self.memory.read(memory.contents(box))
        return frozenset(found)

    def set_attribute(self, base: Values, name: str, values: Values) -> None:
        for value in base:
            if isinstance(value, Instance | Own):
                self.memory.write(memory.attribute(value.node, name), values)
            else:
                self.memory.write(memory.attribute(None, name), self.gateways(values))


def is_slice(key: Constant) -> bool:
    return isinstance(key, str) and key.count("\0") == 2


def _sliced(text: str | bytes, key: Value) -> Constant:
    if not isinstance(key, Known):
        return HOLE
    if isinstance(key.value, int) and not isinstance(key.value, bool):
        try:
            return text[key.value]
        except IndexError:
            return HOLE
    if isinstance(key.value, str) and is_slice(key.value):
        start, stop, step = (int(part) if part else None for part in key.value.split("\0"))
        return folding.subscript(text, start, stop, step)
    return HOLE
