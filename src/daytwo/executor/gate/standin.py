"""Stand-ins: what is sent in the place of a value that a person typed.  The value itself never leaves.

A model sees a token.  A program that calls `typed` with it gets the value in the sandbox of a real step, and in a
rehearsal one of the mock rows.  A step gets only the stand-ins of data that it names, whose budget it pays: a token is
no way to carry a value of one dataset into a session over another.
Source: docs/explanation/disclosure.md, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row

from daytwo.executor.database import Database
from daytwo.wire.names import typed_tokens
from daytwo.wire.question import StandIn
from daytwo.wire.task import TaskRequest

SCHEMA = """
create table if not exists gate_stand_ins (
    token text primary key,
    check_id text not null,
    org_id text not null,
    dataset text not null,
    "table" text not null,
    "column" text not null,
    text text not null
);
create index if not exists gate_stand_ins_by_check on gate_stand_ins (check_id);
"""


@dataclass(frozen=True)
class TypedValue:
    """A value that a person typed, and where in the data it stands."""

    token: str
    dataset: str
    table: str
    column: str
    text: str

    @property
    def stand_in(self) -> StandIn:
        return StandIn(token=self.token, text=self.text, source=f"{self.table}.{self.column}")

    def as_job(self, *, rehearsing: bool) -> dict[str, str | None]:
        """What a sandbox is told of it: in a rehearsal not the value."""
        place = {"dataset": self.dataset, "table": self.table, "column": self.column}
        return {**place, "text": None if rehearsing else self.text}


class StandIns:
    """Finds the values that programs name.

    Args:
        database: the one that holds the questions that were let through.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(SCHEMA)

    def of(self, request: TaskRequest) -> tuple[TypedValue, ...]:
        """The values whose stand-ins a task's program names, of the datasets that it works on."""
        tokens = typed_tokens(request.program)
        own = {ref.name for ref in request.datasets}
        with self._database.transaction() as connection:
            rows = [
                row
                for token in tokens
                for row in connection.execute(
                    "select * from gate_stand_ins where token = ? and org_id = ?", (token, request.org_id)
                )
            ]
        return tuple(_typed(row) for row in rows if row["dataset"] in own)


def keep(connection: Connection, check_id: str, org_id: str, values: Sequence[TypedValue]) -> None:
    """Writes down what the stand-ins of a question stand for."""
    connection.executemany(
        "insert into gate_stand_ins values (?, ?, ?, ?, ?, ?, ?)",
        [(one.token, check_id, org_id, one.dataset, one.table, one.column, one.text) for one in values],
    )


def kept(connection: Connection, check_id: str) -> tuple[StandIn, ...]:
    """The stand-ins of a question."""
    rows = connection.execute("select * from gate_stand_ins where check_id = ? order by rowid", (check_id,)).fetchall()
    return tuple(_typed(row).stand_in for row in rows)


def _typed(row: Row) -> TypedValue:
    return TypedValue(row["token"], row["dataset"], row["table"], row["column"], row["text"])
