"""The datasets of an executor: registering, releasing their sheets, and handing their files to a sandbox.

Invariants: a sheet in force is signed by this executor's key; registering again changes neither level nor version
where the sheet stays as it is; a program gets the files only of datasets it names, only against the sheet that it was
planned with, and only while the files are those that the sheet describes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from daytwo.executor.catalog import files as data_files
from daytwo.executor.catalog import sheet as sheets
from daytwo.executor.catalog.files import Found
from daytwo.executor.catalog.profile import Profile
from daytwo.executor.catalog.profiling import Backend, free_name, take_profile
from daytwo.executor.catalog.records import Dataset, Records
from daytwo.executor.catalog.release import decided, figures
from daytwo.executor.database import Database
from daytwo.executor.sandbox.request import Mount
from daytwo.wire.errors import Conflict, DaytwoError, Denied, Invalid, Missing
from daytwo.wire.figures import TableFigures
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.release import Release
from daytwo.wire.result import DatasetView, RegisterDataset, Reject
from daytwo.wire.sheet import DatasetRef, Level, SignedSheet, callable_names, slug
from daytwo.wire.signing import SigningKey

Jobs = list[dict[str, Any]]
"""The `sources` of a cell's job."""
PERSONAL = "personal"
"""The policy under which a dataset may be called after its file."""


class Catalog:
    """The catalog of one organisation at one executor.

    Args:
        database: the executor's.
        backend: the sandbox that profiles files.
        key: signs the sheets.
        org_id: the organisation.
        policy: under any other than `personal`, no name is taken from a file's.
    """

    def __init__(
        self, database: Database, backend: Backend, key: SigningKey, org_id: str, policy: str = PERSONAL
    ) -> None:
        self._records = Records(database)
        self._backend = backend
        self._key = key
        self._org_id = org_id
        self._policy = policy
        self._registering = anyio.Lock()

    async def register(self, request: RegisterDataset, by: Principal) -> DatasetView:
        """Profiles what lies at the paths and releases its sheet; files that did not change are not read again.

        Raises:
            Missing: `file_not_found`.
            Invalid: `dataset_name_missing`, `dataset_name_taken`, and what `files.find` and `take_profile` raise.
        """
        self._admit(by)
        paths = data_files.absolute(request.paths)
        found = await anyio.to_thread.run_sync(data_files.find, paths)
        async with self._registering:
            texts = tuple(str(path) for path in paths)
            called = request.name or self._name_of(paths)
            name = request.name or self._free_name(called, texts)
            known = self._records.get(self._org_id, name)
            if known is not None and known.paths != texts:
                raise Invalid(
                    "dataset_name_taken",
                    f"The dataset {name} is already {', '.join(known.paths)}: give this one another name with --name.",
                )
            if known is not None and known.fingerprints == found.fingerprints:
                return self._view(known)
            return await self._profiled(name, called, texts, found, known, by)

    async def _profiled(
        self, name: str, called: str, paths: tuple[str, ...], found: Found, known: Dataset | None, by: Principal
    ) -> DatasetView:
        profile = await self._take_profile(name, found)
        if await anyio.to_thread.run_sync(_now, paths) != found.fingerprints:
            raise Conflict(
                "data_changing",
                f"{', '.join(paths)} changed while it was read: wait until it is written, then add it.",
            )
        form = "folder" if found.is_folder else str(found.files[0].kind)
        release = known.release if known else Release(level=Level.SHAPE)
        version = known.signed.sheet.version + 1 if known else 1
        made = sheets.build(
            profile, org_id=self._org_id, dataset=name, called=called, version=version, release=release, form=form
        )
        at = now()
        if known is not None and made.model_copy(update={"version": known.signed.sheet.version}) == known.signed.sheet:
            signed = known.signed
        else:
            signed = SignedSheet.sign(made, self._key, by, at)
        dataset = Dataset(
            org_id=self._org_id,
            name=name,
            paths=paths,
            form=form,
            files=tuple((str(file.path), file.suffix) for file in found.files),
            fingerprints=found.fingerprints,
            profile=profile,
            notes=(*found.notes, *profile.notes),
            registered_at=at,
            registered_by=by,
            signed=signed,
            release=release,
        )
        self._records.put(dataset)
        return self._view(dataset, () if known else (_released(made.level),))

    async def _take_profile(self, name: str, found: Found) -> Profile:
        try:
            return await take_profile(self._backend, self._org_id, name, found.files, self._table_names(found))
        except Invalid as error:
            # What was seen of the files from outside may be the very reason.
            raise Invalid(error.code, " ".join((error.message, *found.notes))) from error

    def list(self, org_id: str) -> list[DatasetView]:
        """The datasets of an organisation, by name."""
        return [self._view(dataset) for dataset in self._records.all(org_id)]

    def get(self, name: str) -> DatasetView:
        """Raises `Missing` (`dataset_not_found`)."""
        return self._view(self._dataset(name))

    def signed(self, name: str) -> SignedSheet:
        """The sheet in force.  Raises `Missing` (`dataset_not_found`)."""
        return self._dataset(name).signed

    def figures(self, name: str) -> tuple[TableFigures, ...]:
        """What stays here, for the owner.  Raises `Missing` (`dataset_not_found`)."""
        dataset = self._dataset(name)
        return figures(dataset.profile, dataset.release)

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

    def sources(self, refs: Sequence[DatasetRef]) -> tuple[Jobs, tuple[Mount, ...]]:
        """What a cell needs to read these datasets: its job's `sources`, and the files to mount.

        Raises:
            Missing: `dataset_not_found`.
            Conflict: `sheet_changed`, `data_changed`.
        """
        datasets = {ref.name: self._in_force(ref) for ref in refs}
        names = callable_names([dataset.signed.sheet for dataset in datasets.values()])
        jobs: Jobs = []
        mounted: dict[str, Mount] = {}
        for callable_name, (dataset_name, table_name) in names.items():
            dataset = datasets[dataset_name]
            table = next(table for table in dataset.profile.tables if table.name == table_name)
            mounts = [_mount(dataset, index) for index in table.files]
            mounted |= {mount.target: mount for mount in mounts}
            jobs.append(
                {
                    "dataset": dataset_name,
                    "table": table_name,
                    "name": callable_name,
                    "format": str(table.format),
                    "files": [mount.target for mount in mounts],
                    "options": table.options,
                }
            )
        return jobs, tuple(mounted.values())

    def _in_force(self, ref: DatasetRef) -> Dataset:
        dataset = self._dataset(ref.name)
        dataset.signed.verify(self._key.public)
        if dataset.signed.digest != ref.sheet_digest:
            raise Conflict(
                "sheet_changed",
                f"The sheet of {ref.name} is a newer one than this was planned with: ask again in a new session.",
            )
        if _has_changed(dataset):
            raise Conflict(
                "data_changed",
                f"The files of {ref.name} are not what they were when its sheet was made: register them again with "
                f"`daytwo data add {' '.join(dataset.paths)}`, then ask again.",
            )
        return dataset

    def _dataset(self, name: str) -> Dataset:
        dataset = self._records.get(self._org_id, name)
        if dataset is None:
            raise Missing("dataset_not_found", f"There is no dataset {name}: `daytwo data list` shows those there are.")
        return dataset

    def _admit(self, by: Principal) -> None:
        if by.org_id != self._org_id:
            raise Denied("other_organisation", "This executor serves another organisation.")

    def _name_of(self, paths: Sequence[Path]) -> str:
        if self._policy != PERSONAL:
            known = {dataset.paths: dataset.name for dataset in self._records.all(self._org_id)}
            texts = tuple(str(path) for path in paths)
            return known.get(texts) or next(
                name for number in range(1, len(known) + 2) if (name := f"t{number}") not in known.values()
            )
        if len(paths) > 1:
            raise Invalid(
                "dataset_name_missing",
                "Several paths make one dataset only under a name: add --name NAME, or register them one by one.",
            )
        return slug(_stem(paths[0]))

    def _free_name(self, called: str, paths: tuple[str, ...]) -> str:
        """The name under which these paths are known, or the first free one: `orders`, `orders_2`, …"""
        names = (called if number == 1 else f"{called}_{number}" for number in itertools.count(1))
        return next(
            name for name in names if (known := self._records.get(self._org_id, name)) is None or known.paths == paths
        )

    def _table_names(self, found: Found) -> tuple[str, ...]:
        """For each file, the name of its table where a folder holds several."""
        taken: set[str] = set()
        personal = self._policy == PERSONAL
        return tuple(
            free_name(slug(_stem(file.path)) if personal else f"t{number}", taken)
            for number, file in enumerate(found.files, start=1)
        )

    def _view(self, dataset: Dataset, first_notes: tuple[str, ...] = ()) -> DatasetView:
        return DatasetView(
            name=dataset.name,
            paths=dataset.paths,
            signed=dataset.signed,
            rows=dataset.profile.rows,
            notes=(*first_notes, *dataset.notes),
            rejects=tuple(
                Reject(
                    path=dataset.files[reject.file][0],
                    line=reject.line,
                    column=reject.column or None,
                    reason=reject.reason,
                    text=reject.text,
                )
                for reject in dataset.profile.rejects
            ),
            registered_at=dataset.registered_at,
            changed=_has_changed(dataset),
        )


def _released(level: Level) -> str:
    return (
        f"Released to models at the level {level}: names and types of columns, their formats and rough sizes. No "
        "value of a cell. `daytwo data sheet` shows every word of it, `daytwo data sign` releases less."
    )


def _stem(path: Path) -> str:
    """A file's name up to its first dot, a folder's whole name; never empty for a name such as `.csv`."""
    return path.name if path.is_dir() else path.name.lstrip(".").partition(".")[0]


def _mount(dataset: Dataset, index: int) -> Mount:
    path, suffix = dataset.files[index]
    return Mount(Path(path), f"/data/{dataset.name}/{index}{suffix}")


def _has_changed(dataset: Dataset) -> bool:
    return _now(dataset.paths) != dataset.fingerprints


def _now(paths: Sequence[str]) -> dict[str, data_files.Fingerprint] | None:
    try:
        return data_files.fingerprints([Path(path) for path in paths])
    except DaytwoError:
        return None
