"""Profiles the files of a dataset inside a sandbox: `python -m cell.reading.profile`, a JSON job on standard input.

Job: `{"dataset", "files": [{"path", "kind", "table"}], "k", "memory_bytes", "cpus", "directories",
"date_order", "sample"}`; with a `sampling.Size` in `sample`, large data is profiled from a sample.
Answer, in frames: `{"kind": "progress"}` (`progress`) any number of times; `{"kind": "profile"}` with the profile as
JSON, then `{"kind": "end", "outcome": "ok"}`; or `{"kind": "problem", "code", "message", "file"}` for what is wrong
with the file of that number.  The profile holds figures of the data, so it stays at the executor; every table is
measured as programs will read it, through `sources.attach`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..frames import FrameWriter  # noqa: TID252 - the package is called `cell` in a sandbox
from . import delimited, jsonfile, keys, sources
from .discover import discover, unproven
from .encoding import is_crlf, refuse_large
from .measure import measure
from .problem import SAME_KEY, UnreadableError, reason
from .progress import COLUMNS, FIGURES, SAMPLE, Progress
from .quoting import identifier, literal, literals
from .sampling import Part, Size, sampled, scaled, share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

K = 10
DIRECTORIES = ("/data", "/tmp")  # noqa: S108 - the sandbox's own
MEMORY_SHARE = 0.6
EXIT_MEMORY = 86
COPIED = "Programs copy a table of SQLite into their memory: one of more than about 1 GiB is better written as Parquet."
_NATIVE = {
    "csv": delimited.NATIVE,
    "tsv": delimited.NATIVE,
    "jsonl": jsonfile.NATIVE,
}
"""Encodings of large text that need no copy."""


def connect(job: dict[str, Any]) -> DuckDBPyConnection:
    """A duckdb connection that reads the job's directories and nothing else."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute(f"set memory_limit = '{int(job.get('memory_bytes', 1024**3) * MEMORY_SHARE)}B'")
    connection.execute(f"set threads = {int(job.get('cpus', 1))}")
    connection.execute(f"set temp_directory = {literal(tempfile.gettempdir() + '/duckdb')}")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute(f"set allowed_directories = {literals(job.get('directories', DIRECTORIES))}")
    connection.execute("set enable_external_access = false")
    return connection


def profile(job: dict[str, Any], progress: Progress | None = None) -> dict[str, Any]:
    """The job's answer: `{"tables", "notes", "rejects", "sampled"}`; `sampled` is a share, or None for all of it.

    Raises:
        UnreadableError: where the files are no tables.
    """
    import duckdb

    told = progress or Progress(lambda _: None)
    connection = connect(job)
    told.stage(SAMPLE)
    folder = Path(tempfile.gettempdir(), "duckdb", "sample")
    parts = sampled(connection, job["files"], folder, Size(**job["sample"])) if job.get("sample") else None
    told.watch(connection)
    told.stage(COLUMNS)
    tables, notes, rejects = _discovered(connection, job, parts)
    made = []
    for number, table in enumerate(tables):
        told.stage(FIGURES)
        held = [parts[index] for index in table["files"]] if parts else None
        files = [part.path for part in held] if held else [job["files"][index]["path"] for index in table["files"]]
        view = f"measured_{number}"
        try:
            _attach(connection, view, table, files, notes)
            measured, doubts = measure(connection, view, job.get("k", K), whole=held is None)
        except duckdb.OutOfMemoryException as error:
            raise MemoryError from error
        except duckdb.Error as error:
            raise _damaged(error, files) from error
        if table["format"] in {"csv", "tsv"}:
            table["options"]["newline"] = "crlf" if is_crlf(files[0], table["options"]["encoding"]) else "lf"
        estimate = scaled(measured, share(held, table["options"].get("table"))) if held else measured
        made.append({**table, **estimate})
        notes += doubts
    try:
        if parts is None:
            keys.references(connection, [(f"measured_{number}", table) for number, table in enumerate(made)])
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    return {"tables": made, "notes": notes, "rejects": rejects, "sampled": share(parts) if parts else None}


def _discovered(
    connection: DuckDBPyConnection, job: dict[str, Any], parts: list[Part] | None
) -> tuple[list[dict[str, Any]], list[str], list[dict[str, Any]]]:
    """The tables; those of a sample are read so that what does not fit them is an error."""
    if parts is None:
        return discover(connection, job["dataset"], job["files"], job.get("date_order"))
    stand_ins = [{**file, "path": part.path} for file, part in zip(job["files"], parts, strict=True)]
    try:
        tables, notes, _ = discover(connection, job["dataset"], stand_ins, job.get("date_order"))
        for table in tables:
            for index in table["files"]:
                found = table["options"].get("encoding", "utf-8")
                if found not in _NATIVE.get(table["format"], {found}):
                    refuse_large(job["files"][index]["path"], found)
    except UnreadableError as error:
        held = [part.path for part in parts]
        if error.path in held:
            error.path = job["files"][held.index(error.path)]["path"]
        raise
    if any(table["format"] == "sqlite" for table in tables):
        notes.append(COPIED)
    # A sample's lines have other numbers than the file's: the full pass shows what is left out.
    return [{**table, "options": unproven(table["format"], table["options"])} for table in tables], notes, []


def _damaged(error: Exception, files: list[str]) -> UnreadableError:
    why = reason(error)
    told = (
        "An object of the JSON has the same key twice, which leaves open what it means: write it with each key once."
        if SAME_KEY in why
        else f"The file is damaged: it cannot be read to its end ({why})."
    )
    problem = UnreadableError("not_a_table", told)
    problem.path = files[0] if len(files) == 1 else None
    return problem


def _attach(
    connection: DuckDBPyConnection, view: str, table: dict[str, Any], files: list[str], notes: list[str]
) -> None:
    """Attaches the table; a JSON column whose dates are not all of one form falls back to text."""
    import duckdb

    source = {"format": table["format"], "files": files, "options": table["options"]}
    sources.attach(connection, view, source)
    if table["format"] not in {"json", "jsonl"}:
        return
    columns, read = table["options"]["columns"], table["options"]["read"]
    every = ", ".join(f"count({identifier(column['name'])})" for column in columns)
    try:
        connection.execute(f"select {every} from {identifier(view)}").fetchall()  # noqa: S608 - quoted
    except duckdb.Error:
        dated = [column for column in columns if column["type"].startswith(("DATE", "TIME")) and not column["within"]]
        if not dated:
            raise
        sources_of_dates = {column["source"] for column in dated}
        for column in (*dated, *(each for each in read if each["source"] in sources_of_dates)):
            column["type"] = "VARCHAR"
        notes.append(f"Dates are kept as text in {', '.join(repr(column['name']) for column in dated)}.")
        connection.execute(f"drop view {identifier(view)}")
        sources.attach(connection, view, source)


def main() -> int:
    writer = FrameWriter()
    job = json.loads(sys.stdin.buffer.read())
    try:
        with Progress(writer.write) as progress:
            answer = profile(job, progress)
    except UnreadableError as error:
        paths = [file["path"] for file in job["files"]]
        place = paths.index(error.path) if error.path in paths else 0 if len(paths) == 1 else None
        writer.write({"kind": "problem", "code": error.code, "message": error.message, "file": place})
        return 1
    except MemoryError:
        return EXIT_MEMORY
    writer.write({"kind": "profile"}, json.dumps(answer, allow_nan=False).encode())
    writer.write({"kind": "end", "outcome": "ok"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
