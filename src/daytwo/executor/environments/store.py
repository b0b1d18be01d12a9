"""The environments of an executor: one read-only tree for each lock, built once, the least recently used thrown away.

A tree appears whole, by one rename, or not at all; of two builders of one lock, the slower finds the other's tree.
Its folder is named by the lock's digest, so what a request names cannot change under it.  The tree of an environment
that grew out of another holds what was added alone, and is named by the digest of that lock and of what it grew from;
which one an environment grew into for which packages is remembered, so that nothing is resolved twice.  Of a tree that
is thrown away its lock stays, so that a session whose variables were made in it goes on: it is built again.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from pathlib import Path

from daytwo.executor.environments.builder import install
from daytwo.executor.environments.environment import DEFAULT, Environment, default_environment, environment_at
from daytwo.executor.environments.lock import Lock, read_lock
from daytwo.executor.environments.resolution import resolve
from daytwo.executor.environments.uv import Progress, Source
from daytwo.wire.errors import Missing

CAP_BYTES = 20 << 30
_PACKAGES, _LOCK, _SIZE = "packages", "lock.txt", "size"
_GREW_FROM = "grew_from"
"""The name of the environment that a tree is added to."""
_DRAFT_PREFIX, _GREW_PREFIX, _GONE_PREFIX = ".building-", ".grew-", ".gone-"


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
        self._install(lock, lock.digest, None, progress)
        return self.find(lock.digest)

    def grow(
        self,
        environment: Environment,
        packages: Sequence[str],
        refused: frozenset[str] = frozenset(),
        progress: Progress = lambda _: None,
    ) -> Environment:
        """An environment with packages more, built unless it is there; the same one where it holds them.  Blocks.

        Args:
            environment: what it grows from; nothing of that is replaced.
            packages: distributions.
            refused: distributions that may not come in.
            progress: hears what uv says.

        Raises:
            Denied: `package_refused`.
            Unavailable: `uv_missing`, `environment_build_failed`.
        """
        asked = " ".join([environment.content_digest, *sorted(packages), "not", *sorted(refused)])
        note = self._folder / f"{_GREW_PREFIX}{sha256(asked.encode()).hexdigest()}"
        try:
            return self.find(note.read_text("ascii"))
        except (FileNotFoundError, Missing):
            added = resolve(environment, packages, refused, self._source, progress)
        if added is None:
            return environment
        base, lock = self._before(environment), added
        if environment.additions is not None:
            lock = read_lock((environment.additions.parent / _LOCK).read_text("utf-8") + added.text)
        name = _grown(base, lock)
        self._install(lock, name, base, progress)
        note.write_text(name, "ascii")
        return self.find(name)

    def _install(self, lock: Lock, name: str, grew_from: Environment | None, progress: Progress) -> None:
        if self._place(name).is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=self._folder))
        try:
            install(lock, draft / _PACKAGES, default_environment().base_python, self._source, progress)
            (draft / _LOCK).write_text(lock.text, "utf-8")
            if grew_from is not None:
                (draft / _GREW_FROM).write_text(grew_from.name, "ascii")
            (draft / _SIZE).write_text(str(_size_bytes(draft)), "ascii")
            _seal(draft)
            _publish(draft, self._place(name))
        finally:
            _remove(draft)
        self._evict(keep={name} if grew_from is None else {name, grew_from.name})

    def find(self, digest: str) -> Environment:
        """The environment of this digest; it counts as used.

        Raises:
            Missing: `environment_unknown`.
        """
        place = self._place(digest)
        if not place.is_dir():
            raise self._unknown(digest)
        # The kernel's own clock of files ticks too slowly to tell two uses apart.
        os.utime(place, ns=(time.time_ns(), time.time_ns()))
        try:
            grew_from = (place / _GREW_FROM).read_text("ascii")
        except FileNotFoundError:
            return _alone(digest, place / _PACKAGES)
        base = default_environment() if grew_from == DEFAULT else self.find(grew_from)
        if _grown(base, read_lock((place / _LOCK).read_text("utf-8"))) != digest:
            raise Missing(
                "environment_unknown", f"The environment {digest[:12]} grew from packages that are no longer here."
            )
        return base.with_additions(digest, place / _PACKAGES)

    def again(self, digest: str, progress: Progress = lambda _: None) -> Environment:
        """The environment of this digest, built again from its lock where its tree was thrown away.  Blocks.

        Raises:
            Missing: `environment_unknown`, where it never was here.
            Unavailable: `uv_missing`, `environment_build_failed`.
        """
        try:
            return self.find(digest)
        except Missing:
            try:
                grew_from, _, text = self._gone(digest).read_text("utf-8").partition("\n")
            except FileNotFoundError:
                raise self._unknown(digest) from None
        base = default_environment() if grew_from == DEFAULT else self.again(grew_from, progress) if grew_from else None
        self._install(read_lock(text), digest, base, progress)
        return self.find(digest)

    def _before(self, environment: Environment) -> Environment:
        """What an environment grew from; itself where it did not."""
        if environment.additions is None:
            return environment
        name = (environment.additions.parent / _GREW_FROM).read_text("ascii")
        return default_environment() if name == DEFAULT else self.find(name)

    def _place(self, digest: str) -> Path:
        return self._folder / (digest if digest.isalnum() else "-")

    def _gone(self, digest: str) -> Path:
        """What an environment grew from, on a line of its own, and its lock, once its tree is thrown away."""
        return self._folder / f"{_GONE_PREFIX}{self._place(digest).name}"

    @staticmethod
    def _unknown(digest: str) -> Missing:
        return Missing("environment_unknown", f"There is no environment {digest[:12]} here: build it from its lock.")

    def _evict(self, keep: set[str]) -> None:
        places = sorted(
            (place for place in self._folder.iterdir() if not place.name.startswith(".")),
            key=lambda place: place.stat().st_mtime_ns,
        )
        sizes = {place: int((place / _SIZE).read_text("ascii")) for place in places}
        total = sum(sizes.values())
        for place in places:
            if total > self._cap_bytes and place.name not in {*keep, *self._in_use()}:
                total -= sizes[place]
                grew_from = (place / _GREW_FROM).read_text("ascii") if (place / _GREW_FROM).exists() else ""
                self._gone(place.name).write_text(f"{grew_from}\n{(place / _LOCK).read_text('utf-8')}", "utf-8")
                gone = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=self._folder)) / "gone"
                place.rename(gone)  # at once for whoever looks for it
                _remove(gone.parent)


def _alone(digest: str, packages: Path) -> Environment:
    base = default_environment()
    return environment_at(
        digest,
        python=base.base_python,
        base_python=base.base_python,
        base_prefix=base.base_prefix,
        site_packages=packages,
    )


def _grown(base: Environment, added: Lock) -> str:
    return sha256(f"{base.content_digest} {added.digest}".encode()).hexdigest()


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
