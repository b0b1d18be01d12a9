"""Collecting snapshots that nothing names any more: marked first, removed when they stayed unnamed for a time of grace.

What names a snapshot is told by the caller: sessions and their forks, tasks under way, approvals.  A snapshot that is
not named gets a mark with the time; a later look takes the mark away or, after the grace, the snapshot.  So what was
overlooked once is not lost, and a crash at any moment leaves each snapshot whole, or gone from its name in one rename.
Snapshots share nothing but hard links: to remove one harms no other.
Source: docs/adr/0020-retention.md.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from daytwo.executor.state.durable import sync, write_whole
from daytwo.executor.state.writer import BLOBS, MANIFEST, WHOLE

MARK = "unnamed"
"""The file in a snapshot's folder that says since when nothing names it."""
GARBAGE = ".garbage-"
"""What folders are called that have lost their name and are being removed."""

Name = tuple[str, int]
"""A session and the ordinal of its snapshot."""


class Fate(Enum):
    NAMED = "named"
    WAITING = "waiting"
    REMOVED = "removed"


@dataclass(frozen=True)
class Tally:
    """What became of the snapshots of one store."""

    fates: dict[Name, Fate]
    freed_bytes: int

    def count(self, fate: Fate) -> int:
        return sum(one is fate for one in self.fates.values())


def fate_of(name: Name, named: Collection[Name], since: datetime | None, now: datetime, grace: timedelta) -> Fate:
    """What happens to a snapshot that has been unnamed since a time, as far as is known.  Pure."""
    if name in named:
        return Fate.NAMED
    return Fate.REMOVED if since is not None and since + grace <= now else Fate.WAITING


class Garbage:
    """The garbage of one store.

    Args:
        root: the store's folder, `<session>/<ordinal>/` below it.
        grace: how long a snapshot stays after it was first found unnamed.
        clock: the present.
    """

    def __init__(self, root: Path, grace: timedelta, clock: Callable[[], datetime]) -> None:
        self._root = root
        self._grace = grace
        self._clock = clock

    def collect(self, named: Collection[Name], *, dry_run: bool = False) -> Tally:
        """Marks, takes marks away, and removes; with `dry_run` it only counts."""
        now = self._clock()
        fates: dict[Name, Fate] = {}
        doomed: list[Path] = []
        for folder in sorted(self._root.glob("session_*/[0-9]*")):
            name = (folder.parent.name, int(folder.name))
            since = _since(folder)
            fate = fates[name] = fate_of(name, named, since, now, self._grace)
            if fate is Fate.REMOVED:
                doomed.append(folder)
            elif not dry_run:
                _mark(folder, fate, since, now)
        freed_bytes = _freed(doomed)
        if not dry_run:
            for folder in doomed:
                remove(self._root, folder)
        return Tally(fates, freed_bytes)


def remove(root: Path, folder: Path) -> None:
    """Takes a snapshot's name away, then its files."""
    grave = root / f"{GARBAGE}{folder.parent.name}-{folder.name}"
    shutil.rmtree(grave, ignore_errors=True)
    folder.rename(grave)
    sync(folder.parent)
    shutil.rmtree(grave)


def sweep_graves(root: Path) -> None:
    """Removes what a crash left between the two."""
    for grave in root.glob(f"{GARBAGE}*"):
        shutil.rmtree(grave, ignore_errors=True)


def _mark(folder: Path, fate: Fate, since: datetime | None, now: datetime) -> None:
    if fate is Fate.NAMED and since is not None:
        (folder / MARK).unlink(missing_ok=True)
    elif fate is Fate.WAITING and since is None:
        write_whole(folder / MARK, now.isoformat().encode("ascii"))


def _since(folder: Path) -> datetime | None:
    try:
        return datetime.fromisoformat((folder / MARK).read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None  # what a power cut left of a mark is none: the grace begins anew


def _freed(doomed: list[Path]) -> int:
    """The bytes of files whose every link lies in these folders."""
    links: dict[int, list[os.stat_result]] = {}
    for folder in doomed:
        for path in [folder / MANIFEST, folder / WHOLE, *(folder / BLOBS).glob("*")]:
            if path.exists():
                links.setdefault(path.stat().st_ino, []).append(path.stat())
    return sum(found[0].st_size for found in links.values() if len(found) == found[0].st_nlink)
