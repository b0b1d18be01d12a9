"""What a program put out on real data, where the owner released all of it at level `open`.

It has no alphabet and costs no bits: nobody can say how much it tells.  It is counted in characters instead, and every
place that shows the run says so.  It leaves only while each dataset that its session ever worked on is open.
"""

from __future__ import annotations

from pydantic import Field

from daytwo.wire.message import Message, Timestamp
from daytwo.wire.rehearsal import SAYS_LIMIT, TABLES_LIMIT, TEXT_LIMIT_CHARACTERS, ShownTable

OPEN_TABLES_CHARACTERS = 100_000
"""Of all tables together; further ones are left out."""


class OpenOutput(Message):
    until: Timestamp
    """When the first of its datasets stops being open: after that, it neither leaves nor is told to a model again."""
    datasets: tuple[str, ...] = Field(min_length=1)
    """All of the session's."""
    stdout: str = Field(default="", max_length=TEXT_LIMIT_CHARACTERS)
    traceback: str = Field(default="", max_length=TEXT_LIMIT_CHARACTERS)
    says: tuple[str, ...] = Field(default=(), max_length=SAYS_LIMIT)
    tables: tuple[ShownTable, ...] = Field(default=(), max_length=TABLES_LIMIT)
    """With their first rows."""

    def is_open_at(self, moment: Timestamp) -> bool:
        """Whether it may still be told."""
        return moment < self.until

    @property
    def characters(self) -> int:
        """Of all texts, names of columns and cells that are told."""
        return sum(map(len, (self.stdout, self.traceback, *self.says))) + sum(map(size_of, self.tables))


def size_of(table: ShownTable) -> int:
    """The characters of a table's title, of its columns' names and of its cells."""
    names = (name for name, _ in table.columns)
    return len(table.title or "") + sum(map(len, names)) + sum(len(cell) for row in table.rows for cell in row)
