"""The environments of an executor: one read-only tree for each lock, built once, the least recently used thrown away.

A tree appears whole, by one rename, or not at all; of two builders of one lock, the slower finds the other's tree.
Its folder is named by the lock's digest, so what a request names cannot change under it.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

from daytwo.executor.environments.builder import Progress, Source, install
from daytwo.executor.environments.environment import Environment, default_environment, environment_at
from daytwo.executor.environments.lock import read_lock
from daytwo.wire.errors import Missing

CAP_BYTES = 20 << 30
_PACKAGES, _LOCK, _SIZE = "packages", "lock.txt", "size"
_DRAFT_PREFIX = ".building-"


def _nothing() -> tuple[str, ...]:
    return ()


class Environments:
    """Builds and finds environments below a folder.

    Args:
        folder: theirs alone.
        source: where wheels come from.
        cap_bytes: what all trees together may hold.
        in_use: the digests of environments that sandboxes stand on now: they stay.
    """

    def __init__(
        self,
        folder: Path,
        source: Source = Source(),  # noqa: B008 - frozen
        cap_bytes: int = CAP_BYTES,
        in_use: Callable[[], Collection[str]] = _nothing,
    ) -> None:
        self._folder = folder
        self._source = source
        self._cap_bytes = cap_bytes
        self._in_use = in_use

    def build(self, requirements: str, progress: Progress = lambda _: None) -> Environment:
        """The environment of a lock, built unless it is there.  Blocks: not for the event loop's own thread.

        Args:
            requirements: as `uv pip compile --generate-hashes` writes them.
            progress: hears what uv says.

        Raises:
            Invalid: `environment_not_locked`.
            Unavailable: `uv_missing`, `environment_build_failed`.
        """
        lock = read_lock(requirements)
        if not self._place(lock.digest).is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=self._folder))
            try:
                install(lock, draft / _PACKAGES, default_environment().base_python, self._source, progress)
                (draft / _LOCK).write_text(lock.text, "utf-8")
                (draft / _SIZE).write_text(str(_size_bytes(draft)), "ascii")
                _seal(draft)
                _publish(draft, self._place(lock.digest))
            finally:
                _remove(draft)
            self._evict(keep=lock.digest)
        return self.find(lock.digest)

    def find(self, digest: str) -> Environment:
        """The environment of this digest; it counts as used.

        Raises:
            Missing: `environment_unknown`.
        """
        place = self._place(digest)
        if not place.is_dir():
            raise Missing("environment_unknown", f"There is no environment {digest[:12]} here: build it from its lock.")
        # The kernel's own clock of files ticks too slowly to tell two uses apart.
        os.utime(place, ns=(time.time_ns(), time.time_ns()))
        base = default_environment()
        return environment_at(
            digest,
            python=base.base_python,
            base_python=base.base_python,
            base_prefix=base.base_prefix,
            site_packages=place / _PACKAGES,
        )

    def _place(self, digest: str) -> Path:
        return self._folder / (digest if digest.isalnum() else "-")

    def _evict(self, keep: str) -> None:
        places = sorted(
            (place for place in self._folder.iterdir() if not place.name.startswith(".")),
            key=lambda place: place.stat().st_mtime_ns,
        )
        sizes = {place: int((place / _SIZE).read_text("ascii")) for place in places}
        total = sum(sizes.values())
        for place in places:
            if total > self._cap_bytes and place.name != keep and place.name not in self._in_use():
                total -= sizes[place]
                gone = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=self._folder)) / "gone"
                place.rename(gone)  # at once for whoever looks for it
                _remove(gone.parent)


def _publish(draft: Path, place: Path) -> None:
    try:
        draft.rename(place)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise  # else another builder was quicker: its tree is the same


def _size_bytes(top: Path) -> int:
    return sum(path.lstat().st_size for path in top.rglob("*"))


def _seal(top: Path) -> None:
    """Takes away every right to write, but the one to remove the top folder as a whole."""
    for path in top.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o555 | 0o444)
    top.chmod(0o755)


def _remove(top: Path) -> None:
    if not top.exists():
        return
    for folder in (top, *(path for path in top.rglob("*") if path.is_dir() and not path.is_symlink())):
        folder.chmod(0o755)
    shutil.rmtree(top)
