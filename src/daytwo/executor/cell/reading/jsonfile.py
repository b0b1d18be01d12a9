"""JSON and JSON lines: records, or one object around a list of records.

The sniffing is duckdb's.  Settled here: the encoding, lines that are no JSON (left out of JSON lines, and shown),
integers that a float would round, which are kept as text, and objects within a record, each field of which is a column.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .encoding import HEAD_BYTES, encoding_of, open_bytes, transcoded
from .problem import UnreadableError, about, reason
from .quoting import identifier, literal, literals
from .rejected import REJECTS_SHOWN, TEXT_CHARACTERS, reject

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from duckdb.sqltypes import DuckDBPyType

FLATTENED_LIMIT = 1_000
"""Columns: where objects within records would make more, they stay whole."""
OBJECT_LIMIT_BYTES = 256 * 1024 * 1024
"""Of a file that is one object around its records."""
RECORD_LIMIT_BYTES = 16 * 1024 * 1024
OBJECT_LEAST_BYTES = 1024 * 1024
LINE_LIMIT_BYTES = 16 * 1024 * 1024
BAD_LINES_LIMIT_SHARE = 0.5
_TOO_LONG = "maximum_object_size"
"""Of duckdb's words for an object that is longer than it may be."""
SIGNED = "utf-8-sig"
NATIVE = frozenset({"utf-8"})
"""Encodings that duckdb decodes itself."""
Columns = list[tuple[str, str]]


def encoding(path: str) -> str:
    """As `encoding_of`, but told whether a byte order mark stands before UTF-8, which duckdb trips over."""
    found = encoding_of(path)
    with open_bytes(path) as file:
        return SIGNED if found == "utf-8" and file.read(3) == b"\xef\xbb\xbf" else found


def scan(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str]) -> str:
    """A table function, or a subquery, that yields the columns as `options` say."""
    paths = _paths(connection, options.get("encoding", "utf-8"), files)
    arguments = [literals(paths), "hive_partitioning=false", f"maximum_object_size={_object_bytes(paths)}"]
    if options.get("lists"):
        return _zipped(options["columns"], arguments)
    records = options.get("records")
    if records:
        arguments.append(f"columns={{{literal(records['source'])}: {literal(records['type'])}}}")
        inner = f"select unnest({identifier(records['source'])}) as r from read_json({', '.join(arguments)})"  # noqa: S608 - quoted
        return f"(select unnest(r) from ({inner}))"  # noqa: S608 - quoted
    read = options.get("read", options["columns"])
    columns = ", ".join(f"{literal(column['source'])}: {literal(column['type'])}" for column in read)
    arguments.append(f"columns={{{columns}}}")
    if not options.get("skips_bad_lines"):
        return f"read_json({', '.join(arguments)})"
    # A line that is no JSON comes as a row of nothing.
    some = " or ".join(f"{identifier(column['source'])} is not null" for column in read)
    arguments += ["format='newline_delimited'", "ignore_errors=true"]
    return f"(from read_json({', '.join(arguments)}) where {some})"


def _zipped(columns: list[dict[str, Any]], arguments: list[str]) -> str:
    """The rows of one object of lists, each of which is a column."""
    lists = ", ".join(f"{literal(column['source'])}: {literal(column['type'] + '[]')}" for column in columns)
    rows = ", ".join(f"unnest({identifier(column['source'])}) as {identifier(column['source'])}" for column in columns)
    return f"(select {rows} from read_json({', '.join([*arguments, f'columns={{{lists}}}'])}))"  # noqa: S608 - quoted


def _object_bytes(paths: list[str]) -> int:
    """The longest object that may be there.  Duckdb holds twice as much for each thread, whatever the objects are.

    Only where all of a file may be one object is that more than a record may have.
    """
    return max(OBJECT_LEAST_BYTES, *(_longest_bytes(path) for path in paths))


def _longest_bytes(path: str) -> int:
    whole = OBJECT_LIMIT_BYTES if path.endswith(".gz") else Path(path).stat().st_size + 1
    with open_bytes(path) as file:
        head = file.read(HEAD_BYTES).lstrip()
    return min(whole, OBJECT_LIMIT_BYTES if head.startswith(b"{") and not is_of_lines(head) else RECORD_LIMIT_BYTES)


def is_of_lines(head: bytes) -> bool:
    """Whether the first line is an object of its own, as in JSON lines, whatever the file is called."""
    line, end, _ = head.lstrip().partition(b"\n")
    try:
        return bool(end) and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _paths(connection: DuckDBPyConnection, found: str, files: list[str]) -> list[str]:
    return files if found == "utf-8" else [transcoded(connection, path, found) for path in files]


def describe(
    connection: DuckDBPyConnection, paths: list[str], kind: str
) -> tuple[list[Columns], dict[str, Any], list[str], list[dict[str, Any]]]:
    """The columns of each file, the options of all, notes, and the lines that are left out.

    Raises:
        UnreadableError: `file_empty`, `not_a_table`.
    """
    encodings = []
    for path in paths:
        with about(path):
            encodings.append(encoding(path))
    options: dict[str, Any] = {"encoding": encodings[0] if len(set(encodings)) == 1 else SIGNED}
    notes: list[str] = []
    rejects: list[dict[str, Any]] = []
    described = []
    for index, path in enumerate(paths):
        with about(path):
            described.append(_described(connection, index, path, kind, options, notes, rejects))
    if len(paths) == 1 and kind == "json" and _is_object(connection, paths[0], options):
        described[0] = _columns(connection, paths[0], described[0], options, notes) or _records(
            connection, paths[0], described[0], options, notes
        )
    return described, options, notes, rejects


def _described(
    connection: DuckDBPyConnection,
    index: int,
    path: str,
    kind: str,
    options: dict[str, Any],
    notes: list[str],
    rejects: list[dict[str, Any]],
) -> Columns:
    import duckdb

    readable = _paths(connection, options["encoding"], [path])[0]
    try:
        columns = _sniffed(connection, readable, "")
    except duckdb.Error as error:
        if _TOO_LONG in str(error):
            limit = _object_bytes([readable]) >> 20
            raise UnreadableError(
                "not_a_table",
                f"The JSON holds an object of more than {limit} MiB. Where that is one object around its records, "
                "write these as JSON lines, e.g. `jq -c '.NAME[]' in.json > out.jsonl`, and add that.",
            ) from error
        bad, total = _bad_lines(readable, index)
        if kind != "jsonl" or not bad or len(bad) > BAD_LINES_LIMIT_SHARE * total:
            line = f"line {bad[0]['line']} is no JSON; " if kind == "jsonl" and bad else ""
            raise UnreadableError(
                "not_a_table",
                f"The JSON cannot be read: {line}{reason(error)}. It may be cut short: fetch or write it again.",
            ) from error
        columns = _sniffed(connection, readable, ", ignore_errors=true, format='newline_delimited'")
        options["skips_bad_lines"] = True
        notes.append(f"{len(bad)} line(s) are left out: they are no JSON.")
        rejects += bad[: REJECTS_SHOWN - len(rejects)]
    if {"type", "objects", "arcs"} <= {name for name, _ in columns}:
        raise UnreadableError(
            "not_a_table",
            "The file is TopoJSON: shapes that share their borders, no table. Convert it to GeoJSON, e.g. with "
            "`topo2geo`, or add the table that belongs to it.",
        )
    if columns in ([("json", "JSON")], [("json", "MAP(VARCHAR, JSON)")]):
        raise UnreadableError("file_empty", "The JSON holds no records.")
    if len(columns) == 1 and columns[0][0] == "json" and columns[0][1].startswith("MAP("):
        columns = _sniffed(connection, readable, ", map_inference_threshold=-1")
    return _exact(connection, readable, columns, options, notes)


def _sniffed(connection: DuckDBPyConnection, path: str, more: str) -> Columns:
    rows = connection.execute(
        f"describe from read_json({literal(path)}, sample_size=-1, hive_partitioning=false, "
        f"maximum_object_size={_object_bytes([path])}{more})"
    ).fetchall()
    return [(str(row[0]), "VARCHAR" if row[1] == '"NULL"' else str(row[1])) for row in rows]


def _exact(
    connection: DuckDBPyConnection, path: str, columns: Columns, options: dict[str, Any], notes: list[str]
) -> Columns:
    """Floats that are whole numbers of more digits than a float holds, as text."""
    floats = [name for name, kind in columns if kind == "DOUBLE"]
    if not floats or options.get("skips_bad_lines"):
        return columns
    read = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in floats)
    tests = ", ".join(f"count(*) filter (regexp_full_match({identifier(name)}, '-?\\d{{17,}}'))" for name in floats)
    row = connection.execute(
        f"select {tests} from read_json({literal(path)}, columns={{{read}}}, hive_partitioning=false, "  # noqa: S608 - quoted
        f"maximum_object_size={_object_bytes([path])})"
    ).fetchone()
    long = {name for name, count in zip(floats, row or (), strict=True) if count}
    notes += [f"{name!r} is kept as text: it has whole numbers of more than 64 bits." for name in sorted(long)]
    return [(name, "VARCHAR" if name in long else kind) for name, kind in columns]


def _is_object(connection: DuckDBPyConnection, path: str, options: dict[str, Any]) -> bool:
    with open_bytes(_paths(connection, options["encoding"], [path])[0]) as file:
        return file.read(1024).lstrip().startswith(b"{")


def _columns(
    connection: DuckDBPyConnection, path: str, columns: Columns, options: dict[str, Any], notes: list[str]
) -> Columns | None:
    """The columns of an object that holds nothing but lists of plain values, all of one length; None otherwise."""
    if len(columns) < 2 or not all(re.fullmatch(r"\w+\[\]", kind) for _, kind in columns):
        return None
    whole = {
        "columns": [{"source": name, "type": kind} for name, kind in columns],
        "encoding": options["encoding"],
    }
    lengths = ", ".join(f"coalesce(len({identifier(name)}), 0)" for name, _ in columns)
    rows = connection.execute(f"select {lengths} from {scan(connection, whole, [path])} limit 2").fetchall()  # noqa: S608 - quoted
    if len(rows) != 1 or len(set(rows[0])) != 1:
        return None
    options["lists"] = True
    notes.append("The JSON is one object of lists of one length: each list is a column.")
    return [(name, kind.removesuffix("[]")) for name, kind in columns]


def _records(
    connection: DuckDBPyConnection, path: str, columns: Columns, options: dict[str, Any], notes: list[str]
) -> Columns:
    """The records in the one list that an object holds."""
    lists = [column for column in columns if column[1].startswith("STRUCT(") and column[1].endswith(")[]")]
    if len(lists) != 1:
        return columns
    name, kind = lists[0]
    whole = {"columns": [{"source": name, "type": kind}], "encoding": options["encoding"]}
    found = connection.execute(f"select 1 from {scan(connection, whole, [path])} limit 2").fetchall()  # noqa: S608 - quoted
    if len(found) > 1:
        return columns
    held = {"records": {"source": name, "type": kind}, "encoding": options["encoding"]}
    rows = connection.execute(f"describe select * from {scan(connection, held, [path])}").fetchall()  # noqa: S608 - quoted
    options.update(held)
    others = ", ".join(repr(other) for other, _ in columns if other != name)
    more = f" What stands beside it is left out: {others}." if others else ""
    notes.append(f"The JSON is one object around a list: the records in {name!r} are the rows.{more}")
    if name == "features" and any(str(row[0]) == "geometry" for row in rows):
        notes.append("It is GeoJSON: features are described by 'properties_…', their shapes are in 'geometry_…'.")
    return [(str(row[0]), str(row[1])) for row in rows]


def flattened(columns: Columns, notes: list[str]) -> list[tuple[str, list[str], str]]:
    """Each column as its source, the fields that lead to it within that, and its type: no objects but in lists."""
    import duckdb
    from duckdb.sqltypes import DuckDBPyType

    found: list[tuple[str, list[str], str]] = []

    def visit(source: str, within: list[str], kind: DuckDBPyType) -> None:
        if kind.id == "struct":
            for name, inner in kind.children:
                assert isinstance(inner, DuckDBPyType)
                visit(source, [*within, name], inner)
        else:
            found.append((source, within, str(kind)))

    for source, kind in columns:
        if kind.startswith("STRUCT(") and kind.endswith(")"):
            visit(source, [], duckdb.sqltype(kind))
        else:
            found.append((source, [], kind))
    if len(found) > FLATTENED_LIMIT:
        return [(source, [], kind) for source, kind in columns]
    deep = ["_".join([source, *within]) for source, within, _ in found if within]
    if deep:
        notes.append(f"Fields of objects within a record are columns of their own, as {deep[0]!r}.")
    return found


def _bad_lines(path: str, index: int) -> tuple[list[dict[str, Any]], int]:
    """The lines that are no JSON, and how many lines there are."""
    bad: list[dict[str, Any]] = []
    number = 0
    with open_bytes(path) as file:
        while line := file.readline(LINE_LIMIT_BYTES):
            number += 1
            if not line.strip():
                continue
            try:
                json.loads(line)
            except (ValueError, RecursionError):
                text = line[: 4 * TEXT_CHARACTERS].decode("utf-8", "replace").rstrip("\r\n")
                bad.append(reject(index, number, None, "no JSON", text if len(bad) < REJECTS_SHOWN else ""))
    return bad, number
