"""Ed25519 signatures (RFC 8032) over canonical bytes, with a domain label so that no signature fits two purposes."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from daytwo.wire.errors import Denied, Invalid

_SEPARATOR = b"\x00"


def _message(purpose: str, data: bytes) -> bytes:
    return b"daytwo/" + purpose.encode("ascii") + _SEPARATOR + data


class PublicKey:
    """A key that verifies.  Its text form is base64 of the 32 raw bytes."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(raw)
        except ValueError as error:
            raise Invalid("bad_key", "A public key is 32 bytes of Ed25519, in base64.") from error
        self.raw = raw

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        try:
            return cls(base64.b64decode(text, validate=True))
        except ValueError as error:
            raise Invalid("bad_key", "A public key is 32 bytes of Ed25519, in base64.") from error

    def text(self) -> str:
        return base64.b64encode(self.raw).decode("ascii")

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the key's SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def verify(self, purpose: str, data: bytes, signature: str) -> None:
        """Raises `Denied` (`bad_signature`) unless `signature` is this key's over `data` for `purpose`."""
        try:
            self._key.verify(base64.b64decode(signature, validate=True), _message(purpose, data))
        except (InvalidSignature, ValueError) as error:
            raise Denied("bad_signature", f"The signature on this {purpose} does not verify.") from error


class SigningKey:
    """A key that signs.  Its raw form is the 32-byte seed, a secret."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def seed(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, purpose: str, data: bytes) -> str:
        """Base64 of the 64-byte signature."""
        return base64.b64encode(self._key.sign(_message(purpose, data))).decode("ascii")

    def sign_raw(self, message: bytes) -> bytes:
        """A bare Ed25519 signature, for formats that bring their own domain separation (C2SP signed notes)."""
        return self._key.sign(message)
