"""A handle: data that a program has named or asked for in SQL, not yet in its memory.

`data("orders")` and `sql("select …")` return one.  Beside the documented methods it answers to duckdb's own names
(`df`, `pl`, `fetchone` …), because programs are written by habit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Query = Callable[[str, int], "Handle | None"]
"""Runs SQL for a caller so many frames above."""


class Handle:
    """Over a relation of the cell's connection; `source` is the name of the data if it is a whole dataset."""

    def __init__(self, query: Query, relation: duckdb.DuckDBPyRelation, source: str | None = None) -> None:
        self._query = query
        self.relation = relation
        self._source = source
        self._rows: Iterator[tuple[Any, ...]] | None = None

    @property
    def columns(self) -> list[str]:
        return list(self.relation.columns)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), len(self.columns)

    def pandas(self) -> Any:
        return self.relation.df()

    def polars(self) -> Any:
        return self.relation.pl()

    def arrow(self) -> pa.Table:
        return self.relation.to_arrow_table()

    def sql(self, query: str) -> Handle | None:
        """The answer to a query over all datasets and the program's own tables."""
        return self._query(query, 2)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self.relation.fetchall())

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None after the last."""
        if self._rows is None:
            self._rows = iter(self.fetchall())
        return next(self._rows, None)

    df = to_df = fetchdf = pandas
    pl = polars
    to_arrow_table = fetch_arrow_table = arrow

    def __len__(self) -> int:
        return int(self.relation.aggregate("count(*)").fetchall()[0][0])

    def __bool__(self) -> bool:
        return True  # `if handle:` asks whether there is one, and must not count a large file

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def __repr__(self) -> str:
        what = "sql(…)" if self._source is None else f"data({self._source!r})"
        return f"<{what}: {', '.join(self.columns)}>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.arrow().__arrow_c_stream__(requested_schema)

    @property
    def kept_as(self) -> tuple[str, Any]:
        """How a snapshot keeps it: a source by its name, an answer by its rows."""
        return ("table", self.arrow()) if self._source is None else ("source", self._source)
