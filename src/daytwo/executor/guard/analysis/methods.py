"""Methods of what the program holds itself: texts, paths, containers and namespaces."""

from __future__ import annotations

import ast
from collections.abc import Callable

from daytwo.executor.guard.analysis import folding
from daytwo.executor.guard.analysis.arguments import Arguments
from daytwo.executor.guard.analysis.evaluator import Evaluator
from daytwo.executor.guard.analysis.paths import joined_paths
from daytwo.executor.guard.analysis.values import (
    ANYTHING,
    HOLE,
    NOTHING,
    Box,
    Constant,
    Known,
    Made,
    Method,
    Named,
    Place,
    Space,
    Value,
    Values,
    constants,
    one,
    texts,
)

_PATH_KEEPS = frozenset({"resolve", "absolute", "expanduser", "with_suffix", "as_posix", "__str__", "with_stem"})
_PATH_FINDS = frozenset({"glob", "rglob", "iterdir"})
_BOX_PUTS = frozenset({"append", "add", "appendleft", "extend", "update", "setdefault", "insert", "__setitem__"})


class Methods:
    """Calls of methods, for an evaluator.

    Args:
        evaluator: holds the program's memory.
        unmodelled: what a call of something that is not known may give.
    """

    def __init__(self, evaluator: Evaluator, unmodelled: Callable[[Arguments], Values]) -> None:
        self._evaluator = evaluator
        self._unmodelled = unmodelled

    def call(self, node: ast.AST, method: Method, arguments: Arguments) -> Values:
        """What a call of a method may give."""
        match method.receiver:
            case Known(value=str() | bytes() as text):
                return self._text_method(text, method.name, arguments)
            case Place() as place:
                return self._path_method(place, method.name, arguments)
            case Box(node=box):
                return self._box_method(node, box, method.name, arguments)
            case Space(dotted):
                return self._space_method(node, dotted, method.name, arguments)
        return self._unmodelled(arguments) | ANYTHING

    def _text_method(self, text: str | bytes, name: str, arguments: Arguments) -> Values:
        weighty = self._evaluator.gateways(arguments.all())
        if name == "join":
            return self._joined(text, arguments) | weighty
        if name in {"split", "rsplit", "splitlines", "partition"}:
            pieces = text.split(maxsplit=24) if not arguments.positional else _pieces(text, arguments)
            return frozenset(Known(piece) for piece in pieces) | ANYTHING
        choices = [constants(values) for values in arguments.positional]
        if not all(len(choice) == 1 for choice in choices):
            return one(Known(HOLE)) | weighty
        return one(Known(folding.method(text, name, [choice[0] for choice in choices]))) | weighty

    def _joined(self, separator: str | bytes, arguments: Arguments) -> Values:
        for value in arguments.at(0):
            if isinstance(separator, str) and isinstance(value, Box) and isinstance(value.node, ast.List | ast.Tuple):
                parts: list[Values] = []
                for element in value.node.elts:
                    parts += [one(Known(separator)), self._evaluator.of(element) or ANYTHING]
                return self._evaluator.joined(parts[1:])
            if isinstance(separator, str) and isinstance(value, Known) and isinstance(value.value, str):
                return one(Known(separator.join(value.value)))
        return one(Known(HOLE))

    def _path_method(self, place: Place, name: str, arguments: Arguments) -> Values:
        if name in {"joinpath", "__truediv__"}:
            parts = Arguments([one(place), *arguments.positional], {}, arguments.rest)
            return frozenset(Place(path) for path in joined_paths(parts))
        if name in _PATH_KEEPS:
            return one(place)
        if name in _PATH_FINDS:
            return one(Place(f"{place.path.rstrip('/')}/{HOLE}"))
        if name in {"with_name", "relative_to"}:
            return one(Place(HOLE))
        return self._unmodelled(arguments) | one(Made(f"pathlib.Path().{name}"))

    def _box_method(self, node: ast.AST, box: ast.AST, name: str, arguments: Arguments) -> Values:
        if name in _BOX_PUTS:
            if name in {"setdefault", "__setitem__", "insert"}:
                keys: list[Constant] = [*texts(arguments.at(0))]
                for key in keys or [None]:
                    self._evaluator.put(box, key, arguments.at(1))
            else:
                held = arguments.all()
                self._evaluator.put(box, None, self._evaluator.inside(held) if name in {"extend", "update"} else held)
                for key, values in arguments.named.items():
                    self._evaluator.put(box, key, values)
            if name != "setdefault":
                return ANYTHING
        if name == "get" and arguments.positional:
            return self._evaluator.item(node, one(Box(box)), arguments.at(0)) | arguments.at(1)
        held = self._evaluator.inside(one(Box(box)))
        return held | one(Box(box)) if name in {"copy", "items", "values", "keys"} else held | ANYTHING

    def _space_method(self, node: ast.AST, dotted: str, name: str, arguments: Arguments) -> Values:
        if name in {"get", "pop", "setdefault", "__getitem__"}:
            found: set[Value] = set()
            for key in arguments.at(0) or ANYTHING:
                found |= self._evaluator.in_space(node, dotted, key)
            return frozenset(found)
        if dotted and name in {"items", "values", "copy", "popitem"}:
            unresolved = self._evaluator.unresolved
            unresolved[node] = unresolved.get(node, NOTHING) | one(Named(dotted))
        return ANYTHING


def _pieces(text: str | bytes, arguments: Arguments) -> list[str | bytes]:
    separators = constants(arguments.at(0))
    if len(separators) == 1 and isinstance(separators[0], str) and isinstance(text, str) and separators[0]:
        return list(text.split(separators[0], 24))
    return [HOLE]
