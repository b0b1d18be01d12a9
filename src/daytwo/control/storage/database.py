"""The control plane's database: its URL, its connections, whether it can be reached, and its migrations.

Messages name the host and what to do, never the password.  Migrations run in one transaction under an advisory lock,
so that of two control processes that start together one migrates and the other finds the work done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from daytwo import crashpoint
from daytwo.wire.errors import Invalid, Retryable, Unavailable

CONNECT_SECONDS = 10
POOL_CONNECTIONS = 10
POOL_OVERFLOW_CONNECTIONS = 10
POOL_WAIT_SECONDS = 10.0
MIGRATION_LOCK = 0x64617932
"""An arbitrary number that all control processes share: the advisory lock around migrations."""
MIGRATION_WAIT_SECONDS = 300

HEAD = "0008"
"""The newest migration (a test compares).  A database that has it is not migrated, and Alembic not even imported."""

_DRIVER = "postgresql+psycopg"
_MIGRATIONS = Path(__file__).with_name("migrations")
_CONNECT: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}


def database_url(url: str) -> URL:
    """A PostgreSQL URL with the driver that daytwo uses.

    Raises:
        Invalid: `database_url`, for anything else.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    # The cause is left out on purpose: it would quote the URL, and with it the password.
    if parsed is None or parsed.drivername not in {"postgres", "postgresql", _DRIVER}:
        raise Invalid("database_url", "DAYTWO_DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    return parsed.set(drivername=_DRIVER)


def open_database(url: str) -> AsyncEngine:
    """The pool of connections of this process.  Dispose of it at the end."""
    return create_async_engine(
        database_url(url),
        connect_args=_CONNECT,
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW_CONNECTIONS,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
    )


@asynccontextmanager
async def transaction(database: AsyncEngine, boundary: str) -> AsyncIterator[AsyncConnection]:
    """One transaction, under the name that its crash points have."""
    crashpoint.reach(f"{boundary}:before")
    async with database.begin() as connection:
        yield connection
        crashpoint.reach(f"{boundary}:during")
    crashpoint.reach(f"{boundary}:after")


def check(url: str) -> None:
    """Connects once.

    Raises:
        Unavailable: `database_unreachable`, naming the host and what to do.
    """
    parsed = database_url(url)
    engine = create_engine(parsed, connect_args=_CONNECT, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except OperationalError as error:
        raise _unreachable(parsed, str(error.orig)) from None
    finally:
        engine.dispose()


def migrate(url: str) -> None:
    """Brings the database to this version's tables.

    Raises:
        Unavailable: `database_newer`, where a later daytwo has migrated it; `database_unreachable`.
        Retryable: `database_busy`, where another process has been migrating for too long.
    """
    parsed = database_url(url)
    engine = create_engine(parsed, connect_args=_CONNECT, poolclass=NullPool)
    try:
        if _revision(engine) != HEAD:
            _upgrade(engine)
    except OperationalError as error:
        if error.statement is None:
            raise _unreachable(parsed, str(error.orig)) from None
        raise
    finally:
        engine.dispose()


def _revision(engine: Engine) -> str | None:
    """The database's newest migration; None where it has none yet."""
    with engine.connect() as connection:
        try:
            return connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()
        except ProgrammingError:
            return None


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            _lock(connection)
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    except CommandError as error:
        raise Unavailable(
            "database_newer",
            f"The database was migrated by a later daytwo ({error}). Run that version, or restore a backup.",
        ) from error


def _lock(connection: Connection) -> None:
    """Waits for its turn; the lock and the limit end with the transaction."""
    connection.execute(text(f"set local lock_timeout = '{MIGRATION_WAIT_SECONDS}s'"))
    try:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    except OperationalError as error:
        raise Retryable(
            "database_busy", f"Another process has been migrating the database for {MIGRATION_WAIT_SECONDS} s."
        ) from error


def _unreachable(url: URL, reason: str) -> Unavailable:
    """What PostgreSQL's client library says when it cannot connect has no code, only text."""
    where = f"{url.host or url.query.get('host') or 'the local socket'}"
    if "password" in reason or "authentication" in reason or "pg_hba" in reason or 'role "' in reason:
        advice = f"it does not accept the user {url.username!r}: mend the user or password"
    elif "does not exist" in reason:
        advice = f"it has no database {url.database!r}: create it"
    elif "resolve" in reason:
        advice = "the host's name cannot be resolved: mend the name"
    else:
        advice = "it does not answer: start it, or mend the host and port"
    message = f"The database on {where} cannot be used; {advice} (DAYTWO_DATABASE_URL)."
    return Unavailable("database_unreachable", message)
