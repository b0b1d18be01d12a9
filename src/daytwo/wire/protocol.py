"""The version of the protocol between the planes, and the refusal of what does not fit.

Two versions work together: the present one and the one before.  Of two sides the newer speaks as the older does: what
a version brings is a field that is left out where it says nothing (`wire.message.is_silent`), so that a message of the
version before is a message of this one.  docs/adr/0017-the-link.md has the reasons.
"""

from __future__ import annotations

from daytwo.wire.errors import Incompatible

PROTOCOL_VERSION = 2
"""2: executors say what they offer and when they leave; tokens are bound to keys; runs have priorities and ends."""
PREVIOUS_VERSION = PROTOCOL_VERSION - 1
PROTOCOL_HEADER = "Daytwo-Protocol"
KEY_HEADER = "Idempotency-Key"
"""Names one request: the same key again is the same request, done once."""
KEY_LIMIT_CHARACTERS = 128


def check_protocol(theirs: int | str | None, *, peer: str) -> int:
    """The version that a peer speaks, which is this side's or the one before.

    Raises:
        Incompatible: `protocol_mismatch`, where it is any other.
    """
    for version in (PROTOCOL_VERSION, PREVIOUS_VERSION):
        if str(theirs) == str(version):
            return version
    spoken = "no protocol version" if theirs is None else f"protocol {theirs}"
    raise Incompatible(
        "protocol_mismatch",
        f"The {peer} speaks {spoken}, this side speaks protocol {PROTOCOL_VERSION} and {PREVIOUS_VERSION}. "
        "Upgrade the older of the two.",
    )
