"""Sessions' snapshots: one committed manifest a step over content-addressed blobs.

A snapshot becomes real in one rename: blobs are written and synced first, then the manifest.  A crash between steps
loses nothing; a crash inside a step leaves the snapshot before it.  Blobs are pickles and files that hostile programs
made: they are never opened here, only bound read-only into a sandbox.

A snapshot belongs to the environment that it was begun in: pickles of one set of packages do not open in another.
That is noted when it is begun, whatever becomes of it, so that asking tells nothing of how an execution ended.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daytwo.executor.sandbox.request import Mount
from daytwo.wire.errors import Missing
from daytwo.wire.identifiers import is_id

STATE_TARGET = "/state"
_ENVIRONMENT = "environment"
VARIABLES_LIMIT = 10_000
FILES_LIMIT = 10_000
SNAPSHOT_LIMIT_BYTES = 64 * 1024**3


class StateLimitError(Exception):
    """A step tried to keep more than a snapshot may hold."""


class _Entry(BaseModel):
    """What the cell says of one variable or file, before it is believed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str | None = Field(default=None, max_length=1_000)
    path: str | None = Field(default=None, max_length=4_000)
    codec: str | None = Field(default=None, max_length=32)
    module: str | None = Field(default=None, max_length=1_000)


@dataclass
class _Part:
    entry: dict[str, Any]
    file: BinaryIO
    hash: Any = field(default_factory=hashlib.sha256)


class StateStore:
    """All sessions' snapshots below one folder.

    Layout: `<session>/blobs/<sha256>`, `<session>/<ordinal>/environment`, `<session>/<ordinal>/manifest.json`.

    Args:
        root: theirs alone.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root

    def begun_in(self, session_id: str, ordinal: int) -> str | None:
        """The content digest of the environment that a snapshot was begun in; None for the empty state 0."""
        if ordinal == 0:
            return None
        try:
            return (self._folder(session_id, ordinal) / _ENVIRONMENT).read_text("ascii")
        except (FileNotFoundError, Missing):
            return None  # never begun here: `mounts` says so when it is asked for

    def mounts(self, session_id: str, ordinal: int) -> tuple[Mount, ...]:
        """What a sandbox needs to start from a snapshot: nothing for the empty state 0.

        Raises:
            Missing: `snapshot_not_found`.
        """
        if ordinal == 0:
            return ()
        folder = self._folder(session_id, ordinal)
        if not (folder / "manifest.json").is_file():
            raise Missing(
                "snapshot_not_found",
                "This executor does not hold the state that the step starts from: ask again in a new session.",
            )
        return (
            Mount(folder / "manifest.json", f"{STATE_TARGET}/manifest.json"),
            Mount(self._blobs(session_id), f"{STATE_TARGET}/blobs"),
        )

    def begin(self, session_id: str, ordinal: int, environment: str) -> SnapshotWriter:
        """Opens the snapshot that a step in an environment, named by its content digest, leaves if it ends well."""
        blobs, folder = self._blobs(session_id), self._folder(session_id, ordinal)
        for needed in (blobs, folder):
            needed.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_whole(folder / _ENVIRONMENT, environment.encode("ascii"))
        return SnapshotWriter(folder, blobs)

    def _session(self, session_id: str) -> Path:
        if not is_id(session_id, "session"):
            raise Missing("snapshot_not_found", "This is not the id of a session.")
        return self._root / session_id

    def _folder(self, session_id: str, ordinal: int) -> Path:
        return self._session(session_id) / f"{ordinal:06d}"

    def _blobs(self, session_id: str) -> Path:
        return self._session(session_id) / "blobs"


class SnapshotWriter:
    """Receives a step's `variable` and `file` frames; `commit` makes them the snapshot, `discard` forgets them."""

    def __init__(self, folder: Path, blobs: Path) -> None:
        self._folder = folder
        self._blobs = blobs
        self._variables: list[dict[str, Any]] = []
        self._files: list[dict[str, Any]] = []
        self._open: _Part | None = None
        self._bytes = 0

    @staticmethod
    def accepts(kind: str) -> bool:
        return kind in {"variable", "file"}

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        self._bytes += payload_bytes
        full = len(self._variables) >= VARIABLES_LIMIT or len(self._files) >= FILES_LIMIT
        if full or self._bytes > SNAPSHOT_LIMIT_BYTES:
            raise StateLimitError
        try:
            entry = _Entry.model_validate(header).model_dump(exclude_none=True)
        except ValidationError as error:
            raise StateLimitError from error
        if header["kind"] == "file" and not _is_inside(entry.get("path", "")):
            raise StateLimitError
        (self._variables if header["kind"] == "variable" else self._files).append(entry)
        descriptor, part = tempfile.mkstemp(dir=self._blobs, prefix=".part-")
        entry["part"] = part
        self._open = _Part(entry, os.fdopen(descriptor, "wb"))

    def chunk(self, data: bytes) -> None:
        if self._open is None:
            raise StateLimitError
        self._open.file.write(data)
        self._open.hash.update(data)

    def end(self) -> None:
        if self._open is None:
            raise StateLimitError
        part, self._open = self._open, None
        part.file.flush()
        os.fsync(part.file.fileno())
        part.file.close()
        name = part.hash.hexdigest()
        Path(part.entry.pop("part")).replace(self._blobs / name)
        part.entry["blob"] = name

    def commit(self) -> None:
        """Makes the snapshot real, in place of one that an earlier execution of the task left before it crashed."""
        if self._open is not None:
            raise StateLimitError
        _sync_folder(self._blobs)
        manifest = json.dumps({"variables": self._variables, "files": self._files}, sort_keys=True).encode()
        _write_whole(self._folder / "manifest.json", manifest)
        _sync_folder(self._folder.parent)

    def discard(self) -> None:
        """Forgets an execution that did not end well.  Blobs that no manifest names are harmless."""
        if self._open is not None:
            self._open.file.close()
            Path(self._open.entry["part"]).unlink(missing_ok=True)
            self._open = None


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return (
        bool(path)
        and not path.startswith("/")
        and not any(part in {"", ".", ".."} for part in parts)
        and (re.search(r"[\x00-\x1f]", path) is None)
    )


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
