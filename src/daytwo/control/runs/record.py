"""A session as a record that another control plane takes in: its line of states, the runs that made it, nothing else.

What was told word for word while data was open stays behind, and so do events and the ledger: a record says what was
asked and run, the ledgers of both homes say who did what.  A run that is not over travels nowhere.
Source: docs/adr/0019-packs.md.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch import executors, sheets
from daytwo.control.runs import records
from daytwo.control.runs.line import line_of
from daytwo.control.runs.sessions import UNFINISHED, get, note, refuse_if_busy, view
from daytwo.control.storage.tables import runs, sessions, snapshots
from daytwo.control.storage.tables import steps as step_table
from daytwo.wire.errors import Conflict, Invalid
from daytwo.wire.pack import RecordedRun, RecordedSession, RecordedStep, RecordedVersion, SessionRecord
from daytwo.wire.principal import Principal
from daytwo.wire.run import SessionView


async def record_of(connection: AsyncConnection, org_id: str, session_id: str) -> SessionRecord:
    """What another control plane needs for the session to go on there.

    Raises:
        Missing: `session_not_found`.
        Conflict: `session_busy`.
    """
    session = await get(connection, org_id, session_id, for_update=True)
    await refuse_if_busy(connection, session_id)
    versions = await _versions(connection, session)
    own = select(runs).where(
        (runs.c.session_id == session_id) | runs.c.run_id.in_({version.run for version in versions})
    )
    rows = (await connection.execute(own.order_by(runs.c.run_id))).mappings().all()
    for row in rows:
        await refuse_if_busy(connection, row["session_id"])
    named = {session_id, *(version.session for version in versions), *(row["session_id"] for row in rows)}
    found = await connection.execute(
        select(sessions).where(sessions.c.session_id.in_(named)).order_by(sessions.c.session_id)
    )
    return SessionRecord(
        session=session_id,
        sessions=tuple(_session(row) for row in found.mappings()),
        runs=tuple([await _run(connection, row) for row in rows]),
        versions=versions,
    )


async def take_in(connection: AsyncConnection, author: Principal, record: SessionRecord) -> SessionView:
    """Makes a recorded session one of this control plane's; the same record again changes nothing.

    Raises:
        Invalid: `record_malformed`.
        Conflict: `session_exists`, where the session, or one that it was forked from, has a life of its own here.
        Missing: `dataset_not_found`, `no_executor`.
    """
    _check(record)
    held = await sheets.newest(connection, author.org_id, record.datasets)
    holders = {executor_id for executor_id, _ in held}
    if not holders:
        holders = {(await executors.candidates(connection, author.org_id))[0].executor_id}
    executor_id = min(holders)
    for session in record.sessions:
        await _put_session(connection, author, session, executor_id)
    for run in record.runs:
        await _put_run(connection, author, run)
    for version in record.versions:
        await _put_version(connection, author.org_id, version)
    await note(connection, author, "session.unpacked", record.session, {"runs": [run.run for run in record.runs]})
    return await view(connection, author.org_id, record.session)


def _check(record: SessionRecord) -> None:
    """Refuses a record that names what it does not hold, or a run that would start to move here."""
    known = {session.session for session in record.sessions}
    steps = {(run.run, step.step) for run in record.runs for step in run.steps}
    names = {run.session for run in record.runs} | {version.session for version in record.versions} | {record.session}
    made = {(version.session, version.ordinal) for version in record.versions} | {(one, 0) for one in known}
    heads = {(one.head_session, one.head_snapshot) for one in record.sessions if one.session == record.session}
    if (
        not names <= known
        or not heads <= made
        or not {(version.run, version.step) for version in record.versions} <= steps
        or any(run.status.value in UNFINISHED for run in record.runs)
    ):
        raise Invalid("record_malformed", "This is not the record of a whole session: pack it again.")


async def _versions(connection: AsyncConnection, session: RowMapping) -> tuple[RecordedVersion, ...]:
    line = await line_of(connection, session)
    return tuple(
        RecordedVersion(
            session=mark["session_id"],
            ordinal=mark["ordinal"],
            base_session=mark["base_session"],
            base_ordinal=mark["base_ordinal"],
            run=mark["run_id"],
            step=mark["step"],
        )
        for mark in sorted(line, key=lambda one: (one["run_id"], one["step"]))
    )


def _session(row: RowMapping) -> RecordedSession:
    return RecordedSession(
        session=row["session_id"],
        datasets=tuple(row["datasets"]),
        head_session=row["head_session"],
        head_snapshot=row["head_snapshot"],
        next_snapshot=row["next_snapshot"],
        created_at=row["created_at"],
    )


async def _run(connection: AsyncConnection, row: RowMapping) -> RecordedRun:
    names = RecordedStep.model_fields.keys()
    steps = await records.steps_of(connection, row["run_id"])
    copied = RecordedRun.model_fields.keys() & row.keys()
    return RecordedRun.model_validate(
        {name: row[name] for name in copied}
        | {"run": row["run_id"], "session": row["session_id"]}
        | {"steps": [{name: step[name] for name in names} for step in steps]}
    )


async def _put_session(
    connection: AsyncConnection, author: Principal, session: RecordedSession, executor_id: str
) -> None:
    made = await connection.execute(
        upsert(sessions)
        .values(
            session_id=session.session,
            org_id=author.org_id,
            executor_id=executor_id,
            created_by=author.model_dump(mode="json"),
            **session.model_dump(exclude={"session"}),
        )
        .on_conflict_do_nothing()
        .returning(sessions.c.session_id)
    )
    if made.first() is not None:
        return
    there = await get(connection, author.org_id, session.session, for_update=True)
    if _session(there) != session:
        raise Conflict(
            "session_exists",
            f"The session {session.session} is here already and has gone its own way since. Fork it where you packed "
            "it, and pack the fork.",
        )


async def _put_run(connection: AsyncConnection, author: Principal, run: RecordedRun) -> None:
    said = run.model_dump(mode="json", exclude={"run", "session", "steps"})
    made = await connection.execute(
        upsert(runs)
        .values(
            run_id=run.run,
            org_id=author.org_id,
            session_id=run.session,
            segment=1,
            last_seq=0,
            created_by=author.model_dump(mode="json"),
            **said,
        )
        .on_conflict_do_nothing()
        .returning(runs.c.run_id)
    )
    if made.first() is None:
        return
    for step in run.steps:
        values: dict[str, Any] = step.model_dump(mode="json") | {"run_id": run.run, "org_id": author.org_id}
        await connection.execute(insert(step_table).values(**values))


async def _put_version(connection: AsyncConnection, org_id: str, version: RecordedVersion) -> None:
    await connection.execute(
        upsert(snapshots)
        .values(
            session_id=version.session,
            org_id=org_id,
            run_id=version.run,
            **version.model_dump(exclude={"session", "run"}),
        )
        .on_conflict_do_nothing()
    )
    await connection.execute(
        update(sessions)
        .where(sessions.c.session_id == version.session, sessions.c.next_snapshot <= version.ordinal)
        .values(next_snapshot=version.ordinal + 1)
    )
