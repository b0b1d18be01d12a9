"""The files behind a dataset: found by path, told apart by their first 4 KiB, remembered by fingerprint.

Nothing here parses a user's file: that happens in a sandbox (`profiling`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from daytwo.executor.catalog.kind import GZIP, MAGIC_BYTES, Kind, is_prose, kind_of, suffixes
from daytwo.wire.errors import Invalid, Missing

FILES_LIMIT = 1_000
SHOWN_NAMES = 5

Fingerprint = tuple[int, int, int]
"""Size in bytes, time of the last change in nanoseconds, inode."""


@dataclass(frozen=True)
class DataFile:
    path: Path
    kind: Kind
    suffix: str
    """How the file is called inside a sandbox, after its number: never its own name."""
    is_prose: bool = False
    """It is text, in a file whose name promises no table, and looks like none."""


@dataclass(frozen=True)
class Found:
    """What lies at a dataset's paths.  `fingerprints` covers every visible file there, readable kind or not."""

    files: tuple[DataFile, ...]
    fingerprints: dict[str, Fingerprint]
    notes: tuple[str, ...]
    is_folder: bool


def absolute(paths: Iterable[str]) -> tuple[Path, ...]:
    """The paths without links or `..`, each once, in the order given.

    Raises:
        Missing: `file_not_found`, for what no path can be: empty, of half a character, below nobody's home.
    """
    return tuple(dict.fromkeys(map(_absolute, paths)))


def _absolute(path: str) -> Path:
    try:
        if path:
            return Path(path).expanduser().resolve()
    except (ValueError, RuntimeError):
        pass
    raise Missing("file_not_found", f"There is no file or folder {path!a}: check the path.")


def fingerprints(paths: Sequence[Path]) -> dict[str, Fingerprint]:
    """Fingerprints of the files at these paths, folders walked.

    Raises:
        Missing: `file_not_found`.
        Invalid: `file_unreadable`, `too_many_files`.
    """
    listed = [file for path in paths for file in _listed(path)]
    if len(listed) > FILES_LIMIT:
        raise Invalid("too_many_files", f"There are more than {FILES_LIMIT} files there: register fewer at once.")
    return {str(file): _fingerprint(file) for file in listed}


def find(paths: Sequence[Path]) -> Found:
    """The data files at these paths.

    Raises:
        Missing: `file_not_found`.
        Invalid: `file_unreadable`, `file_empty`, `not_a_table`, `too_many_files`.
    """
    seen = fingerprints(paths)
    is_folder = any(path.is_dir() for path in paths)
    given = {str(path) for path in paths}
    files: list[DataFile] = []
    skipped: list[str] = []
    notes: list[str] = []
    for text in seen:
        path = Path(text)
        try:
            files.append(_data_file(path))
        except Invalid:
            if text in given:
                raise
            skipped.append(path.name)
    aside = [file for file in files if file.is_prose and str(file.path) not in given]
    if len(aside) < len(files):
        files = [file for file in files if file not in aside]
        skipped += [file.path.name for file in aside]
    if not files:
        raise Invalid("file_empty", f"No file that can be read as a table lies in {paths[0]}.")
    if skipped:
        more = f" and {len(skipped) - SHOWN_NAMES} more" if len(skipped) > SHOWN_NAMES else ""
        notes.append(f"Left out, because they are no tables: {', '.join(sorted(skipped)[:SHOWN_NAMES])}{more}.")
    notes += [
        f"{file.path.name} is open in another program, or that crashed: its latest changes are not seen. Close it, or "
        f"run `sqlite3 {file.path.name} 'pragma wal_checkpoint'`, and add it again."
        for file in files
        if file.kind is Kind.SQLITE and _has_journal(file.path)
    ]
    return Found(tuple(files), seen, tuple(notes), is_folder or len(files) > 1)


def _has_journal(path: Path) -> bool:
    """Whether SQLite keeps changes beside the file, in its write-ahead log or the journal of a crash."""
    logs = (path.with_name(path.name + ending) for ending in ("-wal", "-journal"))
    return any(log.exists() and log.stat().st_size > 0 for log in logs)


def _listed(path: Path) -> Iterator[Path]:
    try:
        path.stat()
    except FileNotFoundError:
        raise Missing("file_not_found", f"There is no file or folder {path}: check the path.") from None
    except OSError as error:
        raise _unreadable(path, error) from error
    if not path.is_dir():
        yield path
        return
    count = 0
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            if name.startswith(".") or name.endswith(("-wal", "-shm", "-journal")) or not file.is_file():
                continue
            count += 1
            if count > FILES_LIMIT:
                raise Invalid("too_many_files", f"{path} holds more than {FILES_LIMIT} files: register a part of it.")
            yield file


def _fingerprint(path: Path) -> Fingerprint:
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def _data_file(path: Path) -> DataFile:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid("file_unreadable", f"{path} is no ordinary file: save the data to one first.")
        with path.open("rb") as file:
            head = file.read(MAGIC_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from error
    kind = kind_of(path.name, head)
    suffix, _ = suffixes(path.name)
    ending = ".txt" if kind is Kind.CSV and suffix == "txt" else f".{kind}"
    text = kind in {Kind.CSV, Kind.TSV} and not head.startswith(GZIP)
    return DataFile(
        path, kind, ending + (".gz" if head.startswith(GZIP) else ""), is_prose=text and is_prose(path.name, head)
    )


def _unreadable(path: Path, error: OSError) -> Invalid:
    return Invalid(
        "file_unreadable", f"{path} cannot be read ({error.strerror}): give this user the right to, e.g. chmod u+r."
    )
