"""Excel: numbers as numbers, days as days, every text as a text, whatever it begins with.

What Excel cannot hold (ECMA-376; Microsoft's list of limits) is kept another way, and the notes say which: more rows
go on in further sheets, numbers of more than 15 digits and days before 1900 become text, times lose their zone.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from ..preview import values_of  # noqa: TID252 - the package is called `cell` in a sandbox
from .plain import plain_column, plain_type

if TYPE_CHECKING:
    import pyarrow as pa

SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
TEXT_CHARACTERS = 32_767
DIGITS = 15
FIRST_DAY = dt.date(1900, 3, 1)
"""Excel's days before it are off by one, for it has a 29 February 1900; before 1900 it has none."""
TITLE_CHARACTERS = 31
WIDTHS = (8, 48)
"""Of a column, in characters: least and most."""
ROWS_FOR_WIDTH = 200

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NO_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f']+")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]], sink: BinaryIO, title: str) -> list[str]:
    """Writes all rows.  Returns what a person should know of the file."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    told = Told()
    names = [told.text(name) for name in schema.names[:SHEET_COLUMNS]]
    rows = _rows(schema, batches, told)
    for number in itertools.count(1):
        _sheet(book, _title(title, number), names, rows)
        following = next(rows, None)
        if following is None:
            break
        rows = itertools.chain([following], rows)
    book.save(sink)
    return told.notes(schema, number)


class Told:
    """Turns values into those that Excel holds, and counts what it changed."""

    def __init__(self) -> None:
        self._changed: Counter[str] = Counter()

    def value(self, value: Any) -> Any:
        match value:
            case None | bool() | dt.time() | dt.timedelta():
                return value
            case int():
                return value if abs(value) < 10**DIGITS else self._as_text("digits", value)
            case Decimal():
                return value if len(value.as_tuple().digits) <= DIGITS else self._as_text("digits", value)
            case float():
                return value if math.isfinite(value) else None if math.isnan(value) else str(value)
            case dt.date():  # a datetime is one, too
                day = value.date() if isinstance(value, dt.datetime) else value
                return value if day >= FIRST_DAY else self._as_text("days", value.isoformat())
            case _:
                return self.text(str(value))

    def text(self, text: str) -> str:
        cleaned = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
        self._changed["characters"] += cleaned != text
        self._changed["cut"] += len(cleaned) > TEXT_CHARACTERS
        return cleaned[:TEXT_CHARACTERS]

    def notes(self, schema: pa.Schema, sheets: int) -> list[str]:
        import pyarrow as pa

        zones = sorted({field.type.tz for field in schema if pa.types.is_timestamp(field.type) and field.type.tz})
        said = {
            "digits": f"{{}} numbers of more than {DIGITS} digits are texts: Excel would round them.",
            "days": "{} days before March 1900 are texts: Excel has no such days.",
            "cut": f"{{}} texts are cut at {TEXT_CHARACTERS:,} characters, as many as a cell holds.",
            "characters": "{} texts held characters that Excel refuses; they are replaced.",
        }
        notes = [text.format(f"{self._changed[what]:,}") for what, text in said.items() if self._changed[what]]
        if zones:
            notes.append(f"Times are those of {', '.join(zones)}: Excel knows no zones.")
        if sheets > 1:
            notes.append(f"The rows go on over {sheets} sheets: one holds {SHEET_ROWS:,}.")
        if len(schema) > SHEET_COLUMNS:
            notes.append(f"Only the first {SHEET_COLUMNS:,} of {len(schema):,} columns: a sheet holds no more.")
        return notes

    def _as_text(self, what: str, value: object) -> str:
        self._changed[what] += 1
        return str(value)


def _rows(schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]], told: Told) -> Iterator[tuple[Any, ...]]:
    width = min(len(schema), SHEET_COLUMNS)
    for batch in batches():
        columns = [values_of(_local(plain_column(batch.column(place)))) for place in range(width)]
        for row in zip(*columns, strict=True):
            yield tuple(told.value(value) for value in row)


def _local(column: pa.Array) -> pa.Array:
    """Times by the clock of their zone, in microseconds: Excel keeps no more."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_timestamp(plain_type(column.type)):
        return column
    local = pc.local_timestamp(column) if column.type.tz else column
    return local.cast(pa.timestamp("us"), safe=False)


def _sheet(book: Any, title: str, names: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """Fills one sheet with as many rows as it holds."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    first = list(itertools.islice(rows, min(ROWS_FOR_WIDTH, SHEET_ROWS - 1)))
    for place, name in enumerate(names):
        longest = max([len(name) + 2, *(len(_shown(row[place])) + 1 for row in first)])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(longest, WIDTHS[0]), WIDTHS[1])
    sheet.freeze_panes = "A2"
    header = [_cell(WriteOnlyCell(sheet), name) for name in names]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in itertools.islice(itertools.chain(first, rows), SHEET_ROWS - 1):
        sheet.append([_cell(WriteOnlyCell(sheet), value) for value in row])


def _shown(value: Any) -> str:
    """How much room a value takes: a moment needs less than its own text."""
    return str(value)[:19] if isinstance(value, dt.datetime) else str(value)


def _cell(cell: Any, value: Any) -> Any:
    """A cell that holds the value; a text is one whatever it begins with, also once a person has edited it."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        if value.startswith(_FORMULA_BEGINS):
            cell.quotePrefix = True
    return cell


def _title(title: str, number: int) -> str:
    mark = f" ({number})" if number > 1 else ""
    cleaned = _NO_TITLE.sub(" ", _NO_XML.sub("", title)).strip()[: TITLE_CHARACTERS - len(mark)].strip()
    return (cleaned or "Table") + mark
