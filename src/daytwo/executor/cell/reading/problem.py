"""What is wrong with a file, in words for the person who registered it."""

from __future__ import annotations


class UnreadableError(Exception):
    """A file is no table that a cell can read.

    Args:
        code: stable, as in `daytwo.wire.errors`: `file_empty`, `not_a_table`.
        message: what was seen and what to do, without values of the data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
