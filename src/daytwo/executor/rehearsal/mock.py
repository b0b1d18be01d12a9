"""Mock rows of a session's datasets, written as their files are, for the cell's own readers.

A function of sheets, program and seed alone, byte for byte: nothing here is given a path to data.  What a sheet does
not tell is made up; what it tells holds of the mock: types and nulls always, the rest where facts allow each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from daytwo.executor.rehearsal import files
from daytwo.executor.rehearsal.chance import Chance
from daytwo.executor.rehearsal.links import Place, links
from daytwo.executor.rehearsal.literal import Literal
from daytwo.executor.rehearsal.literals import literals
from daytwo.executor.rehearsal.table import Layout, filled, own_pool, shared_pool
from daytwo.wire.sheet import SchemaSheet, TableSheet, callable_names


@dataclass(frozen=True)
class Mock:
    """`sources` are those of a cell's job; `unverified` the literals that rows have only because the program does."""

    sources: tuple[dict[str, Any], ...]
    unverified: tuple[Literal, ...]


def mock(sheets: Sequence[SchemaSheet], program: str, seed: int, folder: Path, mounted_at: str | None = None) -> Mock:
    """Writes mock rows of all tables that the program can name.

    Args:
        sheets: of the session's datasets, as they were released.
        program: the one that is to be rehearsed; its literals fill what the sheets leave open.
        seed: of all chance.
        folder: an empty one, for the files.
        mounted_at: what the folder is called where the program will run.
    """
    known = {column.name for sheet in sheets for table in sheet.tables for column in table.columns}
    rows = _Rows(sheets, literals(program, known), seed)
    rows.fill()
    sources = []
    by_name = {sheet.dataset: sheet for sheet in sheets}
    for number, (name, (dataset, table_name)) in enumerate(callable_names(sheets).items()):
        sheet = by_name[dataset]
        table = next(table for table in sheet.tables if table.name == table_name)
        kind = files.kind_of(sheet, table)
        file, options = files.write(kind, table, rows.of(dataset, table), folder / f"{dataset}_{number}")
        target = f"{mounted_at or folder}/{file.name}"
        sources.append(
            {
                "dataset": dataset,
                "table": table_name,
                "name": name,
                "format": kind,
                "files": [target],
                "options": options,
            }
        )
    return Mock(tuple(sources), tuple(dict.fromkeys(rows.unverified)))


class _Rows:
    """The columns of all tables: first those with values of their own, then those that share another's."""

    def __init__(self, sheets: Sequence[SchemaSheet], expected: Sequence[Literal], seed: int) -> None:
        self._sheets = sheets
        self._seed = seed
        self._links = links(sheets)
        self._expected: dict[str, list[Literal]] = {}
        for literal in expected:
            self._expected.setdefault(literal.column, []).append(literal)
        self._values: dict[Place, list[Any]] = {}
        self._strides: dict[tuple[str, str], int] = {}
        self.unverified: list[Literal] = []

    def fill(self) -> None:
        tables = [(sheet, table) for sheet in self._sheets for table in sheet.tables]
        layouts = [
            Layout(
                table,
                files.most_rows(files.kind_of(sheet, table)),
                self._expected,
                partial(self._chance, sheet.dataset, table),
            )
            for sheet, table in tables
        ]
        for shares in (False, True):
            for (sheet, table), layout in zip(tables, layouts, strict=True):
                self._fill(sheet.dataset, table, layout, shares=shares)

    def _chance(self, dataset: str, table: TableSheet, column: str) -> Chance:
        return Chance(self._seed, dataset, table.name, column)

    def _fill(self, dataset: str, table: TableSheet, layout: Layout, *, shares: bool) -> None:
        for column in table.columns:
            place = (dataset, table.name, column.name)
            if (place in self._links) is not shares:
                continue
            if column.name in layout.pools:
                self._values[place] = layout.values(column.name)
                self.unverified += layout.pools[column.name].unverified
                continue
            chance = self._chance(dataset, table, column.name)
            pool = shared_pool(column, self._shared(place), layout.count) if shares else None
            pool = pool or own_pool(column, self._expected.get(column.name, ()), layout.count, chance)
            stride = self._strides.get(place[:2], 1)
            self._values[place] = filled(column, pool, layout.count, stride, chance)
            self._strides[place[:2]] = min(layout.count, stride * max(1, len(pool.expected)))
            self.unverified += pool.unverified

    def _shared(self, place: Place) -> list[Any]:
        return [value for value in dict.fromkeys(self._values[self._links[place]]) if value is not None]

    def of(self, dataset: str, table: TableSheet) -> list[list[Any]]:
        """The table's columns in its order."""
        return [self._values[dataset, table.name, column.name] for column in table.columns]
