"""Delimited text (CSV, TSV and their kin): how a file is read, found out once and fixed in options.

duckdb's sniffer finds the dialect and the types.  What it leaves to chance is settled here over the whole file: the
encoding, a first row that is data, columns whose later values do not fit, numbers with a decimal comma or thousands
separators, and words that stand for a missing number.  A type is never bought with lost rows: where values do not
fit, the column becomes text.  Only lines of the wrong width are left out, and counted.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .problem import UnreadableError
from .quoting import identifier, literal, literals

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HEAD_BYTES = 64 * 1024
DECODE_LIMIT_BYTES = 256 * 1024 * 1024
WHOLE_FILE_BYTES = 64 * 1024 * 1024
"""Up to this size the sniffer reads the whole file, above it a sample."""
SAMPLE_ROWS = 204_800
LINE_LIMIT_BYTES = 16 * 1024 * 1024
TEXT = "VARCHAR"
COMMA_DECIMAL = "comma_decimal"
COMMA_THOUSANDS = "comma_thousands"
MISSING_WORDS = ("NA", "N/A", "n/a", "na", "NULL", "Null", "null", "None", "none", "NaN", "nan", "-", "--", "?", ".")
_CP1252_BYTES = [byte for byte in range(0x80, 0xA0) if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}]
TRANSCODED = frozenset({"cp1252", "utf-16-be"})
"""Encodings that duckdb cannot decode.  Its latin-1 refuses the bytes where Windows has its quotes and the euro."""


def open_bytes(path: str) -> gzip.GzipFile | io.BufferedReader:
    if path.endswith(".gz"):
        return gzip.open(path, "rb")
    return Path(path).open("rb")


def encoding_of(path: str) -> str:
    """`utf-8`, `utf-16` (little-endian), `utf-16-be`, `latin-1` or `cp1252`.

    Raises:
        UnreadableError: `file_empty`, or `not_a_table` where the bytes are no text.
    """
    with open_bytes(path) as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00\xff\xfe"):
        raise UnreadableError("file_empty", "The file is empty: there is nothing to read.")
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    nulls_even, nulls_odd = head[::2].count(0), head[1::2].count(0)
    if max(nulls_even, nulls_odd) > len(head) * 0.3 and min(nulls_even, nulls_odd) < len(head) * 0.02:
        return "utf-16" if nulls_odd > nulls_even else "utf-16-be"
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0c\x1a")
    if 0 in head or controls > len(head) * 0.02:
        raise UnreadableError("not_a_table", "The file holds binary data, not text in columns.")
    return _eight_bit(path)


def _eight_bit(path: str) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_c1, left = True, False, DECODE_LIMIT_BYTES
    with open_bytes(path) as file:
        while left > 0 and (piece := file.read(1 << 20)):
            left -= len(piece)
            if is_utf8:
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    is_utf8 = False
            has_c1 = has_c1 or any(byte in piece for byte in _CP1252_BYTES)
    if is_utf8:
        return "utf-8"
    return "cp1252" if has_c1 else "latin-1"


def sniff(connection: DuckDBPyConnection, path: str) -> dict[str, Any]:
    """The dialect of one file, with `raw` (its header's names) and `types` (duckdb's, one a column)."""
    import duckdb

    encoding = encoding_of(path)
    compressed = path.endswith(".gz")
    sample = -1 if not compressed and Path(path).stat().st_size <= WHOLE_FILE_BYTES else SAMPLE_ROWS
    paths, native = readable(connection, [path], encoding)
    row = None
    for strict in (True, False):
        try:
            row = connection.execute(_sniffing(paths[0], native, sample, strict=strict)).fetchone()
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
        "skip": int(row[4]),
        "header": bool(row[5]),
        "date_format": row[7],
        "timestamp_format": row[8],
        "raw": [column["name"] for column in row[6]],
        "types": [column["type"] for column in row[6]],
    }


def _sniffing(path: str, native: str, sample: int, *, strict: bool) -> str:
    return (
        "select Delimiter, Quote, Escape, Comment, SkipRows, HasHeader, Columns, DateFormat, TimestampFormat "  # noqa: S608 - quoted
        f"from sniff_csv({literal(path)}, encoding={literal(native)}, sample_size={sample}, "
        f"max_line_size={LINE_LIMIT_BYTES}, strict_mode={str(strict).lower()}, ignore_errors=true)"
    )


def _sniffed(text: str | None) -> str:
    return "" if text in {None, "(empty)"} else str(text)


def readable(connection: DuckDBPyConnection, files: list[str], encoding: str) -> tuple[list[str], str]:
    """Paths and encoding as duckdb takes them; what it cannot decode is transcoded into its temporary folder."""
    if encoding not in TRANSCODED:
        return files, encoding
    # duckdb may always read its own temporary folder, whatever else is locked.
    answer = connection.execute("select current_setting('temp_directory')").fetchone()
    folder = str(answer[0]) if answer else ""
    return [_transcoded(folder, path, encoding) for path in files], "utf-8"


@cache
def _transcoded(folder: str, path: str, encoding: str) -> str:
    Path(folder).mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".csv", dir=folder)
    with (
        open_bytes(path) as source,
        io.TextIOWrapper(source, encoding=encoding, errors="replace", newline="") as decoded,
        os.fdopen(handle, "w", encoding="utf-8", newline="") as target,
    ):
        shutil.copyfileobj(decoded, target)
    return name


def scan(
    connection: DuckDBPyConnection, options: dict[str, Any], files: list[str], *, rejects: str | None = None
) -> str:
    """A `read_csv` call over `files`, its columns called `f1`, `f2`, … and typed as `options` say.

    Lines that do not fit are kept in the tables `rejects` and `rejects`_scan where that is given.
    """
    paths, native = readable(connection, files, options["encoding"])
    columns = ", ".join(
        f"{literal(f'f{place}')}: {literal(column['read'])}" for place, column in enumerate(options["columns"], start=1)
    )
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
        if options[option]:
            arguments.append(f"{argument}={literal(options[option])}")
    if rejects is not None:
        arguments.append(
            f"store_rejects=true, rejects_table={literal(rejects)}, rejects_scan={literal(rejects + '_scan')}"
        )
    elif options["skips_bad_lines"]:
        arguments.append("ignore_errors=true")
    return f"read_csv({', '.join(arguments)})"


def projection(options: dict[str, Any]) -> str:
    """The select list that turns `f1`, `f2`, … into the columns a program sees."""
    return ", ".join(
        f"{_expression(column, place)} as {identifier(column['name'])}"
        for place, column in enumerate(options["columns"], start=1)
    )


def _expression(column: dict[str, Any], place: int) -> str:
    text = f"f{place}"
    if column["type"] == column["read"]:
        return text
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    bare = f"case when trim({text}) in ({words}, '') then null else trim({text}) end"
    number = column.get("number")
    if number == COMMA_DECIMAL:
        bare = f"replace(replace({bare}, '.', ''), ',', '.')"
    elif number == COMMA_THOUSANDS:
        bare = f"replace({bare}, ',', '')"
    return f"cast({bare} as {column['type']})"
