"""Canonical JSON (RFC 8785) and digests over it: the only bytes that daytwo hashes or signs."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from pydantic import BaseModel

from daytwo.wire.errors import Invalid

DIGEST_PREFIX = "sha256:"


def canonical_bytes(value: BaseModel | Any) -> bytes:
    """The RFC 8785 form of a model (in its JSON mode) or of a JSON value.

    Raises:
        Invalid: `not_canonical`, where the value has no such form (NaN, integers beyond 2^53, non-string keys).
    """
    data = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    try:
        return rfc8785.dumps(data)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise Invalid("not_canonical", f"This value has no canonical JSON form: {error}") from error


def digest_bytes(data: bytes) -> str:
    """`sha256:` and 64 lower-case hex digits."""
    return DIGEST_PREFIX + hashlib.sha256(data).hexdigest()


def digest(value: BaseModel | Any) -> str:
    """The digest of a value's canonical form."""
    return digest_bytes(canonical_bytes(value))
