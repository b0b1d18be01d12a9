"""A second copy of sessions, on another disk: for each one what a pack of it would hold.

Below the folder lie `sessions/<id>`, the signature and the head of a pack, and `blobs/<sha256>`, all that heads name.
A blob is read back and compared with its name before a head names it; a head appears in one rename.  So whatever is
pulled out at whatever moment, each session there is whole as of some step.  The folder itself is never made: where a
disk is not mounted, nothing may be written into its place.
Source: docs/adr/0021-replica.md.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from daytwo.executor.packs.archive import damaged, head_of, written
from daytwo.executor.state import digest_of, write_whole
from daytwo.wire.errors import Missing
from daytwo.wire.identifiers import is_id
from daytwo.wire.pack import PackedBlob, PackHead

_SESSIONS, _BLOBS = "sessions", "blobs"
_PIECE_BYTES = 1024 * 1024


class Replica:
    """Of one executor, in a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = folder / _BLOBS
        self._heads = folder / _SESSIONS

    def put(self, session: str, content: bytes, signature: str, members: Iterable[tuple[PackedBlob, Path]]) -> None:
        """Copies what is not there yet, then lets the head name it.

        Raises:
            OSError: the folder is not there, full, or cannot be written to.
            Denied: `pack_damaged`, where what was written there is not what is read back.
        """
        for folder in (self._blobs, self._heads):
            folder.mkdir(mode=0o700, exist_ok=True)
        for blob, source in members:
            target = self._blobs / blob.name
            if not target.exists() or target.stat().st_size != blob.bytes:
                _copy(source, target)
        write_whole(self._heads / session, signature.encode("ascii") + b"\n" + content)

    def sessions(self) -> list[str]:
        """Those that are here whole."""
        found = self._heads.iterdir() if self._heads.is_dir() else ()
        return sorted(path.name for path in found if is_id(path.name, "session"))

    def pack(self, session: str) -> Iterator[bytes]:
        """A session's pack, as `Packer.pack` would have written it at the last copy.

        Raises:
            Missing: `session_not_found`.
            Denied: `pack_damaged`.
        """
        content, signature = self._head(session)
        members = [(blob, self._blobs / blob.name) for blob in head_of(content).blobs]
        if not all(path.is_file() and path.stat().st_size == blob.bytes for blob, path in members):
            raise damaged()
        return written(content, signature, iter(members))

    def keep_only(self, sessions: Collection[str]) -> None:
        """Removes the other sessions, then the blobs that nothing names any more."""
        for session in set(self.sessions()) - set(sessions):
            (self._heads / session).unlink()
        named = {blob.name for session in self.sessions() for blob in head_of(self._head(session)[0]).blobs}
        for path in self._blobs.iterdir() if self._blobs.is_dir() else ():
            if path.name not in named:
                path.unlink()

    def head(self, session: str) -> PackHead:
        """What is said of a session; whose signature is looked at where it is unpacked."""
        return head_of(self._head(session)[0])

    def _head(self, session: str) -> tuple[bytes, str]:
        if session not in self.sessions():
            here = ", ".join(self.sessions()) or "none"
            raise Missing("session_not_found", f"This replica does not hold the session {session}. It holds: {here}.")
        signature, _, content = (self._heads / session).read_bytes().partition(b"\n")
        return content, signature.decode("ascii", "replace")


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}")
    with source.open("rb") as here, draft.open("wb") as there:
        while piece := here.read(_PIECE_BYTES):
            there.write(piece)
        there.flush()
        os.fsync(there.fileno())
        # read back from the disk, not from what was just written to memory
        os.posix_fadvise(there.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if digest_of(draft) != target.name:
        draft.unlink()
        raise damaged()
    draft.replace(target)
