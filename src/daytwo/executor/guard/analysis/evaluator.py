"""Expressions to values: names, constants, operators, containers; calls are next door (`calls.py`)."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from functools import cached_property
from types import EllipsisType
from typing import Any, ClassVar

from daytwo.executor.guard.analysis import folding, memory
from daytwo.executor.guard.analysis.heap import Heap, Outside
from daytwo.executor.guard.analysis.mentions import first_mentions, is_assigned_first
from daytwo.executor.guard.analysis.paths import joined_path
from daytwo.executor.guard.analysis.scopes import Kind, Layout
from daytwo.executor.guard.analysis.values import (
    ANYTHING,
    HOLE,
    NOTHING,
    UNKNOWN,
    Box,
    Known,
    Named,
    Own,
    Place,
    Space,
    Value,
    Values,
    bounded,
    faded,
    one,
    texts,
)

BULK_LIMIT = 64
"""From how many elements on a literal of constants is taken as a whole."""
PAIRS_LIMIT = 36
"""How many combinations of two operands' values are computed."""
_BUILTINS = frozenset(dir(builtins)) | {"__builtins__"}


class Evaluator(Heap):
    """Evaluates expressions.  `enormous` keeps those whose results no machine could hold."""

    def __init__(self, layout: Layout, outside: Outside) -> None:
        super().__init__(layout, outside)
        self.enormous: set[ast.AST] = set()
        self.stars: list[str] = []
        self.apply: Callable[[ast.Call], Values]

    @cached_property
    def _mentions(self) -> dict[str, ast.AST]:
        return first_mentions(self.layout.nodes)

    def value(self, node: ast.AST) -> Values:
        """Evaluates an expression and remembers what it may be."""
        handler = self._handlers.get(type(node))
        found = self._children(node) if handler is None else handler(self, node)
        self.results[node] = found
        return found

    def _children(self, node: ast.AST) -> Values:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr | ast.keyword | ast.comprehension):
                self.value(child)
        return ANYTHING

    def _name(self, node: ast.Name) -> Values:
        scope = self.layout.around[node]
        owner = scope.owner(node.id)
        if owner is None:
            return self._free(node)
        found = self.memory.read(memory.variable(owner, node.id))
        if (
            node.id in _BUILTINS
            and owner.kind in {Kind.MODULE, Kind.CLASS}
            and not is_assigned_first(self.layout, self._mentions, node.id)
        ):
            found |= self._free(node)
        return found

    def _free(self, node: ast.Name) -> Values:
        found: set[Value] = set()
        for module in self.stars:
            dotted = self.outside.member(module, node.id)
            if self.outside.is_gateway(dotted):
                self.reach(node, dotted)
            found.add(Named(dotted))
        for value in self.outside.free(node.id):
            if isinstance(value, Named):
                self.reach(node, value.dotted)
            found.add(value)
        return frozenset(found) or self.outside.left(node.id) or ANYTHING

    def _attribute(self, node: ast.Attribute) -> Values:
        base = self.value(node.value)
        return self.attribute(node, base, node.attr)

    def _constant(self, node: ast.Constant) -> Values:
        return ANYTHING if isinstance(node.value, EllipsisType) else one(Known(node.value))

    def _joined(self, node: ast.JoinedStr) -> Values:
        return self.joined([self.value(part) for part in node.values])

    def joined(self, parts: list[Values]) -> Values:
        """Texts put one after the other."""
        found = [""]
        for part in parts:
            choices = [_text(value) for value in part] or [HOLE]
            found = [head + tail for head in found for tail in sorted(set(choices))]
            if len(found) > PAIRS_LIMIT:
                found = [HOLE]
        return bounded(frozenset(Known(text) for text in found))

    def _formatted(self, node: ast.FormattedValue) -> Values:
        found = self.value(node.value)
        if node.format_spec is not None:
            self.value(node.format_spec)
            return one(Known(HOLE)) | self.gateways(found)
        return found

    def _binary(self, node: ast.BinOp) -> Values:
        return self.binary(node, self.value(node.left), node.op, self.value(node.right))

    def binary(self, node: ast.AST, left: Values, sign: ast.operator, right: Values) -> Values:
        """An operator on values: constants are folded, paths joined, containers put together."""
        if len(left) * len(right) > PAIRS_LIMIT:
            left, right = faded(left), faded(right)
        found: set[Value] = set()
        for first in _constants(left):
            for second in _constants(right):
                found |= self._two(node, first, sign, second)
        if not _makes_text(sign, left, right):
            found |= {value for value in left | right if isinstance(value, Box)} | self.gateways(left | right)
        return bounded(frozenset(found))

    def _two(self, node: ast.AST, first: Value, sign: ast.operator, second: Value) -> set[Value]:
        if isinstance(sign, ast.Div) and (isinstance(first, Place) or isinstance(second, Place)):
            return {Place(joined_path(_text(first), _text(second)))}
        if isinstance(first, Known) and isinstance(second, Known):
            try:
                return {Known(folding.binary(first.value, sign, second.value))}
            except folding.TooLargeError:
                self.enormous.add(node)
                return {UNKNOWN}
        if isinstance(sign, ast.Add | ast.Mod) and (_is_text(first) or _is_text(second)):
            return {Known(_text(first) + (_text(second) if isinstance(sign, ast.Add) else ""))}
        return {UNKNOWN}

    def _unary(self, node: ast.UnaryOp) -> Values:
        found = self.value(node.operand)
        if isinstance(node.op, ast.USub):
            numbers = [value.value for value in found if isinstance(value, Known) and isinstance(value.value, int)]
            return frozenset(Known(-number) for number in numbers) or ANYTHING
        return ANYTHING

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Values:
        if len(node.elts) > BULK_LIMIT and all(isinstance(element, ast.Constant) for element in node.elts):
            constants = [element.value for element in node.elts if isinstance(element, ast.Constant)]
            self.put(node, None, bounded(frozenset(Known(text) for text in constants if isinstance(text, str))))
            return one(Box(node))
        held: set[Value] = set()
        for place, element in enumerate(node.elts):
            values = self.value(element)
            if isinstance(element, ast.Starred):
                self.memory.write(memory.loose_content(node), values := self.inside(values))
            else:
                self.memory.write(memory.content(node, place), values)
            held |= values
        self.memory.write(memory.contents(node), bounded(frozenset(held)))
        return one(Box(node))

    def _dict(self, node: ast.Dict) -> Values:
        held: set[Value] = set()
        keys: set[Value] = set()
        for key, element in zip(node.keys, node.values, strict=True):
            values = self.value(element)
            if key is None:
                self.memory.write(memory.loose_content(node), values := self.inside(values))
            for choice in () if key is None else self.value(key) or ANYTHING:
                known = memory.content(node, choice.value) if isinstance(choice, Known) else None
                self.memory.write(known or memory.loose_content(node), values)
                keys.add(choice)
            held |= values
        self.memory.write(memory.contents(node), bounded(frozenset(held)))
        self.memory.write(memory.keys(node), bounded(frozenset(keys)))
        return one(Box(node))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Values:
        for generator in node.generators:
            self.value(generator)
        if isinstance(node, ast.DictComp):
            self.put(node, None, self.value(node.key) | self.value(node.value))
        else:
            self.put(node, None, self.value(node.elt))
        return one(Box(node))

    def _generator(self, node: ast.comprehension) -> Values:
        self.bind(node.target, self.inside(self.value(node.iter)))
        for condition in node.ifs:
            self.value(condition)
        return ANYTHING

    def _subscript(self, node: ast.Subscript) -> Values:
        return self.item(node, self.value(node.value), self._key(node.slice))

    def _key(self, node: ast.expr) -> Values:
        if isinstance(node, ast.Slice):
            self._children(node)
            parts = [_whole(part) for part in (node.lower, node.upper, node.step)]
            if all(ok for ok, _ in parts):
                return one(Known("\0".join("" if number is None else str(number) for _, number in parts)))
            return ANYTHING
        return self.value(node)

    def bind(self, target: ast.expr, values: Values) -> None:
        """Gives values to an assignment's target."""
        self.results[target] = values
        match target:
            case ast.Name(id=name):
                scope = self.layout.around[target]
                if isinstance(self.layout.parents.get(target), ast.NamedExpr):
                    scope = scope.statement_scope
                self.memory.write(memory.variable(scope.binder(name), name), values or ANYTHING)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                self._unpack(elements, values)
            case ast.Starred(value=inner):
                self.put(target, None, self.inside(values))
                self.bind(inner, one(Box(target)))
            case ast.Attribute(value=base, attr=name):
                self.set_attribute(self.value(base), name, values)
            case ast.Subscript(value=base, slice=key):
                self._set_item(self.value(base), self._key(key), values)

    def _unpack(self, elements: list[ast.expr], values: Values) -> None:
        has_star = any(isinstance(element, ast.Starred) for element in elements)
        for place, element in enumerate(elements):
            if has_star or isinstance(element, ast.Starred):
                self.bind(element, self.inside(values))
                continue
            found: set[Value] = set()
            for value in values:
                if isinstance(value, Box):
                    found |= set(self._one_item(element, value, Known(place)))
                else:
                    found |= self.inside(one(value))
            self.bind(element, bounded(frozenset(found)))

    def _set_item(self, base: Values, keys: Values, values: Values) -> None:
        for value in base:
            if isinstance(value, Box):
                for key in keys or ANYTHING:
                    self.put(value.node, key.value if isinstance(key, Known) else None, values)
            elif isinstance(value, Space) and not value.dotted:
                for name in texts(keys):
                    self.memory.write(memory.variable(self.layout.module, name), values)
            else:
                self.memory.write(memory.ITEMS, self.gateways(values))

    def _either(self, node: ast.BoolOp) -> Values:
        return bounded(frozenset().union(*(self.value(part) for part in node.values)))

    def _conditional(self, node: ast.IfExp) -> Values:
        self.value(node.test)
        return bounded(self.value(node.body) | self.value(node.orelse))

    def _walrus(self, node: ast.NamedExpr) -> Values:
        found = self.value(node.value)
        self.bind(node.target, found)
        return found

    def _lambda(self, node: ast.Lambda) -> Values:
        self.defaults(node.args)
        self.memory.write(memory.returned(node), self.value(node.body))
        return one(Own(node))

    def defaults(self, arguments: ast.arguments) -> None:
        """Gives parameters their defaults."""
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs: list[tuple[ast.arg, ast.expr | None]] = [
            *zip(reversed(positional), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if default is not None:
                scope = self.layout.around[argument]
                self.memory.write(memory.variable(scope, argument.arg), self.value(default))

    def _inner(self, node: ast.Starred | ast.Await) -> Values:
        return self.value(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Values:
        found = NOTHING if node.value is None else self.value(node.value)
        scope = self.layout.around[node].statement_scope
        self.put(scope.node, None, self.inside(found) if isinstance(node, ast.YieldFrom) else found)
        return ANYTHING

    def _call(self, node: ast.Call) -> Values:
        return self.apply(node)

    _handlers: ClassVar[dict[type[ast.AST], Callable[[Any, Any], Values]]] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Constant: _constant,
        ast.JoinedStr: _joined,
        ast.FormattedValue: _formatted,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.BoolOp: _either,
        ast.IfExp: _conditional,
        ast.List: _sequence,
        ast.Tuple: _sequence,
        ast.Set: _sequence,
        ast.Dict: _dict,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.comprehension: _generator,
        ast.Subscript: _subscript,
        ast.NamedExpr: _walrus,
        ast.Lambda: _lambda,
        ast.Starred: _inner,
        ast.Await: _inner,
        ast.Yield: _yield,
        ast.YieldFrom: _yield,
        ast.Call: _call,
    }


def _constants(values: Values) -> set[Value]:
    """Constants and paths, and one value that stands for all others."""
    found: set[Value] = {value for value in values if isinstance(value, Known | Place)}
    return found | {UNKNOWN} if len(found) < len(values) or not values else found


def _makes_text(sign: ast.operator, left: Values, right: Values) -> bool:
    """Whether an operator surely gives a text or a path, in which nothing of weight can lie."""
    if isinstance(sign, ast.Add | ast.Mod):
        return any(side and all(map(_is_text, side)) for side in (left, right))
    return isinstance(sign, ast.Div) and any(
        side and all(isinstance(value, Place) for value in side) for side in (left, right)
    )


def _is_text(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, str)


def _text(value: Value) -> str:
    match value:
        case Known(value=bool() | int() | float() | None as constant):
            return str(constant)
        case Known(value=str(text)) | Place(path=text):
            return text
    return HOLE


def _whole(node: ast.expr | None) -> tuple[bool, int | None]:
    """Whether a slice's part is a constant, and which."""
    match node:
        case None:
            return True, None
        case ast.Constant(value=int(number)):
            return True, number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return True, -number
    return False, None
