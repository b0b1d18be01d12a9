"""What kind of file this is, by its first bytes and its name.  Pure: nothing is read or parsed here."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from daytwo.wire.errors import Invalid

MAGIC_BYTES = 4096
ALIKE_SHARE = 0.8
"""Of a table's lines: so many have as many separators as most."""
CONTROLS_FREE = 8
"""Control characters that any text may have."""
KINDS_READ = (
    "CSV, TSV and other delimited text (also gzipped), Parquet, JSON, JSON lines, workbooks (.xlsx, .xls, .ods), "
    "SQLite and Arrow"
)


class Kind(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    JSON = "json"
    JSONL = "jsonl"
    EXCEL = "excel"
    SQLITE = "sqlite"
    ARROW = "arrow"


_BY_SUFFIX = {
    "csv": Kind.CSV,
    "txt": Kind.CSV,
    "dat": Kind.CSV,
    "psv": Kind.CSV,
    "tsv": Kind.TSV,
    "tab": Kind.TSV,
    "parquet": Kind.PARQUET,
    "pq": Kind.PARQUET,
    "json": Kind.JSON,
    "jsonl": Kind.JSONL,
    "ndjson": Kind.JSONL,
    "xlsx": Kind.EXCEL,
    "xlsm": Kind.EXCEL,
    "xlsb": Kind.EXCEL,
    "xls": Kind.EXCEL,
    "ods": Kind.EXCEL,
    "db": Kind.SQLITE,
    "sqlite": Kind.SQLITE,
    "sqlite3": Kind.SQLITE,
    "db3": Kind.SQLITE,
    "arrow": Kind.ARROW,
    "arrows": Kind.ARROW,
    "feather": Kind.ARROW,
    "ipc": Kind.ARROW,
}
_TABLES = frozenset(_BY_SUFFIX) - {"txt"}
_BY_MAGIC = (
    (b"PAR1", Kind.PARQUET),
    (b"SQLite format 3\x00", Kind.SQLITE),
    (b"ARROW1", Kind.ARROW),
)
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"BZh", "a bzip2 archive: unpack it first (`bunzip2`)"),
    (b"\xfd7zXZ", "an xz archive: unpack it first (`unxz`)"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first (`7z x`)"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive: unpack it first (`unzstd`)"),
    (b"FEA1", "a Feather file of the old version 1"),
    (b"\x89HDF", "an HDF5 file"),
)
GZIP = b"\x1f\x8b"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARROW_STREAM = b"\xff\xff\xff\xff"
_TEXT_KINDS = frozenset({Kind.CSV, Kind.TSV, Kind.JSON, Kind.JSONL})


def suffixes(name: str) -> tuple[str, bool]:
    """The last suffix without `.gz`, in lower case, and whether `.gz` came after it."""
    parts = name.lower().rsplit("/", 1)[-1].split(".")[1:]
    compressed = bool(parts) and parts[-1] == "gz"
    if compressed:
        parts = parts[:-1]
    return (parts[-1] if parts else ""), compressed


def kind_of(name: str, head: bytes) -> Kind:
    """The kind of the file called `name` that begins with `head` (up to `MAGIC_BYTES`).  Its bytes weigh more.

    Raises:
        Invalid: `file_empty`, or `not_a_table` with what was seen instead.
    """
    if not head:
        raise Invalid("file_empty", f"{name} is empty: there is nothing to read.")
    suffix, _ = suffixes(name)
    named = _BY_SUFFIX.get(suffix)
    if head.startswith(_OLE):
        # An old workbook, a new one with a password, an old Word file: what it is shows when it is read.
        return Kind.EXCEL
    for magic, kind in _BY_MAGIC:
        if head.startswith(magic):
            return kind
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise _no_table(name, f"is {what}")
    if head.startswith((GZIP, _ZIP)):
        return _packed(name, head, named)
    if named is Kind.ARROW and head.startswith(_ARROW_STREAM):
        return Kind.ARROW
    if _is_binary(head):
        raise _no_table(name, "holds binary data")
    return _text_kind(name, suffix, head)


def _packed(name: str, head: bytes, named: Kind | None) -> Kind:
    if head.startswith(GZIP):
        if named in _TEXT_KINDS:
            return named
        raise _no_table(name, "is a gzip archive of no text (data.csv.gz would be read): unpack it first (`gunzip`)")
    if b"opendocument" in head[:200]:
        if b"opendocument.spreadsheet" in head[:200]:
            return Kind.EXCEL
        raise _no_table(name, "is an OpenDocument file without sheets")
    if b"word/" in head or b"ppt/" in head:
        raise _no_table(name, "is an Office document without sheets")
    if named is Kind.EXCEL or b"[Content_Types].xml" in head or b"xl/" in head:
        return Kind.EXCEL
    raise _no_table(name, "is a zip archive: unpack it (`unzip`) and add what is inside")


def _text_kind(name: str, suffix: str, head: bytes) -> Kind:
    named = _BY_SUFFIX.get(suffix)
    if named is not None and named not in _TEXT_KINDS:
        raise _no_table(name, f"holds text, not what .{suffix} promises")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise _no_table(name, "is a web page or XML")
    if named is not None:
        return named
    if start.startswith((b"[", b"{")):
        second = start.partition(b"\n")[2].lstrip()
        return Kind.JSONL if start.startswith(b"{") and second.startswith(b"{") else Kind.JSON
    return Kind.TSV if b"\t" in start.partition(b"\n")[0] else Kind.CSV


def is_prose(name: str, head: bytes) -> bool:
    """Whether a text whose name promises no table looks like none: its lines have no separator equally often."""
    if suffixes(name)[0] in _TABLES:
        return False
    lines = [line for line in head.split(b"\n") if line.strip()]
    # The last one may be cut.
    lines = lines[:-1] if len(head) == MAGIC_BYTES else lines
    alike = len(lines) * ALIKE_SHARE
    return len(lines) < 2 or not any(
        line_count and times >= alike
        for separator in b"\t;|,"
        for line_count, times in Counter(line.count(separator) for line in lines).most_common(1)
    )


def _is_binary(head: bytes) -> bool:
    """Control characters that text does not have; UTF-16 text, every other byte of which is zero, passes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.02:
        return False
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0c\x1a\x1b")
    return controls > max(CONTROLS_FREE, len(head) * 0.02) or 0 in head


def _no_table(name: str, seen: str) -> Invalid:
    return Invalid("not_a_table", f"{name} {seen}. What can be read: {KINDS_READ}.")
