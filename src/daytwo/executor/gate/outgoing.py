"""What may leave: `Outgoing`, the only type that `executor.link.send` accepts, and the `Outbox` that alone makes it.

Each kind of message has one function here.  It takes exactly its type (no subclass), validates it anew, encodes it
canonically and, where it concerns a run or a dataset, records the very bytes for the receipt before they can be sent.
A completion leaves with no other symbol, and no other rehearsal, than those that `gate.mint` stored for the task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import InitVar, dataclass
from sqlite3 import Connection
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel

from daytwo.executor.database import Database
from daytwo.executor.gate.opened import SCHEMA as OPENINGS
from daytwo.executor.gate.opened import may_leave
from daytwo.wire.canonical import canonical_bytes, digest
from daytwo.wire.errors import Bug, Denied
from daytwo.wire.message import now as wall_clock
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.task import ApprovalDecision, Claim, Completion, Departure, Enrolment, Heartbeat, Rotation, TaskRequest

_MINTED = object()
"""Held by this module alone: without it nothing becomes an `Outgoing`."""

_TIERS = frozenset({None, "standard", "strong"})

_SCHEMA = """
create table if not exists gate_outbound (
    id integer primary key,
    org_id text not null,
    run_id text,
    dataset text,
    sheet_digest text,
    channel text not null,
    at text not null,
    body text not null,
    bits real not null
);
create unique index if not exists gate_outbound_once on gate_outbound (channel, coalesce(run_id, ''), body);
create index if not exists gate_outbound_by_run on gate_outbound (run_id);
create index if not exists gate_outbound_by_sheet on gate_outbound (sheet_digest);
create table if not exists gate_runs (
    run_id text not null,
    org_id text not null,
    session_id text not null,
    dataset text not null,
    sheet_digest text not null,
    primary key (run_id, dataset, sheet_digest)
);
"""

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True)
class Outgoing:
    """A request to the control plane, ready to send.  Only the `Outbox` makes one; made otherwise it is a `Bug`."""

    method: str
    path: str
    body: bytes
    channel: str
    run_id: str | None
    until: str | None
    """A time from which on it does not leave any more."""
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        if mint is not _MINTED:
            raise Bug("not_minted", "A message that the gate did not make was about to leave the executor.")

    def __reduce__(self) -> NoReturn:
        raise Bug("not_minted", "An outgoing message is not copied or pickled; the gate makes it.")


class Outbox:
    """Makes what leaves and keeps its record.

    Args:
        database: the one that holds debits and Observations.
        org_id: the tenant that this executor serves.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(self, database: Database, org_id: str, clock: Callable[[], str] = wall_clock) -> None:
        self._database = database
        self._org_id = org_id
        self._clock = clock
        database.create(_SCHEMA)
        database.create(OPENINGS)

    def completion(self, completion: Completion, request: TaskRequest, bits: float) -> Outgoing:
        """What became of a task.  `bits`: debited for it, 0 where nothing was executed.

        Raises:
            Bug: `wrong_task` or `not_minted`, where it says what the gate did not mint for this task.
            Denied: `not_open`, where it brings output of data that is not open now.
        """
        body = _encode(completion, Completion)
        request = _exact(request, TaskRequest)
        if completion.task_id != request.task_id:
            raise Bug("wrong_task", "A completion was about to be sent for another task.")
        if completion.tier not in _TIERS:
            raise Bug("not_minted", "A completion names a tier that does not exist.")
        channel = _channel(completion)
        with self._database.transaction("answer") as connection:
            if completion.symbol is not None:
                _check_minted(connection, completion)
            until = None if completion.opened is None else completion.opened.until
            if completion.opened is not None and not may_leave(
                connection, completion.task_id, completion.opened, self._clock()
            ):
                raise Denied("not_open", "The output of a program was about to leave, and its data is not open.")
            if completion.rehearsal is not None:
                _check_rehearsed(connection, completion.task_id, completion.rehearsal)
            connection.executemany(
                "insert or ignore into gate_runs values (?, ?, ?, ?, ?)",
                [
                    (request.run_id, request.org_id, request.session_id, ref.name, ref.sheet_digest)
                    for ref in request.datasets
                ]
                or [(request.run_id, request.org_id, request.session_id, "", "")],
            )
            self._record(connection, request.org_id, channel, body, run_id=request.run_id, bits=bits)
        return _outgoing("/link/v1/complete", body, channel, request.run_id, until)

    def sheet(self, signed: SignedSheet) -> Outgoing:
        """A sheet that its owner released."""
        body = _encode(signed, SignedSheet)
        with self._database.transaction("sheet.out") as connection:
            self._record(
                connection,
                signed.sheet.org_id,
                "sheet",
                body,
                dataset=signed.sheet.dataset,
                sheet_digest=signed.digest,
            )
        return _outgoing("/link/v1/sheets", body, "sheet", None)

    def decision(self, decision: ApprovalDecision, run_id: str) -> Outgoing:
        """A person's decision on a program that guard sent for review."""
        body = _encode(decision, ApprovalDecision)
        with self._database.transaction("decision.out") as connection:
            self._record(connection, self._org_id, "approval", body, run_id=run_id)
        return _outgoing("/link/v1/approvals", body, "approval", run_id)

    def claim(self, claim: Claim) -> Outgoing:
        """Asks for work; free of content, hence not in receipts."""
        return _outgoing("/link/v1/claim", _encode(claim, Claim), "claim", None)

    def heartbeat(self, heartbeat: Heartbeat) -> Outgoing:
        """Says that a claim is alive; free of content, hence not in receipts."""
        return _outgoing("/link/v1/heartbeat", _encode(heartbeat, Heartbeat), "heartbeat", None)

    def departure(self, departure: Departure) -> Outgoing:
        """Says that this process ends; free of content, hence not in receipts."""
        return _outgoing("/link/v1/departure", _encode(departure, Departure), "departure", None)

    def enrolment(self, enrolment: Enrolment) -> Outgoing:
        """Introduces this executor; of no run, hence not in receipts."""
        return _outgoing("/link/v1/enrol", _encode(enrolment, Enrolment), "enrolment", None)

    def rotation(self, rotation: Rotation) -> Outgoing:
        """Asks for a new link token; free of content, hence not in receipts."""
        return _outgoing("/link/v1/rotate", _encode(rotation, Rotation), "rotation", None)

    def retention(self) -> Outgoing:
        """Asks which snapshots are named; the same bytes each time, hence not in receipts."""
        return _outgoing("/link/v1/retention", b"{}", "retention", None)

    def _record(
        self,
        connection: Connection,
        org_id: str,
        channel: str,
        body: bytes,
        *,
        run_id: str | None = None,
        dataset: str | None = None,
        sheet_digest: str | None = None,
        bits: float = 0.0,
    ) -> None:
        """Keeps the bytes; the same bytes sent again are the same disclosure."""
        connection.execute(
            "insert or ignore into gate_outbound (org_id, run_id, dataset, sheet_digest, channel, at, body, bits)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (org_id, run_id, dataset, sheet_digest, channel, self._clock(), body.decode("utf-8"), bits),
        )


def _check_minted(connection: Connection, completion: Completion) -> None:
    minted = connection.execute(
        "select symbol from gate_observations where task_id = ?", (completion.task_id,)
    ).fetchall()
    said = None if completion.symbol is None else completion.symbol.model_dump_json()
    if said not in {row["symbol"] for row in minted}:
        raise Bug("not_minted", "A completion carries an Observation that the gate did not make.")


def _check_rehearsed(connection: Connection, task_id: str, rehearsal: Rehearsal) -> None:
    known = connection.execute(
        "select 1 from gate_rehearsals where task_id = ? and digest = ?", (task_id, digest(rehearsal))
    ).fetchone()
    if known is None:
        raise Bug("not_minted", "A completion carries a rehearsal that the gate did not admit.")


def _channel(completion: Completion) -> str:
    """What a completion tells, for the receipt: the most telling of it names it."""
    if completion.opened is not None:
        return "open"
    if completion.symbol is not None:
        return "observation"
    return "verdict" if completion.rehearsal is None else "rehearsal"


def _exact(message: _M, kind: type[_M]) -> _M:
    """The message, validated anew, if it is of exactly this type."""
    if type(message) is not kind:
        raise Bug("not_minted", f"Only a {kind.__name__} may leave here, no other type.")
    return kind.model_validate(message.model_dump(mode="json"))


def _encode(message: Any, kind: type[BaseModel]) -> bytes:
    return canonical_bytes(_exact(message, kind))


def _outgoing(path: str, body: bytes, channel: str, run_id: str | None, until: str | None = None) -> Outgoing:
    return Outgoing("POST", path, body, channel, run_id, until, _MINTED)
