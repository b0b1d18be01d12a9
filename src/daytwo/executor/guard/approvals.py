"""Approvals: what guard sent for review waits here, at the executor, until a person decides.

An approval is bound to a digest of the task: program, run and step, the datasets with their sheets' versions, the state
that it starts from, profile and alphabet.  Whatever differs in one of them is another request.  A decision is final
and is a leaf of the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from sqlite3 import Connection, Row

from daytwo.executor.database import Database
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import digest
from daytwo.wire.errors import Bug, Conflict, Denied, Invalid, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now as wall_clock
from daytwo.wire.principal import Principal, PrincipalKind
from daytwo.wire.result import ApprovalView
from daytwo.wire.task import ApprovalDecision, TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

REASON_LIMIT_CHARACTERS = 2_000

_SCHEMA = """
create table if not exists approvals (
    id text primary key,
    org_id text not null,
    run_id text not null,
    session_id text not null,
    step integer not null,
    task_id text not null,
    binding text not null,
    program text not null,
    findings text not null,
    datasets text not null,
    status text not null check (status in ('pending', 'approved', 'rejected')),
    reason text,
    decided_by text,
    decided_at text,
    created_at text not null,
    unique (run_id, step, binding)
);
create index if not exists approvals_by_binding on approvals (binding);
create table if not exists delivered_decisions (
    approval_id text primary key references approvals (id)
);
"""


class Approvals:
    """Requests for approval and the decisions on them.

    Args:
        database: where they are kept.
        ledger: gets one event a decision, in its transaction.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(self, database: Database, ledger: SqliteLedger, clock: Callable[[], str] = wall_clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        database.create(_SCHEMA)

    def request(self, request: TaskRequest, verdict: Verdict, datasets: Collection[str]) -> str:
        """The id of the approval that this task waits for; asked again, the same one.

        Args:
            request: the task.
            verdict: guard's, which must be `review`.
            datasets: names as the person knows them.
        """
        if verdict.verdict is not Ruling.REVIEW:
            raise Bug("not_for_review", "Only a program that guard sent for review waits for an approval.")
        binding = _binding(request)
        with self._database.transaction("approval.ask") as connection:
            kept = connection.execute(
                "select id from approvals where run_id = ? and step = ? and binding = ?",
                (request.run_id, request.step, binding),
            ).fetchone()
            if kept is not None:
                return str(kept["id"])
            approval = new_id("approval")
            connection.execute(
                "insert into approvals (id, org_id, run_id, session_id, step, task_id, binding, program, findings,"
                " datasets, status, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
                (
                    approval,
                    request.org_id,
                    request.run_id,
                    request.session_id,
                    request.step,
                    request.task_id,
                    binding,
                    request.program,
                    json.dumps([finding.model_dump(mode="json") for finding in verdict.findings]),
                    json.dumps(sorted(datasets)),
                    self._clock(),
                ),
            )
        return approval

    def list(self, *, pending_only: bool = False) -> tuple[ApprovalView, ...]:
        """All approvals, the newest first."""
        where = "where status = 'pending'" if pending_only else ""
        with self._database.transaction() as connection:
            rows = connection.execute(f"select * from approvals {where} order by id desc").fetchall()  # noqa: S608 -- one of two constants
        return tuple(_view(row) for row in rows)

    def get(self, approval_id: str) -> ApprovalView:
        """Raises `Missing` (`approval_not_found`) where there is none of this id."""
        with self._database.transaction() as connection:
            return _view(_row(connection, approval_id))

    def decide(self, approval_id: str, approve: bool, reason: str | None, by: Principal) -> ApprovalView:
        """Records a person's decision, once.

        Raises:
            Missing: `approval_not_found`.
            Invalid: `reason_required` for a rejection without one; `reason_too_long`.
            Denied: `not_a_person`, `wrong_organisation`.
            Conflict: `already_decided`.
        """
        reason = (reason or "").strip() or None
        if by.kind is not PrincipalKind.PERSON:
            raise Denied("not_a_person", "Only a person decides on an approval.")
        if not approve and reason is None:
            raise Invalid("reason_required", "Say why you reject this program: the author reads it.")
        if reason is not None and len(reason) > REASON_LIMIT_CHARACTERS:
            raise Invalid("reason_too_long", f"A reason has at most {REASON_LIMIT_CHARACTERS} characters.")
        status = "approved" if approve else "rejected"
        with self._database.transaction("approval.decide") as connection:
            row = _row(connection, approval_id)
            if row["org_id"] != by.org_id:
                raise Denied("wrong_organisation", "This approval belongs to another organisation.")
            if row["status"] != "pending":
                raise Conflict(
                    "already_decided",
                    f"This approval was already {row['status']} by {row['decided_by']}, which stands.",
                )
            at = self._clock()
            connection.execute(
                "update approvals set status = ?, reason = ?, decided_by = ?, decided_at = ? where id = ?",
                (status, reason, by.id, at, approval_id),
            )
            body = {
                "run": row["run_id"],
                "task": row["task_id"],
                "binding": row["binding"],
                "status": status,
                "reason_digest": None if reason is None else digest(reason),
            }
            self._ledger.append(
                connection,
                LedgerEvent(
                    org_id=row["org_id"], at=at, actor=by, kind="approval.decided", subject=approval_id, body=body
                ),
            )
            return _view(_row(connection, approval_id))

    def decision(self, approval_id: str) -> ApprovalDecision:
        """A decision as the control plane learns it: without the reason.

        Raises:
            Missing: `approval_not_found`.
            Conflict: `not_decided`.
        """
        with self._database.transaction() as connection:
            row = _row(connection, approval_id)
        if row["status"] == "pending":
            raise Conflict("not_decided", "Nobody has decided on this approval yet.")
        return ApprovalDecision(approval_id=row["id"], task_id=row["task_id"], approved=row["status"] == "approved")

    def waiting(self) -> set[str]:
        """The tasks that wait for a person."""
        with self._database.transaction() as connection:
            rows = connection.execute("select task_id from approvals where status = 'pending'").fetchall()
        return {row["task_id"] for row in rows}

    def undelivered(self) -> tuple[str, ...]:
        """The decided approvals of which the control plane has yet to hear; a crash forgets none."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select id from approvals where status <> 'pending'"
                " and id not in (select approval_id from delivered_decisions) order by id"
            ).fetchall()
        return tuple(row["id"] for row in rows)

    def delivered(self, approval_id: str) -> None:
        with self._database.transaction("approval.delivered") as connection:
            connection.execute("insert or ignore into delivered_decisions values (?)", (approval_id,))

    def approved(self, request: TaskRequest) -> bool:
        """Whether a person approved this very task, in whatever segment it comes."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "select 1 from approvals where binding = ? and status = 'approved'", (_binding(request),)
            ).fetchone()
        return row is not None


def _binding(request: TaskRequest) -> str:
    """All that a task asks for, but for the segment: an approved task comes again in a later one."""
    return digest(request.model_dump(mode="json", exclude={"segment"}))


def _row(connection: Connection, approval_id: str) -> Row:
    row: Row | None = connection.execute("select * from approvals where id = ?", (approval_id,)).fetchone()
    if row is None:
        raise Missing("approval_not_found", "There is no approval of this id. List them: daytwo approvals list.")
    return row


def _view(row: Row) -> ApprovalView:
    return ApprovalView(
        approval=row["id"],
        run=row["run_id"],
        session=row["session_id"],
        program=row["program"],
        findings=tuple(json.loads(row["findings"])),
        datasets=tuple(json.loads(row["datasets"])),
        status=row["status"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        created_at=row["created_at"],
    )
