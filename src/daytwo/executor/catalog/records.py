"""The catalog's rows in the executor's database: datasets, owners' decisions, signed sheets, full passes.

A row that an earlier daytwo wrote, and this one cannot read, is no dataset until its data is registered again; its
name, its paths, and what its owner decided stay (`left`).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from daytwo.executor.catalog.files import Fingerprint
from daytwo.executor.catalog.profile import Profile
from daytwo.executor.database import Database
from daytwo.wire.principal import Principal
from daytwo.wire.release import Release
from daytwo.wire.sheet import Level, SignedSheet

SCHEMA = """
create table if not exists datasets (
    org_id text not null,
    name text not null,
    paths text not null,
    form text not null,
    files text not null,
    fingerprints text not null,
    profile text not null,
    notes text not null,
    registered_at text not null,
    registered_by text not null,
    primary key (org_id, name)
);
create table if not exists sheets (
    org_id text not null,
    dataset text not null,
    version integer not null,
    signed text not null,
    primary key (org_id, dataset, version),
    foreign key (org_id, dataset) references datasets (org_id, name)
);
create table if not exists releases (
    org_id text not null,
    dataset text not null,
    release text not null,
    primary key (org_id, dataset),
    foreign key (org_id, dataset) references datasets (org_id, name)
);
create table if not exists full_passes (
    org_id text not null,
    dataset text not null,
    state text not null,
    reason text not null,
    primary key (org_id, dataset)
);
"""


class PassState(StrEnum):
    """What became of the full pass over a dataset that was registered by a sample."""

    FAILED = "failed"
    UNPUBLISHED = "unpublished"
    """It is done and its sheet is in force; the control plane has yet to be told."""


@dataclass(frozen=True)
class FullPass:
    state: PassState
    reason: str = ""


@dataclass(frozen=True)
class Dataset:
    """A registered dataset with the sheet that is in force."""

    org_id: str
    name: str
    paths: tuple[str, ...]
    """As registered: files or folders."""
    form: str
    files: tuple[tuple[str, str], ...]
    """Each data file's path and how it is called inside a sandbox after its number."""
    fingerprints: dict[str, Fingerprint]
    profile: Profile
    notes: tuple[str, ...]
    registered_at: str
    registered_by: Principal
    signed: SignedSheet
    release: Release
    """What the owner decided, in full; the sheet in force is built by it."""
    full_pass: FullPass | None = None
    """None: it is owed, if the profile is a sample's, and was not needed otherwise."""


@dataclass(frozen=True)
class Left:
    """What still holds of a dataset that only an earlier daytwo can read."""

    version: int
    """Of its last sheet."""
    release: Release


class Records:
    """Reads and writes datasets.  Every row carries its organisation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(SCHEMA)

    def get(self, org_id: str, name: str) -> Dataset | None:
        with self._database.transaction() as connection:
            rows = connection.execute(_SELECT + " where d.org_id = ? and d.name = ?", (org_id, name)).fetchall()
        return _readable(rows[0]) if rows else None

    def all(self, org_id: str) -> list[Dataset]:
        with self._database.transaction() as connection:
            rows = connection.execute(_SELECT + " where d.org_id = ? order by d.name", (org_id,)).fetchall()
        return [dataset for row in rows if (dataset := _readable(row)) is not None]

    def paths(self, org_id: str) -> dict[str, tuple[str, ...]]:
        """Where each dataset lies, by name; also of those that an earlier daytwo left."""
        with self._database.transaction() as connection:
            rows = connection.execute("select name, paths from datasets where org_id = ?", (org_id,)).fetchall()
        return {row["name"]: tuple(json.loads(row["paths"])) for row in rows}

    def left(self, org_id: str, name: str) -> Left | None:
        """What an earlier daytwo left under a name that `get` finds nothing of."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "select s.version, s.signed, r.release from sheets s "
                "left join releases r on r.org_id = s.org_id and r.dataset = s.dataset "
                "where s.org_id = ? and s.dataset = ? order by s.version desc",
                (org_id, name),
            ).fetchone()
        return None if row is None else Left(row["version"], _release_left(row["signed"], row["release"]))

    def put(self, dataset: Dataset) -> None:
        """Writes the dataset, its owner's decisions and, where its version is new, its sheet: all or nothing."""
        with self._database.transaction() as connection:
            connection.execute(
                "insert into datasets values (:org_id, :name, :paths, :form, :files, :fingerprints, :profile, :notes, "
                ":registered_at, :registered_by) on conflict (org_id, name) do update set "
                "paths = :paths, form = :form, files = :files, fingerprints = :fingerprints, profile = :profile, "
                "notes = :notes, registered_at = :registered_at, registered_by = :registered_by",
                _parameters(dataset),
            )
            connection.execute(
                "insert into sheets values (?, ?, ?, ?) on conflict do nothing",
                (dataset.org_id, dataset.name, dataset.signed.sheet.version, dataset.signed.model_dump_json()),
            )
            connection.execute(
                "insert into releases values (:org_id, :name, :release) "
                "on conflict (org_id, dataset) do update set release = :release",
                {"org_id": dataset.org_id, "name": dataset.name, "release": dataset.release.model_dump_json()},
            )
            _put_pass(connection, dataset.org_id, dataset.name, dataset.full_pass)

    def put_pass(self, org_id: str, name: str, full_pass: FullPass | None) -> None:
        """Writes what became of a full pass, alone."""
        with self._database.transaction() as connection:
            _put_pass(connection, org_id, name, full_pass)

    def version(self, org_id: str, name: str, digest: str) -> SignedSheet | None:
        """The sheet of that digest, in force or not."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select signed from sheets where org_id = ? and dataset = ? order by version desc", (org_id, name)
            ).fetchall()
        for row in rows:
            with suppress(ValidationError):
                signed = SignedSheet.model_validate_json(row["signed"])
                if signed.digest == digest:
                    return signed
        return None


_SELECT = """
select d.*, s.signed, r.release, p.state, p.reason from datasets d
join sheets s on s.org_id = d.org_id and s.dataset = d.name
    and s.version = (select max(version) from sheets where org_id = d.org_id and dataset = d.name)
left join releases r on r.org_id = d.org_id and r.dataset = d.name
left join full_passes p on p.org_id = d.org_id and p.dataset = d.name
"""


def _put_pass(connection: sqlite3.Connection, org_id: str, name: str, full_pass: FullPass | None) -> None:
    connection.execute("delete from full_passes where org_id = ? and dataset = ?", (org_id, name))
    if full_pass is not None:
        row = (org_id, name, full_pass.state, full_pass.reason)
        connection.execute("insert into full_passes values (?, ?, ?, ?)", row)


def _parameters(dataset: Dataset) -> dict[str, Any]:
    return {
        "org_id": dataset.org_id,
        "name": dataset.name,
        "paths": json.dumps(dataset.paths),
        "form": dataset.form,
        "files": json.dumps(dataset.files),
        "fingerprints": json.dumps(dataset.fingerprints),
        "profile": dataset.profile.model_dump_json(),
        "notes": json.dumps(dataset.notes),
        "registered_at": dataset.registered_at,
        "registered_by": dataset.registered_by.model_dump_json(),
    }


def _release_left(signed: str, release: str | None) -> Release:
    """What its owner decided.  Where not even that can be read, nothing is released until they decide again."""
    with suppress(ValidationError, ValueError, KeyError, TypeError):
        level = Level(json.loads(signed)["sheet"]["level"])
        return Release(level=level) if release is None else Release.model_validate_json(release)
    return Release(level=Level.SEALED)


def _readable(row: sqlite3.Row) -> Dataset | None:
    try:
        return _dataset(row)
    except ValidationError:
        return None


def _dataset(row: sqlite3.Row) -> Dataset:
    signed = SignedSheet.model_validate_json(row["signed"])
    # A home of an earlier version has no decisions but the level.
    kept = row["release"]
    return Dataset(
        org_id=row["org_id"],
        name=row["name"],
        paths=tuple(json.loads(row["paths"])),
        form=row["form"],
        files=tuple((path, suffix) for path, suffix in json.loads(row["files"])),
        fingerprints={
            path: (size, time, inode) for path, (size, time, inode) in json.loads(row["fingerprints"]).items()
        },
        profile=Profile.model_validate_json(row["profile"]),
        notes=tuple(json.loads(row["notes"])),
        registered_at=row["registered_at"],
        registered_by=Principal.model_validate_json(row["registered_by"]),
        signed=signed,
        release=Release(level=signed.sheet.level) if kept is None else Release.model_validate_json(kept),
        full_pass=FullPass(PassState(row["state"]), row["reason"]) if row["state"] else None,
    )
