"""Level `open`: the one way past the alphabet, as long as every owner concerned keeps it open.

Whether output crosses is decided when a step has ended, by the sheets in force then: a run that began while its data
was open and ends after that tells a symbol and no more.  Every dataset that the session or a fork of it ever worked on
has to be open, because variables may still hold it.  What crosses is recorded first, and a session that has seen it
stays marked.  Source: docs/explanation/disclosure.md, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import accumulate
from sqlite3 import Connection

from daytwo.executor.database import Database
from daytwo.executor.gate.debit import Debit
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import digest
from daytwo.wire.errors import Missing
from daytwo.wire.message import now as wall_clock
from daytwo.wire.opened import OPEN_TABLES_CHARACTERS, OpenOutput, size_of
from daytwo.wire.rehearsal import (
    COLUMNS_LIMIT,
    NAME_LIMIT_CHARACTERS,
    ROWS_LIMIT,
    SAY_LIMIT_CHARACTERS,
    SAYS_LIMIT,
    TABLES_LIMIT,
    TEXT_LIMIT_CHARACTERS,
    ShownTable,
)
from daytwo.wire.result import ResultTable, StepResult
from daytwo.wire.sheet import Level, SchemaSheet

SCHEMA = """
create table if not exists gate_openings (
    task_id text not null,
    digest text not null,
    org_id text not null,
    root_session text not null,
    run_id text not null,
    step integer not null,
    characters integer not null,
    until text not null,
    at text not null,
    primary key (task_id, digest)
);
create index if not exists gate_openings_by_run on gate_openings (run_id);
create index if not exists gate_openings_by_session on gate_openings (root_session);
"""


class Openings:
    """Lets output cross, where everything that it may tell of is open.

    Args:
        database: the ledger's.
        ledger: gets one event an output.
        lineage: the names of the datasets that a root session and its forks ever worked on.
        sheet: the sheet of a dataset that is in force.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(
        self,
        database: Database,
        ledger: SqliteLedger,
        lineage: Callable[[str], Collection[str]],
        sheet: Callable[[str], SchemaSheet],
        clock: Callable[[], str] = wall_clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._lineage = lineage
        self._sheet = sheet
        self._clock = clock
        database.create(SCHEMA)

    def cross(self, debit: Debit, result: StepResult) -> OpenOutput | None:
        """What of a step's results may leave, recorded; None where anything of its session is not open now."""
        names = tuple(sorted(self._lineage(debit.root_session)))
        until = self._open_until(names)
        if until is None:
            return None
        opened = opened_of(result, names, until)
        told = digest(opened)
        with self._database.transaction() as connection:
            at = self._clock()
            row = (debit.task_id, told, debit.org_id, debit.root_session, debit.run_id, result.step)
            connection.execute(
                "insert or ignore into gate_openings values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, opened.characters, until, at),
            )
            body = {
                "run": debit.run_id,
                "step": result.step,
                "datasets": list(names),
                "until": until,
                "output": told,
                "characters": opened.characters,
            }
            event = LedgerEvent(
                org_id=debit.org_id, at=at, actor=debit.actor, kind="gate.opened", subject=debit.task_id, body=body
            )
            self._ledger.append(connection, event)
        return opened

    def _open_until(self, names: Collection[str]) -> str | None:
        """When the first of these stops being open; None where one is not, or where there is none."""
        ends: list[str] = []
        for name in names:
            try:
                sheet = self._sheet(name)
            except Missing:
                return None
            if sheet.level_at(self._clock()) is not Level.OPEN or sheet.expires is None:
                return None
            ends.append(sheet.expires)
        return min(ends, default=None)


def may_leave(connection: Connection, task_id: str, opened: OpenOutput, at: str) -> bool:
    """Whether an output was recorded for this task and its data is still open."""
    known = connection.execute(
        "select 1 from gate_openings where task_id = ? and digest = ?", (task_id, digest(opened))
    ).fetchone()
    return known is not None and opened.is_open_at(at)


def crossed(connection: Connection, run_id: str) -> tuple[dict[int, int], bool]:
    """Step → characters that crossed for a run; and whether any did for its session or a fork of it."""
    rows = connection.execute("select step, characters from gate_openings where run_id = ?", (run_id,)).fetchall()
    session = connection.execute(
        "select 1 from gate_openings where root_session in (select root_session from gate_debits where run_id = ?)",
        (run_id,),
    ).fetchone()
    return {row["step"]: row["characters"] for row in rows}, session is not None


def opened_of(result: StepResult, datasets: tuple[str, ...], until: str) -> OpenOutput:
    """A step's texts and the heads of its tables, up to the limits of the message.  Pure."""
    return OpenOutput(
        until=until,
        datasets=datasets,
        stdout=_cut(result.stdout, TEXT_LIMIT_CHARACTERS),
        traceback=_cut(result.traceback or "", TEXT_LIMIT_CHARACTERS),
        says=tuple(_cut(text, SAY_LIMIT_CHARACTERS) for text in result.says[:SAYS_LIMIT]),
        tables=_heads(result.tables[:TABLES_LIMIT]),
    )


def _heads(tables: Sequence[ResultTable]) -> tuple[ShownTable, ...]:
    """Of the first tables, as many as there is room for."""
    heads = tuple(map(_head, tables))
    sizes = accumulate(map(size_of, heads))
    return tuple(head for head, size in zip(heads, sizes, strict=True) if size <= OPEN_TABLES_CHARACTERS)


def _head(table: ResultTable) -> ShownTable:
    width = slice(COLUMNS_LIMIT)
    return ShownTable(
        title=None if table.title is None else _cut(table.title, NAME_LIMIT_CHARACTERS * 3),
        columns=tuple(
            (_cut(column.name, NAME_LIMIT_CHARACTERS), _cut(column.type, NAME_LIMIT_CHARACTERS))
            for column in table.columns[width]
        ),
        row_count=table.row_count,
        rows=tuple(
            tuple(_cut("" if cell is None else str(cell), NAME_LIMIT_CHARACTERS) for cell in row[width])
            for row in table.rows[:ROWS_LIMIT]
        ),
    )


def _cut(text: str, limit_characters: int) -> str:
    return text if len(text) <= limit_characters else text[: limit_characters - 1] + "…"
