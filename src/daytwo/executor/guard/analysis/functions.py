"""Functions from outside whose effect on values is known: those that move names about, join paths, make texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import ClassVar

from daytwo.executor.guard.analysis import folding
from daytwo.executor.guard.analysis.arguments import Arguments
from daytwo.executor.guard.analysis.evaluator import Evaluator
from daytwo.executor.guard.analysis.paths import LISTED, joined_paths
from daytwo.executor.guard.analysis.values import (
    ANYTHING,
    HOLE,
    NOTHING,
    UNKNOWN,
    Box,
    Getter,
    Known,
    Made,
    Named,
    Place,
    Space,
    Value,
    Values,
    bounded,
    constants,
    is_wholly_known,
    one,
    texts,
)

_TRANSPARENT = frozenset(
    f"builtins.{name}"
    for name in [
        "list",
        "tuple",
        "set",
        "frozenset",
        "sorted",
        "reversed",
        "iter",
        "next",
        "enumerate",
        "zip",
        "max",
        "min",
        "dict",
        "filter",
    ]
)
_WILDCARD = re.compile(r"[*?\[].*")
_TEXTS = frozenset({"builtins.bytes", "builtins.bytearray", "builtins.str"})
"""What makes a text of constants that the program holds, whatever the text is."""
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath"})
_PATH_TEXT = {
    "pathlib.Path.home": "~",
    "pathlib.Path.cwd": ".",
    "os.getcwd": ".",
    "tempfile.mkdtemp": f"/tmp/{HOLE}",  # noqa: S108 -- the sandbox's own
    "tempfile.gettempdir": "/tmp",  # noqa: S108
    "tempfile.mktemp": f"/tmp/{HOLE}",  # noqa: S108
}

Apply = Callable[[ast.AST, Values, Arguments], Values]
"""What a call of values, made at a node, may give."""


class Functions:
    """Calls of functions from outside, for an evaluator.

    Args:
        evaluator: holds the program's memory.
        apply: calls what a function is handed.
    """

    def __init__(self, evaluator: Evaluator, apply: Apply) -> None:
        self._evaluator = evaluator
        self._apply = apply

    def call(self, node: ast.AST, dotted: str, arguments: Arguments) -> Values | None:
        """What a call of a function that is known may give; None for any other."""
        model = self._models.get(dotted)
        if model is not None:
            return model(self, node, arguments)
        if dotted in _TRANSPARENT:
            return self._transparent(node, dotted, arguments)
        if dotted in _PATHS:
            return self._place(arguments)
        if dotted in _PATH_TEXT:
            return one(Place(_PATH_TEXT[dotted]))
        return None

    def folded(self, dotted: str, arguments: Arguments) -> Values:
        """What a function that makes texts of texts gives for constants; nothing where that is not known."""
        found = self._folded(dotted, arguments)
        if not found and dotted in _TEXTS and all(isinstance(value, Known | Box) for value in arguments.all()):
            return one(Known(HOLE))
        return found

    def get(self, node: ast.AST, getter: Getter, arguments: Arguments) -> Values:
        """What `operator.attrgetter(…)` or `operator.methodcaller(…)` gives of its argument."""
        found = arguments.at(0)
        for name in getter.path.split("."):
            found = self._evaluator.attribute(node, found, name)
        return self._apply(node, found, arguments.after(1)) if getter.calls else found

    def _folded(self, dotted: str, arguments: Arguments) -> Values:
        if not folding.is_foldable(dotted) or len(arguments.positional) not in {1, 2}:
            return NOTHING
        choices = [constants(values) for values in arguments.positional]
        if not all(choices):
            places = [value for value in arguments.positional[0] if isinstance(value, Place)]
            return frozenset(Known(place.path) for place in places)
        if len(choices) == 1:
            return bounded(frozenset(Known(folding.call(dotted, [choice])) for choice in choices[0]))
        pairs = [(first, second) for first in choices[0] for second in choices[1]]
        return bounded(frozenset(Known(folding.call(dotted, pair)) for pair in pairs))

    def _transparent(self, node: ast.AST, dotted: str, arguments: Arguments) -> Values:
        """`list`, `zip`, `next` …: what they hold or give is what their arguments hold."""
        function = arguments.named.pop("key", NOTHING)
        held = frozenset().union(*(self._evaluator.inside(values) for values in (arguments.all(),)))
        if function:
            self._apply(node, function, Arguments([held | ANYTHING]))
        for key, values in arguments.named.items():
            if dotted == "builtins.dict":
                self._evaluator.put(node, key, values)
        self._evaluator.put(node, None, held)
        if dotted in {"builtins.next", "builtins.max", "builtins.min"}:
            return held | ANYTHING
        return one(Box(node))

    def _getattr(self, node: ast.AST, arguments: Arguments) -> Values:
        base, given = arguments.at(0), arguments.at(1)
        found: set[Value] = set(arguments.at(2)) if len(arguments.positional) > 2 else set()
        known = [text for text in texts(given) if HOLE not in text]
        for name in known:
            found |= self._evaluator.attribute(node, base, name)
        if not is_wholly_known(given):
            unresolved = self._evaluator.unresolved
            unresolved[node] = unresolved.get(node, NOTHING) | base | self._evaluator.gateways(base)
            found |= ANYTHING
        return frozenset(found)

    def _setattr(self, _node: ast.AST, arguments: Arguments) -> Values:
        for name in texts(arguments.at(1)):
            self._evaluator.set_attribute(arguments.at(0), name, arguments.at(2))
        return ANYTHING

    def _vars(self, _node: ast.AST, arguments: Arguments) -> Values:
        if not arguments.positional:
            return one(Space(""))
        return frozenset(
            Space(value.dotted) if isinstance(value, Named) else UNKNOWN for value in arguments.positional[0]
        )

    def _import(self, node: ast.AST, arguments: Arguments) -> Values:
        found: set[Value] = set()
        for name in texts(arguments.at(0, "name")):
            if HOLE not in name and name:
                self._evaluator.reach(node, name)
                found |= {Named(name), Named(name.partition(".")[0])}
        return frozenset(found) or ANYTHING

    def _partial(self, node: ast.AST, arguments: Arguments) -> Values:
        self._apply(node, arguments.at(0), arguments.after(1))
        return arguments.at(0) | ANYTHING

    def _data(self, _node: ast.AST, arguments: Arguments) -> Values:
        """A dataset's handle keeps the name that it goes by."""
        given = texts(arguments.at(0))
        if len(given) == 1 and is_wholly_known(arguments.at(0)) and given[0].isidentifier():
            return one(Made(f"cell.data[{given[0]}]"))
        return one(Made("cell.data"))

    def _glob(self, node: ast.AST, arguments: Arguments) -> Values:
        """Paths that begin as their pattern does."""
        found = [_WILDCARD.sub(HOLE, text) for text in texts(arguments.at(0, "pathname")) or [HOLE]]
        self._evaluator.put(node, None, bounded(frozenset(Known(text) for text in found)))
        return one(Box(node))

    def _listed(self, node: ast.AST, _arguments: Arguments) -> Values:
        self._evaluator.put(node, None, one(Known(LISTED)))
        return one(Box(node))

    def _place(self, arguments: Arguments) -> Values:
        if not arguments.positional and not arguments.rest:
            return one(Place("."))
        found = joined_paths(arguments)
        return frozenset(Place(path) for path in found)

    def _join(self, _node: ast.AST, arguments: Arguments) -> Values:
        return bounded(frozenset(Known(path) for path in joined_paths(arguments)))

    def _spaces(self, _node: ast.AST, _arguments: Arguments) -> Values:
        return one(Space(""))

    def _attribute_getter(self, _node: ast.AST, arguments: Arguments) -> Values:
        return frozenset(Getter(name, calls=False) for name in texts(arguments.at(0))) or ANYTHING

    def _method_caller(self, _node: ast.AST, arguments: Arguments) -> Values:
        return frozenset(Getter(name, calls=True) for name in texts(arguments.at(0))) or ANYTHING

    _models: ClassVar[dict[str, Callable[[Functions, ast.AST, Arguments], Values]]] = {
        "builtins.getattr": _getattr,
        "builtins.setattr": _setattr,
        "builtins.vars": _vars,
        "builtins.globals": _spaces,
        "builtins.locals": _spaces,
        "builtins.__import__": _import,
        "importlib.import_module": _import,
        "importlib.__import__": _import,
        "operator.attrgetter": _attribute_getter,
        "operator.methodcaller": _method_caller,
        "os.path.join": _join,
        "functools.partial": _partial,
        "cell.data": _data,
        "os.listdir": _listed,
        "glob.glob": _glob,
        "glob.iglob": _glob,
    }
