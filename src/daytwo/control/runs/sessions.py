"""Sessions: a conversation's datasets, and moving along its line of state (rewind, fork).

At most one run of a session is not over: whoever makes or resumes one locks the session's row and looks.  So a run that
is not over finds its session as it left it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch import executors, sheets
from daytwo.control.runs.line import line_of, names_left, programs, versions
from daytwo.control.storage import ledger
from daytwo.control.storage.tables import runs, sessions
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.errors import Conflict, Invalid, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.run import NewSession, SessionView
from daytwo.wire.sheet import DatasetRef

UNFINISHED = ("queued", "planning", "executing", "waiting")


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
    line = await line_of(connection, row)
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
        versions=await versions(connection, row),
        created_at=row["created_at"],
    )


async def note(connection: AsyncConnection, actor: Principal, kind: str, subject: str, body: dict[str, object]) -> None:
    event = LedgerEvent(org_id=actor.org_id, at=now(), actor=actor, kind=kind, subject=subject, body=body)
    await ledger.append(connection, event)
