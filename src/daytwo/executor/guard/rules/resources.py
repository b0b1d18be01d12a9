"""Loops without an end, sizes beyond any machine, patterns that take for ever: they would only burn the step."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from daytwo.executor.guard.analysis.values import Box, Known, Named, Own, Values, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.subject import Subject
from daytwo.wire.verdict import Finding

ELEMENTS_LIMIT = 5_000_000_000
ROUNDS_LIMIT = 10_000_000_000
SLEEP_LIMIT_SECONDS = 600
FACTORIAL_LIMIT = 1_000_000
CHOICES = 6
"""What there is to choose from, where that is not known."""
_TOO_LARGE = "This result is larger than any machine's memory."
_TOO_LONG = "This takes longer than any step may."
_LIMITS = {
    "builtins.range": (ROUNDS_LIMIT, _TOO_LONG),
    "builtins.bytearray": (ELEMENTS_LIMIT, _TOO_LARGE),
    "time.sleep": (SLEEP_LIMIT_SECONDS, _TOO_LONG),
    "math.factorial": (FACTORIAL_LIMIT, _TOO_LONG),
}
_ENDS = (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Assert)
_SHAPED = frozenset(
    {"zeros", "ones", "empty", "full", "arange", "eye", "identity", "random", "rand", "randn", "normal"}
)
_NESTED_REPEAT = re.compile(r"\((?:\?:)?[^()]{0,100}[+*][^()]{0,100}\)[+*]|\((?:\?:)?(\w)\|\1\)[+*]")
_ENDLESS = frozenset({"itertools.count", "itertools.cycle"})
_COLLECTORS = frozenset(
    {"builtins.list", "builtins.sum", "builtins.tuple", "builtins.set", "builtins.sorted", "builtins.max"}
)


def resources(subject: Subject) -> Iterator[Finding]:
    for loop in subject.layout.of(ast.While, ast.For):
        is_endless = _is_always(loop.test) if isinstance(loop, ast.While) else _is_endless(subject, loop.iter)
        if (is_endless or _feeds_itself(loop) or _never_comes_nearer(loop)) and not _may_end(subject, loop):
            repair = "Loop over a range, or break on a condition."
            yield from _touch(subject, loop, "Nothing in this loop ends it.", repair)
    for function in subject.layout.of(ast.FunctionDef):
        if _calls_itself_first(subject, function):
            yield from _touch(
                subject, function, "This function always calls itself.", "Give it a case in which it ends."
            )
    for operation in subject.layout.of(ast.BinOp):
        yield from _operation(subject, operation)
    for call, called in subject.calls.items():
        yield from _call(subject, call, called)


def _touch(subject: Subject, node: ast.AST, message: str, repair: str | None = None) -> Iterator[Finding]:
    yield from subject.touches(node, Capability.RESOURCES, "", message, repair)


def _is_always(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _may_end(subject: Subject, loop: ast.AST) -> bool:
    """Whether the loop leaves itself, or stands in a `try`, so that an exception may be its end."""
    if any(isinstance(inner, _ENDS) for inner in ast.walk(loop)):
        return True
    if any(Named("sys.exit") in subject.analysis.of(one) for one in ast.walk(loop) if isinstance(one, ast.Attribute)):
        return True
    parents = subject.layout.parents
    while loop in parents:
        loop = parents[loop]
        if isinstance(loop, ast.Try):
            return True
    return False


def _feeds_itself(loop: ast.While | ast.For) -> bool:
    """Whether each round puts another element into the list that the loop goes through."""
    if not isinstance(loop, ast.For) or not isinstance(loop.iter, ast.Name):
        return False
    return any(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr in {"append", "extend"}
        and isinstance(statement.value.func.value, ast.Name)
        and statement.value.func.value.id == loop.iter.id
        for statement in loop.body
    )


def _never_comes_nearer(loop: ast.While | ast.For) -> bool:
    """Whether a number is compared, and each round leaves it as it is or takes it away from the end: `while n > 0`."""
    match loop:
        case ast.While(test=ast.Compare(left=ast.Name(id=name), ops=[sign], comparators=[ast.Constant(value=limit)])):
            if not isinstance(limit, int | float):
                return False
        case _:
            return False
    stores = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    changes = [node for node in ast.walk(loop) if isinstance(node, ast.AugAssign)]
    own = [node for node in changes if isinstance(node.target, ast.Name) and node.target.id == name]
    if len(own) < sum(store.id == name for store in stores):
        return False  # it is given another value
    away = ast.Add if isinstance(sign, ast.Gt | ast.GtE) else ast.Sub if isinstance(sign, ast.Lt | ast.LtE) else None
    has_calls = any(isinstance(node, ast.Global | ast.Nonlocal | ast.Call) for node in ast.walk(loop))
    if not own:
        return not has_calls  # a function may change it
    return away is not None and all(isinstance(node.op, away) and _is_positive(node.value) for node in own)


def _is_positive(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value > 0


def _is_endless(subject: Subject, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = subject.analysis.of(node.func)
    if Named("builtins.iter") in called and len(node.args) == 2:
        return Named("builtins.int") in subject.analysis.of(node.args[0])
    if Named("itertools.repeat") in called and len(node.args) == 1 and not node.keywords:
        return True
    return any(Named(dotted) in called for dotted in _ENDLESS)


def _calls_itself_first(subject: Subject, function: ast.FunctionDef) -> bool:
    """Whether every way through a function leads to itself: its plain statements call it, no branch before them."""
    for statement in function.body:
        if isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.With | ast.Match | ast.FunctionDef):
            return False
        for inner in ast.walk(statement):
            if isinstance(inner, ast.IfExp | ast.BoolOp | ast.Lambda | ast.comprehension | ast.Yield):
                return False
            if isinstance(inner, ast.Call) and Own(function) in subject.analysis.of(inner.func):
                return isinstance(inner.func, ast.Name)
        if isinstance(statement, ast.Return | ast.Raise):
            return False
    return False


def _operation(subject: Subject, node: ast.BinOp) -> Iterator[Finding]:
    if node in subject.analysis.enormous:
        yield from _touch(subject, node, _TOO_LARGE)
    elif isinstance(node.op, ast.Mult):
        sides = subject.analysis.of(node.left), subject.analysis.of(node.right)
        for held, times in (sides, sides[::-1]):
            if any(isinstance(value, Box) for value in held) and _largest(times) > ELEMENTS_LIMIT:
                yield from _touch(subject, node, _TOO_LARGE)


def _call(subject: Subject, call: ast.Call, called: list[str]) -> Iterator[Finding]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _SHAPED and call.args and _elements(subject, call) > ELEMENTS_LIMIT:
        yield from _touch(subject, call, "An array of this size is larger than any machine's memory.")
    for dotted in called:
        yield from _named(subject, call, dotted)


def _named(subject: Subject, call: ast.Call, dotted: str) -> Iterator[Finding]:
    given = [subject.analysis.of(argument) for argument in call.args]
    limit, message = _LIMITS.get(dotted, (math.inf, ""))
    if max(map(_largest, given), default=0.0) > limit:
        yield from _touch(subject, call, message)
    elif dotted.startswith("re.") and given and any(_NESTED_REPEAT.search(text) for text in texts(given[0])):
        message = "This pattern repeats a repetition: some texts take it for ever."
        yield from _touch(subject, call, message, "Repeat only once: a+.")
    elif dotted in _COLLECTORS and given and _is_endless(subject, call.args[0]):
        yield from _touch(subject, call, "This collects a sequence without an end.", "Use itertools.islice.")
    elif dotted == "itertools.product" and _combinations(subject, call) > math.log(ROUNDS_LIMIT):
        yield from _touch(subject, call, "There are too many combinations to go through.")


def _combinations(subject: Subject, call: ast.Call) -> float:
    """How many combinations `itertools.product` makes, as far as can be told: their logarithm."""
    repeats = [subject.analysis.of(word.value) for word in call.keywords if word.arg == "repeat"]
    times = max(map(_largest, repeats), default=1.0)
    return times * sum(math.log(max(1.0, _rounds(subject, argument))) for argument in call.args)


def _rounds(subject: Subject, node: ast.expr) -> float:
    """How many elements a literal or a `range` of constants has; `CHOICES` for anything else."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return len(elements)
        case ast.Call(args=limits) if Named("builtins.range") in subject.analysis.of(node.func):
            return max((_largest(subject.analysis.of(limit)) for limit in limits), default=1.0)
    return max(map(len, texts(subject.analysis.of(node))), default=CHOICES)


def _elements(subject: Subject, call: ast.Call) -> float:
    shape = call.args[0]
    for word in call.keywords:
        if word.arg in {"size", "shape"}:
            shape = word.value
    parts = shape.elts if isinstance(shape, ast.Tuple | ast.List) else [shape]
    sizes = [_largest(subject.analysis.of(part)) for part in parts]
    if any(part in subject.analysis.enormous for part in parts):
        return math.inf
    return math.prod(sizes) if all(sizes) else 0.0


def _largest(values: Values) -> float:
    numbers = [value.value for value in values if isinstance(value, Known) and type(value.value) in {int, float}]
    return max((float(number) for number in numbers if isinstance(number, int | float)), default=0.0)
