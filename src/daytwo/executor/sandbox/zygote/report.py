"""What keeper, zygote and child say of a run: events, JSON.  No program ever holds what they are written to."""

from __future__ import annotations

import json
import os

from .kernel import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def failure(error: BaseException) -> dict[str, Any]:
    """The event that says why nothing ran."""
    told: dict[str, Any] = {"event": "refused", "code": "sandbox_unavailable", "errno": 0, "detail": ""}
    if isinstance(error, Refused):
        return told | {
            "code": error.code,
            "step": error.step[:512],
            "errno": error.errno,
            "detail": error.detail[:512],
        }
    if isinstance(error, OSError):
        return told | {"step": str(error)[:512], "errno": error.errno or 0}
    return told | {"step": f"{type(error).__name__}: {error}"[:512]}


def write(status: int, event: dict[str, Any]) -> None:
    """Writes an event to a run's status pipe; far below `PIPE_BUF`, so lines from two processes do not mix."""
    os.write(status, json.dumps(event).encode("ascii") + b"\n")
