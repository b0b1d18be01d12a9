"""Calls to values: the program's own functions and classes, what is known of the outside, and everything else.

What is not modelled may give back, or hand to a callback, whatever of weight it was given: nothing gets lost in it.
"""

from __future__ import annotations

import ast

from daytwo.executor.guard.analysis import memory
from daytwo.executor.guard.analysis.arguments import Arguments
from daytwo.executor.guard.analysis.evaluator import Evaluator
from daytwo.executor.guard.analysis.functions import Functions
from daytwo.executor.guard.analysis.methods import Methods
from daytwo.executor.guard.analysis.values import (
    ANYTHING,
    Box,
    Getter,
    Instance,
    Made,
    Method,
    Named,
    Own,
    Value,
    Values,
    bounded,
    one,
)


class Calls:
    """Calls, for an evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._memory = evaluator.memory
        self._called_objects: set[Instance] = set()
        """Those whose `__call__` is being called."""
        self._functions = Functions(evaluator, self.apply)
        self._methods = Methods(evaluator, self._unmodelled)

    def let_go(self) -> None:
        """Unties this from its parts, which hold it too: then memory is given back with the last mention of it."""
        del self._functions, self._methods

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
                found = self._object(node, value, arguments)
            case Method(function=Own() as function, receiver=receiver):
                bound = Arguments([one(receiver), *arguments.positional], arguments.named, arguments.rest)
                found = self._own(node, function, bound)
            case Method():
                found = self._methods.call(node, value, arguments)
            case Getter():
                found = self._functions.get(node, value, arguments)
            case Named(dotted):
                found = self._named(node, dotted, arguments)
            case _:
                found = self._unmodelled(arguments) | ANYTHING
        return found

    def _object(self, node: ast.AST, value: Instance, arguments: Arguments) -> Values:
        """A call of an object is one of its `__call__`, which may be an object again, in the end itself."""
        methods = frozenset(self._evaluator.field(value, "__call__")) - ANYTHING
        if not methods or value in self._called_objects:
            return self._unmodelled(arguments)
        self._called_objects.add(value)
        try:
            return self.apply(node, methods, arguments)
        finally:
            self._called_objects.discard(value)

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
        known = self._functions.call(node, dotted, arguments)
        if known is not None:
            return known
        found = self._functions.folded(dotted, arguments)
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
