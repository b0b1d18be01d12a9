"""Unpacking a session that was packed by this executor or by one whose key a person vouches for.

Its snapshots are pickles: they are put in place unopened, and opened in sandboxes alone.  What the session has spent is
spent here, too; and it is of a lineage that this executor knows no sheet of, so its output never counts as open.
Snapshots appear one by one, each whole; done again after a crash, what is there already is left as it is.
Source: docs/adr/0019-packs.md.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from daytwo.executor.packs.archive import Archive, damaged
from daytwo.executor.packs.packing import REAL
from daytwo.executor.state import BEGINNING, Beginning, StateStore, sync
from daytwo.wire.errors import DaytwoError, Denied, Missing
from daytwo.wire.pack import PackedSnapshot, PackHead, SessionRecord
from daytwo.wire.principal import Principal
from daytwo.wire.signing import PublicKey

Carry = Callable[[PackHead, Collection[str], Principal], None]
"""Takes over what a session has spent, for all sessions of its record."""


class Unpacker:
    """Takes sessions in.

    Args:
        chains: the stores of snapshots, by the chain's name.
        key: this executor's.
        org_id: the organisation.
        require_dataset: raises unless there is a dataset of a name.
        require_environment: raises unless programs can run in an environment.
        carry: the budget.
        folder: where packs arrive, on the disk of the stores; what an earlier process left there is removed.
    """

    def __init__(
        self,
        chains: Mapping[str, StateStore],
        key: PublicKey,
        org_id: str,
        require_dataset: Callable[[str], object],
        require_environment: Callable[[str | None], object],
        carry: Carry,
        folder: Path,
    ) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self.folder = folder
        self._chains = chains
        self._key = key
        self._org_id = org_id
        self._require_dataset = require_dataset
        self._require_environment = require_environment
        self._carry = carry

    def unpack(self, file: Path, signed_by: str | None, by: Principal) -> SessionRecord:
        """Makes a packed session's state this executor's.  Returns what its control plane knew, to be told to another.

        Args:
            file: the pack, in `folder`.
            signed_by: the key of another executor that the person trusts; None for this executor's own.
            by: the person.

        Raises:
            Denied: `pack_damaged`, `pack_foreign`, `wrong_organisation`, `other_environment`.
            Incompatible: `pack_newer`, `snapshot_newer`.
            Missing: `dataset_not_found`.
            Conflict: `session_exists`.
        """
        archive = Archive(file, self._key if signed_by is None else PublicKey.from_text(signed_by))
        try:
            head = archive.head
            if head.org_id != self._org_id:
                raise Denied("wrong_organisation", "This pack belongs to another organisation.")
            for name in head.record.datasets:
                self._require(name)
            with tempfile.TemporaryDirectory(dir=self.folder) as name:
                members = Path(name)
                archive.extract(members)
                for snapshot in head.snapshots:
                    self._check(snapshot, members)
                for snapshot in head.snapshots:
                    self._place(snapshot, members)
        finally:
            archive.close()
        self._carry(head, {session.session for session in head.record.sessions}, by)
        return head.record

    def _require(self, dataset: str) -> None:
        try:
            self._require_dataset(dataset)
        except Missing as error:
            raise Missing(
                error.code,
                f"The session works on the dataset {dataset}, which is not registered here: `daytwo data add PATH "
                f"--name {dataset}`, then unpack it again.",
            ) from error

    def _check(self, snapshot: PackedSnapshot, members: Path) -> None:
        try:
            begun = Beginning.parsed((members / snapshot.files[BEGINNING].name).read_text("ascii"))
        except (KeyError, ValueError) as error:
            raise damaged() from error
        if snapshot.chain == REAL:
            self._require_environment(begun.environment)

    def _place(self, snapshot: PackedSnapshot, members: Path) -> None:
        store = self._chains[snapshot.chain]
        files = {name: members / blob.name for name, blob in snapshot.files.items()}
        own = members if snapshot.chain == REAL else members / snapshot.chain
        own.mkdir(exist_ok=True)
        for blob in snapshot.blobs:
            if not (own / blob.name).exists():
                # No file belongs to both chains: what one has read, the other could see in the page cache.
                shutil.copyfile(members / blob.name, own / blob.name)
                sync(own / blob.name)
        blobs = [own / blob.name for blob in snapshot.blobs]
        try:
            store.put(snapshot.session, snapshot.ordinal, files, blobs)
        except DaytwoError as error:
            raise damaged() if error.code == "snapshot_damaged" else error from error
