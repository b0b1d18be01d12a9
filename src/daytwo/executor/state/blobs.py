"""Blobs of one snapshot in one folder, each named by the SHA-256 of its bytes, and how damage is noticed.

A snapshot that names a blob of an earlier one has it as a second hard link: equal bytes lie on the disk once, and
removing any snapshot leaves every other whole.

To hash gigabytes before every step would cost what mapping them saves.  So a blob that was hashed is sealed: its time
of modification is set to a moment that no write leaves.  A blob of the right size under its seal is taken for whole;
one without is hashed again.  What changes bytes below the file system goes unseen until somebody asks for a full look.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from daytwo.executor.state.manifest import Blob, damaged

SEAL_NS = 0
"""1970-01-01T00:00:00Z."""
_PIECE_BYTES = 1024 * 1024


def seal(descriptor: int | Path) -> None:
    os.utime(descriptor, ns=(SEAL_NS, SEAL_NS))


def require_whole(folder: Path, blobs: Iterable[Blob], *, fully: bool = False) -> None:
    """Looks at every blob; hashes those without a seal, or all.

    Raises:
        Denied: `snapshot_damaged`.
    """
    for blob in blobs:
        path = folder / blob.name
        try:
            known = path.stat()
        except FileNotFoundError as error:
            raise damaged() from error
        if known.st_size != blob.file_bytes:
            raise damaged()
        if fully or known.st_mtime_ns != SEAL_NS:
            if digest_of(path) != blob.name:
                raise damaged()
            seal(path)


def share(blobs: Iterable[Blob], earlier: Path, folder: Path) -> None:
    """Gives a snapshot's folder what it names of the one before."""
    for blob in blobs:
        target = folder / blob.name
        if not target.exists():
            target.hardlink_to(earlier / blob.name)


def digest_of(path: Path, offset: int = 0, length: int | None = None) -> str:
    """The SHA-256 of a file, or of a part of it."""
    hasher = hashlib.sha256()
    left = sys.maxsize if length is None else length
    with path.open("rb") as file:
        file.seek(offset)
        while left and (piece := file.read(min(left, _PIECE_BYTES))):
            hasher.update(piece)
            left -= len(piece)
    return hasher.hexdigest()
