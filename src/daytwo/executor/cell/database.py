"""The one duckdb connection of a cell: in memory, without the network, over the job's sources and the program's tables.

Sources are attached on first use.  A query may also name tables of the program (frames of pandas and polars, Arrow
tables, handles), as duckdb's replacement scans allow; a source wins over a variable of its name.  Replacement scans
themselves are off in a locked connection, so the tables that a query names are registered before it runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .job import Job
from .reading.quoting import identifier, literals
from .tables import is_kind

if TYPE_CHECKING:
    import duckdb

MEMORY_SHARE = 0.6
"""Of the sandbox's memory; duckdb's resident size was measured at 1.33 times its limit."""
TABLES = (
    "pandas.DataFrame",
    "polars.DataFrame",
    "polars.LazyFrame",
    "pyarrow.Table",
    "pyarrow.RecordBatch",
    "duckdb.DuckDBPyRelation",
)

Variable = Callable[[str], Any]
"""The program's variable of that name, or None; a relation only if it is of this connection."""


class UnknownDatasetError(KeyError):
    """`data()` was asked for what the session does not have."""

    __module__ = "builtins"  # a traceback names the class alone

    def __str__(self) -> str:
        return str(self.args[0])


class Database:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._sources = {source["name"]: source for source in job.sources}
        self._by_folded_name = {name.casefold(): name for name in self._sources}
        self._attached: set[str] = set()
        self._open: duckdb.DuckDBPyConnection | None = None
        self._parser: duckdb.DuckDBPyConnection | None = None

    @property
    def source_names(self) -> list[str]:
        return list(self._sources)

    def name_of(self, dataset: str | None, table: str | None) -> str | None:
        """What programs call a table of a dataset, if it is here."""
        names = [name for name, one in self._sources.items() if (one["dataset"], one["table"]) == (dataset, table)]
        return names[0] if names else None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        if self._open is None:
            self._open = _connect(self._job)
        return self._open

    def source(self, name: str) -> duckdb.DuckDBPyRelation:
        """All rows of a source.

        Raises:
            UnknownDatasetError: naming what there is.
        """
        known = self._by_folded_name.get(name.casefold()) if isinstance(name, str) else None
        if known is None:
            there_is = ", ".join(self._sources) or "none"
            raise UnknownDatasetError(f"There is no data named {name!r}. There is: {there_is}.")
        self._attach(known)
        return self.connection.table(identifier(known))

    def query(self, text: str, variable: Variable) -> duckdb.DuckDBPyRelation | None:
        """The answer to the query: lazy over sources alone; at once where it reads variables, for they may change."""
        names = self._tables_named_in(text)
        for name in names:
            if name.casefold() in self._by_folded_name:
                self._attach(self._by_folded_name[name.casefold()])
        registered = self._register(names, variable)
        try:
            relation = self.connection.sql(text)
            return relation.materialize() if registered and relation is not None else relation
        finally:
            for name in registered:
                self.connection.unregister(name)

    def _attach(self, name: str) -> None:
        if name not in self._attached:
            from .reading.sources import attach

            attach(self.connection, name, self._sources[name])
            self._attached.add(name)

    def _register(self, names: Iterable[str], variable: Variable) -> list[str]:
        """Makes the program's own tables of these names readable; returns which."""
        registered = []
        for name in names:
            table = None if name.casefold() in self._by_folded_name else variable(name)
            if is_kind(table, *TABLES):
                self.connection.register(name, table)
                registered.append(name)
        return registered

    def _tables_named_in(self, text: str) -> set[str]:
        """The tables that a query names; every word of it where duckdb cannot tell (PIVOT, several statements).

        An empty connection is asked: one that holds views looks into them, and fails on those that read files.
        """
        import duckdb

        if self._parser is None:
            self._parser = duckdb.connect(":memory:", config={"enable_external_access": "false", "threads": "1"})
        try:
            return set(self._parser.get_table_names(text))
        except duckdb.Error:
            return set(re.findall(r"\w+", text))


def _connect(job: Job) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{int(job.memory_bytes * MEMORY_SHARE) // 1024}KiB",
            "threads": str(job.cpus),
            "temp_directory": str(job.temporary / "duckdb"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET allowed_directories = {literals(str(folder) for folder in (job.data, job.workspace))}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
