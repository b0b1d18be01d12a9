"""What an executor has to keep: the snapshots that sessions name.  And sessions that their owner deletes.

A session names the line to its present state, through whatever sessions that leads, and the versions that it has turned
away from.  A deleted session names nothing; what its forks stand on stays, since they name it.
Source: docs/adr/0020-retention.md.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.runs.sessions import get, note, refuse_if_busy
from daytwo.control.storage.tables import runs, sessions, snapshots
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.retention import NamedSession, NamedSnapshots


async def delete(connection: AsyncConnection, author: Principal, session_id: str) -> None:
    """Takes a session away; its state is collected when nothing else names it and the executor's grace is over.

    Raises:
        Missing: `session_not_found`.
        Conflict: `session_busy`.
    """
    await get(connection, author.org_id, session_id, for_update=True)
    await refuse_if_busy(connection, session_id)
    await connection.execute(update(sessions).where(sessions.c.session_id == session_id).values(deleted_at=now()))
    await note(connection, author, "session.deleted", session_id, {})


async def named(connection: AsyncConnection, executor: Principal) -> NamedSnapshots:
    """What an executor has to keep."""
    live = (sessions.c.executor_id == executor.id) & sessions.c.deleted_at.is_(None)
    heads = (
        select(snapshots.c.session_id, snapshots.c.ordinal, snapshots.c.base_session, snapshots.c.base_ordinal)
        .join(
            sessions,
            (sessions.c.head_session == snapshots.c.session_id) & (sessions.c.head_snapshot == snapshots.c.ordinal),
        )
        .where(live)
    )
    lines = heads.cte("lines", recursive=True)
    before = snapshots.alias("before")
    # A union without repetition: where lines meet, they are followed once.
    lines = lines.union(
        select(before.c.session_id, before.c.ordinal, before.c.base_session, before.c.base_ordinal).where(
            before.c.session_id == lines.c.base_session, before.c.ordinal == lines.c.base_ordinal
        )
    )
    on_a_line: dict[str, list[int]] = {}
    for session, ordinal in (await connection.execute(select(lines.c.session_id, lines.c.ordinal))).tuples():
        on_a_line.setdefault(session, []).append(ordinal)
    turned_away: dict[str, list[tuple[int, str]]] = {}
    own = await connection.execute(
        select(snapshots.c.session_id, snapshots.c.ordinal, runs.c.updated_at)
        .join(sessions, sessions.c.session_id == snapshots.c.session_id)
        .join(runs, runs.c.run_id == snapshots.c.run_id)
        .where(live)
    )
    for session, ordinal, at in own.tuples():
        if ordinal not in on_a_line.get(session, ()):
            turned_away.setdefault(session, []).append((ordinal, at))
    return NamedSnapshots(
        sessions=tuple(
            NamedSession(
                session=session,
                on_a_line=tuple(sorted(on_a_line.get(session, ()))),
                turned_away=tuple(sorted(turned_away.get(session, ()))),
            )
            for session in sorted(on_a_line.keys() | turned_away.keys())
        )
    )
