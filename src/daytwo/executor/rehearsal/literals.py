"""Which values a program expects of which columns: the literals that it compares with a column or looks up in one.

An estimate over the syntax tree, made for usefulness: a literal that is missed makes a rehearsal say `inconclusive`,
one too many a value that no real row has.  Columns go by name alone, whatever table they are of; a name that the
program derives from columns (`df["year"] = df["date"].dt.year`) stands for these.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from daytwo.executor.rehearsal.literal import Literal, Sources, Use, Value
from daytwo.executor.rehearsal.made import made_columns
from daytwo.executor.rehearsal.sql import literals_of_sql
from daytwo.wire.names import parse_program

LITERALS_LIMIT = 500
DEPTH_LIMIT = 12
"""How many links of a chain such as `df["c"].str.strip().dt.year` are followed."""

_EQUAL = frozenset({"eq", "ne", "isin", "is_in", "eq_missing", "get_group", "xs", "get", "map", "replace",
                    "replace_strict", "reindex", "set_categories", "reorder_categories"})  # fmt: skip
_LOOKUPS = frozenset({"get_group", "xs", "get", "reindex", "select", "Categorical"})
_BOUND = frozenset({"gt", "ge", "lt", "le", "between", "is_between", "truncate"})
_PART = frozenset({"contains", "startswith", "endswith", "starts_with", "ends_with", "match", "fullmatch"})
_QUERIES = frozenset({"query", "eval"})
_GROUPS = frozenset({"groupby", "group_by", "pivot", "pivot_table", "set_index", "crosstab", "unstack", "value_counts",
                     "get_dummies", "to_dummies"})  # fmt: skip
_OF_COLUMN = frozenset({"value_counts", "get_dummies"})
_MAKERS = frozenset({"assign", "with_columns", "agg"})
_COPIES = frozenset({"list", "set", "tuple", "sorted", "frozenset", "lit"})
_DATES = frozenset({"date", "datetime", "Timestamp", "to_datetime", "datetime64"})
_PIVOT = re.compile(r"\bpivot\b.+?\bon\s+(\w+)", re.IGNORECASE | re.DOTALL)
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def literals(program: str, columns: Iterable[str]) -> tuple[Literal, ...]:
    """The literals of a program that concern these columns, each once, in order of the source."""
    tree = parse_program(program)
    if tree is None:
        return ()
    reader = _Reader(frozenset(columns))
    reader.learn(tree)
    found = [one for text in reader.queries(tree) for one in literals_of_sql(text, reader.sources)]
    found += reader.read(tree)
    known = {name.casefold(): name for name in reader.columns}
    made = made_columns(tree)
    told = (
        Literal(known[name.casefold()], literal.value, literal.use)
        for literal in found
        for name in sorted(reader.sources.columns(literal.column))
        if name.casefold() in known and literal.value not in made
    )
    return tuple(dict.fromkeys(told))[:LITERALS_LIMIT]


class _Reader:
    def __init__(self, columns: frozenset[str]) -> None:
        self.columns = columns
        self.sources = Sources()
        self._folded = frozenset(name.casefold() for name in columns)
        self._groups: list[str] = []

    def learn(self, tree: ast.AST) -> None:
        """Constants, derived columns, and the columns by which rows are grouped."""
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._bind(name, value)
                case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(name)))], value=value):
                    self._derive(name, value)
                case (
                    ast.For(target=ast.Name(id=name), iter=value)
                    | ast.comprehension(target=ast.Name(id=name), iter=value)
                ):
                    self._bind(name, value)
                case ast.Call():
                    self._learn_of_call(node)

    def _learn_of_call(self, call: ast.Call) -> None:
        name = _name(call.func)
        if name in _GROUPS:
            mentioned = [name for argument in _arguments(call) for name in self._mentioned(argument)]
            if isinstance(call.func, ast.Attribute) and name in _OF_COLUMN:
                mentioned += self._about(call.func.value)
            self._groups += [column for column in mentioned if self._is_column(column)]
        elif name == "rename":
            for keyword in call.keywords:
                if isinstance(keyword.value, ast.Dict):
                    self._rename(keyword.value)
        elif name in _MAKERS:
            for keyword in call.keywords:
                self._derive(keyword.arg or "", keyword.value)
        elif name == "alias" and isinstance(call.func, ast.Attribute):
            for made in self._values(call.args[0]) if call.args else ():
                self._derive(str(made), call.func.value)

    def _bind(self, name: str, value: ast.expr) -> None:
        values = list(self._values(value))
        if values:
            self.sources.constants.setdefault(name, []).extend(values)
        self._derive(name, value)

    def _derive(self, name: str, value: ast.expr) -> None:
        bases = {column for column in self._mentioned(value) if column != name}
        # A frame is made of many columns; a column of few.
        if 0 < len(bases) <= 2:
            self.sources.derived.setdefault(name, set()).update(bases)

    def _rename(self, names: ast.Dict) -> None:
        for old, new in zip(names.keys, names.values, strict=True):
            if isinstance(old, ast.Constant) and isinstance(new, ast.Constant):
                self.sources.derived.setdefault(str(new.value), set()).add(str(old.value))

    def _mentioned(self, node: ast.AST) -> Iterator[str]:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and self._is_known(part.value):
                yield part.value
            elif isinstance(part, ast.Attribute) and self._is_known(part.attr):
                yield part.attr

    def _is_column(self, name: str) -> bool:
        return name.casefold() in self._folded

    def _is_known(self, name: str) -> bool:
        return self._is_column(name) or name in self.sources.derived

    def read(self, tree: ast.AST) -> Iterator[Literal]:
        for node in ast.walk(tree):
            match node:
                case ast.Compare():
                    yield from self._compared(node)
                case ast.Call(func=ast.Attribute()):
                    yield from self._called(node)
                case ast.Call(func=ast.Name(id="resolve"), args=[column, text]):
                    yield from self._sought(column, text)
                case ast.Subscript(slice=index):
                    yield from self._indexed(node.value, index)
                case ast.Match(subject=subject, cases=cases):
                    for case in cases:
                        yield from self._expected(subject, self._values(case.pattern), Use.EQUAL)

    def queries(self, tree: ast.AST) -> Iterator[str]:
        """Texts that may be SQL; values that an f-string puts in are put in where they are constants."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in {"sql", "query", "execute", "sql_expr"} and node.args:
                text = self._text(node.args[0])
                if text and " " in text.strip():
                    self._groups += [name for name in _PIVOT.findall(text) if self._is_column(name)]
                    yield text

    def _text(self, node: ast.expr) -> str | None:
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self._text(part) or "0" for part in parts)
            case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
                known = self.sources.constants.get(name, [])
                return str(known[0]) if known else None
        return None

    def _compared(self, node: ast.Compare) -> Iterator[Literal]:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            use = Use.BOUND if isinstance(operator, _ORDERS) else Use.EQUAL
            yield from self._expected(left, self._values(right), use)
            part = isinstance(operator, ast.In | ast.NotIn) and not isinstance(left, ast.Subscript | ast.Attribute)
            yield from self._expected(right, self._values(left), Use.PART if part else use)

    def _called(self, node: ast.Call) -> Iterator[Literal]:
        func = node.func
        if not isinstance(func, ast.Attribute):
            return
        values = [value for argument in node.args for value in self._values(argument)]
        name = func.attr
        if name in _QUERIES and node.args:
            text = self._text(node.args[0])
            inner = parse_program(text.replace("@", "").replace("`", "")) if text else None
            yield from self._in_query(inner) if inner is not None else ()
        elif name in _PART:
            parts = [piece for value in values if isinstance(value, str) for piece in _pieces(value)]
            yield from self._expected(func.value, parts, Use.PART)
        elif name in _EQUAL | _BOUND:
            yield from self._expected(func.value, values, Use.BOUND if name in _BOUND else Use.EQUAL)
        if name in _LOOKUPS:
            for argument in _arguments(node):
                yield from self._of_groups(self._values(argument))

    def _sought(self, column: ast.expr, text: ast.expr) -> Iterator[Literal]:
        """What `resolve(column, text)` looks for."""
        for name in self._values(column):
            for value in self._values(text):
                number = [int(value)] if isinstance(value, str) and re.fullmatch(r"\d{1,18}", value) else []
                yield from (Literal(str(name), one, Use.SOUGHT) for one in (value, *number))

    def _in_query(self, tree: ast.AST) -> Iterator[Literal]:
        """Of a query of pandas, in which columns are names."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                yield from self._compared(node)

    def _indexed(self, value: ast.expr, index: ast.expr) -> Iterator[Literal]:
        """A label that is looked up where rows were grouped by a column of labels."""
        if isinstance(index, ast.Slice):
            bounds = [part for end in (index.lower, index.upper) if end for part in self._values(end)]
            yield from (Literal(name, bound, Use.BOUND) for name in self._groups for bound in bounds)
            return
        if not (isinstance(value, ast.Attribute) and value.attr in {"iloc", "iat"}):
            yield from self._of_groups(self._values(index))

    def _of_groups(self, values: Iterable[Value]) -> Iterator[Literal]:
        for value in values:
            if not (isinstance(value, str) and self._is_known(value)):
                yield from (Literal(name, value, Use.EQUAL) for name in self._groups)

    def _expected(self, side: ast.expr, values: Iterable[Value], use: Use) -> Iterator[Literal]:
        """The values as literals of the columns that a side of a comparison is about."""
        kept = list(values)
        if not kept:
            return
        for name in dict.fromkeys(self._about(side)):
            yield from (Literal(name, value, use) for value in kept)

    def _about(self, side: ast.expr) -> Iterator[str]:
        """The column at the end of a chain such as `df["c"].str.strip().dt.year`."""
        node: ast.AST = side
        for _ in range(DEPTH_LIMIT):
            match node:
                case ast.Subscript(slice=ast.Constant(value=str(name))) if self._is_known(name):
                    yield name
                    return
                case ast.Attribute(value=ast.Attribute(attr="dt" | "str", value=inner)):
                    node = inner
                case ast.Attribute(attr=name) if self._is_known(name):
                    yield name
                    return
                case ast.Name(id=name):
                    if self._is_known(name):
                        yield name
                    return
                case ast.Call(func=func, args=args):
                    named = [a.value for a in args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                    columns = [name for name in named if self._is_known(name)]
                    if columns:
                        yield from columns
                        return
                    node = func if isinstance(func, ast.Attribute) else args[0] if args else func
                case ast.Attribute(value=value) | ast.Subscript(value=value):
                    node = value
                case _:
                    return

    def _values(self, node: ast.AST) -> Iterator[Value]:
        """The values that an expression is, or holds."""
        match node:
            case ast.Constant(value=bool() | int() | float() | str() as value):
                yield value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                yield -value
            case ast.Name(id=name):
                yield from self.sources.constants.get(name, ())
            case ast.Call():
                yield from self._values_of_call(node)
            case _:
                for part in _parts(node):
                    yield from self._values(part)

    def _values_of_call(self, call: ast.Call) -> Iterator[Value]:
        name, values = _name(call.func), [value for argument in call.args for value in self._values(argument)]
        if name in _DATES and values:
            yield from _dated(values)
        elif name in _COPIES:
            yield from values
        elif name == "range":
            yield from values[:2]


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _parts(node: ast.AST) -> list[ast.expr | ast.pattern]:
    """What a collection, or a pattern of `match`, is made of; the keys of a dict."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [*items]
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None]
        case ast.MatchValue(value=value):
            return [value]
        case ast.MatchOr(patterns=patterns):
            return [*patterns]
    return []


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _dated(arguments: list[Value]) -> Iterator[Value]:
    numbers: list[Any] = [argument for argument in arguments if isinstance(argument, int)]
    if arguments and isinstance(arguments[0], str):
        yield arguments[0]
    elif 3 <= len(numbers) <= 7:
        try:
            yield datetime(*numbers) if len(numbers) > 3 else date(*numbers)  # noqa: DTZ001 - of a table without zones
        except (ValueError, OverflowError):
            return


def _pieces(pattern: str) -> Iterator[str]:
    """The plain texts of a pattern such as `^North|South`; none where it is a real regular expression."""
    for piece in pattern.strip("^$").split("|"):
        if piece and not set(piece) & set("\\[](){}*+?.^$"):
            yield piece
