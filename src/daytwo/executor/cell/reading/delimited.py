"""Delimited text (CSV, TSV and their kin): how a file is read, found out once and fixed in options.

duckdb's sniffer finds the dialect and the types.  What it leaves to chance is settled here over the whole file: the
encoding (`encoding`), lines before the table (`preamble`), a first row that is data, columns whose later values do
not fit, and how numbers and dates are written (`forms`).  A type is never bought with lost rows: where values do not
fit, the column becomes text.  Only lines of the wrong width are left out, and counted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import fixedwidth
from .encoding import encoding_of, head_of, readable
from .fixedwidth import Field
from .preamble import Preamble, has_table, preamble
from .problem import UnreadableError
from .quoting import literal, literals

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WHOLE_FILE_BYTES = 64 * 1024 * 1024
"""Up to this size the sniffer reads the whole file, above it a sample."""
SAMPLE_ROWS = 204_800
LINE_LIMIT_BYTES = 16 * 1024 * 1024
TEXT = "VARCHAR"
_HEXADECIMAL = re.compile(r"\b0[xX][0-9a-fA-F]")
_WHOLE_NUMBERS = frozenset({"BIGINT", "HUGEINT", "UHUGEINT", "UBIGINT", "BIGNUM"})
NATIVE = frozenset({"utf-8", "utf-16", "latin-1"})
"""Encodings that duckdb decodes itself."""


def sniff(connection: DuckDBPyConnection, path: str) -> dict[str, Any]:
    """The dialect of one file, with `raw` (its header's names) and `types` (duckdb's, one a column)."""
    import duckdb

    encoding = encoding_of(path)
    compressed = path.endswith(".gz")
    sample = -1 if not compressed and Path(path).stat().st_size <= WHOLE_FILE_BYTES else SAMPLE_ROWS
    head = head_of(path, encoding)
    before = preamble(head, is_free=".txt" in path)
    if before == Preamble() and (fields := fixedwidth.fields_of(head)) and not has_table(head):
        return _fixed(encoding, fields, compressed=compressed)
    # duckdb reads 0x1F as 31.  A file with such codes has its numbers found by how they are written (`forms`).
    misread = _WHOLE_NUMBERS if _HEXADECIMAL.search(head) else frozenset()
    paths, native = readable(connection, [path], encoding)
    row = None
    for strict in (True, False):
        try:
            row = connection.execute(_sniffing(paths[0], native, sample, before, strict=strict)).fetchone()
            break
        except duckdb.Error:
            continue
    if row is None or not row[6]:
        raise UnreadableError("not_a_table", "No columns were found in the file.")
    return {
        "encoding": encoding,
        "compressed": compressed,
        "strict": strict,
        "delimiter": row[0],
        "quote": _sniffed(row[1]) or '"',
        "escape": _sniffed(row[2]) or _sniffed(row[1]) or '"',
        "comment": _sniffed(row[3]),
        "skip": max(int(row[4]), before.lines),
        "header": bool(row[5]) and before.names is None,
        "raw": [column["name"] for column in row[6]],
        "above": before.names,
        "types": [TEXT if column["type"] in misread else column["type"] for column in row[6]],
        "fixed": None,
    }


def _fixed(encoding: str, fields: list[Field], *, compressed: bool) -> dict[str, Any]:
    """As `sniff` says it.  The separator is one that no text has: lines are read as a whole, then cut."""
    return {
        "encoding": encoding,
        "compressed": compressed,
        "strict": True,
        "delimiter": "\x1f",
        "quote": '"',
        "escape": '"',
        "comment": "",
        "skip": 0,
        "header": True,
        "raw": [field.name for field in fields],
        "above": None,
        "types": [TEXT] * len(fields),
        "fixed": [[field.start, field.end] for field in fields],
    }


def _sniffing(path: str, native: str, sample: int, before: Preamble, *, strict: bool) -> str:
    known = f", skip={before.lines}" if before.lines else ""
    known += f", delim={literal(before.delimiter)}" if before.delimiter else ""
    known += ", header=false" if before.names else ""
    return (
        "select Delimiter, Quote, Escape, Comment, SkipRows, HasHeader, Columns "  # noqa: S608 - quoted
        f"from sniff_csv({literal(path)}, encoding={literal(native)}, sample_size={sample}, "
        f"max_line_size={LINE_LIMIT_BYTES}, strict_mode={str(strict).lower()}, ignore_errors=true{known})"
    )


def _sniffed(text: str | None) -> str:
    return "" if text in {None, "(empty)"} else str(text)


def unproven(options: dict[str, Any]) -> dict[str, Any]:
    """The options for a file that was not read whole: a value that does not fit its column fails, loudly.

    All is read as text and cast by the view, so that only lines of the wrong width are left out: were the types
    duckdb's business, it would leave out every line with a value that does not fit.
    """
    columns = [{**column, "read": TEXT} for column in options["columns"]]
    return {**options, "skips_bad_lines": True, "columns": columns}


def scan(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], *, rejects: str | None = None
) -> str:
    """A `read_csv` call over `files`, its columns called `f1`, `f2`, … and typed as `options` say, without their total.

    Lines that do not fit are kept in the tables `rejects` and `rejects`_scan where that is given.
    """
    if options.get("fixed"):
        ends = [end - start for start, end in options["fixed"][:-1]]
        cut = ", ".join(
            f"nullif(trim(substr(line, {start + 1}{f', {width}' if width else ''})), '') as f{place}"
            for place, ((start, _), width) in enumerate(zip(options["fixed"], [*ends, None], strict=True), start=1)
        )
        return f"(select {cut} from {lines(connection, options, files)} where trim(line) <> '')"  # noqa: S608 - numbers
    columns = ", ".join(
        f"{literal(f'f{place}')}: {literal(column['read'])}" for place, column in enumerate(options["columns"], start=1)
    )
    whole = _reading(connection, options, files, columns, rejects)
    total = options.get("total")
    if total is None:
        return whole
    return f"(select * from {whole} where trim(f{total['place']}) is distinct from {literal(total['word'])})"  # noqa: S608 - quoted


def lines(connection: DuckDBPyConnection, options: dict[str, Any], files: list[str]) -> str:
    """A `read_csv` call that yields each line as a whole, as the column `line`."""
    whole = options | {"quote": "", "escape": "", "skips_bad_lines": False}
    return _reading(connection, whole, files, f"'line': {literal(TEXT)}", None)


def _reading(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], columns: str, rejects: str | None
) -> str:
    paths, native = readable(connection, files, options["encoding"])
    arguments = [
        literals(paths),
        "auto_detect=false",
        f"columns={{{columns}}}",
        f"encoding={literal(native)}",
        f"delim={literal(options['delimiter'])}",
        f"quote={literal(options['quote'])}",
        f"escape={literal(options['escape'])}",
        f"comment={literal(options['comment'])}",
        f"skip={options['skip']}",
        f"header={str(options['header']).lower()}",
        f"max_line_size={LINE_LIMIT_BYTES}",
        f"strict_mode={str(options['strict']).lower()}",
        f"compression={literal('gzip' if options['compressed'] and paths is files else 'none')}",
    ]
    for option, argument in (("date_format", "dateformat"), ("timestamp_format", "timestampformat")):
        if options.get(option):
            arguments.append(f"{argument}={literal(options[option])}")
    if rejects is not None:
        arguments.append(
            f"store_rejects=true, rejects_table={literal(rejects)}, rejects_scan={literal(rejects + '_scan')}"
        )
    elif options["skips_bad_lines"]:
        arguments.append("ignore_errors=true")
    return f"read_csv({', '.join(arguments)})"
