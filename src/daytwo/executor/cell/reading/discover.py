"""From files to tables: what each file holds and the options that every later read keeps.

Files of one kind with the same columns are one table; otherwise each file is a table of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import delimited, dialect, litefile, workbook
from .dialect import MixedTablesError
from .headers import fit_names, replaced_note
from .problem import UnreadableError
from .quoting import literals
from .sources import JSON_OBJECT_LIMIT_BYTES, arrow_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Opener = Callable[[DuckDBPyConnection, list[str], str], tuple[dict[str, Any], list[str]]]

_CONTAINERS: dict[str, Callable[[str], tuple[list[dict[str, Any]], list[str]]]] = {
    "excel": workbook.tables,
    "sqlite": litefile.tables,
}


def discover(
    connection: DuckDBPyConnection, dataset: str, files: list[dict[str, str]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Tables as `{"name", "format", "files", "options"}` (files by index) and notes for the person.

    Args:
        connection: a duckdb connection that may read the files.
        dataset: its name, which is also that of its only table.
        files: `{"path", "kind", "table"}` each; `table` is the name of a table of this file alone.

    Raises:
        UnreadableError: with what is wrong with the first file that cannot be read.
    """
    kind = files[0]["kind"]
    if kind in _CONTAINERS:
        return _contained(dataset, kind, files)
    paths = [file["path"] for file in files]
    try:
        options, notes = _OPENERS[kind](connection, paths, kind)
    except MixedTablesError:
        tables, notes = [], []
        for index, file in enumerate(files):
            options, found = _OPENERS[kind](connection, [file["path"]], kind)
            tables.append({"name": file["table"], "format": kind, "files": [index], "options": options})
            notes += [f"{file['table']}: {note}" for note in found]
        return tables, notes
    if len(files) > 1:
        notes.insert(0, f"{len(files)} files with the same columns are read as one table.")
    return [{"name": dataset, "format": kind, "files": list(range(len(files))), "options": options}], notes


def _contained(dataset: str, kind: str, files: list[dict[str, str]]) -> tuple[list[dict[str, Any]], list[str]]:
    made: list[dict[str, Any]] = []
    notes: list[str] = []
    for index, file in enumerate(files):
        tables, found = _CONTAINERS[kind](file["path"])
        prefix = f"{file['table']}_" if len(files) > 1 else ""
        notes += [f"{file['table']}: {note}" if prefix else note for note in found]
        for options in tables:
            name = prefix + options.pop("name")
            made.append({"name": name, "format": kind, "files": [index], "options": options})
    if len(made) == 1:
        made[0]["name"] = dataset
    return made, notes


def _delimited(connection: DuckDBPyConnection, paths: list[str], kind: str) -> tuple[dict[str, Any], list[str]]:
    options, notes = dialect.settle(connection, paths)
    expected = {"csv": ",", "tsv": "\t"}[kind]
    if kind == "tsv" and options["delimiter"] == expected:
        notes = [note for note in notes if "separated by tab" not in note]
    lone = options["columns"][0]
    if all(path.endswith(".txt") for path in paths) and len(options["columns"]) == 1 and lone["type"] == delimited.TEXT:
        raise UnreadableError("not_a_table", "The text has no columns: nothing separates them.")
    return options, notes


def _parquet(connection: DuckDBPyConnection, paths: list[str], _kind: str) -> tuple[dict[str, Any], list[str]]:
    described = [_describe(connection, f"read_parquet({literals([path])}, hive_partitioning=false)") for path in paths]
    return _named(described)


def _json(connection: DuckDBPyConnection, paths: list[str], _kind: str) -> tuple[dict[str, Any], list[str]]:
    def scan(files: list[str]) -> str:
        return (
            f"read_json({literals(files)}, sample_size=-1, union_by_name=true, hive_partitioning=false, "
            f"maximum_object_size={JSON_OBJECT_LIMIT_BYTES})"
        )

    described = [_describe(connection, scan([path])) for path in paths]
    if any(columns == [("json", "JSON")] for columns in described):
        raise UnreadableError("file_empty", "The JSON holds no records.")
    if len({frozenset(name for name, _ in columns) for columns in described}) > 1:
        raise MixedTablesError
    options, notes = _named([_describe(connection, scan(paths))])
    if len(described[0]) == 1 and described[0][0][1].endswith("[]"):
        notes.append("The JSON is one object around a list: unnest the column to get at its records.")
    return options, notes


def _arrow(_connection: DuckDBPyConnection, paths: list[str], _kind: str) -> tuple[dict[str, Any], list[str]]:
    import pyarrow as pa

    try:
        schemas = [arrow_table(path).schema for path in paths]
    except pa.ArrowInvalid as error:
        raise UnreadableError("not_a_table", "This Arrow file is damaged or cut short.") from error
    return _named([[(field.name, str(field.type)) for field in schema] for schema in schemas])


def _describe(connection: DuckDBPyConnection, scan: str) -> list[tuple[str, str]]:
    import duckdb

    try:
        rows = connection.execute(f"describe select * from {scan}").fetchall()  # noqa: S608 - quoted
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].partition(": ")[2]
        raise UnreadableError("not_a_table", f"The file is damaged or of another kind: {reason}") from error
    return [(str(row[0]), str(row[1])) for row in rows]


def _named(described: list[list[tuple[str, str]]]) -> tuple[dict[str, Any], list[str]]:
    if any(columns != described[0] for columns in described[1:]):
        raise MixedTablesError
    if not described[0]:
        raise UnreadableError("file_empty", "The file has no columns.")
    names, replaced = fit_names([name for name, _ in described[0]])
    columns = [
        {"name": name, "source": source, "type": kind} for name, (source, kind) in zip(names, described[0], strict=True)
    ]
    return {"columns": columns}, [replaced_note(replaced)] if replaced else []


_OPENERS: dict[str, Opener] = {
    "csv": _delimited,
    "tsv": _delimited,
    "parquet": _parquet,
    "json": _json,
    "jsonl": _json,
    "arrow": _arrow,
}
