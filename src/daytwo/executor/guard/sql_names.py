"""Tables and columns that a query names and that are not there.

Judged only where a query is understood as a whole: every source is a table whose columns are known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

_EVERYWHERE: Final = frozenset({"*", "rowid"})

Columns = Mapping[str, Collection[str]]
"""Table → its columns, all in lower case."""


@dataclass(frozen=True)
class Absent:
    """A table, or a column of some tables, that is not there."""

    name: str
    tables: tuple[str, ...]
    """Where a column was looked for; () for a table."""
    there: tuple[str, ...]
    """What is there instead."""


def absent(tree: exp.Expression, known: Columns, elsewhere: Collection[str]) -> Iterator[Absent]:
    """What a statement names in vain.

    Args:
        tree: the statement.
        known: the tables there are.
        elsewhere: names that may stand for a table or a column for other reasons.
    """
    if not isinstance(tree, exp.Query):
        return
    made = {expression.alias.lower() for expression in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        name = table.name.lower()
        if isinstance(table.this, exp.Identifier) and name not in {*known, *made, *elsewhere}:
            yield Absent(table.name, (), tuple(sorted(known)))
    try:
        scopes = traverse_scope(tree)
    except (SqlglotError, RecursionError):
        return
    for scope in scopes:
        yield from _columns(scope, known, elsewhere)


def _columns(scope: Scope, known: Columns, elsewhere: Collection[str]) -> Iterator[Absent]:
    there = _there(scope, known)
    if not there:
        return
    everything = {column for columns in there.values() for column in columns}
    aliases = {one.alias.lower() for one in scope.expression.find_all(exp.Alias)}
    parameters = {one.name.lower() for held in scope.expression.find_all(exp.Lambda) for one in held.expressions}
    for column in scope.columns:
        name, table = column.name.lower(), column.table.lower()
        if table and table not in there:
            continue  # a field of a column, or something further out
        own = set(there[table]) if table else everything
        if name not in own | _EVERYWHERE and (table or name not in {*aliases, *parameters, *there, *elsewhere}):
            yield Absent(column.name, (table,) if table else tuple(sorted(there)), tuple(sorted(own)))


def _there(scope: Scope, known: Columns) -> dict[str, Collection[str]]:
    """The columns of each source that a query sees, its surroundings included; none where one is not known."""
    found: dict[str, Collection[str]] = {}
    present: Scope | None = scope
    while present is not None:
        for alias, source in present.sources.items():
            if not isinstance(source, exp.Table) or source.name.lower() not in known:
                return {}
            found.setdefault(alias.lower(), known[source.name.lower()])
        present = present.parent if present.is_subquery else None
    return found
