"""Workbooks of Excel (.xlsx, .xlsm, .xlsb, .xls) and LibreOffice (.ods): each sheet that holds a table, row by row.

Where a table begins, and what its columns are called, is found by `heading`.  Sheet names are free text from inside a
file, so they stay here: tables are called `sheet1`, `sheet2`, …  A workbook is parsed by calamine, which holds a sheet
in memory while it is read: some twenty bytes a cell, of at most a million rows.
"""

from __future__ import annotations

import itertools
import mmap
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import heading, totals
from .headers import fit_names, replaced_note
from .heading import Heading
from .problem import UnreadableError
from .rows import ColumnType

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""What holds a workbook with a password, in a container of the old Office: MS-OFFCRYPTO 2.3.4.4."""
UNPACKED_LIMIT_BYTES = 2 * 1024**3
RATIO_LIMIT = 200
RATIO_FREE_BYTES = 64 * 1024**2
"""Below this, a workbook may be packed as tightly as it likes."""
PREAMBLE_ROWS = 50
SENTENCE_WORDS = 4
WHOLE_FLOAT_LIMIT = 2.0**53
"""Workbooks hold nothing but floats: below this, a whole one is an integer."""


@contextmanager
def opened(path: str) -> Iterator[CalamineWorkbook]:
    """The workbook, with the values that its formulas had when it was saved.

    Raises:
        UnreadableError: `workbook_locked`, where it has a password; `not_a_table`, where it is no workbook or unpacks
            to far more than it should.
    """
    if zipfile.is_zipfile(path):
        _refuse_bombs(path)
    else:
        _refuse_locked(path)
    from python_calamine import CalamineError, CalamineWorkbook

    # Opened here: calamine judges a path by its ending.
    with Path(path).open("rb") as file:
        try:
            with CalamineWorkbook.from_filelike(file) as book:
                yield book
        except CalamineError as error:
            raise UnreadableError(
                "not_a_table", "It is no workbook, or a damaged one: open it in Excel or LibreOffice and save it anew."
            ) from error


def _refuse_locked(path: str) -> None:
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(ENCRYPTED) != -1:
            raise UnreadableError(
                "workbook_locked",
                "The workbook has a password: open it in Excel or LibreOffice and save a copy without one.",
            )


def _refuse_bombs(path: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            packed = sum(part.compress_size for part in archive.infolist())
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableError("not_a_table", "The file is no workbook, or is cut short.") from error
    if unpacked > UNPACKED_LIMIT_BYTES or (unpacked > RATIO_FREE_BYTES and unpacked > RATIO_LIMIT * packed):
        raise UnreadableError("not_a_table", "The workbook unpacks to far more than its size: it is refused as a bomb.")


def tables(path: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Options of each table in the workbook (with `name` and `rows`), and notes for the person."""
    found: list[dict[str, Any]] = []
    notes: list[str] = []
    hidden: set[str] = set()
    empty = 0
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    with opened(path) as book:
        for about in book.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            options = _table(book.get_sheet_by_name(about.name), notes)
            if options is None:
                empty += 1
                continue
            found.append(options)
            if about.visible != SheetVisibleEnum.Visible:
                hidden.add(about.name)
    prose = [options["sheet"] for options in found if _is_prose(options)]
    if 0 < len(prose) < len(found):
        found = [options for options in found if options["sheet"] not in prose]
        notes.append(f"Left out, because they hold sentences and no table: {', '.join(map(repr, prose))}.")
    for number, options in enumerate(found, start=1):
        options["name"] = f"sheet{number}"
        title = options["sheet"]
        notes.append(f"sheet{number} is the sheet {title!r}{', which is hidden' if title in hidden else ''}.")
    if empty:
        notes.append(f"{empty} sheet(s) without a table were skipped.")
    if not found:
        raise UnreadableError("file_empty", "No sheet of the workbook holds a table.")
    return found, notes


def _is_prose(options: dict[str, Any]) -> bool:
    """Whether a sheet is one column of text, under what is a sentence rather than a name."""
    title = options["columns"][0]["name"]
    is_lone = len(options["columns"]) == 1 and options["columns"][0]["type"] == "VARCHAR"
    return is_lone and (title.endswith((".", ":", "!")) or len(title.split()) >= SENTENCE_WORDS)


def rows(book: CalamineWorkbook, options: dict[str, Any]) -> Iterator[Sequence[object]]:
    """The table's rows, without empty ones, as wide as its columns."""
    places = [column["place"] for column in options["columns"]]
    filled = _filled(book.get_sheet_by_name(options["sheet"]), options["skip"])
    for row in itertools.islice(filled, options.get("count")):
        values = [row[place] if place < len(row) else None for place in places]
        if any(value is not None for value in values):
            yield values


def _filled(sheet: CalamineSheet, skip: int) -> Iterator[list[object]]:
    for row in itertools.islice(_all(sheet), skip, None):
        if any(value is not None for value in row):
            yield row


def _all(sheet: CalamineSheet) -> Iterator[list[object]]:
    """Every row from the first one on, each from the first column on, where calamine begins with the first in use."""
    left = [None] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield [*left, *map(_value, row)]


def _value(value: object) -> object:
    """A cell as Python has it: nothing in place of an empty text, whole numbers as such."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < WHOLE_FLOAT_LIMIT else value
    return None if value == "" else value


def _table(sheet: CalamineSheet, notes: list[str]) -> dict[str, Any] | None:
    merged = [(row, first, last) for (row, first), (_, last) in sheet.merged_cell_ranges or ()]
    head = list(itertools.islice(_all(sheet), PREAMBLE_ROWS))
    found = heading.find(head, merged)
    if found is None:
        return None
    names = set(filter(None, found.names)) if found.rows == 1 else set()
    types: list[ColumnType] = []
    count = 0
    recurs = False
    body = totals.Body()
    for row in body.watched(_filled(sheet, found.end)):
        count += 1
        types.extend(ColumnType() for _ in range(len(row) - len(types)))
        for place, value in enumerate(row):
            types[place].observe(value)
            recurs = recurs or (isinstance(value, str) and value in names and found.names[place] == value)
    if recurs:
        # A first row that comes again further down is data.
        for place, value in enumerate(head[found.start]):
            types[place].observe(value)
        found = Heading(found.start, 0, ())
    if not count:
        types = [ColumnType() for _ in found.names]
    if not count and not found.rows:
        return None
    if body.total is not None:
        notes.append(
            f"In the sheet {sheet.name!r}, the last row ({body.total!r}) adds up those above, and is left out."
        )
    return _options(sheet.name, found, types, notes) | {"count": count}


def _options(title: str, found: Heading, types: list[ColumnType], notes: list[str]) -> dict[str, Any]:
    raw = [*found.names, *[None] * (len(types) - len(found.names))]
    kept = [place for place, kind in enumerate(types) if raw[place] is not None or not kind.is_empty]
    names, replaced = fit_names([raw[place] for place in kept])
    if found.start:
        notes.append(f"In the sheet {title!r}, {found.start} row(s) before the table were skipped.")
    if found.rows > 1:
        joined = next((name for name in names if " " in name), names[0])
        notes.append(f"In the sheet {title!r}, names stand in two rows: a column is called by both, as {joined!r}.")
    if not found.rows:
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
        "skip": found.end,
        "columns": [
            {"name": name, "place": place, "type": types[place].type()} for name, place in zip(names, kept, strict=True)
        ],
    }
