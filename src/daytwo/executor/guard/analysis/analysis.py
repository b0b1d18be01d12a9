"""The analysis of a program: statements over memory, until nothing more can be held by anything.

Flow-insensitive: a variable holds all that any of its assignments may give it.  Functions are looked at once for all
their calls.  What a program never calls is taken to be called with anything.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from daytwo.executor.guard.analysis import memory
from daytwo.executor.guard.analysis.arguments import Arguments
from daytwo.executor.guard.analysis.calls import Calls
from daytwo.executor.guard.analysis.evaluator import Evaluator
from daytwo.executor.guard.analysis.heap import Outside
from daytwo.executor.guard.analysis.scopes import FUNCTIONS, Kind, layout
from daytwo.executor.guard.analysis.values import ANYTHING, UNKNOWN, Instance, Method, Named, Own, Values, one


class Analysis(Evaluator):
    """A program, and what its expressions may be.

    Raises:
        TooComplexError: where it is too much for the limits of this room.
    """

    def __init__(self, tree: ast.Module, outside: Outside) -> None:
        super().__init__(layout(tree), outside)
        self._calls = Calls(self)
        self.apply = self._calls.call
        for definition in self.layout.of(ast.ClassDef):
            self._hand_out_self(definition)
        for node in self.layout.nodes:
            if isinstance(node, ast.stmt):
                self.memory.enqueue(node)
        self._settle()
        self._call_the_uncalled()
        self._settle()
        self._calls.let_go()
        del self.apply, self._calls

    def _settle(self) -> None:
        while (statement := self.memory.next()) is not None:
            self.memory.present = statement
            handler = self._statements.get(type(statement))
            if handler is not None:
                handler(self, statement)
        self.memory.present = None

    def _hand_out_self(self, definition: ast.ClassDef) -> None:
        for statement in definition.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                first = [*statement.args.posonlyargs, *statement.args.args][:1]
                for argument in first:
                    cell = memory.variable(self.layout.around[argument], argument.arg)
                    self.memory.write(cell, one(Instance(definition)))

    def _call_the_uncalled(self) -> None:
        for node in self.layout.of(*FUNCTIONS):
            arguments = node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                cell = memory.variable(self.layout.around[argument], argument.arg)
                if not self.memory.holds(cell):
                    self.memory.write(cell, ANYTHING)

    # Statements

    def _import(self, node: ast.Import) -> None:
        scope = self.layout.around[node]
        for alias in node.names:
            self.reach(alias, alias.name)
            first = alias.name.partition(".")[0]
            bound = one(Named(alias.name)) if alias.asname else one(Named(first))
            name = alias.asname or first
            self.memory.write(memory.variable(scope.binder(name), name), bound)

    def _import_from(self, node: ast.ImportFrom) -> None:
        if node.level or node.module is None:
            return
        scope = self.layout.around[node]
        for alias in node.names:
            if alias.name == "*":
                self.reach(alias, node.module)
                if node.module not in self.stars:
                    self.stars.append(node.module)
                    for statement in self.layout.statements:
                        self.memory.enqueue(statement)
                continue
            dotted = self.outside.member(node.module, alias.name)
            self.reach(alias, dotted)
            name = alias.asname or alias.name
            self.memory.write(memory.variable(scope.binder(name), name), one(Named(dotted)))

    def _assign(self, node: ast.Assign) -> None:
        values = self.value(node.value)
        for target in node.targets:
            self.bind(target, values)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        target = node.target
        before = self._target(target)
        self.bind(target, self.binary(node, before, node.op, self.value(node.value)) | self.gateways(before))

    def _target(self, target: ast.Name | ast.Attribute | ast.Subscript) -> Values:
        """What an augmented assignment reads first."""
        if isinstance(target, ast.Name):
            owner = self.layout.around[target].owner(target.id)
            return ANYTHING if owner is None else self.memory.read(memory.variable(owner, target.id))
        return self.value(target)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.bind(node.target, self.inside(self.value(node.iter)))

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            values = self.value(item.context_expr)
            if item.optional_vars is not None:
                entered: set[Any] = set(values)
                for value in values:
                    for method in self.field(value, "__enter__") if isinstance(value, Instance) else ():
                        if isinstance(method, Method) and method.function is not None:
                            entered |= self.memory.read(memory.returned(method.function.node))
                self.bind(item.optional_vars, frozenset(entered) | self.inside(values))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.defaults(node.args)
        values = one(Own(node))
        for decorator in reversed(node.decorator_list):
            given = values
            values = self._calls.apply(decorator, self.value(decorator), Arguments([values])) | self.gateways(given)
        self._name_it(node, values)

    def _class(self, node: ast.ClassDef) -> None:
        for expression in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self.value(expression)
        values = one(Own(node))
        for decorator in reversed(node.decorator_list):
            values |= self._calls.apply(decorator, self.value(decorator), Arguments([values]))
        self._name_it(node, values)

    def _name_it(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, values: Values) -> None:
        scope = self.layout.around[node].binder(node.name)
        self.memory.write(memory.variable(scope, node.name), values)

    def _return(self, node: ast.Return) -> None:
        values = ANYTHING if node.value is None else self.value(node.value)
        scope = self.layout.around[node].statement_scope
        if scope.kind is Kind.FUNCTION:
            self.memory.write(memory.returned(scope.node), values)

    def _raise(self, node: ast.Raise) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self.memory.write(memory.RAISED, self.gateways(self.value(part)))

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        for handler in node.handlers:
            if handler.type is not None:
                self.value(handler.type)
            if handler.name is not None:
                scope = self.layout.around[handler].binder(handler.name)
                self.memory.write(memory.variable(scope, handler.name), ANYTHING | self.memory.read(memory.RAISED))

    def _match(self, node: ast.Match) -> None:
        subject = self.value(node.subject)
        weighty = subject | self.inside(subject) | self.gateways(subject) | ANYTHING
        for part in ast.walk(node):
            if isinstance(part, ast.match_case) and part.guard is not None:
                self.value(part.guard)
            elif isinstance(part, ast.MatchValue):
                self.value(part.value)
            elif isinstance(part, ast.MatchAs | ast.MatchStar) and part.name is not None:
                self.memory.write(memory.variable(self.layout.around[part].binder(part.name), part.name), weighty)
            elif isinstance(part, ast.MatchClass):
                self.value(part.cls)
                for name in part.kwd_attrs:
                    self.attribute(part, subject | {UNKNOWN}, name)

    def _tested(self, node: ast.If | ast.While) -> None:
        self.value(node.test)

    def _expression(self, node: ast.Expr) -> None:
        self.value(node.value)

    def _asserted(self, node: ast.Assert) -> None:
        self.value(node.test)
        if node.msg is not None:
            self.value(node.msg)

    def _deleted(self, node: ast.Delete) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.value(target)

    _statements: ClassVar[dict[type[ast.AST], Callable[[Any, Any], None]]] = {
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.Match: _match,
        ast.If: _tested,
        ast.While: _tested,
        ast.Expr: _expression,
        ast.Assert: _asserted,
        ast.Delete: _deleted,
    }
