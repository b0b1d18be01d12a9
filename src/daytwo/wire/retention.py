"""Which versions of sessions' states are still named, and what collecting the others came to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from daytwo.wire.identifiers import Identifier
from daytwo.wire.message import Message, Timestamp

Ordinal = Annotated[int, Field(ge=1)]


class NamedSession(Message):
    """The snapshots of one session that are named, by it or by its forks."""

    session: Identifier
    on_a_line: tuple[Ordinal, ...] = ()
    """They lead to the present state of a session."""
    turned_away: tuple[tuple[Ordinal, Timestamp], ...] = ()
    """They lead nowhere any more, since a rewind; and when the run that made them last moved."""


class NamedSnapshots(Message):
    """All that the control plane names of what an executor holds."""

    sessions: tuple[NamedSession, ...]


class Collect(Message):
    """A person's wish to have garbage collected now, or to see what would be."""

    dry_run: bool = False


class Collected(Message):
    """What became of an executor's snapshots, of both chains."""

    dry_run: bool
    snapshots: int = Field(ge=0)
    """That were looked at."""
    named: int = Field(ge=0)
    waiting: int = Field(ge=0)
    """Unnamed for less than the time of grace."""
    removed: int = Field(ge=0)
    """Or, of a dry run, that would be."""
    freed_bytes: int = Field(ge=0)
    """Of files that no other snapshot shares."""
