"""Writers of mock rows, one for each kind of file, each with the options by which a cell reads it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from daytwo.executor.rehearsal.files import columnar, delimited, jsonfile, litefile, workbook
from daytwo.wire.sheet import SchemaSheet, TableSheet

Writer = Callable[[TableSheet, Sequence[list[Any]], Path, str], tuple[Path, dict[str, Any]]]
"""Table, columns, path without suffix, kind → the file and its options."""
_WRITERS: dict[str, Writer] = {
    "csv": delimited.write,
    "tsv": delimited.write,
    "json": jsonfile.write,
    "jsonl": jsonfile.write,
    "parquet": columnar.write,
    "arrow": columnar.write,
    "excel": workbook.write,
    "sqlite": litefile.write,
}
ROWS = 1_000
_ROWS = {"excel": 250}
"""Cells of a workbook take ten times as long to write and read as those of text."""
UNTOLD = "parquet"
"""Where a sheet does not tell the kind of a table's file, as of a folder at level `schema`."""


def kind_of(sheet: SchemaSheet, table: TableSheet) -> str:
    """The kind of a table's file."""
    told = (table.structure.format if table.structure else None) or sheet.format
    return told if told in _WRITERS else UNTOLD


def most_rows(kind: str) -> int:
    """How many rows a mock of this kind has at most."""
    return _ROWS.get(kind, ROWS)


def write(kind: str, table: TableSheet, columns: Sequence[list[Any]], stem: Path) -> tuple[Path, dict[str, Any]]:
    """Writes a table's columns.  Returns the file and the options of its source."""
    return _WRITERS[kind](table, columns, stem, kind)
