"""What the ledger records: who did what to which subject, when, in which organisation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Invalid
from daytwo.wire.identifiers import OrgId
from daytwo.wire.message import Message, Timestamp
from daytwo.wire.principal import Principal

LEAF_LIMIT_BYTES = 256 * 1024

EventKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)+$", max_length=64)]


class LedgerEvent(Message):
    """One state change or disclosure, e.g. `kind="run.created"`, `subject="run_01k…"`.

    `body` holds JSON that the ledger's readers may see: ids, digests of public bytes, decisions; never data.
    """

    org_id: OrgId
    at: Timestamp
    actor: Principal
    kind: EventKind
    subject: str = Field(min_length=1, max_length=256)
    body: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _within_one_organisation(self) -> LedgerEvent:
        if self.actor.org_id != self.org_id:
            raise ValueError("the actor of an event belongs to another organisation")
        return self

    def leaf(self) -> bytes:
        """The bytes that are stored and hashed.

        Raises:
            Invalid: `not_canonical`; `leaf_too_large`, beyond `LEAF_LIMIT_BYTES`.
        """
        leaf = canonical_bytes(self)
        if len(leaf) > LEAF_LIMIT_BYTES:
            raise Invalid("leaf_too_large", f"A ledger event takes at most {LEAF_LIMIT_BYTES} bytes; record a digest.")
        return leaf
