"""Where a session's programs run: at the executor that holds its data and its variables.

A session that has neither may still move to one that offers what its next run asks for.
"""

from __future__ import annotations

from sqlalchemy import RowMapping, update
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch import executors
from daytwo.control.dispatch.matching import first_that_offers
from daytwo.control.storage.tables import sessions


async def place(connection: AsyncConnection, session: RowMapping, profile: str) -> None:
    """Sees to it that a locked session is at an executor that offers a profile.

    Raises:
        Invalid: `profile_not_offered`.
    """
    standings = [await executors.standing(connection, session["executor_id"])]
    if not session["datasets"] and session["head_snapshot"] == 0:
        standings += await executors.candidates(connection, session["org_id"])
    chosen = first_that_offers(profile, standings)
    if chosen.executor_id != session["executor_id"]:
        await connection.execute(
            update(sessions)
            .where(sessions.c.session_id == session["session_id"])
            .values(executor_id=chosen.executor_id)
        )
