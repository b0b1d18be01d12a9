"""Webhooks: whoever is configured hears when a run ends or waits; signed, in order, at least once.

The ledger's leaves are what is told of, so that nothing is told that was not recorded, and one row remembers how far
it has come, whatever dies.  A message names run, session and reason: never a question, never data.  Signature:
Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`; `webhook-id` is the same
when a message comes again.  Messages go to one address over HTTPS (or to this machine); redirects are not followed
and proxies of the environment ignored.  What is not taken after `ATTEMPTS` is given up; either way the ledger says so.
One control process delivers, for as long as it lives; none holds a connection to the database while it sends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import structlog
from pydantic import SecretStr
from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from daytwo.control.storage import ledger
from daytwo.control.storage.database import transaction
from daytwo.control.storage.tables import ledger_leaves, ledger_trees, runs, webhook_cursors
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.errors import Invalid
from daytwo.wire.message import now
from daytwo.wire.principal import Principal, PrincipalKind

KINDS = frozenset({"run.succeeded", "run.failed", "run.cancelled", "run.waiting"})
ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 1.0
"""Doubled from attempt to attempt, with jitter: about two minutes in all."""
ANSWER_SECONDS = 10.0
POLL_SECONDS = 1.0
BATCH_LEAVES = 500
DELIVERY_LOCK = 0x64617934
"""The duty that one process takes for each organisation (`Tenure.takes`)."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class WebhookSettings:
    """Where messages go, and the secret that signs them."""

    url: str
    secret: SecretStr

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not is_safe or not parts.hostname or parts.username or not self.secret.get_secret_value():
            raise Invalid(
                "bad_webhook",
                "webhook_url must be an https address (or http on this machine) without a user name, "
                "and DAYTWO_WEBHOOK_SECRET must hold the secret that signs what is sent.",
            )


@dataclass(frozen=True)
class Delivery:
    """One message, as it is sent each time."""

    id: str
    body: bytes

    @classmethod
    def of(cls, index: int, event: dict[str, Any], run: Row[Any]) -> Delivery:
        told = {
            "type": event["kind"],
            "timestamp": event["at"],
            "data": {
                "run": run.run_id,
                "session": run.session_id,
                "reason": event["body"].get("reason"),
                "seq": event["body"]["seq"],
            },
        }
        return cls(f"msg_{event['org_id']}_{index}", json.dumps(told, separators=(",", ":")).encode())

    def headers(self, secret: SecretStr, at: int) -> dict[str, str]:
        return {
            "content-type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": str(at),
            "webhook-signature": f"v1,{signature(secret.get_secret_value(), self.id, at, self.body)}",
        }


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """What a receiver computes to believe a message; it also refuses timestamps that are minutes off."""
    signed = f"{message_id}.{at}.".encode() + body
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode("ascii")


Takes = Callable[[int, str], Awaitable[bool]]
"""Whether this process is the one that does a duty."""


class Webhooks:
    """Delivers one organisation's messages."""

    def __init__(self, database: AsyncEngine, takes: Takes, org_id: str, settings: WebhookSettings) -> None:
        self._database = database
        self._takes = takes
        self._org_id = org_id
        self._settings = settings

    async def run(self) -> None:
        """Delivers until cancelled."""
        async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, follow_redirects=False, trust_env=False) as client:
            while True:
                try:
                    went_on = await self._deliver_next(client)
                except DBAPIError as error:
                    log.warning("webhooks.database_away", error=type(error).__name__)
                    went_on = False
                if not went_on:
                    await anyio.sleep(POLL_SECONDS)

    async def _deliver_next(self, client: httpx2.AsyncClient) -> bool:
        """Goes on to the next leaf that is to be told.  Returns whether there was any leaf."""
        if not await self._takes(DELIVERY_LOCK, self._org_id):
            return False
        async with self._database.begin() as connection:
            begun = await self._cursor(connection)
            index, found = await self._next(connection, begun)
        if index == begun:
            return False
        outcome = None if found is None else await self._send(client, found)
        async with transaction(self._database, "webhook") as connection:
            if found is not None and outcome is not None:
                await self._note(connection, found, outcome)
            await self._move(connection, begun, index)
        return True

    async def _cursor(self, connection: AsyncConnection) -> int:
        """The first leaf that nobody was told of: at first, the one after those there are."""
        kept = await connection.execute(
            select(webhook_cursors.c.leaf_index).where(webhook_cursors.c.org_id == self._org_id)
        )
        at: int | None = kept.scalar_one_or_none()
        if at is None:
            size = await connection.execute(select(ledger_trees.c.size).where(ledger_trees.c.org_id == self._org_id))
            at = size.scalar_one_or_none() or 0
            await connection.execute(
                upsert(webhook_cursors).values(org_id=self._org_id, leaf_index=at).on_conflict_do_nothing()
            )
        return at

    async def _move(self, connection: AsyncConnection, begun: int, index: int) -> None:
        """Goes on from where it began, unless a process that took the duty over has done so meanwhile."""
        await connection.execute(
            update(webhook_cursors)
            .where(webhook_cursors.c.org_id == self._org_id, webhook_cursors.c.leaf_index == begun)
            .values(leaf_index=index)
        )

    async def _next(self, connection: AsyncConnection, begun: int) -> tuple[int, Delivery | None]:
        """The next message, and the leaf after it; or None, and the leaf after all that say nothing."""
        found = await connection.execute(
            select(ledger_leaves.c.leaf_index, ledger_leaves.c.leaf)
            .where(ledger_leaves.c.org_id == self._org_id, ledger_leaves.c.leaf_index >= begun)
            .order_by(ledger_leaves.c.leaf_index)
            .limit(BATCH_LEAVES)
        )
        index = begun
        for leaf_index, leaf in found.all():
            index = leaf_index + 1
            event = json.loads(leaf)
            if event["kind"] in KINDS:
                run = await connection.execute(select(runs).where(runs.c.run_id == event["subject"]))
                return index, Delivery.of(leaf_index, event, run.one())
        return index, None

    async def _send(self, client: httpx2.AsyncClient, delivery: Delivery) -> str:
        """Sends until it is taken or given up.  Returns which."""
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                headers = delivery.headers(self._settings.secret, int(time.time()))
                answer = await client.post(self._settings.url, content=delivery.body, headers=headers)
                if answer.is_success:
                    return "delivered"
                log.warning("webhooks.refused", message=delivery.id, status=answer.status_code, attempt=attempt)
            except httpx2.HTTPError as error:
                log.warning("webhooks.unreachable", message=delivery.id, error=type(error).__name__, attempt=attempt)
            if attempt < ATTEMPTS:
                await anyio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
                pause *= 2
        return "abandoned"

    async def _note(self, connection: AsyncConnection, delivery: Delivery, outcome: str) -> None:
        actor = Principal(org_id=self._org_id, kind=PrincipalKind.SERVICE, id="control")
        event = LedgerEvent(
            org_id=self._org_id, at=now(), actor=actor, kind=f"webhook.{outcome}", subject=delivery.id, body={}
        )
        await ledger.append(connection, event)
