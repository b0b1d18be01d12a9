"""Versions of a session's state: as ordinals at the control plane, with what they hold at the executor.

`Version` is all that the control plane knows of a snapshot.  `SnapshotView` goes from the executor to the person alone:
names and sizes of real variables may depend on data.
"""

from __future__ import annotations

from pydantic import Field

from daytwo.wire.identifiers import Identifier
from daytwo.wire.message import Message


class Version(Message):
    """One snapshot, and the step that made it."""

    session: Identifier
    snapshot: int = Field(ge=1)
    base_session: Identifier
    base_snapshot: int = Field(ge=0)
    """0 is the empty state."""
    run: Identifier
    step: int
    is_current: bool
    """Whether the session's next step starts from it."""


class KeptVariable(Message):
    name: str
    mark: str
    """Equal marks: the same bytes, kept once."""
    bytes: int
    """Of all variables that share objects with it, itself included."""
    shares_with: tuple[str, ...] = ()


class KeptFile(Message):
    path: str
    mark: str
    bytes: int


class LostVariable(Message):
    """What the step could not keep, why, and the statement that made it."""

    name: str
    reason: str
    made_by: str | None


class SnapshotView(Message):
    variables: tuple[KeptVariable, ...]
    imports: dict[str, str]
    files: tuple[KeptFile, ...]
    lost: tuple[LostVariable, ...]


class ReplicaView(Message):
    """The second copy of a session, on another disk of its executor."""

    folder: str | None
    """None where the executor keeps none."""
    is_current: bool
    """Whether the last step of the session is in it."""
    copied_at: str | None
    """RFC 3339; None where it was not copied since the executor started."""
    problem: str | None
    """Why it is not copied, in words."""
