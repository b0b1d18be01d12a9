"""Data in the store of root's servers whose home is gone: its server ends at once, the data a week later.

A home that was moved, or whose disk is not mounted, looks like one that was deleted, and its data is all there is of
it.  So data is an orphan's only if the file system of its home is there (by the device noted when the home last used
it) and no file there names the data any more; and it goes only when it has been so for `KEPT_DAYS`, in which a moved
home takes its data back by being started.  What cannot be judged stays.  Data of ordinary users lies in their homes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from daytwo.control.storage.postmaster import postmaster

KEPT_DAYS = 7
DAY_SECONDS = 86_400
_HOME, _DEVICE, _MARK = "home", "device", "orphaned"
_DOOMED = "doomed-"

log = structlog.get_logger(__name__)


@contextmanager
def claiming(store: Path) -> Iterator[None]:
    """While a home takes its place in the store, nothing is swept."""
    with _lock(store) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def claim(root: Path, home: Path) -> None:
    """Notes whose data this is, and on which device that home lies."""
    for name, text in ((_HOME, os.fsencode(home)), (_DEVICE, str(home.stat().st_dev).encode())):
        fresh = root / f"{name}.new"
        fresh.write_bytes(text)
        fresh.rename(root / name)
    (root / _MARK).unlink(missing_ok=True)


def sweep(store: Path, now: float | None = None) -> None:
    """Ends the servers of homes that are gone, and deletes data that has been nobody's for `KEPT_DAYS`.

    Args:
        store: the folder of all servers' data.
        now: seconds since the epoch.
    """
    at = time.time() if now is None else now
    with _lock(store) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody takes a place just now, or sweeps
        for root in store.iterdir():
            if (root / _HOME).is_file() and is_orphan(root):
                _put_away(root, at)
    for doomed in store.glob(f"{_DOOMED}*"):
        shutil.rmtree(doomed, ignore_errors=True)


def is_orphan(root: Path) -> bool:
    """Whether the home of this data is certainly not where it was."""
    home = Path(os.fsdecode((root / _HOME).read_bytes()))
    try:
        named = (home / "control" / "postgres.place").read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        named = None
    except OSError:
        return False
    if named is not None:
        return named != root.name
    with suppress(OSError, ValueError):
        there = next(folder for folder in (home, *home.parents) if folder.is_dir())
        return there.stat().st_dev == int((root / _DEVICE).read_text())
    return False


def _put_away(root: Path, now: float) -> None:
    mark = root / _MARK
    if not mark.exists():
        mark.touch()
        os.utime(mark, (now, now))
        log.warning("database.orphaned", data=str(root), kept_days=KEPT_DAYS)
    pid = postmaster(root / "postgres")
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    elif now - mark.stat().st_mtime > KEPT_DAYS * DAY_SECONDS:
        log.warning("database.orphan_deleted", data=str(root))
        root.rename(root.with_name(_DOOMED + root.name))


@contextmanager
def _lock(store: Path) -> Iterator[int]:
    lock = os.open(store / "sweep.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)
