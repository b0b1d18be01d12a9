"""Proof that a request comes from whoever holds a key: a signature over what is sent, where to, and when.

A link token is bound to the key pair that its executor made at enrolment; the private half never leaves it.  A token
that leaks, by a backup or a proxy's log, opens nothing without the key.  The idea is RFC 9449's (DPoP), for one fixed
kind of key and with the body signed as well.  A request that is recorded and sent again within `WINDOW_SECONDS` is
accepted: every request of the link is idempotent, and the link is meant to run over TLS.
"""

from __future__ import annotations

from datetime import datetime

from daytwo.wire.canonical import canonical_bytes, digest_bytes
from daytwo.wire.errors import Unauthenticated
from daytwo.wire.signing import PublicKey, SigningKey

PROOF_HEADER = "Daytwo-Proof"
WINDOW_SECONDS = 300
"""How far the clocks of the two sides may lie apart."""
_PURPOSE = "link-request"


def prove(key: SigningKey, method: str, path: str, body: bytes, at: str) -> str:
    """The header of a request sent at this RFC 3339 UTC time."""
    return f"{at} {key.sign(_PURPOSE, _signed(method, path, body, at))}"


def check_proof(key: PublicKey, proof: str | None, method: str, path: str, body: bytes, present: str) -> None:
    """Refuses a request that the holder of the key did not make just now.

    Raises:
        Unauthenticated: `no_proof`, `proof_expired`.
        Denied: `bad_signature`.
    """
    at, _, signature = (proof or "").partition(" ")
    try:
        apart = abs((datetime.fromisoformat(present) - datetime.fromisoformat(at)).total_seconds())
    except (ValueError, TypeError):
        raise Unauthenticated(
            "no_proof", "This token is bound to a key and the request is not signed with it. Enrol the executor anew."
        ) from None
    key.verify(_PURPOSE, _signed(method, path, body, at), signature)
    if apart > WINDOW_SECONDS:
        raise Unauthenticated(
            "proof_expired",
            f"The request was signed {apart:.0f} s from the present: set the clocks of executor and control plane.",
        )


def _signed(method: str, path: str, body: bytes, at: str) -> bytes:
    return canonical_bytes({"method": method, "path": path, "body": digest_bytes(body), "at": at})
