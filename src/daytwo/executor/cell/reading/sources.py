"""Data sources in a cell: `attach` makes one table of a dataset readable under the name that a program calls it.

A source is `{"dataset", "table", "name", "format", "files", "options"}`; the options are those that
`cell.reading.profile` found when the dataset was registered, so a program reads exactly what the sheet describes.
Files lie read-only below /data.  Text, Parquet, JSON and Arrow are views that read on demand; Excel and SQLite are
copied into a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import delimited, jsonfile, litefile, workbook
from .forms import projection
from .quoting import identifier, literal, literals
from .rows import reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def attach(connection: DuckDBPyConnection, name: str, source: dict[str, Any]) -> None:
    """Creates the view or table `name` in `connection`.

    Raises:
        UnreadableError: where the file is not what it was when it was registered.
        duckdb.Error: likewise, or where `name` is taken.
    """
    _ATTACH[source["format"]](connection, name, source["files"], source["options"])


def _view(connection: DuckDBPyConnection, name: str, columns: str, scan: str) -> None:
    connection.execute(f"create view {identifier(name)} as select {columns} from {scan}")  # noqa: S608 - quoted by all callers


def _delimited(connection: DuckDBPyConnection, name: str, files: list[str], options: dict[str, Any]) -> None:
    _view(connection, name, projection(options), delimited.scan(connection, options, files))


def _parquet(connection: DuckDBPyConnection, name: str, files: list[str], options: dict[str, Any]) -> None:
    scan = f"read_parquet({literals(files)}, hive_partitioning=false)"
    _view(connection, name, _renamed(options), scan)


def _json(connection: DuckDBPyConnection, name: str, files: list[str], options: dict[str, Any]) -> None:
    _view(connection, name, _renamed(options), jsonfile.scan(connection, options, files))


def _arrow(connection: DuckDBPyConnection, name: str, files: list[str], options: dict[str, Any]) -> None:
    import pyarrow as pa

    table = pa.concat_tables(arrow_table(path) for path in files)
    # By place: duckdb cannot tell columns of the same name apart.
    table = table.rename_columns([column["name"] for column in options["columns"]])
    held = f"{name} (arrow)"
    connection.register(held, table)
    _view(connection, name, "*", identifier(held))


def arrow_table(path: str) -> Any:
    """An Arrow file or stream, mapped rather than read; types that duckdb does not know become their neighbours."""
    import pyarrow as pa

    mapped = pa.memory_map(path)
    try:
        table = pa.ipc.open_file(mapped).read_all()
    except pa.ArrowInvalid:
        mapped.seek(0)
        table = pa.ipc.open_stream(mapped).read_all()
    known = {"halffloat": pa.float32(), "null": pa.string()}
    fields = [field.with_type(known.get(str(field.type), field.type)) for field in table.schema]
    return table.cast(pa.schema(fields)) if any(str(field.type) in known for field in table.schema) else table


def _excel(connection: DuckDBPyConnection, name: str, files: list[str], options: dict[str, Any]) -> None:
    with workbook.opened(files[0]) as book:
        _copy(connection, name, workbook.rows(book, options), options)


def _sqlite(connection: DuckDBPyConnection, name: str, files: list[str], options: dict[str, Any]) -> None:
    with litefile.opened(files[0]) as file:
        _copy(connection, name, litefile.rows(file, options), options)


def _copy(connection: DuckDBPyConnection, name: str, rows: Any, options: dict[str, Any]) -> None:
    stream = f"{name} (stream)"
    connection.register(stream, reader(rows, [(column["name"], column["type"]) for column in options["columns"]]))
    try:
        connection.execute(f"create table {identifier(name)} as select * from {identifier(stream)}").fetchall()  # noqa: S608 - quoted
    finally:
        connection.unregister(stream)


def _renamed(options: dict[str, Any]) -> str:
    return ", ".join(f"{_value(column)} as {identifier(column['name'])}" for column in options["columns"])


def _value(column: dict[str, Any]) -> str:
    """A column of the file, or a field of the objects in one."""
    found = identifier(column["source"])
    for field in column.get("within", ()):
        found = f"struct_extract({found}, {literal(field)})"
    return found


_ATTACH = {
    "csv": _delimited,
    "tsv": _delimited,
    "parquet": _parquet,
    "json": _json,
    "jsonl": _json,
    "arrow": _arrow,
    "excel": _excel,
    "sqlite": _sqlite,
}
