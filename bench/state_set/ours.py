"""Keeping and restoring a namespace as a step does, without the sandbox around it.

The cell's own code is on one side of a pipe, the executor's on the other, committed and synced.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from daytwo.executor.cell.frames import FrameReader, FrameWriter
from daytwo.executor.cell.job import Job
from daytwo.executor.cell.outlet import Outlet
from daytwo.executor.cell.saving import Saving
from daytwo.executor.cell.snapshot import Snapshot
from daytwo.executor.state import Base, SnapshotWriter, StateStore
from daytwo.wire.identifiers import new_id

_MEMORY_BYTES = 16 * 1024**3
_OUTPUT_BYTES = 64 * 1024**3
_ENVIRONMENT = "e" * 64
_PIPE_BYTES = 256 * 1024


class _Received:
    """The executor's end."""

    def __init__(self, writer: SnapshotWriter) -> None:
        self._writer = writer
        self._takes = False

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        self._takes = self._writer.accepts(header["kind"])
        if self._takes:
            self._writer.begin(header, payload_bytes)

    def chunk(self, data: bytes) -> None:
        if self._takes:
            self._writer.chunk(data)

    def end(self) -> None:
        if self._takes:
            self._writer.end()


class Ours:
    """A session's snapshots below a folder."""

    def __init__(self, folder: Path) -> None:
        self._store = StateStore(folder / "state")
        self._workspace = folder / "workspace"
        self._workspace.mkdir()
        self.session = new_id("session")
        self._ordinal = 0

    def snapshot(self, namespace: dict[str, Any], base: Base) -> Snapshot:
        job = Job("", (), base.folder, _MEMORY_BYTES, 1, workspace=self._workspace)
        return Snapshot(job, namespace, {"data": None}, lambda table: table)

    def restored(self, base: Base, *names: str) -> Snapshot:
        """The snapshot as a step that names these variables finds it."""
        snapshot = self.snapshot({}, base)
        snapshot.bring(names)
        return snapshot

    def begin(self, base: Base) -> SnapshotWriter:
        """As the executor does before a program runs: the place of the next snapshot, with its seed."""
        self._ordinal += 1
        return self._store.begin(self.session, self._ordinal, base, _ENVIRONMENT)

    @staticmethod
    def save(before: Snapshot, writer: SnapshotWriter) -> None:
        """Saves what `before` restored and a program made of it, and commits it."""
        reader = FrameReader(_Received(writer))
        theirs, ours = os.pipe()

        def receive() -> None:
            while piece := os.read(theirs, _PIPE_BYTES):
                reader.feed(piece)

        receiver = threading.Thread(target=receive)
        receiver.start()
        try:
            Saving(before, Outlet(FrameWriter(ours), _OUTPUT_BYTES), lambda _: None).run()
        finally:
            os.close(ours)
            receiver.join()
            os.close(theirs)
        writer.commit()

    def made(self) -> Base:
        """The snapshot that was saved last."""
        return self._store.at(self.session, self._ordinal)

    def kept(self, before: Snapshot, base: Base) -> Base:
        """Begun, saved and read again."""
        self.save(before, self.begin(base))
        return self.made()


def new_bytes(made: Base) -> int:
    """Of a snapshot's files, those that no other snapshot has, too."""
    if made.folder is None:
        return 0
    links: dict[int, list[os.stat_result]] = {}
    for path in made.folder.rglob("*"):
        if path.is_file():
            links.setdefault(path.stat().st_ino, []).append(path.stat())
    return sum(found[0].st_size for found in links.values() if len(found) == found[0].st_nlink)
