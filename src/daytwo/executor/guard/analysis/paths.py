"""Paths that are put together of parts."""

from __future__ import annotations

from daytwo.executor.guard.analysis.arguments import Arguments
from daytwo.executor.guard.analysis.values import HOLE, texts


def joined_paths(arguments: Arguments) -> list[str]:
    """The paths that a call's arguments make, one after the other."""
    parts = [*arguments.positional, *([arguments.rest] if arguments.rest else [])]
    found = [""]
    for values in parts:
        tails = texts(values) or [HOLE]
        found = [t if t.startswith("/") or not head else f"{head.rstrip('/')}/{t}" for head in found for t in tails]
        if len(found) > len(parts) * 16:
            return [HOLE]
    return found
