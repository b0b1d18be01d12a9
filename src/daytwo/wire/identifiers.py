"""Identifiers: `kind_` and 26 characters, sortable by time of making, unguessable in their last 80 bits."""

from __future__ import annotations

import re
import secrets
import time
from typing import Annotated

from pydantic import StringConstraints

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PATTERN = re.compile(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}")

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
OrgId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]

LOCAL_ORG = "local"
"""The organisation on a laptop."""


def new_id(kind: str) -> str:
    """A fresh identifier of this kind, e.g. `run_01k…`: 48 bits of milliseconds, then 80 random bits (as ULID)."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    characters = [_ALPHABET[(number >> (5 * place)) & 31] for place in range(25, -1, -1)]
    return f"{kind}_{''.join(characters)}"


def new_token(characters: int) -> str:
    """So many random characters, of five bits each."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(characters))


def ids_in(text: str, kind: str) -> frozenset[str]:
    """The identifiers of this kind that a text mentions."""
    return frozenset(found for found in _PATTERN.findall(text) if found.startswith(f"{kind}_"))


def is_id(text: str, kind: str) -> bool:
    return text.startswith(f"{kind}_") and _PATTERN.fullmatch(text) is not None
