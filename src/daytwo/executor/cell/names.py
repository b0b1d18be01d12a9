"""The names that a program finds already there: `data`, `sql`, `show`, `say`, `check`, `resolve`, `typed`,
`workspace`.

They are plain functions: a program may pass them on, and its functions may hold them; a snapshot keeps references.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .charts import Charts
from .checks import Checks
from .database import Database
from .handle import Handle
from .lookup import Lookups
from .outlet import Outlet
from .preview import preview
from .tables import is_kind, to_arrow
from .typed import TypedValues

if TYPE_CHECKING:
    import pyarrow as pa

Variable = Callable[[str, dict[str, Any]], Any]
"""The program's variable of a name, given the local variables at the place that asks."""


class Names:
    """Builds the names over the cell's parts."""

    def __init__(
        self,
        database: Database,
        outlet: Outlet,
        charts: Charts,
        variable: Variable,
        lookups: Lookups,
        typed: TypedValues,
    ) -> None:
        self._database = database
        self._outlet = outlet
        self._charts = charts
        self._variable = variable
        self._lookups = lookups
        self._typed = typed
        self.checks: Checks | None = None

    def given(self, workspace: Path) -> dict[str, Any]:
        def data(name: str) -> Handle:
            """A dataset of the session, as a handle: .pandas() .polars() .arrow() .columns .sql("select …")."""
            return Handle(self._query, self._database.source(name), name)

        def sql(query: str) -> Handle | None:
            """The answer to a query (duckdb's dialect) over all datasets and the program's own tables, as a handle."""
            return self._query(query, 2)

        def show(table_or_figure: Any, title: str | None = None) -> None:
            """Shows a table, a chart or a value to the person."""
            self._show(table_or_figure, title)

        def say(text: object) -> None:
            """Says a sentence to the person."""
            self._outlet.say(str(text))

        def check(condition: Any, label: str) -> None:  # noqa: ARG001 -- the label is read from the program's source
            """States what must hold; the model may learn whether it did."""
            if self.checks is not None:
                self.checks.record(condition, sys._getframe(1))  # noqa: SLF001 -- how a call knows its place

        def resolve(column: str, text: str) -> Any:
            """The value of a column that the person meant by `text`, for filters."""
            return self._lookups.resolve(column, text, sys._getframe(1))  # noqa: SLF001 -- likewise

        def typed(token: str) -> Any:
            """The value for which the person's question holds this stand-in."""
            return self._typed.value(token)

        functions = (data, sql, show, say, check, resolve, typed)
        return {function.__name__: function for function in functions} | {"workspace": workspace}

    def handle_of(self, table: pa.Table) -> Handle:
        """The handle of an answer that a snapshot kept."""
        return Handle(self._query, self._database.connection.from_arrow(table))

    def _query(self, query: str, frames_up: int) -> Handle | None:
        caller = sys._getframe(frames_up)  # noqa: SLF001 -- a query may name the caller's local variables
        local = caller.f_locals
        answer = self._database.query(query, lambda name: _readable(self._variable(name, local)))
        return None if answer is None else Handle(self._query, answer)

    def _show(self, value: Any, title: str | None) -> None:
        if self._charts.take(value, title):
            return
        import pyarrow as pa

        table = to_arrow(value)
        file = pa.BufferOutputStream()
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        self._outlet.table(title, preview(table), memoryview(file.getvalue()))


def _readable(value: Any) -> Any:
    """The value as the cell's own database can read it."""
    if isinstance(value, Handle):
        return value.relation
    if is_kind(value, "duckdb.DuckDBPyRelation"):
        return value.to_arrow_table()  # of a connection that the program opened
    return value
