"""Packing a session: its line of snapshots, real and rehearsed, with what its control plane knows of it, signed.

A pack is as private as the state in it: whoever has the file has the variables.  It goes to the person alone.
Source: docs/adr/0019-packs.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from daytwo import __version__
from daytwo.executor.packs.archive import written
from daytwo.executor.state import StateStore
from daytwo.wire.errors import Missing
from daytwo.wire.message import now
from daytwo.wire.pack import PackedBlob, PackedSnapshot, PackHead, RecordedVersion, SessionRecord
from daytwo.wire.signing import SigningKey

REAL = "real"
"""The chain without which there is no session to go on with; the rehearsal's may lack what was never rehearsed."""


class Packer:
    """Packs sessions.

    Args:
        chains: the stores of snapshots, by the chain's name.
        key: the executor's.
        org_id: the organisation.
        root_of: the session at the root of a session's forks.
        spent: the bits that a root session has spent, and its budget.
    """

    def __init__(
        self,
        chains: Mapping[str, StateStore],
        key: SigningKey,
        org_id: str,
        root_of: Callable[[str], str],
        spent: Callable[[str], tuple[float, float]],
    ) -> None:
        self.signed_by = key.public.text()
        self._chains = chains
        self._key = key
        self._org_id = org_id
        self._root_of = root_of
        self._spent = spent

    def pack(self, record: SessionRecord) -> Iterator[bytes]:
        """The file's bytes; what can be refused is refused before the first.

        Raises:
            Missing: `snapshot_not_found`.
            Denied: `snapshot_damaged`.
            Incompatible: `snapshot_newer`.
        """
        head, places = self.head(record)
        content, signature = self.signed(head)
        return written(content, signature, ((blob, places[blob.name]) for blob in head.blobs))

    def head(self, record: SessionRecord) -> tuple[PackHead, Mapping[str, Path]]:
        """What a pack's first member says, and where the other members lie, by their names; raises as `pack` does."""
        places: dict[str, Path] = {}
        snapshots = [
            packed
            for chain in self._chains
            for version in record.versions
            if (packed := self._snapshot(chain, version, places)) is not None
        ]
        root = self._root_of(record.head_session)
        head = PackHead(
            daytwo=__version__,
            org_id=self._org_id,
            key=self.signed_by,
            made_at=now(),
            record=record,
            root_session=root,
            bits_spent=self._spent(root)[0],
            snapshots=tuple(snapshots),
        )
        return head, places

    def signed(self, head: PackHead) -> tuple[bytes, str]:
        """The bytes of the first member, and of the second."""
        return head.signed_by(self._key)

    def holds(self, head: PackHead) -> bool:
        """Whether the last real state that a head names is here still."""
        last = [snapshot for snapshot in head.snapshots if snapshot.chain == REAL][-1:]
        return any(self._chains[REAL].beginning(one.session, one.ordinal) is not None for one in last)

    def _snapshot(self, chain: str, version: RecordedVersion, places: dict[str, Path]) -> PackedSnapshot | None:
        store = self._chains[chain]
        try:
            found = store.content(version.session, version.ordinal)
        except Missing:
            if chain == REAL:
                raise
            return None
        files = {}
        for path in found.files:
            content = path.read_bytes()
            blob = PackedBlob(name=hashlib.sha256(content).hexdigest(), bytes=len(content))
            files[path.name], places[blob.name] = blob, path
        for kept in found.blobs:
            places[kept.name] = found.folder / kept.name
        return PackedSnapshot(
            chain=chain,
            session=version.session,
            ordinal=version.ordinal,
            files=files,
            blobs=tuple(PackedBlob(name=kept.name, bytes=kept.file_bytes) for kept in found.blobs),
        )
