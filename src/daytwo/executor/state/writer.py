"""One snapshot in the making: takes a step's blobs and its manifest; becomes real in one rename.

Blobs are written and synced first, then the manifest.  A crash before the rename leaves the snapshots that there were.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from daytwo import crashpoint
from daytwo.executor.state.beginning import FILE as BEGINNING
from daytwo.executor.state.beginning import Beginning
from daytwo.executor.state.blobs import digest_of, seal, share
from daytwo.executor.state.manifest import (
    EMPTY,
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
MANIFEST = "manifest.json"
WHOLE = "whole.json"
"""The manifest that the one of this snapshot may be told as the difference from: a link to an earlier snapshot's."""
BLOBS = "blobs"
PART = ".part-"


@dataclass
class _Part:
    number: int
    path: Path
    file: BinaryIO
    bytes: int = 0
    hash: Any = field(default_factory=hashlib.sha256)


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
        return blob.name if length == blob.bytes else digest_of(self.folder / BLOBS / blob.name, offset, length)


class SnapshotWriter:
    """Receives a step's `blob` and `manifest` frames; `commit` makes them the snapshot, `discard` forgets them."""

    def __init__(self, folder: Path, base: Base, begun: Beginning) -> None:
        self.begun = begun
        self._folder = folder
        self._blobs = folder / BLOBS
        self._base = base
        self._sent: dict[int, Blob] = {}
        self._said: Proposal | None = None
        self._part: _Part | None = None
        self._text: bytearray | None = None
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
            self._text = bytearray()
            return
        number = header.get("number")
        self._bytes += payload_bytes
        if type(number) is not int or not 0 <= number < BLOBS_LIMIT or number in self._sent:
            raise StateLimitError
        if self._bytes > SNAPSHOT_LIMIT_BYTES:
            raise StateLimitError
        path = self._blobs / f"{PART}{number}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        self._part = _Part(number, path, os.fdopen(descriptor, "wb"))

    def chunk(self, data: bytes) -> None:
        if self._text is not None:
            self._text += data
        elif self._part is not None:
            self._part.file.write(data)
            self._part.bytes += len(data)
            self._part.hash.update(data)
        else:
            raise StateLimitError

    def end(self) -> None:
        if self._text is not None:
            self._said = proposed(bytes(self._text))
            self._text = None
        elif self._part is not None:
            part, self._part = self._part, None
            self._sent[part.number] = _placed(part)
        else:
            raise StateLimitError

    def commit(self) -> Manifest:
        """Makes the snapshot real, in place of one that an earlier execution of the task left before it crashed.

        Raises:
            StateLimitError: something is half sent, or lies where it may not.
        """
        if self._part is not None or self._text is not None:
            raise StateLimitError
        before = self._base.manifest.blobs
        manifest = resolved(self._said or Proposal(), before, self._sent)
        if self._base.folder is not None:
            named = {blob.name for blob in manifest.blobs}
            own = {blob.name for blob in self._sent.values()}
            needed = [blob for blob in before if blob.name in named - own]
            share(needed, self._base.folder / BLOBS, self._blobs)
        sync(self._folder / BEGINNING)
        sync(self._blobs)
        content = self._as_difference(manifest)
        with crashpoint.around("snapshot"):
            write_whole(self._folder / MANIFEST, content or encoded(manifest))
        sync(self._folder.parent)
        sweep(self._folder, manifest)
        if content is None:
            (self._folder / WHOLE).unlink(missing_ok=True)
        return manifest

    def _as_difference(self, manifest: Manifest) -> bytes | None:
        """The manifest as the difference from that of an earlier snapshot, which is linked here, if that is short."""
        if self._base.folder is None:
            return None
        whole = self._base.folder / WHOLE
        whole = whole if whole.exists() else self._base.folder / MANIFEST
        content = encoded_on(manifest, whole.read_bytes())
        if content is not None:
            draft = self._folder / f".{WHOLE}"
            draft.unlink(missing_ok=True)
            draft.hardlink_to(whole)
            draft.replace(self._folder / WHOLE)
            draft.unlink(missing_ok=True)  # where the link was there already, nothing was replaced
        return content

    def discard(self) -> None:
        """Forgets an execution that did not end well, and leaves what an earlier one of the task may have committed."""
        if self._part is not None:
            self._part.file.close()
            self._part.path.unlink(missing_ok=True)
            self._part = None
        if not (self._folder / MANIFEST).exists():
            sweep(self._folder, EMPTY)


def _placed(part: _Part) -> Blob:
    part.file.flush()
    seal(part.file.fileno())
    os.fsync(part.file.fileno())
    part.file.close()
    blob = Blob(name=part.hash.hexdigest(), bytes=part.bytes)
    part.path.replace(part.path.with_name(blob.name))
    return blob


def sweep(folder: Path, manifest: Manifest) -> None:
    """Removes from a snapshot's folder what its manifest does not name: leftovers of executions that were cut off."""
    named = {blob.name for blob in manifest.blobs}
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


def write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
