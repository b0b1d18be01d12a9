"""An executor's proof to whoever reaches it that it holds its key: a signature over a challenge and its address.

The address is signed as well, so that somebody in between cannot have the real executor answer for another address.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.message import Message
from daytwo.wire.signing import PublicKey, SigningKey

_PURPOSE = "origin"

Challenge = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""16 random bytes that the caller chose."""


class Identity(Message):
    """What an executor answers to a challenge."""

    url: str
    """Where it knows itself to be reached."""
    signature: str


def identify(key: SigningKey, url: str, challenge: str) -> Identity:
    return Identity(url=url, signature=key.sign(_PURPOSE, _signed(url, challenge)))


def check_identity(identity: Identity, key: PublicKey, url: str, challenge: str) -> None:
    """Raises `Denied` (`bad_signature`) unless this key's holder answered this challenge for this address."""
    key.verify(_PURPOSE, _signed(url, challenge), identity.signature)


def _signed(url: str, challenge: str) -> bytes:
    return canonical_bytes({"url": url, "challenge": challenge})
