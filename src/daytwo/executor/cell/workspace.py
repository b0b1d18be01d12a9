"""The files of a session: copied in before a program runs, looked through after it.

A file that nobody touched is named on and not sent: its inode's times say so, of which a program cannot set the last.
"""

from __future__ import annotations

import itertools
import mmap
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .kept import Kept, Span

FILES_LIMIT = 10_000
PATH_LIMIT = 1_000
"""Characters."""
MAPPED_FILE_BYTES = 16 * 1024 * 1024


class Workspace:
    """The folder, and what of it came from the snapshot before."""

    def __init__(self, folder: Path, kept: Kept) -> None:
        self._folder = folder
        self._kept = kept
        self._came: dict[str, tuple[tuple[int, ...], Span]] = {}

    def restore(self) -> None:
        for folder in self._kept.folders:
            (self._folder / folder).mkdir(parents=True, exist_ok=True)
        for file in self._kept.files:
            path = self._folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._kept.read(file.span))
            self._came[file.path] = _fingerprint(path), file.span

    def files(self) -> Iterator[tuple[str, Path, str | None]]:
        """Each file's name and path, and why it is not kept, if so."""
        for count, path in enumerate(_files_below(self._folder)):
            name = path.relative_to(self._folder).as_posix()
            if count >= FILES_LIMIT:
                yield name, path, f"only {FILES_LIMIT:,} files are kept"
                return
            yield name, path, _refusal(path, name)

    def empty_folders(self) -> list[str]:
        """Those that hold nothing and can be kept."""
        found = (
            Path(parent).relative_to(self._folder).as_posix()
            for parent, folders, names in os.walk(self._folder)
            if not folders and not names and Path(parent) != self._folder
        )
        kept = (name for name in found if _name_refusal(name) is None)
        return list(itertools.islice(kept, FILES_LIMIT))

    def untouched(self, name: str, path: Path) -> Span | None:
        """Where the snapshot before holds this file, if nobody has written to it since."""
        fingerprint, span = self._came.get(name, (None, None))
        return span if fingerprint == _fingerprint(path) else None


def content(path: Path) -> memoryview:
    """A file's bytes; of a large one without a copy of them in memory."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < MAPPED_FILE_BYTES:
            return memoryview(file.read())
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _fingerprint(path: Path) -> tuple[int, ...]:
    known = path.lstat()
    return known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in sorted([*names, *links]))


def _refusal(path: Path, name: str) -> str | None:
    if not stat.S_ISREG(path.lstat().st_mode):
        return "only plain files and folders are kept"
    return _name_refusal(name)


def _name_refusal(name: str) -> str | None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return "its name is not valid UTF-8"
    if any(ord(character) < ord(" ") for character in name):
        return "its name holds control characters"
    return "its path is too long" if len(name) > PATH_LIMIT else None
