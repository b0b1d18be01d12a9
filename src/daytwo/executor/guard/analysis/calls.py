"""Calls to values: the program's own functions, the built-ins that move names about, and everything else.

What is not modelled may give back, or hand to a callback, whatever of weight it was given: nothing gets lost in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from daytwo.executor.guard.analysis import folding, memory
from daytwo.executor.guard.analysis.evaluator import Evaluator
from daytwo.executor.guard.analysis.values import (
    ANYTHING,
    HOLE,
    NOTHING,
    UNKNOWN,
    Box,
    Constant,
    Getter,
    Instance,
    Known,
    Made,
    Method,
    Named,
    Own,
    Place,
    Space,
    Value,
    Values,
    bounded,
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
_PATH_KEEPS = frozenset({"resolve", "absolute", "expanduser", "with_suffix", "as_posix", "__str__", "with_stem"})
_PATH_FINDS = frozenset({"glob", "rglob", "iterdir"})
_BOX_PUTS = frozenset({"append", "add", "appendleft", "extend", "update", "setdefault", "insert", "__setitem__"})


@dataclass
class Arguments:
    """What a call passes."""

    positional: list[Values] = field(default_factory=list)
    named: dict[str, Values] = field(default_factory=dict)
    rest: Values = NOTHING
    """What starred arguments hold, as far as their places are not known."""

    def all(self) -> Values:
        return frozenset().union(self.rest, *self.positional, *self.named.values())

    def at(self, place: int, name: str = "") -> Values:
        if place < len(self.positional):
            return self.positional[place]
        return self.named.get(name, NOTHING) | self.rest

    def after(self, count: int) -> Arguments:
        return Arguments(self.positional[count:], self.named, self.rest)


class Calls:
    """Calls, for an evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._memory = evaluator.memory
        self._models: dict[str, Callable[[ast.AST, Arguments], Values]] = {
            "builtins.getattr": self._getattr,
            "builtins.setattr": self._setattr,
            "builtins.vars": self._vars,
            "builtins.globals": lambda *_: one(Space("")),
            "builtins.locals": lambda *_: one(Space("")),
            "builtins.__import__": self._import,
            "importlib.import_module": self._import,
            "importlib.__import__": self._import,
            "operator.attrgetter": lambda _, arguments: self._getter(arguments, calls=False),
            "operator.methodcaller": lambda _, arguments: self._getter(arguments, calls=True),
            "os.path.join": self._join,
            "functools.partial": self._partial,
            "cell.data": self._data,
            "glob.glob": self._glob,
            "glob.iglob": self._glob,
        }

    def call(self, node: ast.Call) -> Values:
        """The values of a call expression."""
        called = self._evaluator.value(node.func)
        arguments = Arguments()
        for argument in node.args:
            values = self._evaluator.value(argument)
            if isinstance(argument, ast.Starred):
                self._star(arguments, values)
            elif arguments.rest:
                arguments.rest |= values
            else:
                arguments.positional.append(values)
        for keyword in node.keywords:
            values = self._evaluator.value(keyword.value)
            if keyword.arg is None:
                arguments.rest |= self._evaluator.inside(values)
            else:
                arguments.named[keyword.arg] = values
        return self.apply(node, called, arguments)

    def _star(self, arguments: Arguments, values: Values) -> None:
        """`f(*args)`: a literal's elements keep their places."""
        if len(values) == 1 and not arguments.rest:
            (value,) = values
            if isinstance(value, Box) and isinstance(value.node, ast.Tuple | ast.List):
                elements = value.node.elts
                if not any(isinstance(element, ast.Starred) for element in elements):
                    arguments.positional += [self._evaluator.of(element) or ANYTHING for element in elements]
                    return
        arguments.rest |= self._evaluator.inside(values) | ANYTHING

    def apply(self, node: ast.AST, called: Values, arguments: Arguments) -> Values:
        """What a call of values, made at a node, may give."""
        found: set[Value] = set()
        for value in called or ANYTHING:
            found |= self._one(node, value, arguments)
        return bounded(frozenset(found))

    def _one(self, node: ast.AST, value: Value, arguments: Arguments) -> Values:
        match value:
            case Own():
                found = self._own(node, value, arguments)
            case Instance():
                methods = frozenset(self._evaluator.field(value, "__call__")) - ANYTHING
                found = self.apply(node, methods, arguments) if methods else self._unmodelled(arguments)
            case Method(function=Own() as function, receiver=receiver):
                bound = Arguments([one(receiver), *arguments.positional], arguments.named, arguments.rest)
                found = self._own(node, function, bound)
            case Method():
                found = self._method(node, value, arguments)
            case Getter():
                found = self._get(node, value, arguments)
            case Named(dotted):
                found = self._named(node, dotted, arguments)
            case _:
                found = self._unmodelled(arguments) | ANYTHING
        return found

    # The program's own

    def _own(self, node: ast.AST, value: Own, arguments: Arguments) -> Values:
        function = value.node
        if isinstance(function, ast.ClassDef):
            return self._instance(node, function, arguments)
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return ANYTHING
        self._pass(function, arguments)
        found = self._memory.read(memory.returned(function))
        if self._memory.read(memory.contents(function)):
            found |= one(Box(function))
        return found or ANYTHING

    def _pass(self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, arguments: Arguments) -> None:
        """Gives a call's arguments to a function's parameters."""
        parameters = function.args
        places = [*parameters.posonlyargs, *parameters.args]
        for place, parameter in enumerate(places):
            self._give(parameter, arguments.at(place, parameter.arg))
        for parameter in parameters.kwonlyargs:
            self._give(parameter, arguments.at(len(arguments.positional), parameter.arg))
        known = {parameter.arg for parameter in (*places, *parameters.kwonlyargs)}
        if parameters.vararg is not None:
            for place, values in enumerate(arguments.positional[len(places) :]):
                self._evaluator.put(parameters.vararg, place, values)
            self._evaluator.put(parameters.vararg, None, arguments.rest)
            self._give(parameters.vararg, one(Box(parameters.vararg)))
        if parameters.kwarg is not None:
            for name, values in arguments.named.items():
                if name not in known:
                    self._evaluator.put(parameters.kwarg, name, values)
            self._evaluator.put(parameters.kwarg, None, arguments.rest)
            self._give(parameters.kwarg, one(Box(parameters.kwarg)))

    def _give(self, parameter: ast.arg, values: Values) -> None:
        self._memory.write(memory.variable(self._evaluator.layout.around[parameter], parameter.arg), values)

    def _instance(self, node: ast.AST, definition: ast.ClassDef, arguments: Arguments) -> Values:
        made = Instance(definition)
        for name in ("__init__", "__new__", "__post_init__"):
            for method in self._evaluator.field(made, name):
                if isinstance(method, Method) and method.function is not None:
                    self._one(node, method, arguments)
        for name, values in arguments.named.items():  # a data class
            self._memory.write(memory.attribute(definition, name), values)
        weighty = self._evaluator.gateways(frozenset().union(arguments.rest, *arguments.positional))
        self._memory.write(memory.attribute(definition, "*"), weighty)
        return one(made)

    # What comes from outside

    def _named(self, node: ast.AST, dotted: str, arguments: Arguments) -> Values:
        model = self._models.get(dotted)
        if model is not None:
            return model(node, arguments)
        if dotted in _TRANSPARENT:
            return self._transparent(node, dotted, arguments)
        if dotted in _PATHS:
            return self._place(arguments)
        if dotted in _PATH_TEXT:
            return one(Place(_PATH_TEXT[dotted]))
        found = self._folded(dotted, arguments)
        if not found and dotted in _TEXTS and all(isinstance(value, Known | Box) for value in arguments.all()):
            found = one(Known(HOLE))
        if not found:
            made = self._evaluator.outside.made(dotted)
            found = ANYTHING if made is None else one(Made(made))
        return found | self._unmodelled(arguments)

    def _unmodelled(self, arguments: Arguments) -> Values:
        """Whatever of weight went in may come out, or be handed to a function that went in with it."""
        weighty = self._evaluator.gateways(arguments.all())
        found = set(weighty)
        for value in weighty:
            function = value.function if isinstance(value, Method) else value
            if isinstance(function, Own) and isinstance(
                function.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            ):
                others = (weighty - one(value)) | ANYTHING
                receiver = [one(value.receiver)] if isinstance(value, Method) else []
                count = len(function.node.args.posonlyargs) + len(function.node.args.args) - len(receiver)
                self._pass(function.node, Arguments([*receiver, *[others] * count], {}, others))
                found |= self._memory.read(memory.returned(function.node))
        return frozenset(found)

    def _folded(self, dotted: str, arguments: Arguments) -> Values:
        if not folding.is_foldable(dotted) or len(arguments.positional) not in {1, 2}:
            return NOTHING
        choices = [_constants(values) for values in arguments.positional]
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
            self.apply(node, function, Arguments([held | ANYTHING]))
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

    def _getter(self, arguments: Arguments, *, calls: bool) -> Values:
        return frozenset(Getter(name, calls) for name in texts(arguments.at(0))) or ANYTHING

    def _get(self, node: ast.AST, getter: Getter, arguments: Arguments) -> Values:
        found = arguments.at(0)
        for name in getter.path.split("."):
            found = self._evaluator.attribute(node, found, name)
        return self.apply(node, found, arguments.after(1)) if getter.calls else found

    def _partial(self, node: ast.AST, arguments: Arguments) -> Values:
        self.apply(node, arguments.at(0), arguments.after(1))
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

    # Paths, texts and containers

    def _place(self, arguments: Arguments) -> Values:
        if not arguments.positional and not arguments.rest:
            return one(Place("."))
        found = self._join_all(arguments)
        return frozenset(Place(path) for path in found)

    def _join(self, _node: ast.AST, arguments: Arguments) -> Values:
        return bounded(frozenset(Known(path) for path in self._join_all(arguments)))

    def _join_all(self, arguments: Arguments) -> list[str]:
        parts = [*arguments.positional, *([arguments.rest] if arguments.rest else [])]
        found = [""]
        for values in parts:
            tails = texts(values) or [HOLE]
            found = [t if t.startswith("/") or not head else f"{head.rstrip('/')}/{t}" for head in found for t in tails]
            if len(found) > len(parts) * 16:
                return [HOLE]
        return found

    def _method(self, node: ast.AST, method: Method, arguments: Arguments) -> Values:
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
        choices = [_constants(values) for values in arguments.positional]
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
            return frozenset(Place(path) for path in self._join_all(parts))
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


def _constants(values: Values) -> list[Constant]:
    """The constants that values are, in a stable order; none where they may be anything else."""
    if not values or not all(isinstance(value, Known) for value in values):
        return []
    return sorted(
        (value.value for value in values if isinstance(value, Known)), key=lambda one: (str(type(one)), str(one))
    )


def _pieces(text: str | bytes, arguments: Arguments) -> list[str | bytes]:
    separators = _constants(arguments.at(0))
    if len(separators) == 1 and isinstance(separators[0], str) and isinstance(text, str) and separators[0]:
        return list(text.split(separators[0], 24))
    return [HOLE]
