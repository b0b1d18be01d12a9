"""Where things are asked for, and how the answers are read: the same for both origins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError

from daytwo.wire.errors import Bug, Missing

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PLACES = {
    "session": ("sessions", "sessions"),
    "run": ("runs", "runs"),
    "dataset": ("datasets", "data"),
    "approval": ("approvals", "approvals"),
    "executor": ("executors", "executor"),
}
"""Kind → its folder in the API, and the command that lists it."""


def keep(response: httpx2.Response, target: Path, *, is_private: bool = False) -> None:
    """Writes what is answered to `target`, which appears when it is whole."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(0o600 if is_private else 0o666)
    with part.open("wb") as sink:
        for chunk in response.iter_bytes():
            sink.write(chunk)
    part.replace(target)


def at(kind: str, name: str, rest: str = "") -> str:
    """The address of what is named, or of something of it.

    Raises:
        Missing: `{kind}_not_found`, where nothing can have this name: it would be another address.
    """
    folder, command = _PLACES[kind]
    if not _NAME.fullmatch(name):
        raise Missing(f"{kind}_not_found", f"There is no {kind} {name}. `daytwo {command} list` shows those there are.")
    return f"/v1/{folder}/{name}/{rest}" if rest else f"/v1/{folder}/{name}"


def read(kind: type[T], response: httpx2.Response) -> T:
    """An answer as what it is; fields of a later version are passed over.  Raises `Bug` (`unexpected_answer`)."""
    try:
        return TypeAdapter(kind).validate_json(response.content, extra="ignore")
    except ValidationError as error:
        raise Bug(
            "unexpected_answer",
            f"{response.request.method} {response.request.url.path} gave an answer that this version cannot read. "
            "Are both planes of this version?",
        ) from error
