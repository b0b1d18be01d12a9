"""Delimited text, with its encoding, separators, line ends, and what stands before and behind the table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from daytwo.executor.cell.reading.forms import FORMS
from daytwo.executor.rehearsal.files.types import duckdb_type
from daytwo.executor.rehearsal.written import iso, written
from daytwo.wire.sheet import ColumnSheet, TableSheet
from daytwo.wire.structure import FileStructure, Newline

BEFORE = "-"
"""A line that stands before the table, or behind it."""
_FORM_TYPES = {form.key: form.type for form in FORMS}
_CODECS = {"utf-16": "utf-16-le", "utf-8 with damage": "utf-8"}
_MARKED = ("utf-16", "utf-32")
"""Encodings whose texts begin with a byte order mark."""


def write(table: TableSheet, columns: Sequence[list[Any]], stem: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    told = table.structure or FileStructure(format=kind)
    delimiter = told.delimiter or ("\t" if kind == "tsv" else ",")
    quote, escape = told.quote or '"', told.escape or told.quote or '"'
    header = told.header is not False
    forms = [_form(column) for column in table.columns]
    special = {" ", delimiter[0], quote, escape, "\n", "\r", told.comment or quote}
    fields = [
        _quoted(_texts(values, form), quote, escape, special) for values, form in zip(columns, forms, strict=True)
    ]
    lines = [BEFORE] * (told.rows_before or 0)
    if header:
        lines.append(delimiter.join(_field(column.name, quote, escape, special) for column in table.columns))
    lines += [delimiter.join(row) for row in zip(*fields, strict=True)]
    if len(fields) == 1:
        # An empty line is no row: what is missing is written as a quoted nothing.
        lines = [line or quote * 2 for line in lines]
    left_out = bool(told.rows_left_out) and len(fields) > 1
    if left_out:
        lines.append(BEFORE)
    encoding = told.encoding or "utf-8"
    newline = "\r\n" if told.newline is Newline.CRLF else "\n"
    text = ("\ufeff" if encoding.startswith(_MARKED) else "") + newline.join(lines) + newline
    data = text.encode(_CODECS.get(encoding, encoding), "replace")
    suffix = f".{kind}.gz" if told.compressed else f".{kind}"
    path = stem.with_suffix(suffix)
    path.write_bytes(gzip.compress(data, mtime=0) if told.compressed else data)
    options = {
        "encoding": encoding,
        "compressed": bool(told.compressed),
        "strict": True,
        "delimiter": delimiter,
        "quote": quote,
        "escape": escape,
        "comment": told.comment or "",
        "skip": told.rows_before or 0,
        "header": header,
        "skips_bad_lines": left_out,
        "columns": [_read(column, form) for column, form in zip(table.columns, forms, strict=True)],
    }
    return path, options


def _form(column: ColumnSheet) -> str | None:
    """The form in which a typed column is written; None for a text, and for values as duckdb writes them."""
    of_type = _FORM_TYPES.get(column.form or "")
    sample = datetime(2020, 1, 2)  # noqa: DTZ001 - any day
    return column.form if of_type == duckdb_type(column) and written(column.form or "", 1.0, sample) else None


def _read(column: ColumnSheet, form: str | None) -> dict[str, Any]:
    kind = duckdb_type(column)
    if form is None:
        return {"name": column.name, "read": kind, "type": kind}
    return {"name": column.name, "read": "VARCHAR", "type": kind, "number": form}


def _texts(values: list[Any], form: str | None) -> list[str]:
    """A column as text; what is missing is empty."""
    if form is not None:
        return ["" if value is None else _formed(value, form) for value in values]
    sample = next((value for value in values if value is not None), None)
    # The types that most columns have, without a question for each value.
    plain = str if type(sample) in {int, float, str, date} else _plain
    return ["" if value is None else plain(value) for value in values]


def _formed(value: Any, form: str) -> str:
    number = value if isinstance(value, int | float) else None
    return written(form, number, None if number is not None else value) or ""


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return "".join(f"\\x{byte:02X}" for byte in value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return iso(value)


def _quoted(texts: list[str], quote: str, escape: str, special: set[str]) -> list[str]:
    if special.isdisjoint("".join(texts)):
        return texts
    return [_field(text, quote, escape, special) for text in texts]


def _field(text: str, quote: str, escape: str, special: set[str]) -> str:
    if special.isdisjoint(text):
        return text
    if escape != quote:
        text = text.replace(escape, escape * 2)
    return f"{quote}{text.replace(quote, escape + quote)}{quote}"
