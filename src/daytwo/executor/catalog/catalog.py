"""The datasets of an executor: registering, releasing their sheets, and handing their files to a sandbox.

Invariants: a sheet in force is signed by this executor's key; registering again changes neither level nor version
where the sheet stays as it is; a program gets the files only of datasets it names, only against the sheet that it was
planned with, and only while the files are those that the sheet describes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import anyio.to_thread

from daytwo.executor.catalog import files as data_files
from daytwo.executor.catalog import sheet as sheets
from daytwo.executor.catalog.confidential import Confidential, confidential
from daytwo.executor.catalog.files import Found
from daytwo.executor.catalog.naming import PERSONAL, free_dataset_name, name_of, table_names
from daytwo.executor.catalog.profile import Profile
from daytwo.executor.catalog.profiling import Backend, Order, take_profile
from daytwo.executor.catalog.readings import Readings
from daytwo.executor.catalog.records import Dataset, FullPass, Left, PassState, Records
from daytwo.executor.catalog.release import decided, figures
from daytwo.executor.catalog.supply import Jobs, supply
from daytwo.executor.catalog.versions import changes, is_readable_as
from daytwo.executor.catalog.view import has_changed, present, released, view_of
from daytwo.executor.cell.reading.sampling import SIZE, Size
from daytwo.executor.database import Database
from daytwo.executor.sandbox.request import Mount
from daytwo.wire.errors import Conflict, DaytwoError, Denied, Invalid, Missing
from daytwo.wire.figures import TableFigures
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.release import Release
from daytwo.wire.result import DatasetView, DateOrder, Reading, RegisterDataset
from daytwo.wire.sheet import DatasetRef, Level, SignedSheet
from daytwo.wire.signing import SigningKey


@dataclass(frozen=True)
class Known:
    """What is known of a dataset before it is read."""

    name: str
    called: str
    paths: tuple[str, ...]
    by: Principal
    known: Dataset | None
    left: Left | None = None
    """By an earlier daytwo, whose sheet this one cannot read."""


class Catalog:
    """The catalog of one organisation at one executor.

    Args:
        database: the executor's.
        backend: the sandbox that profiles files.
        key: signs the sheets.
        org_id: the organisation.
        policy: under any other than `personal`, no name is taken from a file's.
        size: from which size on data is registered by a sample, and how large that is.
    """

    def __init__(
        self,
        database: Database,
        backend: Backend,
        key: SigningKey,
        org_id: str,
        policy: str = PERSONAL,
        size: Size = SIZE,
    ) -> None:
        self._records = Records(database)
        self._backend = backend
        self._key = key
        self._org_id = org_id
        self._policy = policy
        self._size = size
        self._registering = anyio.Lock()
        self._owing = anyio.Event()
        self._readings = Readings()

    async def register(self, request: RegisterDataset, by: Principal) -> DatasetView:
        """Profiles what lies at the paths and releases its sheet; files that did not change are not read again.

        Large data is profiled from a sample; the full pass over it is owed then (`passes`).

        Raises:
            Missing: `file_not_found`.
            Invalid: `dataset_name_missing`, `dataset_name_taken`, and what `files.find` and `take_profile` raise.
            Conflict: `data_changing`.
        """
        self._admit(by)
        paths = data_files.absolute(request.paths)
        found = await anyio.to_thread.run_sync(data_files.find, paths)
        async with self._registering:
            texts = tuple(str(path) for path in paths)
            names = self._records.paths(self._org_id)
            called = request.name or name_of(paths, names, self._policy)
            name = request.name or free_dataset_name(called, texts, names)
            known = self._records.get(self._org_id, name)
            if names.get(name, texts) != texts:
                raise Invalid(
                    "dataset_name_taken",
                    f"The dataset {name} is already {', '.join(names[name])}: give this one another name with --name.",
                )
            left = self._records.left(self._org_id, name) if known is None else None
            date_order = request.date_order or (known.profile.date_order if known else None)
            if known is not None and (known.fingerprints, known.profile.date_order) == (found.fingerprints, date_order):
                return view_of(self._owe_again(known))
            profile = await self._read(name, texts, found, date_order, whole=False)
            dataset = self._entry(profile, Known(name, called, texts, by, known, left), found)
            self._put(dataset)
            first = () if known else (released(dataset.signed.sheet.level),)
            return view_of(dataset, first, read_now=True)

    async def complete(self, name: str) -> None:
        """The full pass over a dataset: its profile, and its sheet where that differs, are in force at the end.

        What goes wrong is kept for the owner to see.  Files that changed meanwhile leave all as it was: they have to
        be registered again.
        """
        begun = self._dataset(name)
        try:
            found = await anyio.to_thread.run_sync(data_files.find, [Path(path) for path in begun.paths])
            profile = await self._read(name, begun.paths, found, begun.profile.date_order, whole=True)
        except DaytwoError as error:
            self._records.put_pass(self._org_id, name, FullPass(PassState.FAILED, error.message))
            return
        async with self._registering:
            now_known = self._dataset(name)
            if now_known.fingerprints != found.fingerprints:
                return
            called = now_known.signed.sheet.called or name
            known = Known(name, called, now_known.paths, now_known.registered_by, now_known)
            dataset = self._entry(profile, known, found)
            told = changes(now_known.signed.sheet, dataset.signed.sheet)
            full_pass = FullPass(PassState.UNPUBLISHED)
            self._put(replace(dataset, notes=(*told, *dataset.notes), full_pass=full_pass))

    def datasets(self) -> list[Dataset]:
        """All that the executor keeps of its organisation's datasets, by name."""
        return self._records.all(self._org_id)

    def published(self, name: str) -> None:
        """The control plane has the sheet that came out of a full pass."""
        self._records.put_pass(self._org_id, name, None)

    async def owing(self) -> None:
        """Returns once data was registered that a full pass may be owed to."""
        await self._owing.wait()
        self._owing = anyio.Event()

    def readings(self) -> list[Reading]:
        """What is being read right now."""
        return self._readings.all()

    def _owe_again(self, known: Dataset) -> Dataset:
        """A full pass that failed is owed anew when its data is registered again."""
        if known.full_pass is None or known.full_pass.state is not PassState.FAILED:
            return known
        again = replace(known, full_pass=None)
        self._put(again)
        return again

    def _put(self, dataset: Dataset) -> None:
        self._records.put(dataset)
        self._owing.set()

    async def _read(
        self, name: str, paths: tuple[str, ...], found: Found, date_order: DateOrder | None, *, whole: bool
    ) -> Profile:
        tables = table_names([file.path for file in found.files], self._policy)
        order = Order(self._org_id, name, found.files, tables, None if whole else self._size, date_order)
        with self._readings.of(name, paths, whole=whole) as tell:
            try:
                profile = await take_profile(self._backend, order, tell)
            except Invalid as error:
                # What was seen of the files from outside may be the very reason.
                raise Invalid(error.code, " ".join((error.message, *found.notes))) from error
            if await anyio.to_thread.run_sync(present, paths) != found.fingerprints:
                raise Conflict(
                    "data_changing",
                    f"{', '.join(paths)} changed while it was read: wait until it is written, then add it.",
                )
        return profile

    def _entry(self, profile: Profile, data: Known, found: Found) -> Dataset:
        """The dataset as it is now; the sheet in force stays where it says the same."""
        before = data.known.signed if data.known else None
        form = "folder" if found.is_folder else str(found.files[0].kind)
        kept = data.known or data.left
        release = kept.release if kept else Release(level=Level.SHAPE)
        version = before.sheet.version if before else data.left.version if data.left else 0
        made = sheets.build(
            profile,
            org_id=self._org_id,
            dataset=data.name,
            called=data.called,
            version=version + 1,
            release=release,
            form=form,
        )
        at = now()
        if before is not None and made.model_copy(update={"version": before.sheet.version}) == before.sheet:
            signed = before
        else:
            signed = SignedSheet.sign(made, self._key, data.by, at)
        return Dataset(
            org_id=self._org_id,
            name=data.name,
            paths=data.paths,
            form=form,
            files=tuple((str(file.path), file.suffix) for file in found.files),
            fingerprints=found.fingerprints,
            profile=profile,
            notes=(*found.notes, *profile.notes),
            registered_at=at,
            registered_by=data.by,
            signed=signed,
            release=release,
        )

    def list(self, org_id: str) -> list[DatasetView]:
        """The datasets of an organisation, by name."""
        return [view_of(dataset) for dataset in self._records.all(org_id)]

    def get(self, name: str) -> DatasetView:
        """Raises `Missing` (`dataset_not_found`), or `Conflict` (`dataset_outdated`)."""
        return view_of(self._dataset(name))

    def paths(self, name: str) -> tuple[str, ...]:
        """Where a dataset lies, as registered; nowhere, if there is none of that name."""
        return self._records.paths(self._org_id).get(name, ())

    def signed(self, name: str) -> SignedSheet:
        """The sheet in force.  Raises `Missing` (`dataset_not_found`)."""
        return self._dataset(name).signed

    def figures(self, name: str) -> tuple[TableFigures, ...]:
        """What stays here, for the owner.  Raises `Missing` (`dataset_not_found`)."""
        dataset = self._dataset(name)
        return figures(dataset.profile, dataset.release)

    def planned_with(self, ref: DatasetRef) -> SignedSheet:
        """The sheet that was referred to: the one in force, or an earlier one that promised a program the same.

        Raises:
            Missing: `dataset_not_found`.
            Conflict: `sheet_changed`.
        """
        signed = self.signed(ref.name)
        if signed.digest == ref.sheet_digest:
            return signed
        earlier = self._records.version(self._org_id, ref.name, ref.sheet_digest)
        if earlier is None or not is_readable_as(earlier.sheet, signed.sheet):
            raise Conflict(
                "sheet_changed",
                f"The sheet of {ref.name} is a newer one than this was planned with: ask again.",
            )
        return earlier

    async def sign(self, name: str, asked: Release, by: Principal) -> SignedSheet:
        """Releases what the owner asks for, by a new version of the sheet unless the one in force says the same.

        Raises:
            Missing: `dataset_not_found`.
            Invalid: what `decided` raises.
        """
        self._admit(by)
        async with self._registering:
            dataset = self._dataset(name)
            current = dataset.signed.sheet
            at = now()
            release = decided(dataset.release, asked, dataset.profile, at)
            made = sheets.build(
                dataset.profile,
                org_id=self._org_id,
                dataset=name,
                called=current.called,
                version=current.version + 1,
                release=release,
                form=dataset.form,
            )
            is_new = made.model_copy(update={"version": current.version}) != current
            signed = SignedSheet.sign(made, self._key, by, at) if is_new else dataset.signed
            self._records.put(replace(dataset, signed=signed, release=release))
            return signed

    def confidential(self, name: str) -> Confidential:
        """What of a dataset is looked for in what people type.

        Raises:
            Missing: `dataset_not_found`.
            Conflict: `data_changed`.
        """
        dataset = self._dataset(name)
        _refuse_changed(dataset)
        return confidential(dataset)

    def sources(self, refs: Sequence[DatasetRef]) -> tuple[Jobs, tuple[Mount, ...]]:
        """What a cell needs to read these datasets: its job's `sources`, and the files to mount.

        Raises:
            Missing: `dataset_not_found`.
            Conflict: `sheet_changed`, `data_changed`.
        """
        return supply({ref.name: self._in_force(ref) for ref in refs})

    def _in_force(self, ref: DatasetRef) -> Dataset:
        dataset = self._dataset(ref.name)
        dataset.signed.verify(self._key.public)
        self.planned_with(ref)
        _refuse_changed(dataset)
        return dataset

    def _dataset(self, name: str) -> Dataset:
        dataset = self._records.get(self._org_id, name)
        if dataset is None and (paths := self.paths(name)):
            raise Conflict(
                "dataset_outdated",
                f"The dataset {name} was registered by another version of daytwo, whose sheet this one cannot read: "
                f"`daytwo data add {' '.join(paths)}` registers it anew. What you decided about it is kept.",
            )
        if dataset is None:
            raise Missing("dataset_not_found", f"There is no dataset {name}: `daytwo data list` shows those there are.")
        return dataset

    def _admit(self, by: Principal) -> None:
        if by.org_id != self._org_id:
            raise Denied("other_organisation", "This executor serves another organisation.")


def _refuse_changed(dataset: Dataset) -> None:
    if has_changed(dataset):
        raise Conflict(
            "data_changed",
            f"The files of {dataset.name} are not what they were when its sheet was made: register them again with "
            f"`daytwo data add {' '.join(dataset.paths)}`, then ask again.",
        )
