"""The base of everything that crosses the planes: frozen, strict about unknown fields, RFC 3339 UTC times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from daytwo.wire.protocol import PROTOCOL_VERSION

Timestamp = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]

M = TypeVar("M", bound="Message")


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def is_silent(value: object) -> bool:
    """For `exclude_if` of a field that a later protocol brought.

    Left out where it says nothing, it keeps from no peer of the version before what that one can read, and digests of
    what was said before stay what they were.
    """
    return value is None


def said_in(version: int, message: M) -> M:
    """What a peer of this version is told: without the fields that a later one brought."""
    if version == PROTOCOL_VERSION:
        return message
    fields = type(message).model_fields.items()
    return message.model_copy(update={name: None for name, field in fields if field.exclude_if is is_silent})


def now() -> str:
    """The present, as an RFC 3339 UTC string with milliseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
