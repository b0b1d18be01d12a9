"""The control plane's process: wires the rooms, serves them, stops in order."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import FrameType

import anyio
import structlog
import uvicorn
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from daytwo.control.api import ControlState, create_app
from daytwo.control.identity.tokens import ensure_organisation, ensure_owner
from daytwo.control.models import AuditRecord, AuditSink, Gateway
from daytwo.control.planner import Planner
from daytwo.control.runs.engine import APPLICATION_VERSION, Engine
from daytwo.control.runs.failover import Failover
from daytwo.control.runs.history import History
from daytwo.control.runs.outcomes import TaskOutcomes
from daytwo.control.runs.segment import Segments
from daytwo.control.settings import ControlSettings
from daytwo.control.storage import ledger
from daytwo.control.storage.database import migrate, open_database
from daytwo.control.storage.notify import Notifications
from daytwo.control.storage.tables import egress_audit
from daytwo.control.storage.tenure import Tenure
from daytwo.control.webhooks import Webhooks
from daytwo.secretfile import read_or_create_key, read_or_create_token
from daytwo.wire.errors import Conflict
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.signing import SigningKey

LEDGER_INTERVAL_SECONDS = 1.0
LEDGER_ORIGIN = "daytwo.local/control"
STOP_SECONDS = 5

log = structlog.get_logger(__name__)


def serve(settings: ControlSettings) -> None:
    """Serves until SIGINT or SIGTERM.  A part that fails ends the process: the supervisor starts it afresh.

    Raises:
        Conflict: `already_running`; `process_id_taken`.
        Unavailable: `database_unreachable`.
    """
    url = settings.database_url.get_secret_value()
    with _process_lock(settings):
        migrate(url)
        anyio.run(_serve, settings, url)


async def _serve(settings: ControlSettings, url: str) -> None:
    async with _parts(settings, url) as state:
        config = uvicorn.Config(
            create_app(state),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=STOP_SECONDS,
            server_header=False,
            date_header=False,
        )
        _leave_signals_to_uvicorn()
        await _Server(config, state.notifications).serve()


def _leave_signals_to_uvicorn() -> None:
    """It raises a signal again after its own orderly end: ignored then, so that the parts end in order, too."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


class _Server(uvicorn.Server):
    """Lets the requests that are held open (claims, event streams) end as soon as the process is told to stop."""

    def __init__(self, config: uvicorn.Config, notifications: Notifications) -> None:
        super().__init__(config)
        self._notifications = notifications

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._notifications.close()
        super().handle_exit(sig, frame)


@asynccontextmanager
async def _parts(settings: ControlSettings, url: str) -> AsyncIterator[ControlState]:
    key = read_or_create_key(settings.ledger_key_file)
    database = open_database(url)
    async with database.begin() as connection:
        await ensure_organisation(connection, LOCAL_ORG)
        await ensure_owner(connection, read_or_create_token(settings.owner_token_file))
    gateway = Gateway(settings.models, _audit_into(database))
    notifications = Notifications(url)
    segments = Segments(database, Planner(gateway))
    engine = Engine(url, settings.process_id, database, segments, settings.runs_under_way)
    tenure = Tenure(url, settings.process_id)
    failover = Failover(database, settings.process_id, APPLICATION_VERSION)
    state = ControlState(
        database=database,
        gateway=gateway,
        notifications=notifications,
        run_hooks=TaskOutcomes(),
        ledger_origin=LEDGER_ORIGIN,
        ledger_key=key,
        due_limit=settings.runs_due,
    )
    try:
        async with tenure.held(), anyio.create_task_group() as group:
            engine.launch()
            group.start_soon(failover.watch)
            group.start_soon(notifications.listen)
            group.start_soon(engine.start_due, notifications)
            group.start_soon(engine.mend)
            group.start_soon(History(database, timedelta(days=settings.segments_days)).prune)
            group.start_soon(_sequence_ledger, database, key)
            if settings.webhook is not None:
                group.start_soon(Webhooks(database, tenure.takes, LOCAL_ORG, settings.webhook).run)
            yield state
            group.cancel_scope.cancel()
    finally:
        engine.stop()
        await database.dispose()


async def _sequence_ledger(database: AsyncEngine, key: SigningKey) -> None:
    """Orders new leaves into the tree and signs a checkpoint, as long as the process lives."""
    while True:
        try:
            await ledger.sequence(database, LOCAL_ORG, LEDGER_ORIGIN, key)
        except DBAPIError as error:
            log.warning("ledger.database_away", error=type(error).__name__)
        await anyio.sleep(LEDGER_INTERVAL_SECONDS)


def _audit_into(database: AsyncEngine) -> AuditSink:
    async def audit(record: AuditRecord) -> None:
        async with database.begin() as connection:
            await connection.execute(insert(egress_audit).values(**record.model_dump()))

    return audit


class _process_lock:  # noqa: N801 - reads as the context manager that it is
    """One control process per home and id: a second one would only wait for the first one's tenure."""

    def __init__(self, settings: ControlSettings) -> None:
        self._path = settings.process_lock_file

    def __enter__(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "already_running", f"Another control plane runs on {self._path.parent}: `daytwo down` stops it."
            ) from None

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
