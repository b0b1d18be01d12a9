"""The journal of tasks: ACCEPTED → STARTED → RESULT → ACKED, each step fsynced before what follows it.

A task known with a RESULT is answered with the same words again.  STARTED without RESULT means that a crash cut the
execution off: nobody knows how far it came, so it runs again from the same snapshot, as a new execution that pays anew.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from daytwo.executor.database import Database
from daytwo.wire.errors import Unavailable
from daytwo.wire.message import now
from daytwo.wire.observation import Outcome
from daytwo.wire.task import Completion, Task, TaskRequest
from daytwo.wire.verdict import Ruling

_SCHEMA = """
create table if not exists journal (
    task_id text primary key,
    org_id text not null,
    state text not null,
    execution integer not null default 0,
    request text not null,
    completion text,
    accepted_at text not null,
    changed_at text not null
);
create index if not exists journal_by_session on journal (request ->> '$.session_id');
create index if not exists journal_by_run on journal (request ->> '$.run_id');
create table if not exists session_roots (
    session_id text primary key,
    org_id text not null,
    root_session text not null
);
"""


class TaskState(StrEnum):
    ACCEPTED = "accepted"
    STARTED = "started"
    RESULT = "result"
    ACKED = "acked"


@dataclass(frozen=True)
class Entry:
    """What the journal knows of a task.  `execution`: how often it was started."""

    state: TaskState
    execution: int
    completion: Completion | None


class Journal:
    """The durable memory of the link."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)

    def accept(self, task: Task) -> Entry:
        """Notes a claimed task, or returns what is known of it.

        Raises:
            Unavailable: `journal_damaged`, where a kept result is not what was written.
        """
        request, at = task.request, now()
        with self._database.transaction("journal.accept") as connection:
            connection.execute(
                "insert or ignore into journal (task_id, org_id, state, request, accepted_at, changed_at)"
                " values (?, ?, ?, ?, ?, ?)",
                (task.task_id, request.org_id, TaskState.ACCEPTED, request.model_dump_json(), at, at),
            )
            row = connection.execute(
                "select state, execution, completion from journal where task_id = ?", (task.task_id,)
            ).fetchone()
        return Entry(TaskState(row["state"]), row["execution"], _read(row["completion"]))

    def start(self, task_id: str) -> int:
        """Notes that an execution begins.  Returns its number, from 1."""
        with self._database.transaction("journal.start") as connection:
            row = connection.execute(
                "update journal set state = ?, execution = execution + 1, changed_at = ? where task_id = ?"
                " returning execution",
                (TaskState.STARTED, now(), task_id),
            ).fetchone()
            return int(row["execution"])

    def result(self, completion: Completion) -> None:
        """Notes what will be answered, from now on in the same words."""
        with self._database.transaction("journal.result") as connection:
            connection.execute(
                "update journal set state = ?, completion = ?, changed_at = ? where task_id = ? and completion is null",
                (TaskState.RESULT, _written(completion), now(), completion.task_id),
            )

    def acknowledge(self, task_id: str) -> None:
        with self._database.transaction("journal.acknowledge") as connection:
            connection.execute(
                "update journal set state = ?, changed_at = ? where task_id = ?", (TaskState.ACKED, now(), task_id)
            )

    def root_session(self, request: TaskRequest) -> str:
        """The session at the root of the forks that this one belongs to: budgets are per root."""
        with self._database.transaction("journal.root") as connection:
            base = connection.execute(
                "select root_session from session_roots where session_id = ?", (request.base_session,)
            ).fetchone()
            root = request.base_session if base is None else base["root_session"]
            connection.execute(
                "insert or ignore into session_roots values (?, ?, ?)", (request.session_id, request.org_id, root)
            )
            own = connection.execute(
                "select root_session from session_roots where session_id = ?", (request.session_id,)
            ).fetchone()
            return str(own["root_session"])

    def executed(self, run_id: str, step: int) -> tuple[TaskRequest, Ruling] | None:
        """The task of a run's step that was last executed on real data, and guard's ruling on it."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "select request, completion from journal where request ->> '$.run_id' = ? and request ->> '$.step' = ?"
                " and substr(completion, instr(completion, ' ') + 1) ->> '$.symbol' is not null"
                " order by request ->> '$.segment' desc limit 1",
                (run_id, step),
            ).fetchone()
        completion = None if row is None else _read(row["completion"])
        if completion is None:
            return None
        return TaskRequest.model_validate_json(row["request"]), completion.verdict.verdict

    def executions(self) -> dict[str, int]:
        """How many tasks of each session have run on real data to their end."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select request ->> '$.session_id' as session, count(*) as ended from journal"
                " where substr(completion, instr(completion, ' ') + 1) ->> '$.symbol' is not null group by session"
            ).fetchall()
        return {row["session"]: row["ended"] for row in rows}

    def committed(self, session_id: str) -> list[tuple[TaskRequest, Completion, str]]:
        """The tasks of a session that left a snapshot, in the order of their end, each with its time."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select request, completion, changed_at from journal where request ->> '$.session_id' = ?"
                " and substr(completion, instr(completion, ' ') + 1) ->> '$.symbol' is not null"
                " order by request ->> '$.next_snapshot', changed_at",
                (session_id,),
            ).fetchall()
        found = [
            (TaskRequest.model_validate_json(row["request"]), _read(row["completion"]), row["changed_at"])
            for row in rows
        ]
        return [
            (request, completion, at)
            for request, completion, at in found
            if completion is not None
            and completion.symbol is not None
            and completion.symbol.observation().outcome is Outcome.OK
        ]

    def needed(self, waiting: Collection[str]) -> set[tuple[str, int]]:
        """The snapshots, by session and ordinal, that tasks start from or make which are not answered for yet.

        Args:
            waiting: tasks that were answered for, and wait for a person.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select request ->> '$.base_session' as base, request ->> '$.base_snapshot' as base_ordinal,"
                " request ->> '$.session_id' as session, request ->> '$.next_snapshot' as ordinal"
                " from journal where state <> ? or task_id in (select value from json_each(?))",
                (TaskState.ACKED, json.dumps(list(waiting))),
            ).fetchall()
        return {(row["base"], row["base_ordinal"]) for row in rows} | {(row["session"], row["ordinal"]) for row in rows}

    def root_of(self, session_id: str) -> str:
        """The session at the root of a session's forks; itself, where it has not sent a task yet."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "select root_session from session_roots where session_id = ?", (session_id,)
            ).fetchone()
        return session_id if row is None else str(row["root_session"])

    def adopt(self, sessions: Collection[str], org_id: str, root_session: str) -> None:
        """Notes the root of sessions that arrive from elsewhere."""
        with self._database.transaction() as connection:
            connection.executemany(
                "insert or ignore into session_roots values (?, ?, ?)",
                [(session, org_id, root_session) for session in sessions],
            )

    def family(self, session_id: str) -> tuple[str, ...]:
        """The session and all that share its root; itself alone, where it has not sent a task yet."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select session_id from session_roots where root_session ="
                " coalesce((select root_session from session_roots where session_id = ?), ?)",
                (session_id, session_id),
            ).fetchall()
        return tuple({session_id, *(str(row["session_id"]) for row in rows)})

    def programs(self, sessions: Sequence[str]) -> list[str]:
        """The programs that were sent here in these sessions."""
        marks = ", ".join("?" for _ in sessions)
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select request -> '$.program' as program from journal"  # noqa: S608 - marks alone
                f" where request ->> '$.session_id' in ({marks})",
                tuple(sessions),
            ).fetchall()
        return [json.loads(row["program"]) for row in rows]


def _written(completion: Completion) -> str:
    return f"{completion.digest} {completion.model_dump_json()}"


def _read(kept: str | None) -> Completion | None:
    """A kept result, whose digest says that it is what was written."""
    if kept is None:
        return None
    said, _, text = kept.partition(" ")
    try:
        completion = Completion.model_validate_json(text)
    except ValidationError:
        completion = None
    if completion is None or completion.digest != said:
        raise Unavailable(
            "journal_damaged",
            "The executor's journal holds a result that is not what was written: its disk lies. Restore a backup.",
        )
    return completion
