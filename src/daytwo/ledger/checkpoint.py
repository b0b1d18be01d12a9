"""Checkpoints: a tree's size and root, signed, as C2SP tlog-checkpoint in a C2SP signed-note (Ed25519).

    origin
    size
    base64 of the root

    — origin base64(key id, signature)

The key's name is the origin.  Specifications: c2sp.org/tlog-checkpoint, c2sp.org/signed-note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from daytwo.ledger.merkle import HASH_BYTES
from daytwo.wire.errors import Denied, Invalid
from daytwo.wire.signing import PublicKey, SigningKey

ORIGIN_LIMIT_CHARACTERS = 255
NOTE_LIMIT_CHARACTERS = 16 * 1024
_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_SIGNATURE = "— "
_NAME = re.compile(r"[^\s+]+")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """A tree at one size.  `origin` names the ledger, without spaces or plus signs."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.origin) or len(self.origin) > ORIGIN_LIMIT_CHARACTERS:
            raise Invalid("bad_origin", "A ledger's origin is up to 255 characters without spaces or plus signs.")

    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def key_id(origin: str, key: PublicKey) -> bytes:
    """The four bytes by which a signed note tells keys apart."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + key.raw).digest()[:_KEY_ID_BYTES]


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The signed note."""
    body = checkpoint.body()
    signature = key_id(checkpoint.origin, key.public) + key.sign_raw(body.encode())
    return f"{body}\n{_SIGNATURE}{checkpoint.origin} {base64.b64encode(signature).decode('ascii')}\n"


def open_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint in a signed note.

    Raises:
        Denied: `bad_checkpoint`, unless the note is well-formed and this key signed it.
    """
    body, separator, signatures = note.rpartition("\n\n")
    if not separator or len(note) > NOTE_LIMIT_CHARACTERS or not signatures.endswith("\n"):
        raise _bad("it is no signed note")
    checkpoint = _parse(body + "\n")
    expected = key_id(checkpoint.origin, key)
    for line in signatures[:-1].split("\n"):
        name, _, encoded = line.removeprefix(_SIGNATURE).partition(" ")
        signature = _decode(encoded)
        if line.startswith(_SIGNATURE) and name == checkpoint.origin and signature[:_KEY_ID_BYTES] == expected:
            _verify(key, checkpoint, signature[_KEY_ID_BYTES:])
            return checkpoint
    raise _bad("the key did not sign it")


def _parse(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) < 4 or not _DECIMAL.fullmatch(lines[1]) or not _NAME.fullmatch(lines[0]):
        raise _bad("it is no checkpoint")
    checkpoint = Checkpoint(origin=lines[0], size=int(lines[1]), root=_decode(lines[2]))
    # Extension lines are allowed by the specification; ours have none, and what is not understood is refused.
    if len(checkpoint.root) != HASH_BYTES or checkpoint.body() != body:
        raise _bad("it is no checkpoint")
    return checkpoint


def _verify(key: PublicKey, checkpoint: Checkpoint, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, checkpoint.body().encode())
    except InvalidSignature as error:
        raise _bad("its signature does not verify") from error


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _bad(why: str) -> Denied:
    return Denied("bad_checkpoint", f"The ledger's checkpoint is not genuine: {why}.")
