"""SQL that would fail: what the database's parser refuses, other dialects, tables and columns that are not there.

Names are judged only where a query is understood as a whole: every source is a table of the session's sheets.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from daytwo.executor.guard.analysis.values import HOLE, Named
from daytwo.executor.guard.rules.statements import created_names, sql_texts
from daytwo.executor.guard.sql import HOLE_NAME, parser_refuses, trees
from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.wire.verdict import Finding

_ARROW: Final = re.compile(r"[\w)]\s{0,20}->(?!>)\s{0,20}[^'\s]")
_TOP: Final = re.compile(r"\bselect\s+top\s+\(?\d+", re.IGNORECASE)
_LIMIT_PAIR: Final = re.compile(r"\blimit\s+\d+\s*,\s*\d+", re.IGNORECASE)
_HABITS: Final = (
    (_TOP, "`SELECT TOP n` is another database's SQL.", "End the query with LIMIT n."),
    (_LIMIT_PAIR, "`LIMIT a, b` is another database's SQL.", "Write LIMIT b OFFSET a."),
)


def sense(subject: Subject) -> Iterator[Finding]:
    own = created_names(subject)
    for node, text, dialect in sql_texts(subject):
        if dialect != "duckdb":
            continue
        found = list(_dialect(subject, node, text))
        yield from found
        parsed = trees(text.replace(HOLE, f" {HOLE_NAME} "))
        if parsed is None:
            refusal = None if HOLE in text or found else parser_refuses(text)
            if refusal is not None:
                yield subject.finding(
                    node, "sql-syntax", f"This is not valid SQL: {quote(refusal).strip('`')}.", "Correct the statement."
                )
            continue
        if _is_of_the_session(subject, node):
            for tree in parsed:
                yield from _names(subject, node, tree, own)


def _dialect(subject: Subject, node: ast.expr, text: str) -> Iterator[Finding]:
    for pattern, message, repair in _HABITS:
        if pattern.search(text):
            yield subject.finding(node, "sql-dialect", message, repair)
    for function, instead in subject.facts.sql.foreign.items():
        if re.search(rf"\b{function}\s*\(", text, re.IGNORECASE):
            yield subject.finding(node, "sql-dialect", f"duckdb has no function {quote(function)}.", f"Use {instead}.")
    if _ARROW.search(text) and re.search(r"\b(?:list|array)_\w+\s*\(", text, re.IGNORECASE):
        yield subject.finding(
            node, "sql-dialect", "duckdb 2 has no arrow functions `x -> …`.", "Write them as lambda x: …."
        )


def _is_of_the_session(subject: Subject, node: ast.expr) -> bool:
    """Whether this SQL goes to the cell's `sql` or `data(…).sql`, which know the session's tables and nothing else."""
    call = subject.analysis.layout.parents.get(node)
    return isinstance(call, ast.Call) and any(
        isinstance(value, Named) and value.dotted.startswith("cell.") for value in subject.analysis.of(call.func)
    )


def _names(subject: Subject, node: ast.expr, tree: exp.Expression, own: frozenset[str]) -> Iterator[Finding]:
    known = {name.lower(): {column.lower() for column in columns} for name, columns in subject.columns.items()}
    if not known or not isinstance(tree, exp.Query):
        return
    made = {expression.alias.lower() for expression in tree.find_all(exp.CTE)}
    variables = {name.lower() for name in (*subject.analysis.layout.module.bound, *subject.known_names)}
    for table in tree.find_all(exp.Table):
        name = table.name.lower()
        if not isinstance(table.this, exp.Identifier) or name in known or name in made | own | variables | {HOLE_NAME}:
            continue
        meant = nearest(name, known)
        yield subject.finding(
            node,
            "unknown-table",
            f"This session has no table {quote(table.name)}.",
            f"Did you mean {meant}?" if meant else f"There are: {', '.join(sorted(known)[:10])}.",
        )
    try:
        scopes = traverse_scope(tree)
    except (SqlglotError, RecursionError):
        return
    for scope in scopes:
        yield from _columns(subject, node, scope, known)


def _columns(subject: Subject, node: ast.expr, scope: Scope, known: dict[str, set[str]]) -> Iterator[Finding]:
    there = _there(scope, known)
    if not there:
        return
    everything = set().union(*there.values())
    aliases = {one.alias.lower() for one in scope.expression.find_all(exp.Alias)}
    parameters = {one.name.lower() for held in scope.expression.find_all(exp.Lambda) for one in held.expressions}
    for column in scope.columns:
        name, table = column.name.lower(), column.table.lower()
        if table and table not in there:
            continue  # a field of a column, or something further out
        available = there[table] if table else everything | aliases | parameters | set(there)
        if name in available or name in {HOLE_NAME, "*", "rowid"}:
            continue
        meant = nearest(column.name, there[table] if table else everything)
        yield subject.finding(
            node,
            "unknown-column",
            f"There is no column {quote(column.name)} in {', '.join(sorted(set(there)))}.",
            f"Did you mean {meant}?" if meant else f"There are: {', '.join(sorted(everything)[:20])}.",
        )


def _there(scope: Scope, known: dict[str, set[str]]) -> dict[str, set[str]]:
    """The columns of each source that a query sees, its surroundings included; none where one is not known."""
    found: dict[str, set[str]] = {}
    present: Scope | None = scope
    while present is not None:
        for alias, source in present.sources.items():
            if not isinstance(source, exp.Table) or source.name.lower() not in known:
                return {}
            found.setdefault(alias.lower(), known[source.name.lower()])
        present = present.parent if present.is_subquery else None
    return found
