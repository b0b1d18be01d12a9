"""The index of values that are looked for in what people type: digests, made in a sandbox, kept at the executor.

No value is in it: a keyed digest of eight bytes stands for each, under a key of the dataset's own.  It is bounded in
values, in memory and in the time that it may take; what is not in it is told with every check.
"""

from __future__ import annotations

import json
import secrets
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import anyio

from daytwo.executor.catalog import Backend, Confidential
from daytwo.executor.cell.frames import BadFrameError, FrameReader
from daytwo.executor.cell.reading.compact import DIGEST_BYTES, digest_of
from daytwo.executor.database import Database
from daytwo.executor.sandbox.request import Cancel, Kind, Profile, SandboxRequest
from daytwo.wire.question import SHORTEST_VALUE

VALUES_LIMIT = 1_000_000
"""Different values of a column."""
COLUMNS_LIMIT = 64
"""Of a dataset."""
READING_SECONDS = 30.0
COMPUTE = Profile(
    name="values",
    cpus=1,
    memory_bytes=1024**3,
    disk_bytes=512 * 1024**2,
    inodes=1_024,
    wall_seconds=READING_SECONDS,
    cpu_seconds=60,
    output_bytes=COLUMNS_LIMIT * (VALUES_LIMIT * DIGEST_BYTES + 4_096),
    stream_bytes=64 * 1024,
    processes=64,
)
_KEY_BYTES = 16

_SCHEMA = """
create table if not exists question_values (
    org_id text not null,
    dataset text not null,
    stamp text not null,
    place integer not null,
    told_as text not null,
    state text not null,
    digests blob not null,
    key blob not null,
    primary key (org_id, dataset, place)
);
"""


class State(StrEnum):
    """How much of a column is in the index."""

    WHOLE = "whole"
    CUT = "cut"
    """Its first `VALUES_LIMIT` values."""
    COUNTER = "counter"
    """Nothing: its numbers count rows, and any number of that range is one of them."""
    UNREAD = "unread"
    """Nothing: there was no time, no memory or no room left for it."""


@dataclass(frozen=True)
class ColumnValues:
    """The values of one column, sorted digests of them."""

    told_as: str
    state: State
    digests: bytes
    key: bytes

    def holds(self, value: str) -> bool:
        """Whether a compacted text is one of the values."""
        wanted = digest_of(value, self.key)
        place = bisect_left(range(len(self.digests) // DIGEST_BYTES), wanted, key=self._at)
        return self._at(place) == wanted

    def _at(self, place: int) -> bytes:
        return self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]


class ValueIndex:
    """Makes and keeps the index of each dataset.

    Args:
        database: where it is kept.
        backend: the sandbox that reads the files.
        org_id: the tenant that this executor serves.
    """

    def __init__(self, database: Database, backend: Backend, org_id: str) -> None:
        self._database = database
        self._backend = backend
        self._org_id = org_id
        self._making = anyio.Lock()
        database.create(_SCHEMA)

    async def of(self, data: Confidential) -> tuple[ColumnValues, ...]:
        """The values of a dataset; read from its files where they, or its columns' classes, are others than before."""
        async with self._making:
            kept = self._kept(data)
            if kept is None:
                kept = await self._read(data)
                self._keep(data, kept)
            return kept

    def _kept(self, data: Confidential) -> tuple[ColumnValues, ...] | None:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select * from question_values where org_id = ? and dataset = ? and stamp = ? order by place",
                (self._org_id, data.dataset, data.stamp),
            ).fetchall()
        found = tuple(ColumnValues(row["told_as"], State(row["state"]), row["digests"], row["key"]) for row in rows)
        return found if len(found) == len(data.columns) else None

    def _keep(self, data: Confidential, columns: Sequence[ColumnValues]) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "delete from question_values where org_id = ? and dataset = ?", (self._org_id, data.dataset)
            )
            connection.executemany(
                "insert into question_values values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (self._org_id, data.dataset, data.stamp, place, one.told_as, one.state, one.digests, one.key)
                    for place, one in enumerate(columns)
                ],
            )

    async def _read(self, data: Confidential) -> tuple[ColumnValues, ...]:
        wanted = data.columns[:COLUMNS_LIMIT]
        key = secrets.token_bytes(_KEY_BYTES)
        answer = _Answer(len(wanted))
        if wanted:
            job = {
                "sources": data.sources,
                "columns": [{"name": column.source, "column": column.column} for column in wanted],
                "key": key.hex(),
                "shortest": SHORTEST_VALUE,
                "limit": VALUES_LIMIT,
                "memory_bytes": COMPUTE.memory_bytes,
                "cpus": COMPUTE.cpus,
            }
            request = SandboxRequest(
                module="cell.reading.values",
                job=json.dumps(job).encode(),
                profile=COMPUTE,
                org_id=self._org_id,
                kind=Kind.REAL,
                mounts=data.mounts,
            )
            # However it ends: the columns that came through count, the others are told as unread.
            await self._backend.run(request, FrameReader(answer).feed, Cancel())
        return tuple(
            ColumnValues(column.told_as, *answer.columns.get(place, (State.UNREAD, b"")), key)
            for place, column in enumerate(data.columns)
        )


class _Answer:
    """Collects the frames.  What does not belong there ends it."""

    def __init__(self, columns: int) -> None:
        self._expected = columns
        self._place: int | None = None
        self._state = State.UNREAD
        self._digests = bytearray()
        self.columns: dict[int, tuple[State, bytes]] = {}

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        self._place = None
        if header["kind"] != "values":
            return
        place = header.get("place")
        is_expected = isinstance(place, int) and 0 <= place < self._expected and place not in self.columns
        if not is_expected or payload_bytes > VALUES_LIMIT * DIGEST_BYTES or payload_bytes % DIGEST_BYTES:
            raise BadFrameError("no digests of a column")
        self._place = place
        self._state = State.COUNTER if header.get("counter") else State.CUT if header.get("cut") else State.WHOLE
        self._digests = bytearray()

    def chunk(self, data: bytes) -> None:
        self._digests += data

    def end(self) -> None:
        if self._place is not None:
            self.columns[self._place] = (self._state, bytes(self._digests))
