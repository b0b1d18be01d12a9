"""Sessions' snapshots: one folder a snapshot, whole in itself; a step's is committed in one rename.

A crash between steps loses nothing; a crash inside a step leaves the snapshot before it.  Blobs are pickles and files
that hostile programs made: they are never opened here, only bound read-only into a sandbox, and of a session only those
that the one snapshot names.

A snapshot belongs to the environment that it was begun in: pickles of one set of packages do not open in another.
That is noted when it is begun, whatever becomes of it, so that asking tells nothing of how an execution ended.
Source: docs/adr/0015-state.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from daytwo.executor.sandbox.request import Mount
from daytwo.executor.state.beginning import Beginning
from daytwo.executor.state.blobs import require_whole
from daytwo.executor.state.garbage import Garbage, sweep_graves
from daytwo.executor.state.manifest import Manifest
from daytwo.executor.state.transfer import Content, content_of, put
from daytwo.executor.state.view import view
from daytwo.executor.state.writer import BLOBS, MANIFEST, WHOLE, Base, SnapshotWriter, read_manifest, sweep
from daytwo.wire.errors import Missing
from daytwo.wire.identifiers import is_id
from daytwo.wire.snapshot import SnapshotView

STATE_TARGET = "/state"
DRAFT = ".arriving"
"""A snapshot that is being put in place; one at a time."""


class StateStore:
    """All sessions' snapshots below one folder.

    Layout: below `<session>/<ordinal>/` lie `environment` (and seed), `manifest.json`, `blobs/<sha256>`, and
    `whole.json` where the manifest is told as the difference from that.

    Args:
        root: theirs alone.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root

    def begun_in(self, session_id: str, ordinal: int) -> str | None:
        """The content digest of the environment that a snapshot was begun in; None for the empty state 0."""
        begun = self.beginning(session_id, ordinal)
        return None if begun is None else begun.environment

    def beginning(self, session_id: str, ordinal: int) -> Beginning | None:
        """What a snapshot was begun with; None for the empty state 0."""
        if ordinal == 0:
            return None
        try:
            return Beginning.read(self._folder(session_id, ordinal))
        except Missing:
            return None  # never begun here: `at` says so when it is started from

    def require_whole(self, session_id: str, ordinal: int) -> None:
        """Refuses a snapshot that is damaged; says nothing of one that was never committed.

        Raises:
            Denied: `snapshot_damaged`.
            Incompatible: `snapshot_newer`.
        """
        try:
            base = self.at(session_id, ordinal)
        except Missing:
            return  # `at` says so when it is started from
        if base.folder is not None:
            require_whole(base.folder / BLOBS, base.manifest.named_blobs)

    def at(self, session_id: str, ordinal: int) -> Base:
        """A snapshot to start from: 0 is the empty one.

        Raises:
            Missing: `snapshot_not_found`.
            Denied: `snapshot_damaged`.
            Incompatible: `snapshot_newer`.
        """
        if ordinal == 0:
            return Base()
        return Base(self._folder(session_id, ordinal), self.manifest(session_id, ordinal))

    def manifest(self, session_id: str, ordinal: int) -> Manifest:
        """What a snapshot holds.

        Raises:
            Missing: `snapshot_not_found`.
            Denied: `snapshot_damaged`.
            Incompatible: `snapshot_newer`.
        """
        try:
            return read_manifest(self._folder(session_id, ordinal))
        except FileNotFoundError as error:
            raise Missing(
                "snapshot_not_found",
                "This executor does not hold the state that the step starts from: ask again in a new session.",
            ) from error

    def modules(self, session_id: str, ordinal: int) -> dict[str, str]:
        """Which of a snapshot's variables are modules, by the names of both; none of a snapshot that is not there.

        Raises:
            Denied: `snapshot_damaged`.
            Incompatible: `snapshot_newer`.
        """
        try:
            return self.at(session_id, ordinal).manifest.modules
        except Missing:
            return {}

    def view(self, session_id: str, ordinal: int) -> SnapshotView:
        """What a snapshot holds, for the person; raises as `manifest` does."""
        return view(self.manifest(session_id, ordinal))

    @staticmethod
    def mounts(base: Base) -> tuple[Mount, ...]:
        """What a sandbox needs to start from a snapshot: nothing for the empty one."""
        if base.folder is None:
            return ()
        there = (name for name in (MANIFEST, WHOLE, BLOBS) if (base.folder / name).exists())
        return tuple(Mount(base.folder / name, f"{STATE_TARGET}/{name}") for name in there)

    def begin(
        self, session_id: str, ordinal: int, base: Base, environment: str, seed: bytes | None = None
    ) -> SnapshotWriter:
        """Opens the snapshot that a step leaves if it ends well: from `base`, in the environment of this digest.

        Without a seed the program draws from one of the snapshot's own.
        """
        folder = self._folder(session_id, ordinal)
        (folder / BLOBS).mkdir(mode=0o700, parents=True, exist_ok=True)
        return SnapshotWriter(folder, base, Beginning.write(folder, environment, seed))

    def content(self, session_id: str, ordinal: int) -> Content:
        """A snapshot's files, to carry elsewhere; raises as `manifest` does."""
        return content_of(self._folder(session_id, ordinal), self.manifest(session_id, ordinal))

    def put(self, session_id: str, ordinal: int, files: Mapping[str, Path], blobs: Sequence[Path]) -> None:
        """Puts a snapshot in place that was carried here; see `transfer.put`."""
        put(self._folder(session_id, ordinal), self._root / DRAFT, files, blobs)

    def garbage(self, grace: timedelta, clock: Callable[[], datetime]) -> Garbage:
        """Its collector."""
        return Garbage(self._root, grace, clock)

    def sweep(self) -> None:
        """Removes what executions that were cut off left behind; never a snapshot that was committed."""
        sweep_graves(self._root)
        for folder in self._root.glob("*/*"):
            if (folder / BLOBS).is_dir() and not (folder / MANIFEST).exists():
                sweep(folder)

    def _folder(self, session_id: str, ordinal: int) -> Path:
        if not is_id(session_id, "session"):
            raise Missing("snapshot_not_found", "This is not the id of a session.")
        return self._root / session_id / f"{ordinal:06d}"
