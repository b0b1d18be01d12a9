"""Files and names that a power cut leaves as they were, or as they were to become."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def link_over(source: Path, target: Path) -> None:
    """Makes `target` another name of a file, whatever it named before."""
    draft = target.with_name(f".{target.name}")
    draft.unlink(missing_ok=True)
    draft.hardlink_to(source)
    draft.replace(target)
    draft.unlink(missing_ok=True)  # where it was that file's name already, nothing was replaced


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
