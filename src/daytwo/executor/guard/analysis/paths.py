"""Paths that are put together of parts."""

from __future__ import annotations

from daytwo.executor.guard.analysis.arguments import Arguments
from daytwo.executor.guard.analysis.values import HOLE, texts

LISTED = f"{HOLE}.{HOLE}"
"""The name of something in a folder: not known, but neither a whole path nor empty."""


def joined_path(head: str, tail: str) -> str:
    """A path and what lies below it."""
    if tail == HOLE and not head.startswith(HOLE):  # it may be absolute, and then it is all that is left
        return HOLE
    return tail if tail.startswith("/") else f"{head.rstrip('/')}/{tail}" if head else tail


def joined_paths(arguments: Arguments) -> list[str]:
    """The paths that a call's arguments make, one after the other."""
    parts = [*arguments.positional, *([arguments.rest] if arguments.rest else [])]
    found = [""]
    for values in parts:
        tails = texts(values) or [HOLE]
        found = [joined_path(head, tail) for head in found for tail in tails]
        if len(found) > len(parts) * 16:
            return [HOLE]
    return found
