"""The version of the protocol between the planes, and the refusal of what does not fit."""

from __future__ import annotations

from daytwo.wire.errors import Incompatible

PROTOCOL_VERSION = 1
PROTOCOL_HEADER = "Daytwo-Protocol"
KEY_HEADER = "Idempotency-Key"
"""Names one request: the same key again is the same request, done once."""
KEY_LIMIT_CHARACTERS = 128


def check_protocol(theirs: int | str | None, *, peer: str) -> None:
    """Raises `Incompatible` (`protocol_mismatch`) unless `theirs` is the version that this side speaks."""
    if str(theirs) == str(PROTOCOL_VERSION):
        return
    spoken = "no protocol version" if theirs is None else f"protocol {theirs}"
    raise Incompatible(
        "protocol_mismatch",
        f"The {peer} speaks {spoken}, this side speaks protocol {PROTOCOL_VERSION}. Upgrade the older of the two.",
    )
