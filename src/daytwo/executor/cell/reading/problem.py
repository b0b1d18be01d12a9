"""What is wrong with a file, in words for the person who registered it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

REASON_CHARACTERS = 300
SAME_KEY = "an object has the same key twice"


class UnreadableError(Exception):
    """A file is no table that a cell can read.

    Args:
        code: stable, as in `daytwo.wire.errors`: `file_empty`, `not_a_table`, `workbook_locked`.
        message: what was seen and what to do, without values of the data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path: str | None = None
        """The file that it is about, as it is called in here; `about` sets it."""


@contextmanager
def about(path: str) -> Iterator[None]:
    """Says of errors that they are about this file."""
    try:
        yield
    except UnreadableError as error:
        error.path = error.path or path
        raise


def reason(error: Exception) -> str:
    """Why duckdb refused, without its own name for the file and without values."""
    text = str(error).splitlines()[0].partition(": ")[2]
    text = re.sub(r""",? ?(in|at end of|of)? ?(Parquet )?file ["'].*?["']:?""", "", text)
    text = re.sub(r"Object \{.*\} has duplicate key.*", SAME_KEY, text)
    return text[:REASON_CHARACTERS].strip().rstrip(".:")
