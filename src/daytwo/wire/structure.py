"""How the file of a table is written, as far as its owner released it: what mock rows are written as, too.

Only facts of the format: nothing here is text out of the file, but for the single signs that separate its fields.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from daytwo.wire.message import Message


class Newline(StrEnum):
    LF = "lf"
    CRLF = "crlf"


class FileStructure(Message):
    """Which fields are set depends on the format: text has separators, a workbook has rows before its table."""

    format: str = Field(pattern=r"^[a-z]{1,16}$")
    """`csv`, `tsv`, `parquet`, `json`, `jsonl`, `excel`, `sqlite`, `arrow`."""
    encoding: str | None = Field(default=None, pattern=r"^[a-z0-9 -]{1,32}$")
    compressed: bool | None = None
    newline: Newline | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=4)
    quote: str | None = Field(default=None, max_length=1)
    escape: str | None = Field(default=None, max_length=1)
    comment: str | None = Field(default=None, max_length=1)
    header: bool | None = None
    rows_before: int | None = Field(default=None, ge=0, le=10_000)
    """Lines of a text, or rows of a sheet, before the first row of the table or its header."""
    rows_left_out: bool | None = None
    """Some lines do not have the table's width, such as a footer: they are no rows."""
    wrapped: bool | None = None
    """JSON: one object around the list of records."""
