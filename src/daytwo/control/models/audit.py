"""The record of every send to a provider, written before the bytes go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import Field

from daytwo.wire.identifiers import Digest, OrgId
from daytwo.wire.message import Message, Timestamp


class CallContext(Message):
    """On whose behalf a model is called."""

    org_id: OrgId
    run_id: str | None = None
    """None for `daytwo models test`."""
    step: int | None = None


class AuditRecord(Message):
    """One send.  It holds a digest of the body, never the body, and no header."""

    at: Timestamp
    org_id: OrgId
    run_id: str | None
    step: int | None
    attempt: int = Field(ge=1)
    """Counts the sends of one call of the gateway."""
    provider: str
    model: str
    url: str
    body_digest: Digest
    body_bytes: int = Field(ge=0)


AuditSink = Callable[[AuditRecord], Awaitable[None]]
"""Stores a record durably, or raises: then nothing is sent."""
