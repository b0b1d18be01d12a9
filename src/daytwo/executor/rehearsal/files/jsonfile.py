"""JSON and JSON lines: records, or one object around a list of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from daytwo.executor.cell.reading.quoting import identifier
from daytwo.executor.rehearsal.files.types import duckdb_type
from daytwo.executor.rehearsal.written import iso
from daytwo.wire.sheet import TableSheet
from daytwo.wire.structure import FileStructure

RECORDS = "records"
"""What the list of an object is called: the name that the file has for it is not told."""


def write(table: TableSheet, columns: Sequence[list[Any]], stem: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    told = table.structure or FileStructure(format=kind)
    names = [column.name for column in table.columns]
    records = [
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain)
        for row in zip(*columns, strict=True)
    ]
    left_out = bool(told.rows_left_out) and kind == "jsonl"
    lines = [*records, *(["-"] if left_out else [])]
    text = "\n".join(lines) if kind == "jsonl" else "[" + ",\n".join(lines) + "]"
    encoding = told.encoding or "utf-8"
    path = stem.with_suffix(f".{kind}")
    types = [duckdb_type(column) for column in table.columns]
    options: dict[str, Any] = {
        "encoding": encoding,
        "columns": [{"name": name, "source": name, "type": type_} for name, type_ in zip(names, types, strict=True)],
    }
    if left_out:
        options["skips_bad_lines"] = True
    if told.wrapped and kind == "json":
        text = f'{{"{RECORDS}": {text}}}'
        fields = ", ".join(f"{identifier(name)} {type_}" for name, type_ in zip(names, types, strict=True))
        options["records"] = {"source": RECORDS, "type": f"STRUCT({fields})[]"}
    path.write_bytes((text + "\n").encode("utf-8" if encoding == "utf-8 with damage" else encoding, "replace"))
    return path, options


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else iso(value)
