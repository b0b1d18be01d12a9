"""Taking over from control processes that died: their segments go on in a process that lives.

Any number of processes may look at once: recovery of one segment admits one runner, and a run is moved under its row's
lock.  Segments of another application version cannot go on under this code; they get a successor, which plans from
what their run's tables hold.  Source: docs/adr/0003-runs-in-segments.md.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

import structlog
from dbos import DBOS
from dbos import WorkflowStatus as Workflow
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from daytwo.control.runs import lifecycle
from daytwo.control.storage.database import transaction
from daytwo.control.storage.tenure import vacancy

LOOK_SECONDS = 2.0
LOOK_LIMIT = 1_000
"""Segments under way that one look sees; those after them are seen when these have ended."""
UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})

log = structlog.get_logger(__name__)


class Failover:
    """One process's watch over the others.

    Args:
        process_id: this process, whose own segments were taken up at its launch.
        version: the application version that this code speaks.
    """

    def __init__(self, database: AsyncEngine, process_id: str, version: str) -> None:
        self._database = database
        self._process_id = process_id
        self._version = version

    async def watch(self) -> None:
        """Runs until cancelled."""
        while True:
            try:
                await self._look()
            except DBAPIError as error:
                log.warning("failover.database_away", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        found = await DBOS.list_workflows_async(
            status=sorted(UNDER_WAY), limit=LOOK_LIMIT, load_input=False, load_output=False
        )
        by_owner: dict[str, list[Workflow]] = defaultdict(list)
        for workflow in found:
            if workflow.executor_id and (
                workflow.executor_id != self._process_id or workflow.app_version != self._version
            ):
                by_owner[workflow.executor_id].append(workflow)
        for owner, left in by_owner.items():
            await self._take_over(owner, left)

    async def _take_over(self, owner: str, left: list[Workflow]) -> None:
        if owner != self._process_id:
            async with vacancy(self._database, owner) as vacant:
                if not vacant:
                    return
                if any(workflow.app_version == self._version for workflow in left):
                    taken = await asyncio.to_thread(DBOS._recover_pending_workflows, [owner])  # noqa: SLF001
                    log.warning("failover.taken_over", owner=owner, segments=len(taken))
        for workflow in left:
            if workflow.app_version != self._version:
                await self._succeed(workflow)

    async def _succeed(self, workflow: Workflow) -> None:
        run_id, _, segment = workflow.workflow_id.rpartition(":")
        log.warning("failover.succeeded", run=run_id, segment=segment, version=workflow.app_version)
        async with transaction(self._database, "restart") as connection:
            await lifecycle.restart(connection, run_id, int(segment))
        await DBOS.cancel_workflow_async(workflow.workflow_id)
