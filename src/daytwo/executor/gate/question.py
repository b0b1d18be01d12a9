"""Questions that were let through: recorded, with their exact bytes, before the person's client posts them.

A question leaves by the person's own hand, not by the link, and costs no bits: what people choose to ask is not
bounded.  It is recorded all the same, with what was found in it and whether the person consented.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from sqlite3 import Connection

from daytwo.executor.database import Database
from daytwo.executor.gate.standin import SCHEMA as STAND_INS
from daytwo.executor.gate.standin import TypedValue, keep, kept
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import canonical_bytes, digest
from daytwo.wire.errors import Conflict, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now as wall_clock
from daytwo.wire.principal import Principal
from daytwo.wire.question import SentQuestion
from daytwo.wire.result import AskedQuestion, Outbound
from daytwo.wire.run import NewRun

CHANNEL = "question"

SCHEMA = """
create table if not exists gate_questions (
    check_id text primary key,
    org_id text not null,
    session_id text,
    run_id text unique,
    body text not null,
    held text not null, -- a JSON list of where what it holds was found
    consented integer not null,
    at text not null
);
create index if not exists gate_questions_by_session on gate_questions (session_id);
"""


class Questions:
    """Keeps what people were let send.

    Args:
        database: the ledger's.
        ledger: gets one event a question that was let through, and one when it became a run.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(self, database: Database, ledger: SqliteLedger, clock: Callable[[], str] = wall_clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        for schema in (SCHEMA, STAND_INS):
            database.create(schema)

    def admit(self, run: NewRun, sources: Sequence[str], by: Principal, values: Sequence[TypedValue] = ()) -> str:
        """Records a question before it is sent; the id under which `sent` finds it.

        Args:
            run: as its client posts it.
            sources: where what it holds was found; if anything was, its author consented.
            by: who asks.
            values: in whose place it holds tokens.
        """
        check_id, at = new_id("check"), self._clock()
        body = canonical_bytes(run).decode("utf-8")
        with self._database.transaction() as connection:
            connection.execute(
                "insert into gate_questions values (?, ?, null, null, ?, ?, ?, ?)",
                (check_id, by.org_id, body, json.dumps(sorted(sources)), bool(sources), at),
            )
            keep(connection, check_id, by.org_id, values)
            told = {
                "question": digest(run),
                "held": len(sources),
                "consented": bool(sources),
                "stand_ins": [one.token for one in values],
            }
            self._append(connection, by, "gate.question_admitted", check_id, at, told)
        return check_id

    def sent(self, run_id: str, sent: SentQuestion, by: Principal) -> None:
        """Notes which run an admitted question became.  Once said, it stays.

        Raises:
            Missing: `check_not_found`.
            Conflict: `check_spent`, where the check is another run's, or the run has another check.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "select run_id from gate_questions where check_id = ? and org_id = ?", (sent.check, by.org_id)
            ).fetchone()
            taken = connection.execute("select check_id from gate_questions where run_id = ?", (run_id,)).fetchone()
            if row is None:
                raise Missing("check_not_found", "This executor let no question through under this id. Check it again.")
            if row["run_id"] == run_id:
                return
            if row["run_id"] is not None or taken is not None:
                raise Conflict("check_spent", "A check is of one question and one run. Check the question again.")
            connection.execute(
                "update gate_questions set run_id = ?, session_id = ? where check_id = ?",
                (run_id, sent.session, sent.check),
            )
            self._append(connection, by, "gate.question_sent", sent.check, self._clock(), {"run": run_id})

    def of_sessions(self, sessions: Sequence[str]) -> list[NewRun]:
        """What was sent in these sessions."""
        marks = ", ".join("?" for _ in sessions)
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"select body from gate_questions where session_id in ({marks}) order by at",  # noqa: S608 - marks alone
                tuple(sessions),
            ).fetchall()
        return [NewRun.model_validate_json(row["body"]) for row in rows]

    def _append(
        self, connection: Connection, by: Principal, kind: str, check_id: str, at: str, body: dict[str, object]
    ) -> None:
        event = LedgerEvent(org_id=by.org_id, at=at, actor=by, kind=kind, subject=check_id, body=body)
        self._ledger.append(connection, event)


def asked(connection: Connection, run_id: str) -> tuple[AskedQuestion, Outbound] | None:
    """The question of a run and its message; None where it was not checked here."""
    row = connection.execute("select * from gate_questions where run_id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    question = AskedQuestion(
        held=tuple(json.loads(row["held"])),
        consented=bool(row["consented"]),
        stand_ins=kept(connection, row["check_id"]),
    )
    return question, Outbound(channel=CHANNEL, at=row["at"], body=row["body"])
