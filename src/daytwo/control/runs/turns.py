"""Which of the runs that are due get a turn now: fair over organisations, by priority within one, within limits.

Each run that an organisation has under way or due has a place in that organisation's line: first those under way, then
those that have begun, then by priority, then by how long they have been due.  Turns go by place, whichever organisation
a run is of, so that the first of one waits for no hundredth of another.  A line ends at the organisation's limit: what
stands behind it stays due, and keeps its place.
"""

from __future__ import annotations

from sqlalchemy import case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.storage.tables import runs
from daytwo.wire.errors import Retryable
from daytwo.wire.run import RunStatus

TURNS_LIMIT = 100
"""Segments that one look starts."""

UNDER_WAY = (RunStatus.PLANNING.value, RunStatus.EXECUTING.value)


async def turns(connection: AsyncConnection, organisation_limit: int) -> list[tuple[str, int]]:
    """Run and segment of those that are to start now, in the order of their turns.

    Args:
        connection: of the database.
        organisation_limit: how many runs of one organisation may be under way at once.
    """
    is_under_way = runs.c.status.in_(UNDER_WAY)
    place = func.row_number().over(
        partition_by=runs.c.org_id,
        order_by=(
            case((is_under_way, literal(0)), (runs.c.segment > 1, literal(1)), else_=literal(2)),
            runs.c.priority.desc(),
            runs.c.updated_at,
            runs.c.run_id,
        ),
    )
    line = (
        select(runs.c.run_id, runs.c.segment, runs.c.status, runs.c.updated_at, place.label("place"))
        .where(runs.c.status.in_((RunStatus.QUEUED.value, *UNDER_WAY)))
        .subquery()
    )
    found = await connection.execute(
        select(line.c.run_id, line.c.segment)
        .where(line.c.status == RunStatus.QUEUED.value, line.c.place <= organisation_limit)
        .order_by(line.c.place, line.c.updated_at)
        .limit(TURNS_LIMIT)
    )
    return [(row.run_id, row.segment) for row in found]


async def overdue(connection: AsyncConnection) -> list[str]:
    """The runs that are not over and have no time left."""
    is_open = runs.c.status.not_in((RunStatus.SUCCEEDED.value, RunStatus.FAILED.value, RunStatus.CANCELLED.value))
    found = await connection.execute(
        select(runs.c.run_id).where(runs.c.ends_at < func.now(), is_open).limit(TURNS_LIMIT)
    )
    return list(found.scalars())


async def refuse_too_many(connection: AsyncConnection, org_id: str, due_limit: int) -> None:
    """Refuses a run where as many of its organisation's are due already.

    Raises:
        Retryable: `too_many_runs`.
    """
    due = select(runs.c.run_id).where(runs.c.org_id == org_id, runs.c.status == RunStatus.QUEUED.value)
    found = await connection.execute(select(func.count()).select_from(due.limit(due_limit).subquery()))
    if found.scalar_one() >= due_limit:
        raise Retryable(
            "too_many_runs", f"{due_limit} runs of this organisation wait for their turn: ask again when some are done."
        )
