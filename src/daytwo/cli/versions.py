"""Versions of a session's state in a terminal: the tree of them, and what changed between two.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from daytwo.wire.snapshot import SnapshotView, Version

EMPTY = SnapshotView(variables=(), imports={}, files=(), lost=())
NOTHING = "no change"


@dataclass(frozen=True)
class Changes:
    """Names of variables, imports and files (by their paths) that are in one version and not as such in another."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    lost: Mapping[str, str] = field(default_factory=dict)
    """What the later step could not keep, and why."""

    def __str__(self) -> str:
        signed = [
            *(f"+{name}" for name in self.new),
            *(f"~{name}" for name in self.changed),
            *(f"-{name}" for name in self.gone),
            *(f"!{name}" for name in self.lost),
        ]
        return " ".join(signed) or NOTHING


def changes(before: SnapshotView, after: SnapshotView) -> Changes:
    """What a person finds different in `after`."""
    old, new = _marks(before), _marks(after)
    return Changes(
        new=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        gone=tuple(sorted(old.keys() - new.keys())),
        lost={one.name: one.reason if one.made_by is None else f"{one.reason} ({one.made_by})" for one in after.lost},
    )


def tree(versions: Sequence[Version]) -> Iterator[tuple[str, Version]]:
    """Each version with the branches in front of it; a line without a fork stays at the same depth."""
    below: dict[tuple[str, int], list[Version]] = {}
    known = {(version.session, version.snapshot) for version in versions}
    roots = []
    for version in versions:
        base = (version.base_session, version.base_snapshot)
        if base in known:
            below.setdefault(base, []).append(version)
        else:
            roots.append(version)
    pending = [("", version) for version in reversed(roots)]
    while pending:
        front, version = pending.pop()
        yield front, version
        followers = below.get((version.session, version.snapshot), [])
        for place, follower in enumerate(reversed(followers)):
            pending.append((f"{front}│ " if place else front, follower))


def _marks(view: SnapshotView) -> dict[str, str]:
    return (
        {variable.name: variable.mark for variable in view.variables}
        | view.imports
        | {file.path: file.mark for file in view.files}
    )
