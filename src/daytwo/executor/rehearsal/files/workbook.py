"""Excel: a workbook of one sheet, written by hand (ECMA-376), since libraries write the time of day into theirs."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from daytwo.executor.rehearsal.files.types import duckdb_type
from daytwo.wire.sheet import TableSheet
from daytwo.wire.structure import FileStructure

SHEET = "Sheet1"
TYPES = frozenset({"BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIME", "INTERVAL"})
"""What a workbook's values are read as."""
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel has no zones
_FIRST_YEAR = 1901
"""Workbooks have no dates before 1900, and too many in it: earlier ones are texts there."""
_DAY_SECONDS = 86_400
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DATE, _MOMENT, _TIME, _DURATION = 1, 2, 3, 4
"""Places of their styles: 14, 22, 21 and 46 are Excel's own formats of dates and times."""
_STYLES = "".join(f'<xf numFmtId="{format_}" applyNumberFormat="1"/>' for format_ in (0, 14, 22, 21, 46))
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    f'<sheet name="{SHEET}" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill/></fill></fills>'
    f'<borders count="1"><border/></borders><cellXfs count="5">{_STYLES}</cellXfs></styleSheet>',
}


def write(table: TableSheet, columns: Sequence[list[Any]], stem: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    skip = (table.structure or FileStructure(format=kind)).rows_before or 0
    names = [column.name for column in table.columns]
    # The header is the last of the rows that are skipped; a sheet that skips none has none.
    before = [["-"]] * (skip - 1) + ([names] if skip else [])
    rows = [*before, *zip(*columns, strict=True)]
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    parts = {
        **_PARTS,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    path = stem.with_suffix(".xlsx")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(zipfile.ZipInfo(name), _HEAD + body, zipfile.ZIP_DEFLATED)
    read = [
        {"name": column.name, "place": place, "type": duckdb_type(column, TYPES)}
        for place, column in enumerate(table.columns)
    ]
    return path, {"sheet": SHEET, "skip": skip, "columns": read}


def _cell(value: Any) -> str:  # noqa: PLR0911 - one line a type
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f"<c><v>{value!r}</v></c>"
        case date() if value.year < _FIRST_YEAR:
            return _text(value.isoformat())
        case datetime():
            return _styled(_MOMENT, (value - _EPOCH).total_seconds() / _DAY_SECONDS)
        case date():
            return _styled(_DATE, float((value - _EPOCH.date()).days))
        case time():
            return _styled(_TIME, (value.hour * 3600 + value.minute * 60 + value.second) / _DAY_SECONDS)
        case timedelta():
            return _styled(_DURATION, value.total_seconds() / _DAY_SECONDS)
    return _text(str(value))


def _text(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _styled(style: int, number: float) -> str:
    return f'<c s="{style}"><v>{number!r}</v></c>'
