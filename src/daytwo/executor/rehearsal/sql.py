"""Literals that SQL compares with columns, by sqlglot's reading of duckdb's dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from daytwo.executor.rehearsal.literal import Literal, Sources, Use, Value

if TYPE_CHECKING:
    from sqlglot import exp

SQL_LIMIT_CHARACTERS = 100_000


def literals_of_sql(text: str, sources: Sources) -> list[Literal]:
    """The literals of a query; what its aliases stand for is added to `sources`.  Nothing of what cannot be parsed."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if len(text) > SQL_LIMIT_CHARACTERS:
        return []
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except (SqlglotError, RecursionError):
        return []
    found: list[Literal] = []
    for statement in statements:
        if statement is None:
            continue
        for alias in statement.find_all(exp.Alias):
            bases = {column.name for column in alias.this.find_all(exp.Column)} - {alias.alias}
            if 0 < len(bases) <= 2 and alias.alias:
                sources.derived.setdefault(alias.alias, set()).update(bases)
        for node in statement.walk():
            found += _of(node)
    return found


def _of(node: exp.Expr) -> Iterator[Literal]:
    from sqlglot import exp

    if isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ):
        yield from _pair(node.left, node.right, Use.EQUAL)
    elif isinstance(node, exp.GT | exp.GTE | exp.LT | exp.LTE):
        yield from _pair(node.left, node.right, Use.BOUND)
    elif isinstance(node, exp.Between):
        yield from _each(node.this, [node.args["low"], node.args["high"]], Use.BOUND)
    elif isinstance(node, exp.In):
        yield from _each(node.this, node.expressions, Use.EQUAL)
    elif isinstance(node, exp.Case) and node.this is not None:
        yield from _each(node.this, [branch.this for branch in node.args["ifs"]], Use.EQUAL)
    elif isinstance(node, exp.Like | exp.ILike | exp.Contains | exp.StartsWith | exp.EndsWith | exp.RegexpLike):
        yield from _parts(node)


def _each(left: exp.Expr, others: Iterable[exp.Expr], use: Use) -> Iterator[Literal]:
    for other in others:
        yield from _pair(left, other, use)


def _parts(node: exp.Expr) -> Iterator[Literal]:
    """The plain texts that a pattern seeks."""
    for column, value in _sides(node.this, node.expression):
        for piece in str(value).split("%"):
            if piece.replace(" ", "").isalnum():
                yield Literal(column, piece, Use.PART)


def _pair(left: exp.Expr, right: exp.Expr, use: Use) -> Iterator[Literal]:
    for column, value in (*_sides(left, right), *_sides(right, left)):
        yield Literal(column, value, use)


def _sides(left: exp.Expr, right: exp.Expr) -> Iterator[tuple[str, Value]]:
    """Columns of the one side with the value of the other, which must be a literal and nothing else."""
    from sqlglot import exp

    value = _value(right)
    if value is not None:
        for column in left.find_all(exp.Column):
            yield column.name, value


def _value(node: exp.Expr) -> Value | None:
    from sqlglot import exp

    match node:
        case exp.Paren() | exp.Cast() | exp.TsOrDsToDate() | exp.Lower() | exp.Upper():
            return _value(node.this)
        case exp.Neg():
            inner = _value(node.this)
            return -inner if isinstance(inner, int | float) else None
        case exp.Boolean():
            return bool(node.this)
        case exp.Literal():
            return _literal(node)
    return None


def _literal(node: exp.Literal) -> Value | None:
    if node.is_string:
        return str(node.this)
    try:
        return int(node.this)
    except ValueError:
        try:
            return float(node.this)
        except ValueError:
            return None
