"""Excel workbooks (.xlsx, .xlsm): each sheet that holds a table, read row by row.

A table begins at the first row that is about as wide as the sheet; text in that row is its header.  Sheet names are
free text from inside a file, so they stay here: tables are called `sheet1`, `sheet2`, …
"""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .headers import fit_names, replaced_note
from .problem import UnreadableError
from .rows import ColumnType

UNPACKED_LIMIT_BYTES = 2 * 1024**3
RATIO_LIMIT = 200
RATIO_FREE_BYTES = 64 * 1024**2
"""Below this, a workbook may be packed as tightly as it likes."""
PREAMBLE_ROWS = 50
HEADER_WIDTH_SHARE = 0.6


@contextmanager
def opened(path: str) -> Iterator[Any]:
    """The workbook, read-only, with the values that its formulas had when it was saved.

    Raises:
        UnreadableError: `not_a_table`, where it is no workbook or unpacks to far more than it should.
    """
    _refuse_bombs(path)
    import openpyxl

    # Opened here: openpyxl judges a path by its ending.
    with warnings.catch_warnings(), Path(path).open("rb") as file:
        warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it leaves out
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises whatever a broken part makes it raise
            raise UnreadableError(
                "not_a_table", "The workbook is damaged: open it in Excel and save it anew."
            ) from error
        try:
            yield book
        except (SyntaxError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            # A sheet is parsed while its rows are drawn; ElementTree's ParseError is a SyntaxError.
            raise UnreadableError(
                "not_a_table", "A sheet of the workbook is damaged: open it in Excel and save it anew."
            ) from error
        finally:
            book.close()


def _refuse_bombs(path: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            packed = sum(part.compress_size for part in archive.infolist())
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableError("not_a_table", "The file is no Excel workbook, or is cut short.") from error
    if unpacked > UNPACKED_LIMIT_BYTES or (unpacked > RATIO_FREE_BYTES and unpacked > RATIO_LIMIT * packed):
        raise UnreadableError("not_a_table", "The workbook unpacks to far more than its size: it is refused as a bomb.")


def tables(path: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Options of each table in the workbook (with `name` and `rows`), and notes for the person."""
    found: list[dict[str, Any]] = []
    notes: list[str] = []
    empty = 0
    with opened(path) as book:
        for sheet in book.worksheets:
            options = _table(sheet, notes)
            if options is None:
                empty += 1
                continue
            name = f"sheet{len(found) + 1}"
            hidden = "" if sheet.sheet_state == "visible" else ", which is hidden"
            notes.append(f"{name} is the sheet {sheet.title!r}{hidden}.")
            found.append({**options, "name": name})
    if empty:
        notes.append(f"{empty} sheet(s) without a table were skipped.")
    if not found:
        raise UnreadableError("file_empty", "No sheet of the workbook holds a table.")
    return found, notes


def rows(book: Any, options: dict[str, Any]) -> Iterator[Sequence[object]]:
    """The table's rows, without empty ones, as wide as its columns."""
    places = [column["place"] for column in options["columns"]]
    for row in _filled(book[options["sheet"]], options["skip"]):
        values = [row[place] if place < len(row) else None for place in places]
        if any(value is not None for value in values):
            yield values


def _filled(sheet: Any, skip: int) -> Iterator[tuple[object, ...]]:
    sheet.reset_dimensions()  # what a file says of its size is often wrong
    for row in itertools.islice(sheet.iter_rows(values_only=True), skip, None):
        if any(value is not None for value in row):
            yield row


def _table(sheet: Any, notes: list[str]) -> dict[str, Any] | None:
    sheet.reset_dimensions()
    head = list(itertools.islice(sheet.iter_rows(values_only=True), PREAMBLE_ROWS))
    widths = [sum(value is not None for value in row) for row in head]
    if not any(widths):
        return None
    start = next(place for place, width in enumerate(widths) if width >= max(1, HEADER_WIDTH_SHARE * max(widths)))
    header = head[start]
    has_header = _is_header(header)
    types: list[ColumnType] = []
    seen: list[set[str]] = [{str(value)} if isinstance(value, str) else set() for value in header]
    recurs = False
    count = 0
    for row in _filled(sheet, start + 1):
        count += 1
        types.extend(ColumnType() for _ in range(len(row) - len(types)))
        for place, value in enumerate(row):
            types[place].observe(value)
            recurs = recurs or (isinstance(value, str) and place < len(seen) and value in seen[place])
    if not has_header or recurs:
        has_header = False
        count += 1
        types.extend(ColumnType() for _ in range(len(header) - len(types)))
        for place, value in enumerate(header):
            types[place].observe(value)
    return _options(sheet.title, start, header if has_header else None, types, notes) if count or has_header else None


def _is_header(row: Sequence[object]) -> bool:
    values = [value for value in row if value is not None]
    names = sum(isinstance(value, str) or _is_year(value) for value in values)
    return names * 2 > len(values) and any(isinstance(value, str) for value in values)


def _is_year(value: object) -> bool:
    return isinstance(value, int) and 1800 <= value < 2100


def _options(
    title: str, start: int, header: Sequence[object] | None, types: list[ColumnType], notes: list[str]
) -> dict[str, Any]:
    width = max(len(types), len(header or ()))
    types = types + [ColumnType() for _ in range(width - len(types))]
    raw = [_text(header[place]) if header and place < len(header) else None for place in range(width)]
    kept = [place for place in range(width) if raw[place] is not None or not types[place].is_empty]
    names, replaced = fit_names([raw[place] for place in kept])
    if start:
        notes.append(f"In the sheet {title!r}, {start} row(s) before the table were skipped.")
    if header is None:
        notes.append(f"The sheet {title!r} has no header: its columns are called c1, c2, … after their place.")
    elif replaced:
        notes.append(replaced_note(replaced))
    read = list(zip(names, (types[place] for place in kept), strict=True))
    notes += [doubt for name, kind in read if (doubt := kind.doubt(name))]
    empty = ", ".join(repr(name) for name, kind in read if kind.is_empty)
    if empty and any(not kind.is_empty for _, kind in read):
        notes.append(
            f"In doubt: {empty} is empty. Where it holds formulas, open the workbook in Excel and save it: then their "
            "values are in it."
        )
    return {
        "sheet": title,
        "skip": start + (header is not None),
        "columns": [
            {"name": name, "place": place, "type": types[place].type()} for name, place in zip(names, kept, strict=True)
        ],
    }


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
