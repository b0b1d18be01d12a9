"""What the durable engine remembers of ended segments, and for how long.

A segment's row there says that it was begun and that it ended; once its run has moved on, nobody asks.  What is kept
for ever of a run is in our own tables and in the ledger.  Source: docs/adr/0003-runs-in-segments.md.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from daytwo.control.runs.failover import UNDER_WAY
from daytwo.control.runs.sessions import UNFINISHED
from daytwo.control.storage.tables import runs

PRUNE_SECONDS = 3_600.0
BATCH_LIMIT = 1_000
"""Rows that one transaction takes away."""
BATCHES_LIMIT = 100
"""Of one look; what is left waits for the next."""

log = structlog.get_logger(__name__)


class History:
    """The engine's rows of ended segments.

    Args:
        kept: how long they stay.
    """

    def __init__(self, database: AsyncEngine, kept: timedelta) -> None:
        self._database = database
        self._kept = kept

    async def prune(self) -> None:
        """Takes away what is old, at once and then every hour or so, until cancelled.  Any number of processes may."""
        while True:
            try:
                await self._look()
            except DBAPIError as error:
                log.warning("history.database_away", error=type(error).__name__)
            await asyncio.sleep(PRUNE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - jitter

    async def _look(self) -> None:
        before, seen = (datetime.now(UTC) - self._kept).isoformat(), 0
        for _ in range(BATCHES_LIMIT):
            old = await DBOS.list_workflows_async(
                completed_before=before, limit=BATCH_LIMIT, offset=seen, load_input=False, load_output=False
            )
            ended = {workflow.workflow_id for workflow in old if workflow.status not in UNDER_WAY}
            needed = await self._needed(ended)
            if ended - needed:
                await DBOS.delete_workflows_async(sorted(ended - needed))
                log.info("history.pruned", segments=len(ended - needed))
            if len(old) < BATCH_LIMIT:
                return
            seen += len(old) - len(ended - needed)

    async def _needed(self, workflows: set[str]) -> set[str]:
        """The segments at which runs that are not over still stand: who finds one stranded asks how it ended."""
        of_runs = {workflow.rpartition(":")[0] for workflow in workflows}
        standing = select(runs.c.run_id, runs.c.segment).where(
            runs.c.run_id.in_(of_runs), runs.c.status.in_(UNFINISHED)
        )
        async with self._database.connect() as connection:
            found = await connection.execute(standing)
            return {f"{run_id}:{segment}" for run_id, segment in found.tuples()}
