"""The durable engine behind a thin port: DBOS workflows on PostgreSQL, one a segment, named `run:segment`.

The name makes a start idempotent: whoever finds a run due may start its segment, in any process, any number of times.
DBOS keeps ids only (its rows hold no question and no program).  At launch it takes up what this process id left.
"""

from __future__ import annotations

import asyncio

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from daytwo.control.dispatch import tasks
from daytwo.control.runs import lifecycle, records
from daytwo.control.runs.failover import UNDER_WAY
from daytwo.control.runs.segment import Segments, advance
from daytwo.control.runs.turns import overdue, turns
from daytwo.control.storage.database import transaction
from daytwo.control.storage.notify import Notifications, wait_for

APPLICATION_VERSION = "2"
"""Raise it only when running segments cannot go on under the new code; a hash of the code would strand them."""
DUE_POLL_SECONDS = 2.0
MEND_SECONDS = 5.0
STRANDED_SECONDS = 30

log = structlog.get_logger(__name__)


class Engine:
    """Runs segments durably.

    Args:
        url: the control plane's database; DBOS keeps its tables there in a schema of its own.
        process_id: stable over restarts of this process and unique among those alive.
        organisation_limit: how many runs of one organisation may be under way at once.
    """

    def __init__(
        self, url: str, process_id: str, database: AsyncEngine, segments: Segments, organisation_limit: int
    ) -> None:
        self._database = database
        self._organisation_limit = organisation_limit
        config: DBOSConfig = {
            "name": "daytwo",
            "system_database_url": make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            "dbos_system_schema": "dbos",
            "application_version": APPLICATION_VERSION,
            "executor_id": process_id,
            "serializer": DBOSPortableJSONSerializer(),
            "enable_otlp": False,
            "log_level": "WARNING",
        }
        DBOS(config=config)

        # DBOS registers plain functions; this one carries its parts in its closure.
        async def run_segment(run_id: str, segment: int) -> None:
            await advance(segments, run_id, segment)

        self._workflow = DBOS.workflow(name="run_segment")(run_segment)

    def launch(self) -> None:
        """Starts the engine in the running event loop and takes up interrupted segments."""
        DBOS.launch()

    def stop(self) -> None:
        """Stops without waiting: what is under way is taken up at the next launch."""
        DBOS.destroy(destroy_registry=True)

    async def start_due(self, notifications: Notifications) -> None:
        """Starts the segments of runs that are due, as they become so.  Runs until cancelled."""
        with notifications.subscribed("segment", "due") as woken:
            while True:
                try:
                    await self._start_batch()
                except DBAPIError as error:
                    log.warning("segments.database_away", error=type(error).__name__)
                await wait_for(woken, DUE_POLL_SECONDS)

    async def _start_batch(self) -> None:
        async with self._database.connect() as connection:
            due = await turns(connection, self._organisation_limit)
        for run_id, segment in due:
            with SetWorkflowID(f"{run_id}:{segment}"):
                await DBOS.start_workflow_async(self._workflow, run_id, segment)

    async def mend(self) -> None:
        """Ends runs out of time, parks those that cannot go on now, starts stranded segments anew.  Until cancelled."""
        while True:
            await asyncio.sleep(MEND_SECONDS)
            try:
                await self._end_overdue()
                await self._park_stuck()
                await self._restart_stranded()
            except DBAPIError as error:
                log.warning("runs.database_away", error=type(error).__name__)

    async def _end_overdue(self) -> None:
        async with self._database.connect() as connection:
            late = await overdue(connection)
        for run_id in late:
            async with transaction(self._database, "overrun") as connection:
                await lifecycle.overrun(connection, run_id)

    async def _park_stuck(self) -> None:
        async with self._database.connect() as connection:
            stuck = await tasks.stuck(connection)
        for run_id, wait in stuck:
            async with transaction(self._database, "park") as connection:
                await lifecycle.park(connection, run_id, wait)

    async def _restart_stranded(self) -> None:
        """A segment whose workflow ended without moving its run (a database away for minutes) gets a successor."""
        async with self._database.connect() as connection:
            stranded = await records.unmoved(connection, STRANDED_SECONDS)
        for run_id, segment in stranded:
            workflow = await DBOS.get_workflow_status_async(f"{run_id}:{segment}")
            if workflow is not None and workflow.status not in UNDER_WAY:
                log.warning("segment.stranded", run=run_id, segment=segment, ended=workflow.status)
                async with transaction(self._database, "restart") as connection:
                    await lifecycle.restart(connection, run_id, segment)
