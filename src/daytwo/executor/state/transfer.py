"""A snapshot as files to carry elsewhere, and put in place as a whole from files that were carried here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from daytwo.executor.state.beginning import FILE as BEGINNING
from daytwo.executor.state.blobs import require_whole, seal
from daytwo.executor.state.durable import sync
from daytwo.executor.state.manifest import Blob, Manifest, damaged, decoded
from daytwo.executor.state.writer import BLOBS, MANIFEST, WHOLE
from daytwo.wire.errors import Conflict

FILES = (BEGINNING, MANIFEST)
"""That every snapshot has."""


@dataclass(frozen=True)
class Content:
    """What a snapshot consists of."""

    files: tuple[Path, ...]
    """Small ones, whose names mean something."""
    folder: Path
    """Of the blobs."""
    blobs: tuple[Blob, ...]


def content_of(folder: Path, manifest: Manifest) -> Content:
    """The files of a snapshot that is there."""
    blobs = manifest.named_blobs
    require_whole(folder / BLOBS, blobs)
    there = (folder / name for name in (*FILES, WHOLE) if (folder / name).exists())
    return Content(tuple(there), folder / BLOBS, blobs)


def put(folder: Path, draft: Path, files: Mapping[str, Path], blobs: Sequence[Path]) -> None:
    """Makes a snapshot of files whose bytes were checked against their digests, in one rename.

    Args:
        folder: where it will be.
        draft: where it is made, on the same disk.
        files: the small ones, by name.
        blobs: named by their digests.

    Raises:
        Denied: `snapshot_damaged`, where these files are no whole snapshot.
        Incompatible: `snapshot_newer`.
        Conflict: `session_exists`, where another snapshot is there.
    """
    if set(files) - {WHOLE} != set(FILES):
        raise damaged()
    content = files[MANIFEST].read_bytes()
    manifest = decoded(content, files[WHOLE].read_bytes() if WHOLE in files else None)
    if (folder / MANIFEST).exists():
        if (folder / MANIFEST).read_bytes() != content:
            raise Conflict(
                "session_exists",
                "This session is here already and has gone its own way since. Fork it where you packed it, and pack "
                "the fork.",
            )
        return
    shutil.rmtree(draft, ignore_errors=True)
    (draft / BLOBS).mkdir(mode=0o700, parents=True)
    for name, path in files.items():
        (draft / name).write_bytes(path.read_bytes())
        sync(draft / name)
    for path in blobs:
        os.link(path, draft / BLOBS / path.name)
        seal(draft / BLOBS / path.name)
    require_whole(draft / BLOBS, manifest.named_blobs)
    sync(draft / BLOBS)
    sync(draft)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # begun, and never committed
    draft.rename(folder)
    sync(folder.parent)
