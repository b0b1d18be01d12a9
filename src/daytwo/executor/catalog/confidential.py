"""The columns of a dataset whose values name or touch people, and how a sandbox reads them.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from daytwo.executor.catalog.buckets import column_type
from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.records import Dataset
from daytwo.executor.catalog.release import address
from daytwo.executor.catalog.supply import Jobs, supply_as
from daytwo.executor.sandbox.request import Mount
from daytwo.wire.canonical import digest
from daytwo.wire.sheet import ColumnClass, ColumnType, SchemaSheet, callable_names

CLASSES = frozenset({ColumnClass.IDENTIFIER, ColumnClass.SENSITIVE, ColumnClass.UNKNOWN})
"""`unknown` counts as sensitive."""
_NO_TEXT = frozenset({ColumnType.BINARY, ColumnType.NESTED, ColumnType.BOOLEAN})


class ConfidentialColumn(NamedTuple):
    source: str
    """What the job calls its table."""
    table: str
    column: str

    @property
    def told_as(self) -> str:
        return f"{self.source}.{self.column}"


@dataclass(frozen=True)
class Confidential:
    """What of a dataset is looked for in what people type."""

    dataset: str
    sheet: SchemaSheet
    stamp: str
    """Another one where the files or the classes are others."""
    columns: tuple[ConfidentialColumn, ...]
    sources: Jobs
    mounts: tuple[Mount, ...]


def confidential(dataset: Dataset) -> Confidential:
    """The columns of these classes that hold text or numbers."""
    tables = {table.name: (dataset.name, table.name) for table in dataset.profile.tables}
    # Programs know no table of a sealed dataset: what is asked about it is compared with all of them the same.
    sources, mounts = supply_as(callable_names([dataset.signed.sheet]) or tables, {dataset.name: dataset})
    called = {source["table"]: source["name"] for source in sources}
    columns = tuple(
        ConfidentialColumn(called[table.name], table.name, column.name)
        for table in dataset.profile.tables
        for column in table.columns
        if (dataset.release.classes.get(address(table.name, column.name)) or classify(column, table.rows)) in CLASSES
        and column_type(column.type) not in _NO_TEXT
    )
    marks = {path: [str(part) for part in mark] for path, mark in dataset.fingerprints.items()}
    stamp = digest({"files": marks, "columns": [list(column) for column in columns]})
    return Confidential(dataset.name, dataset.signed.sheet, stamp, columns, sources, mounts)
