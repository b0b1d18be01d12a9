"""From files to tables: what each file holds and the options that every later read keeps.

Files of one kind with the same columns are one table; otherwise each file is a table of its own.  Files of several
kinds are told apart first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import delimited, dialect, jsonfile, litefile, workbook
from .dialect import MixedTablesError
from .headers import fit_names, replaced_note
from .problem import UnreadableError, about, reason
from .quoting import literals
from .rejected import REJECTS_SHOWN
from .sources import arrow_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Opened = tuple[dict[str, Any], list[str], list[dict[str, Any]]]
    """The options of a table, notes, and the lines that are left out."""
    Discovered = tuple[list[dict[str, Any]], list[str], list[dict[str, Any]]]
    """Tables, notes, and the lines that are left out."""
    Opener = Callable[[DuckDBPyConnection, list[str], str], Opened]

_CONTAINERS: dict[str, Callable[[str], tuple[list[dict[str, Any]], list[str]]]] = {
    "excel": workbook.tables,
    "sqlite": litefile.tables,
}


def discover(
    connection: DuckDBPyConnection, dataset: str, files: list[dict[str, str]], date_order: str | None = None
) -> Discovered:
    """Tables as `{"name", "format", "files", "options"}` (files by index), notes and left out lines for the person.

    Args:
        connection: a duckdb connection that may read the files.
        dataset: its name, which is also that of its only table.
        files: `{"path", "kind", "table"}` each; `table` is the name of a table of this file alone.
        date_order: how the owner means dates that would fit both orders, `dmy` or `mdy`.

    Raises:
        UnreadableError: with what is wrong with the first file that cannot be read.
    """
    kinds = list(dict.fromkeys(file["kind"] for file in files))
    if len(kinds) == 1:
        return _of_one_kind(connection, dataset, files, date_order)
    tables: list[dict[str, Any]] = []
    notes = [f"The files are of several kinds ({', '.join(kinds)}): each kind is read as tables of its own."]
    rejects: list[dict[str, Any]] = []
    for kind in kinds:
        places = [place for place, file in enumerate(files) if file["kind"] == kind]
        part = [files[place] for place in places]
        name = part[0]["table"] if len(part) == 1 else f"{dataset}_{kind}"
        made, found, left_out = _of_one_kind(connection, name, part, date_order)
        tables += [{**table, "files": [places[index] for index in table["files"]]} for table in made]
        notes += [f"{name}: {note}" for note in found]
        rejects += [{**line, "file": places[line["file"]]} for line in left_out]
    return tables, notes, rejects[:REJECTS_SHOWN]


def _of_one_kind(
    connection: DuckDBPyConnection, dataset: str, files: list[dict[str, str]], date_order: str | None
) -> Discovered:
    kind = files[0]["kind"]
    if kind in _CONTAINERS:
        return *_contained(dataset, kind, files), []
    paths = [file["path"] for file in files]
    try:
        options, notes, rejects = _opened(connection, paths, kind, date_order)
    except MixedTablesError:
        tables, notes, rejects = [], [], []
        for index, file in enumerate(files):
            with about(file["path"]):
                options, found, left_out = _opened(connection, [file["path"]], kind, date_order)
            rejects += [{**line, "file": index} for line in left_out]
            tables.append({"name": file["table"], "format": kind, "files": [index], "options": options})
            notes += [f"{file['table']}: {note}" for note in found]
        return tables, notes, rejects[:REJECTS_SHOWN]
    if len(files) > 1:
        notes.insert(0, f"{len(files)} files with the same columns are read as one table.")
    return [{"name": dataset, "format": kind, "files": list(range(len(files))), "options": options}], notes, rejects


def _opened(connection: DuckDBPyConnection, paths: list[str], kind: str, date_order: str | None) -> Opened:
    if kind in {"csv", "tsv"}:
        return _delimited(connection, paths, date_order)
    return _OPENERS[kind](connection, paths, kind)


def unproven(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a table that only a sample was read of: what does not fit them is an error, and never left out."""
    if kind in {"csv", "tsv"}:
        return delimited.unproven(options)
    return {**options, "skips_bad_lines": False} if "skips_bad_lines" in options else options


def _contained(dataset: str, kind: str, files: list[dict[str, str]]) -> tuple[list[dict[str, Any]], list[str]]:
    made: list[dict[str, Any]] = []
    notes: list[str] = []
    for index, file in enumerate(files):
        with about(file["path"]):
            tables, found = _CONTAINERS[kind](file["path"])
        prefix = f"{file['table']}_" if len(files) > 1 else ""
        notes += [f"{file['table']}: {note}" if prefix else note for note in found]
        for options in tables:
            name = prefix + options.pop("name")
            made.append({"name": name, "format": kind, "files": [index], "options": options})
    if len(made) == 1:
        made[0]["name"] = dataset
    return made, notes


def _delimited(connection: DuckDBPyConnection, paths: list[str], date_order: str | None) -> Opened:
    options, notes, rejects = dialect.settle(connection, paths, date_order)
    lone = options["columns"][0]
    if all(path.endswith(".txt") for path in paths) and len(options["columns"]) == 1 and lone["type"] == delimited.TEXT:
        raise UnreadableError(
            "not_a_table",
            "The text has no columns: no comma, semicolon, tab, vertical bar or single space separates them. "
            "Columns of fixed width are read where at least two blanks lie between any two of them, and each has a "
            "name in the first line: save the data as CSV.",
        )
    return options, notes, rejects


def _parquet(connection: DuckDBPyConnection, paths: list[str], _kind: str) -> Opened:
    described = []
    for path in paths:
        with about(path):
            described.append(_describe(connection, f"read_parquet({literals([path])}, hive_partitioning=false)"))
    return *_named(described), []


def _json(connection: DuckDBPyConnection, paths: list[str], kind: str) -> Opened:
    described, options, notes, rejects = jsonfile.describe(connection, paths, kind)
    if len({frozenset(name for name, _ in columns) for columns in described}) > 1:
        raise MixedTablesError
    # The widest of what each file has: a column may be whole numbers in one and not in another.
    merged = [_widest(kinds) for kinds in zip(*(sorted(columns) for columns in described), strict=True)]
    widest = dict(merged)
    read = [(name, widest[name]) for name, _ in described[0]]
    flat = jsonfile.flattened(read, notes)
    named, more = _named([[("_".join([source, *within]), type_) for source, within, type_ in flat]])
    for column, (source, within, _) in zip(named["columns"], flat, strict=True):
        column.update(source=source, within=within)
    whole = [{"source": source, "type": type_} for source, type_ in read]
    return {**options, **named, "read": whole}, notes + more, rejects


def _widest(columns: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    kinds = {kind for _, kind in columns}
    if len(kinds) == 1:
        return columns[0]
    return columns[0][0], "DOUBLE" if kinds <= {"BIGINT", "DOUBLE"} else "JSON"


def _arrow(_connection: DuckDBPyConnection, paths: list[str], _kind: str) -> Opened:
    import pyarrow as pa

    try:
        schemas = [arrow_table(path).schema for path in paths]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise UnreadableError("not_a_table", "This Arrow file is damaged or cut short.") from error
    return *_named([[(field.name, str(field.type)) for field in schema] for schema in schemas]), []


def _describe(connection: DuckDBPyConnection, scan: str) -> list[tuple[str, str]]:
    import duckdb

    try:
        rows = connection.execute(f"describe select * from {scan}").fetchall()  # noqa: S608 - quoted
    except duckdb.Error as error:
        raise UnreadableError(
            "not_a_table", f"The file is damaged, cut short or of another kind: {reason(error)}."
        ) from error
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
    "parquet": _parquet,
    "json": _json,
    "jsonl": _json,
    "arrow": _arrow,
}
