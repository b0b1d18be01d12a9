"""One snapshot in the making: takes a step's blobs and its manifest; becomes real in one rename.

Blobs are written and synced first, then the manifest.  A crash before the rename leaves the snapshots that there were.
The first small blob goes into the manifest's own file, behind it: a step that changes little syncs one file.  Later
snapshots that name parts of it have that file as a blob like any other.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from daytwo import crashpoint
from daytwo.executor.state.beginning import Beginning
from daytwo.executor.state.blobs import digest_of, seal, share
from daytwo.executor.state.durable import link_over, sync
from daytwo.executor.state.manifest import (
    EMPTY,
    OWN,
    PROPOSAL_LIMIT_BYTES,
    Blob,
    Manifest,
    Proposal,
    Span,
    StateLimitError,
    decoded,
    encoded,
    encoded_on,
    proposed,
    resolved,
)

BLOBS_LIMIT = 10_000
SNAPSHOT_LIMIT_BYTES = 64 * 1024**3
OWN_LIMIT_BYTES = 64 * 1024
"""Of a blob that lies in the manifest's own file."""
MANIFEST = "manifest.json"
WHOLE = "whole.json"
"""The manifest that the one of this snapshot may be told as the difference from: a link to an earlier snapshot's."""
BLOBS = "blobs"
PART = ".part-"


@dataclass
class _Held:
    """Bytes that come and are kept in memory: what the cell says, or the blob for the manifest's own file."""

    number: int | None = None
    content: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> None:
        self.content += data


@dataclass
class _Part:
    """A blob that comes."""

    number: int
    path: Path
    file: BinaryIO
    size_bytes: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def add(self, data: bytes) -> None:
        self.file.write(data)
        self.size_bytes += len(data)
        self.hash.update(data)

    def placed(self) -> Blob:
        """Synced, under its name."""
        self.file.flush()
        seal(self.file.fileno())
        os.fsync(self.file.fileno())
        self.file.close()
        blob = Blob(name=self.hash.hexdigest(), bytes=self.size_bytes)
        self.path.replace(self.path.with_name(blob.name))
        return blob

    def forget(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Base:
    """The snapshot that a step starts from; without a folder the empty one."""

    folder: Path | None = None
    manifest: Manifest = EMPTY

    def digest_of(self, span: Span) -> str:
        """The SHA-256 of a part; of one that fills its blob without a look at it."""
        index, offset, length = span
        if self.folder is None or not length:
            return hashlib.sha256().hexdigest()
        blob = self.manifest.blobs[index]
        path = self.folder / BLOBS / blob.name
        return blob.name if length == blob.file_bytes else digest_of(path, blob.skip + offset, length)


class SnapshotWriter:
    """Receives a step's `blob` and `manifest` frames; `commit` makes them the snapshot, `discard` forgets them."""

    def __init__(self, folder: Path, base: Base, begun: Beginning) -> None:
        self.begun = begun
        self._folder = folder
        self._blobs = folder / BLOBS
        self._base = base
        self._sent: dict[int, Blob] = {}
        self._own: bytes | None = None
        self._said: Proposal | None = None
        self._coming: _Held | _Part | None = None
        self._bytes = 0

    @staticmethod
    def accepts(kind: str) -> bool:
        return kind in {"blob", "manifest"}

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        if self._said is not None:
            raise StateLimitError
        if header["kind"] == "manifest":
            if payload_bytes > PROPOSAL_LIMIT_BYTES:
                raise StateLimitError
            self._coming = _Held()
            return
        number = header.get("number")
        self._bytes += payload_bytes
        if type(number) is not int or not 0 <= number < BLOBS_LIMIT or number in self._sent:
            raise StateLimitError
        if self._bytes > SNAPSHOT_LIMIT_BYTES:
            raise StateLimitError
        if self._own is None and payload_bytes <= OWN_LIMIT_BYTES:
            self._coming = _Held(number)
            return
        path = self._blobs / f"{PART}{number}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        self._coming = _Part(number, path, os.fdopen(descriptor, "wb"))

    def chunk(self, data: bytes) -> None:
        if self._coming is None:
            raise StateLimitError
        self._coming.add(data)

    def end(self) -> None:
        came, self._coming = self._coming, None
        if isinstance(came, _Part):
            self._sent[came.number] = came.placed()
        elif came is None:
            raise StateLimitError
        elif came.number is None:
            self._said = proposed(bytes(came.content))
        else:
            self._own = bytes(came.content)
            self._sent[came.number] = Blob(name=OWN, bytes=len(self._own))

    def commit(self) -> None:
        """Makes the snapshot real, in place of one that an earlier execution of the task left before it crashed.

        Raises:
            StateLimitError: something is half sent, or lies where it may not.
        """
        if self._coming is not None:
            raise StateLimitError
        before = self._base.manifest.blobs
        manifest = resolved(self._said or Proposal(), before, self._sent)
        named = {blob.name for blob in manifest.blobs}
        if named - {OWN}:
            if self._base.folder is not None:
                sent = {blob.name for blob in self._sent.values()}
                needed = [blob for blob in before if blob.name in named - sent]
                share(needed, self._base.folder / BLOBS, self._blobs)
            sync(self._blobs)
        parts = (self._own or b"") if OWN in named else b""
        content = self._as_difference(manifest, parts)
        with crashpoint.around("snapshot"):
            own = self._put(content or encoded(manifest, parts), is_blob=OWN in named)
        if content is None:
            (self._folder / WHOLE).unlink(missing_ok=True)
        sweep(self._folder, named | {own})

    def _put(self, content: bytes, *, is_blob: bool) -> str:
        """Writes the manifest's file, which is a blob, too, where parts follow in it; its name as one."""
        name = hashlib.sha256(content).hexdigest()
        draft = self._blobs / f"{PART}manifest"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            seal(file.fileno())
            os.fsync(file.fileno())
        if is_blob:
            link_over(draft, self._blobs / name)
        draft.replace(self._folder / MANIFEST)
        draft.unlink(missing_ok=True)  # where the manifest was this file already, nothing was replaced
        sync(self._blobs)
        sync(self._folder)
        return name

    def _as_difference(self, manifest: Manifest, parts: bytes) -> bytes | None:
        """The manifest as the difference from that of an earlier snapshot, which is linked here, if that is short."""
        if self._base.folder is None:
            return None
        whole = self._base.folder / WHOLE
        whole = whole if whole.exists() else self._base.folder / MANIFEST
        content = encoded_on(manifest, whole.read_bytes(), parts)
        if content is not None:
            link_over(whole, self._folder / WHOLE)
        return content

    def discard(self) -> None:
        """Forgets an execution that did not end well, and leaves what an earlier one of the task may have committed."""
        if isinstance(self._coming, _Part):
            self._coming.forget()
        self._coming = None
        if not (self._folder / MANIFEST).exists():
            sweep(self._folder)


def sweep(folder: Path, named: Collection[str] = ()) -> None:
    """Removes all blobs of a snapshot's folder but these: leftovers of executions that were cut off."""
    for path in (folder / BLOBS).iterdir():
        if path.name not in named:
            path.unlink(missing_ok=True)


def read_manifest(folder: Path) -> Manifest:
    """A committed snapshot's manifest.

    Raises:
        FileNotFoundError: none was committed.
        Denied: `snapshot_damaged`.
        Incompatible: `snapshot_newer`.
    """
    whole = folder / WHOLE
    return decoded((folder / MANIFEST).read_bytes(), whole.read_bytes() if whole.exists() else None)
