"""Keeping the replica current, in the background: a session is copied soon after each step that changed its state.

No run waits for it, and none fails with it: where the folder is missing, full or slow, that is what `view` says, and it
is tried again.  What is behind is known from the journal, so a restart forgets nothing.
Source: docs/adr/0021-replica.md.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import anyio
import anyio.to_thread
import structlog

from daytwo.executor.packs.packing import Packer
from daytwo.executor.packs.replica import Replica
from daytwo.wire.errors import DaytwoError
from daytwo.wire.message import now
from daytwo.wire.pack import SessionRecord
from daytwo.wire.snapshot import ReplicaView

LOOK_SECONDS = 2.0
"""Between two looks for steps that ended."""
RETRY_SECONDS = 30.0
NOT_MADE_HERE = "its state began at another home: pack it with `daytwo sessions pack`"

log = structlog.get_logger(__name__)


class Replicator:
    """Copies sessions one at a time.

    Args:
        folder: of the replica; None for none.
        packer: knows what a pack of a session holds.
        executions: how many steps of each session have ended here.
        record_of: a session as this executor remembers it.
        collect_every: between two removals of what is gone here.
    """

    def __init__(
        self,
        folder: Path | None,
        packer: Packer,
        executions: Callable[[], Mapping[str, int]],
        record_of: Callable[[str], SessionRecord | None],
        collect_every: timedelta,
    ) -> None:
        self._replica = None if folder is None else Replica(folder)
        self._packer = packer
        self._executions = executions
        self._record_of = record_of
        self._collect_every = collect_every
        self._copied: dict[str, int] = {}
        """Of each session, up to which execution it was looked at."""
        self._copied_at: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        """Why a session cannot be copied, until it changes."""
        self._problem: str | None = None
        """Of the folder."""
        self._collect_at = 0.0
        """On the monotonic clock."""

    async def run(self) -> None:
        """Works until cancelled."""
        while self._replica is not None:
            await anyio.to_thread.run_sync(self.look, self._replica)
            await anyio.sleep(LOOK_SECONDS if self._problem is None else RETRY_SECONDS)

    def look(self, replica: Replica) -> None:
        """Copies what is behind, and now and then removes what is gone here."""
        self._problem = self._catch_up(replica)
        if self._problem is None and time.monotonic() >= self._collect_at:
            self._forget_deleted(replica)
            self._collect_at = time.monotonic() + self._collect_every.total_seconds()

    def view(self, session: str) -> ReplicaView:
        """How far the copy of a session has come."""
        ended = self._executions().get(session)
        return ReplicaView(
            folder=None if self._replica is None else str(self._replica.folder),
            is_current=session in self._copied_at and self._copied.get(session) == ended,
            copied_at=self._copied_at.get(session),
            problem=self._problem or self._refused.get(session),
        )

    def _catch_up(self, replica: Replica) -> str | None:
        """Copies what is behind; what is wrong with the folder, if something is."""
        for session, ended in self._executions().items():
            if self._copied.get(session) == ended:
                continue
            try:
                self._copy(replica, session)
            except OSError as error:
                log.warning("replica.not_written", error=type(error).__name__, errno=error.errno)
                return _told(replica.folder, error)
            except DaytwoError as error:
                log.warning("replica.not_copied", session=session, code=error.code)
                self._refused[session] = error.message
            self._copied[session] = ended
        return None

    def _copy(self, replica: Replica, session: str) -> None:
        if not replica.folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "no folder")
        self._refused.pop(session, None)
        self._copied_at.pop(session, None)
        record = self._record_of(session)
        if record is None:
            self._refused[session] = NOT_MADE_HERE
            return
        head, places = self._packer.head(record)
        content, signature = self._packer.signed(head)
        replica.put(session, content, signature, ((blob, places[blob.name]) for blob in head.blobs))
        self._copied_at[session] = now()

    def _forget_deleted(self, replica: Replica) -> None:
        """What was deleted here, and whose time of grace is over, goes there, too."""
        try:
            replica.keep_only([session for session in replica.sessions() if self._is_here(replica, session)])
        except (OSError, DaytwoError) as error:
            log.warning("replica.not_collected", error=type(error).__name__)

    def _is_here(self, replica: Replica, session: str) -> bool:
        return self._packer.holds(replica.head(session))


def _told(folder: Path, error: OSError) -> str:
    if not folder.is_dir():
        return f"the folder {folder} is not there: make it, or mount its disk"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"the disk of {folder} is full: free some of it"
    return f"the folder {folder} cannot be written to ({type(error).__name__})"
