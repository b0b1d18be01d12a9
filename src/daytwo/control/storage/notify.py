"""LISTEN/NOTIFY: one connection per process wakes whoever waits for a topic.

A notification is a hint, never the truth: waiters read the tables, and poll slowly in case one was lost.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

CHANNEL = "daytwo"
RECONNECT_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def notify(connection: AsyncConnection, topic: str, key: str) -> None:
    """Wakes the waiters for `topic:key` when the transaction commits."""
    await connection.execute(
        text("select pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": f"{topic}:{key}"}
    )


class Notifications:
    """The process's one listening connection.

    Args:
        url: the database, as SQLAlchemy writes it.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url).set(drivername="postgresql")
        self._conninfo = parsed.render_as_string(hide_password=False)
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.is_closing = False
        """The process stops: whoever waits wakes, sees this and ends."""

    async def listen(self) -> None:
        """Runs until cancelled; comes back after a lost connection."""
        while True:
            try:
                await self._listen_once()
            except (psycopg.Error, OSError) as error:
                log.warning("notifications.reconnecting", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute(f"listen {CHANNEL}")
            self._wake_all()
            async for notification in connection.notifies():
                for event in self._waiting.get(notification.payload, ()):
                    event.set()

    def close(self) -> None:
        self.is_closing = True
        self._wake_all()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()

    @contextmanager
    def subscribed(self, topic: str, key: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever `topic:key` is notified; subscribe first, then read, then wait."""
        name = f"{topic}:{key}"
        event = asyncio.Event()
        self._waiting[name].add(event)
        try:
            yield event
        finally:
            self._waiting[name].discard(event)
            if not self._waiting[name]:
                del self._waiting[name]


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Waits until the event is set or the time is over, then clears it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    event.clear()
