"""Which control processes live: each holds an advisory lock under its process id, on a connection of its own.

PostgreSQL is the judge: the lock falls when the connection does.  A process that is killed loses it at once; one that
freezes, or whose network does, loses it when its connection has been idle for `LEASE_SECONDS`, for its holder asks for
something every `BEAT_SECONDS`.  Whoever wakes after that finds its workflows fenced off by the engine (ADR 0003) and
holds its id anew, as soon as nobody else does.  Duties that one process does for all are held on the same connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from daytwo.wire.errors import Conflict

TENURE_LOCK = 0x64617933
"""The first half of the advisory lock's key; the second is the process id's hash."""
LEASE_SECONDS = 15
BEAT_SECONDS = 4.0
RETRY_SECONDS = 0.5

log = structlog.get_logger(__name__)


class Tenure:
    """One process's hold on its id.

    Args:
        url: the database, as SQLAlchemy writes it.
        process_id: unique among the living, stable over restarts.
    """

    def __init__(self, url: str, process_id: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.process_id = process_id
        self._connection: psycopg.AsyncConnection | None = None
        self._duties: set[tuple[int, str]] = set()

    async def takes(self, duty: int, key: str) -> bool:
        """Whether this process is the one that does a duty, for as long as its present hold on its id lasts.

        Args:
            duty: the first half of the advisory lock's key.
            key: the second, hashed: whom the duty is done for.
        """
        connection = self._connection
        if connection is None or (duty, key) in self._duties:
            return connection is not None
        try:
            found = await connection.execute("select pg_try_advisory_lock(%s, hashtext(%s))", (duty, key))
            is_taken = bool((await found.fetchone() or (False,))[0])
        except psycopg.Error:
            return False
        if is_taken and connection is self._connection:
            self._duties.add((duty, key))
        return (duty, key) in self._duties

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Holds the id while the block runs, through restarts of the database.

        Raises:
            Conflict: `process_id_taken`, where another process holds it for longer than a dead one could.
        """
        connection = await self._take()
        keeper = asyncio.create_task(self._keep(connection))
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _take(self) -> psycopg.AsyncConnection:
        for _ in range(int(LEASE_SECONDS / RETRY_SECONDS) + 1):
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            await connection.execute(f"set idle_session_timeout = '{LEASE_SECONDS}s'")
            found = await connection.execute(
                "select pg_try_advisory_lock(%s, hashtext(%s))", (TENURE_LOCK, self.process_id)
            )
            if (await found.fetchone() or (False,))[0]:
                return connection
            await connection.close()
            await asyncio.sleep(RETRY_SECONDS)
        raise Conflict(
            "process_id_taken",
            f"Another control process of this database is called {self.process_id}: give each one an id of its own "
            "(DAYTWO_PROCESS_ID).",
        )

    async def _keep(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            try:
                async with connection:
                    self._connection = connection
                    while True:
                        await asyncio.sleep(BEAT_SECONDS)
                        await connection.execute("select 1")
            except psycopg.Error as error:
                log.warning("tenure.lost", process=self.process_id, error=type(error).__name__)
            finally:
                self._connection = None
                self._duties.clear()
            connection = await self._retake()

    async def _retake(self) -> psycopg.AsyncConnection:
        while True:
            try:
                return await self._take()
            except (psycopg.Error, OSError, Conflict) as error:
                log.warning("tenure.not_regained", process=self.process_id, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def vacancy(database: AsyncEngine, process_id: str) -> AsyncIterator[bool]:
    """Whether nobody holds this id; if so, nobody can take it up while the block runs."""
    async with database.begin() as connection:
        found = await connection.execute(select(func.pg_try_advisory_xact_lock(TENURE_LOCK, func.hashtext(process_id))))
        yield bool(found.scalar_one())
