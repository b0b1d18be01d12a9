"""The encoding of a text file: told by its bytes, and what duckdb cannot decode written anew as UTF-8.

A wrong guess shows as rows of nonsense that nobody notices, so a text that is not Western and not Unicode is refused
with the command that converts it (Shift-JIS, GB 18030, Windows-1251 … cannot be told apart safely).
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .problem import UnreadableError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TAIL_BYTES = 64 * 1024
HEAD_BYTES = 64 * 1024
TRANSCODED_LIMIT_BYTES = 128 * 1024 * 1024
"""The copies lie in a sandbox's memory: half of what the smallest compute profile has for files."""
DECODE_LIMIT_BYTES = 256 * 1024 * 1024
UNPACKED_FREE_BYTES = 64 * 1024 * 1024
UNPACKED_RATIO_LIMIT = 200
"""A gzip file may unpack to 64 MiB however small it is; above that, to 200 times its size."""
CONTROLS_FREE = 8
NEARLY_UTF8_SEQUENCES = 4
"""Valid multi-byte sequences for each broken one, from which on a text is UTF-8 with damage."""
FOREIGN_SHARE = 0.6
FOREIGN_LEAST_BYTES = 6
DAMAGED_UTF8 = "utf-8 with damage"
_CODECS = {"utf-16": "utf-16-le", DAMAGED_UTF8: "utf-8"}
_CP1252_BYTES = [byte for byte in range(0x80, 0xA0) if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}]
TRANSCODED = frozenset({"cp1252", "utf-16-be", "utf-32-le", "utf-32-be", DAMAGED_UTF8})
"""Encodings that duckdb cannot decode.  Its latin-1 refuses the bytes where Windows has its quotes and the euro."""
_SHOWN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 behind a byte order mark",
    DAMAGED_UTF8: "UTF-8, in which broken bytes became \ufffd",
    "utf-16": "utf-16 (little-endian)",
}
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WESTERN_MARKS = b"\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xa3\xa7\xab\xb0\xbb"
"""Of cp1252: quotes, dashes, the euro and other signs that stand around words."""
_HIGH = re.compile(rb"[\x80-\xff]")
_LETTERS = re.compile(rb"[A-Za-z\x80-\xff]")


def shown(encoding: str) -> str:
    return _SHOWN.get(encoding, encoding)


def open_bytes(path: str) -> gzip.GzipFile | io.BufferedReader:
    if path.endswith(".gz"):
        return gzip.open(path, "rb")
    return Path(path).open("rb")


def encoding_of(path: str) -> str:
    """`utf-8`, `utf-16` (little-endian), `utf-16-be`, `utf-32-le`, `utf-32-be`, `latin-1`, `cp1252`, or damaged UTF-8.

    Raises:
        UnreadableError: `file_empty`, or `not_a_table` where the bytes are no text, or one of unknown encoding.
    """
    try:
        with open_bytes(path) as file:
            head = file.read(HEAD_BYTES)
        return _by_head(head) or _eight_bit(path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableError(
            "not_a_table", "The gzip archive is damaged or cut short: fetch or pack it again (`gzip -t` tests it)."
        ) from error


@dataclass(frozen=True)
class Unit:
    """How a text is cut: into units of so many bytes, each of which the codec decodes and encodes as it was."""

    codec: str
    bytes: int


def unit_of(path: str) -> Unit:
    """Of UTF-8 and all eight-bit text a unit is a byte; the separators of a table are one in each of them.

    Raises:
        UnreadableError: as `encoding_of`.
    """
    with open_bytes(path) as file:
        wide = _by_head(file.read(HEAD_BYTES))
    if wide is None:
        return Unit("latin-1", 1)
    return Unit(_CODECS.get(wide, wide), 4 if "32" in wide else 2)


def _by_head(head: bytes) -> str | None:
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00\xff\xfe"):
        raise UnreadableError("file_empty", "The file is empty: there is nothing to read.")
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return encoding
    nulls_even, nulls_odd = head[::2].count(0), head[1::2].count(0)
    if max(nulls_even, nulls_odd) > len(head) * 0.3 and min(nulls_even, nulls_odd) < len(head) * 0.02:
        return "utf-16" if nulls_odd > nulls_even else "utf-16-be"
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0c\x1a\x1b")
    if 0 in head or controls > max(CONTROLS_FREE, len(head) * 0.02):
        raise UnreadableError("not_a_table", "The file holds binary data, not text in columns.")
    return None


def _eight_bit(path: str) -> str:
    if _is_utf8(path):
        return "utf-8"
    has_c1 = False
    foreign = b""
    sequences = high = 0
    for piece in _pieces(path, DECODE_LIMIT_BYTES):
        if not piece.isascii():
            sequences += sum(1 for _ in _MULTI_BYTE.finditer(piece))
            high += len(_HIGH.findall(_MULTI_BYTE.sub(b"", piece)))
            has_c1 = has_c1 or any(byte in piece for byte in _CP1252_BYTES)
            foreign = foreign or (_HIGH.search(piece) is not None and piece) or b""
    if sequences >= NEARLY_UTF8_SEQUENCES * high:
        return DAMAGED_UTF8
    _refuse_foreign(foreign)
    return "cp1252" if has_c1 else "latin-1"


def _is_utf8(path: str) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _pieces(path, None):
            decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(path: str, limit_bytes: int | None) -> Iterator[bytes]:
    """What the file holds, unpacked, or the first of it."""
    unpacked = 0
    with open_bytes(path) as file:
        while (limit_bytes is None or unpacked < limit_bytes) and (piece := file.read(1 << 20)):
            unpacked += len(piece)
            _refuse_bomb(path, file, unpacked)
            yield piece


def _refuse_bomb(path: str, file: gzip.GzipFile | io.BufferedReader, unpacked: int) -> None:
    if not isinstance(file, gzip.GzipFile) or unpacked < UNPACKED_FREE_BYTES:
        return
    if unpacked > UNPACKED_RATIO_LIMIT * Path(path).stat().st_size:
        raise UnreadableError(
            "not_a_table",
            "The gzip archive unpacks to far more than its size and is refused as a bomb: if it is honest, unpack it "
            "first (`gunzip`).",
        )


def _refuse_foreign(piece: bytes) -> None:
    """Western text has some letters beyond ASCII among many within; other scripts have words of nothing else."""
    found = (word.strip(_WESTERN_MARKS) for word in re.findall(rb"[A-Za-z\x80-\xff]+", piece[:HEAD_BYTES]))
    words = b" ".join(word for word in found if not word.isascii())
    high = len(_HIGH.findall(words))
    if high < FOREIGN_LEAST_BYTES or high < FOREIGN_SHARE * len(_LETTERS.findall(words)):
        return
    likely = [name for name in ("shift_jis", "gb18030", "euc_kr", "big5", "cp1251") if _decodes(piece, name)]
    named = likely[0].upper().replace("_", "-") if likely else "SHIFT-JIS"
    maybe = ", ".join(name.upper().replace("_", "-") for name in likely) or "one of Asia or Eastern Europe"
    raise UnreadableError(
        "not_a_table",
        f"The text is in an encoding that cannot be told for sure (it may be {maybe}): convert it to UTF-8, e.g. "
        f"`iconv -f {named} -t UTF-8 in.csv > out.csv`, and add that.",
    )


def _decodes(piece: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(piece[:HEAD_BYTES])
    except UnicodeDecodeError:
        return False
    if encoding == "shift_jis":
        return any("\u3040" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff" for character in text)
    return not any(0x80 <= ord(character) < 0xA0 for character in text)


def readable(connection: DuckDBPyConnection, files: list[str], encoding: str) -> tuple[list[str], str]:
    """Paths and encoding as duckdb takes them; what it cannot decode is transcoded into its temporary folder."""
    if encoding not in TRANSCODED:
        return files, encoding
    return [transcoded(connection, path, encoding) for path in files], "utf-8"


def transcoded(connection: DuckDBPyConnection, path: str, encoding: str) -> str:
    """A copy in UTF-8, without a byte order mark, in duckdb's temporary folder, which it may always read.

    Raises:
        UnreadableError: `not_a_table`, as `refuse_large`.
    """
    refuse_large(path, encoding)
    answer = connection.execute("select current_setting('temp_directory')").fetchone()
    return _transcoded(str(answer[0]) if answer else "", path, encoding)


def refuse_large(path: str, encoding: str) -> None:
    """Refuses what every program would have to write anew, and is too large for that.

    Raises:
        UnreadableError: `not_a_table`, with the command that writes it once for all.
    """
    if Path(path).stat().st_size <= TRANSCODED_LIMIT_BYTES:
        return
    name = _CODECS.get(encoding, encoding).upper()
    drop = " -c" if encoding == DAMAGED_UTF8 else ""
    command = "tail -c +4 in > out" if encoding == "utf-8-sig" else f"iconv{drop} -f {name} -t UTF-8 in > out"
    raise UnreadableError(
        "not_a_table",
        f"The text is in {shown(encoding)} and has more than {TRANSCODED_LIMIT_BYTES >> 20} MiB: so much is read in "
        f"plain UTF-8 alone. Convert it, e.g. `{command}`, and add that.",
    )


@cache
def _transcoded(folder: str, path: str, encoding: str) -> str:
    Path(folder).mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".csv", dir=folder)
    with (
        open_bytes(path) as source,
        io.TextIOWrapper(source, encoding=_CODECS.get(encoding, encoding), errors="replace", newline="") as decoded,
        os.fdopen(handle, "w", encoding="utf-8", newline="") as target,
    ):
        start = decoded.read(1)
        target.write("" if start == "\ufeff" else start)
        shutil.copyfileobj(decoded, target)
    return name


def head_of(path: str, encoding: str) -> str:
    """The first lines of a text, without its byte order mark; the last of them may be cut."""
    with open_bytes(path) as file:
        head = file.read(HEAD_BYTES)
    text = head.decode(_CODECS.get(encoding, encoding), "replace")
    return text.removeprefix("\ufeff")


def tail_of(path: str, encoding: str) -> str:
    """The last lines of a text that is not packed; the first of them may be cut."""
    with Path(path).open("rb") as file:
        # Characters begin at multiples of their unit.
        file.seek(max(0, Path(path).stat().st_size - TAIL_BYTES) & ~3)
        return file.read().decode(_CODECS.get(encoding, encoding), "replace")


def is_crlf(path: str, encoding: str) -> bool:
    """Whether the lines of a text end as Windows ends them, by its first one."""
    return head_of(path, encoding).partition("\n")[0].endswith("\r")
