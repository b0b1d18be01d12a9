"""Tables as people's files: a stored Arrow file, converted to CSV, Parquet or Excel in a sandbox.

The Arrow file was written beside a program, so this process never parses it: the sandbox gets it read-only and sends
back the bytes of the new file, which are passed on as they are.  A file is there whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import anyio
import anyio.to_thread
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from daytwo.executor.cell.frames import BadFrameError, FrameReader
from daytwo.executor.results.item import plain_text
from daytwo.executor.sandbox.request import Cancel, Ending, Kind, Mount, Profile, SandboxRequest, SandboxResult, Sink
from daytwo.wire.errors import Invalid
from daytwo.wire.result import NOTES_HEADER, TableFormat

_MEBIBYTE = 1024 * 1024
EXPORTS_AT_ONCE = 2
NOTES_LIMIT = 20
NOTE_CHARACTERS = 300
COMPUTE = Profile(
    name="export",
    cpus=1,
    memory_bytes=2 * 1024 * _MEBIBYTE,
    disk_bytes=1024 * _MEBIBYTE,
    inodes=1_024,
    wall_seconds=600.0,
    cpu_seconds=650,
    output_bytes=4 * 1024 * _MEBIBYTE,
    stream_bytes=64 * 1024,
    processes=64,
)
_INSIDE = "/data/table.arrow"
_MEDIA_TYPES = {
    TableFormat.CSV: "text/csv; charset=utf-8",
    TableFormat.PARQUET: "application/vnd.apache.parquet",
    TableFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Backend(Protocol):
    """The sandbox, as this room needs it."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


@dataclass(frozen=True)
class Export:
    """A converted table: the caller removes the file."""

    path: Path
    notes: tuple[str, ...]
    """What the format could not hold, for the person."""


class Exporter:
    """Converts tables, a few at a time.

    Args:
        backend: the sandbox to do it in.
        org_id: the tenant that this executor serves.
        folder: for the new files, made private (0700) where it is missing; what lies there from before is removed.
    """

    def __init__(self, backend: Backend, org_id: str, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in folder.iterdir():
            left_over.unlink()
        self._backend = backend
        self._org_id = org_id
        self._folder = folder
        self._turns = anyio.Semaphore(EXPORTS_AT_ONCE)

    async def export(self, table: Path, form: TableFormat, title: str) -> Export:
        """Converts one table.

        Args:
            table: its Arrow file.
            form: what it is converted to.
            title: the name of the sheet, in Excel.

        Raises:
            Invalid: `export_too_large`, `export_failed`.
            Unavailable: from the sandbox.
        """
        job = {"file": _INSIDE, "format": form.value, "title": title}
        request = SandboxRequest(
            module="cell.writing.convert",
            job=json.dumps(job).encode(),
            profile=COMPUTE,
            org_id=self._org_id,
            kind=Kind.REAL,
            mounts=(Mount(table, _INSIDE),),
        )
        with _new_file(self._folder) as (path, stream):
            answer = _Answer(stream)
            async with self._turns:
                result = await self._backend.run(request, FrameReader(answer).feed, Cancel())
            _check(result, answer)
        return Export(path, tuple(answer.notes))


@contextmanager
def _new_file(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file to fill; it stays if nothing is raised."""
    descriptor, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield Path(name), stream
    except BaseException:
        Path(name).unlink()
        raise


class _Answer:
    """Receives the frames of one conversion.  What does not belong there ends it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.notes: list[str] = []
        self.is_complete = False

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        kind = header["kind"]
        if self.is_complete or (payload_bytes and kind != "piece"):
            raise BadFrameError("more than a file")
        if kind == "notes" and isinstance(header.get("notes"), list):
            self.notes = [plain_text(str(note))[:NOTE_CHARACTERS] for note in header["notes"][:NOTES_LIMIT]]
        elif kind == "end":
            self.is_complete = True

    def chunk(self, data: bytes) -> None:
        self._stream.write(data)

    def end(self) -> None:
        """A piece is whole: the next follows it."""


def _check(result: SandboxResult, answer: _Answer) -> None:
    if result.ending is Ending.OK and answer.is_complete:
        return
    if result.ending in {Ending.MEMORY, Ending.TIMEOUT}:
        raise Invalid(
            "export_too_large", "The table is too large for this format here: export it as Parquet, or ask for less."
        )
    raise Invalid(
        "export_failed",
        "The table could not be converted: its Arrow file is damaged, or holds what this format cannot. Try another.",
    )


class Artefacts(Protocol):
    """Where stored files are found."""

    def artefact(self, run_id: str, step: int, file: str) -> Path: ...


class Converter(Protocol):
    async def export(self, table: Path, form: TableFormat, title: str) -> Export: ...


async def exported(
    store: Artefacts, converter: Converter, run: str, step: int, table: str, form: TableFormat
) -> FileResponse:
    """A table as an attachment; the notes on it travel in a header of their own."""
    path = await anyio.to_thread.run_sync(store.artefact, run, step, f"{table}.arrow")
    made = await converter.export(path, form, table)
    return FileResponse(
        made.path,
        media_type=_MEDIA_TYPES[form],
        filename=f"{run}-{step}-{table}.{form}",
        headers={NOTES_HEADER: json.dumps(made.notes)},
        background=BackgroundTask(made.path.unlink),
    )
