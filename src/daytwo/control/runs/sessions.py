"""Sessions: a conversation's datasets, its line of snapshots, and moving along that line (rewind, fork).

A snapshot is an ordinal here; what it holds lies at the executor.  The line from a session's head back to the empty
state says which programs made the state, and so which names a program may use: read off source, never off data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, RowMapping, cast, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch import executors, sheets
from daytwo.control.storage import ledger
from daytwo.control.storage.tables import runs, sessions, snapshots, steps
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.errors import Conflict, Invalid, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.names import assigned_names
from daytwo.wire.principal import Principal
from daytwo.wire.rehearsal import Rehearsal, Shape
from daytwo.wire.run import NewSession, SessionView
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.snapshot import Version

LINEAGE_LIMIT = 10_000
UNFINISHED = ("queued", "planning", "executing", "waiting")


@dataclass(frozen=True)
class PastProgram:
    """One program of a session's line of state, oldest first."""

    run_id: str
    step: int
    question: str
    program: str
    shapes: tuple[Shape, ...] = ()
    """The variables that its rehearsal left."""


@dataclass(frozen=True)
class _Start:
    """Where a new session stands, and whose state it goes on from."""

    executor_id: str
    datasets: tuple[str, ...]
    head_session: str
    head_snapshot: int


async def create(
    connection: AsyncConnection, author: Principal, new: NewSession, key: str | None = None
) -> SessionView:
    """Starts a session over datasets of one executor, once for each idempotency key.

    Raises:
        Missing: `dataset_not_found`, `no_executor`.
        Invalid: `datasets_apart`, where no single executor holds all the datasets.
        Conflict: `key_reused`.
    """
    made = await _made_under(connection, author.org_id, key)
    if made is not None:
        if tuple(made["datasets"]) != new.datasets:
            raise key_reused()
        return await _view_of(connection, made)
    held = await sheets.newest(connection, author.org_id, new.datasets)
    holders = {executor_id for executor_id, _ in held}
    if len(holders) > 1:
        raise Invalid(
            "datasets_apart", "These datasets lie at different executors; a session works where its data lies."
        )
    if not holders:
        holders = {(await executors.candidates(connection, author.org_id))[0].executor_id}
    executor_id = holders.pop()
    session_id = new_id("session")
    line = _Start(executor_id, new.datasets, session_id, 0)
    return await _insert(connection, author, session_id, line, key)


async def fork(connection: AsyncConnection, author: Principal, session_id: str, key: str | None = None) -> SessionView:
    """A new session that starts from this one's present state, once for each idempotency key."""
    row = await get(connection, author.org_id, session_id)
    made = await _made_under(connection, author.org_id, key)
    if made is not None:
        return await _view_of(connection, made)
    line = _Start(row["executor_id"], tuple(row["datasets"]), row["head_session"], row["head_snapshot"])
    return await _insert(connection, author, new_id("session"), line, key, forked=session_id)


async def _made_under(connection: AsyncConnection, org_id: str, key: str | None) -> RowMapping | None:
    """The session that an earlier request made under this idempotency key."""
    if key is None:
        return None
    found = await connection.execute(select(sessions).where(sessions.c.org_id == org_id, sessions.c.request_key == key))
    return found.mappings().first()


def key_reused() -> Conflict:
    return Conflict("key_reused", "This idempotency key stands for another request: make a new key for each.")


async def rewind(connection: AsyncConnection, author: Principal, session_id: str, run_id: str) -> SessionView:
    """Takes a session back to the state that one of its runs left.

    Raises:
        Missing: `session_not_found`, `run_not_in_session`.
        Conflict: `session_busy`.
    """
    row = await get(connection, author.org_id, session_id, for_update=True)
    await refuse_if_busy(connection, session_id)
    line = await line_of(connection, row["head_session"], row["head_snapshot"])
    marks = [(mark["session_id"], mark["ordinal"]) for mark in line if mark["run_id"] == run_id]
    if not marks:
        raise Missing(
            "run_not_in_session",
            f"Run {run_id} left no state on this session's line. `daytwo sessions show` lists them.",
        )
    head_session, head_snapshot = marks[-1]
    await connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id)
        .values(head_session=head_session, head_snapshot=head_snapshot)
    )
    await note(connection, author, "session.rewound", session_id, {"run": run_id})
    return await view(connection, author.org_id, session_id)


async def refuse_if_busy(connection: AsyncConnection, session_id: str) -> None:
    """Raises `Conflict` (`session_busy`) while a run of the session is unfinished."""
    found = await connection.execute(
        select(runs.c.run_id).where(runs.c.session_id == session_id, runs.c.status.in_(UNFINISHED)).limit(1)
    )
    busy = found.scalar_one_or_none()
    if busy is not None:
        raise Conflict(
            "session_busy",
            f"Run {busy} of this session is not finished: wait for it, or `daytwo runs cancel {busy}`.",
        )


async def view(connection: AsyncConnection, org_id: str, session_id: str) -> SessionView:
    row = await get(connection, org_id, session_id)
    return await _view_of(connection, row)


async def views(connection: AsyncConnection, org_id: str, limit: int) -> list[SessionView]:
    """The newest first."""
    live = (sessions.c.org_id == org_id) & sessions.c.deleted_at.is_(None)
    found = await connection.execute(select(sessions).where(live).order_by(sessions.c.session_id.desc()).limit(limit))
    return [await _view_of(connection, row) for row in found.mappings().all()]


async def programs(connection: AsyncConnection, session: RowMapping) -> list[PastProgram]:
    """The programs that made a session's present state, oldest first."""
    line = await line_of(connection, session["head_session"], session["head_snapshot"])
    return [
        PastProgram(mark["run_id"], mark["step"], mark["question"], mark["program"], _shapes(mark["rehearsal"]))
        for mark in line
    ]


def _shapes(rehearsal: dict[str, Any] | None) -> tuple[Shape, ...]:
    return () if rehearsal is None else Rehearsal.model_validate(rehearsal).variables


def names_left(past: Sequence[PastProgram]) -> tuple[str, ...]:
    """The names that programs bound, in the order of their first binding."""
    return tuple(dict.fromkeys(name for program in past for name in assigned_names(program.program)))


def shapes_left(past: Sequence[PastProgram]) -> tuple[Shape, ...]:
    """The variables as rehearsals saw them, each in its latest shape."""
    return tuple({shape.name: shape for program in past for shape in program.shapes}.values())


async def line_of(connection: AsyncConnection, session_id: str, ordinal: int) -> Sequence[RowMapping]:
    """The snapshots from the empty state to this one, each with its run's question and its program."""
    start = (
        select(
            snapshots.c.session_id,
            snapshots.c.ordinal,
            snapshots.c.base_session,
            snapshots.c.base_ordinal,
            snapshots.c.run_id,
            snapshots.c.step,
            cast(literal(0), Integer).label("depth"),
        )
        .where(snapshots.c.session_id == session_id, snapshots.c.ordinal == ordinal)
        .cte("line", recursive=True)
    )
    before = snapshots.alias("before")
    line = start.union_all(
        select(
            before.c.session_id,
            before.c.ordinal,
            before.c.base_session,
            before.c.base_ordinal,
            before.c.run_id,
            before.c.step,
            start.c.depth + 1,
        ).where(
            before.c.session_id == start.c.base_session,
            before.c.ordinal == start.c.base_ordinal,
            start.c.depth < LINEAGE_LIMIT,
        )
    )
    found = await connection.execute(
        select(line, steps.c.program, steps.c.rehearsal, runs.c.question)
        .join(steps, (steps.c.run_id == line.c.run_id) & (steps.c.step == line.c.step))
        .join(runs, runs.c.run_id == line.c.run_id)
        .order_by(line.c.depth.desc())
    )
    return found.mappings().all()


async def _insert(
    connection: AsyncConnection,
    author: Principal,
    session_id: str,
    line: _Start,
    key: str | None,
    forked: str | None = None,
) -> SessionView:
    await connection.execute(
        insert(sessions).values(
            session_id=session_id,
            org_id=author.org_id,
            executor_id=line.executor_id,
            datasets=list(line.datasets),
            head_session=line.head_session,
            head_snapshot=line.head_snapshot,
            next_snapshot=1,
            request_key=key,
            created_by=author.model_dump(mode="json"),
            created_at=now(),
        )
    )
    body: dict[str, object] = {"datasets": list(line.datasets)}
    if forked is not None:
        body["forked_from"] = forked
    await note(connection, author, "session.created", session_id, body)
    return await view(connection, author.org_id, session_id)


async def get(connection: AsyncConnection, org_id: str, session_id: str, *, for_update: bool = False) -> RowMapping:
    query = select(sessions).where(
        sessions.c.session_id == session_id, sessions.c.org_id == org_id, sessions.c.deleted_at.is_(None)
    )
    found = await connection.execute(query.with_for_update() if for_update else query)
    row = found.mappings().first()
    if row is None:
        raise Missing(
            "session_not_found",
            f"There is no session {session_id}. `daytwo sessions list` shows the sessions there are.",
        )
    return row


async def _view_of(connection: AsyncConnection, row: RowMapping) -> SessionView:
    held = await sheets.newest(connection, row["org_id"], tuple(row["datasets"]))
    own = await connection.execute(
        select(runs.c.run_id).where(runs.c.session_id == row["session_id"]).order_by(runs.c.run_id)
    )
    return SessionView(
        session=row["session_id"],
        datasets=tuple(DatasetRef(name=signed.sheet.dataset, sheet_digest=signed.digest) for _, signed in held),
        runs=tuple(own.scalars()),
        variables=names_left(await programs(connection, row)),
        versions=await _versions(connection, row),
        created_at=row["created_at"],
    )


async def _versions(connection: AsyncConnection, session: RowMapping) -> tuple[Version, ...]:
    line = {
        (mark["session_id"], mark["ordinal"])
        for mark in await line_of(connection, session["head_session"], session["head_snapshot"])
    }
    found = await connection.execute(
        select(snapshots)
        .where(
            (snapshots.c.session_id == session["session_id"])
            | tuple_(snapshots.c.session_id, snapshots.c.ordinal).in_(line)
        )
        .order_by(snapshots.c.run_id, snapshots.c.step)
    )
    head = session["head_session"], session["head_snapshot"]
    return tuple(
        Version(
            session=mark["session_id"],
            snapshot=mark["ordinal"],
            base_session=mark["base_session"],
            base_snapshot=mark["base_ordinal"],
            run=mark["run_id"],
            step=mark["step"],
            is_current=(mark["session_id"], mark["ordinal"]) == head,
        )
        for mark in found.mappings()
    )


async def note(connection: AsyncConnection, actor: Principal, kind: str, subject: str, body: dict[str, object]) -> None:
    event = LedgerEvent(org_id=actor.org_id, at=now(), actor=actor, kind=kind, subject=subject, body=body)
    await ledger.append(connection, event)
