"""The executor's one SQLite file: journal, catalog, budgets, approvals and ledger, so that a change and its ledger
leaf commit together.

WAL with synchronous=FULL: what a transaction committed survives a power cut.  One connection, one writer at a time;
transactions are short, so that async callers may use them directly.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from daytwo import crashpoint

BUSY_TIMEOUT_SECONDS = 10.0


class Database:
    """A SQLite file, private to its owner (mode 0600 in a 0700 folder).

    Args:
        path: the file; its folder is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.execute("pragma foreign_keys = on")

    def create(self, schema: str) -> None:
        """Runs a script of `create … if not exists` statements."""
        with self._lock:
            self._connection.executescript(schema)

    @contextmanager
    def transaction(self, boundary: str | None = None) -> Iterator[sqlite3.Connection]:
        """One immediate transaction: commits at the end, rolls back on an exception.  Not to be nested.

        Args:
            boundary: the name of its crash points, where it changes what tasks come to.
        """
        with self._lock:
            reach = partial(_reach, boundary)
            reach("before")
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                reach("during")
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:  # on a full disk SQLite has rolled back by itself
                    self._connection.execute("rollback")
                raise
            reach("after")

    def copy_to(self, path: Path) -> None:
        """Writes the database as it is now to another file, while others use it."""
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as copy, self._lock:
            self._connection.backup(copy)

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _reach(boundary: str | None, when: str) -> None:
    if boundary is not None:
        crashpoint.reach(f"{boundary}:{when}")
