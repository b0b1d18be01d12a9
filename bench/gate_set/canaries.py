"""Datasets in which every cell is a canary, and the scanner that finds one under twenty encodings.

Two datasets of this kind differ in every cell, in the folder that holds them and in their files' metadata, and in
nothing that a schema sheet says.
"""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import json
import random
import re
import string
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 40


@dataclass(frozen=True)
class Canaries:
    """The files of one data plane, and every value in or about them that must not leave it."""

    files: tuple[Path, ...]
    values: tuple[str, ...]


def canaries(folder: Path, seed: int) -> Canaries:
    chance = random.Random(seed)

    def words(count: int, letters: int) -> list[str]:
        return ["".join(chance.choices(string.ascii_lowercase, k=letters)) for _ in range(count)]

    names, items, (place, key, note) = words(ROWS, 9), words(ROWS, 11), words(3, 12)
    codes = [str(chance.randrange(5 * 10**11, 9 * 10**11)) for _ in range(ROWS)]
    codes[0] = str(int(codes[0]) // 2 * 2 + seed % 2)  # odd and even by turns: what programs decide by
    home = folder / place
    home.mkdir(parents=True)
    people, stock = home / "people.csv", home / "stock.parquet"
    people.write_text("name,code\n" + "".join(f"{name},{code}\n" for name, code in zip(names, codes, strict=True)))
    table = pa.table({"item": items}).replace_schema_metadata({key: note})
    pq.write_table(table, stock)
    return Canaries((people, stock), (*names, *codes, *items, place, key, note))


def _deflated(raw: bytes) -> bytes:
    return zlib.compress(raw)


def _gzipped(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "raw": bytes.decode,
    "reversed": lambda raw: raw.decode()[::-1],
    "rot13": lambda raw: codecs.encode(raw.decode(), "rot13"),
    "hex": bytes.hex,
    "base64, at offset 0": lambda raw: _base64_inside(raw, 0),
    "base64, at offset 1": lambda raw: _base64_inside(raw, 1),
    "base64, at offset 2": lambda raw: _base64_inside(raw, 2),
    "base32": lambda raw: base64.b32encode(raw).decode().rstrip("=")[:-1],
    "base85": lambda raw: base64.b85encode(raw).decode(),
    "ascii85": lambda raw: base64.a85encode(raw).decode(),
    "percent": lambda raw: "".join(f"%{byte:02x}" for byte in raw),
    "utf-16-le in hex": lambda raw: raw.decode().encode("utf-16-le").hex(),
    "utf-16-be in hex": lambda raw: raw.decode().encode("utf-16-be").hex(),
    "utf-16-le in base64": lambda raw: base64.b64encode(raw.decode().encode("utf-16-le")).decode().rstrip("=")[:-1],
    "binary": lambda raw: "".join(f"{byte:08b}" for byte in raw),
    "decimal": lambda raw: ",".join(map(str, raw)),
    "zlib in base64": lambda raw: base64.b64encode(_deflated(raw)).decode(),
    "zlib in hex": lambda raw: _deflated(raw).hex(),
    "gzip in base64": lambda raw: _base64_tail(_gzipped(raw)),
    "html entities": lambda raw: "".join(f"&#{byte};" for byte in raw),
}
"""Compared casefolded.  Beside them the scanner reads without what stands between letters, and field by field."""


def _base64_inside(raw: bytes, offset: int) -> str:
    """What every base64 text holds that has `raw` at this offset: without the characters that neighbours change."""
    coded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
    return coded[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]


def _base64_tail(compressed: bytes) -> str:
    """Without the header of ten bytes, whose time and system differ between writers."""
    return base64.b64encode(compressed).decode()[16:]


class Scanner:
    """Finds canaries in what left.

    Args:
        values: the canaries.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._forms = [
            (value, name, form(value.encode()).casefold()) for value in values for name, form in ENCODINGS.items()
        ]
        self._plain = [(value, "split", value.casefold()) for value in dict.fromkeys(v for v, _, _ in self._forms)]

    def found(self, bodies: Sequence[bytes]) -> list[tuple[str, str]]:
        """(canary, encoding) of each that is in one body, split over fields of one, or over one field of several."""
        whole = "\n".join(text for body in bodies for text in _readings(body)).casefold()
        joined = "\n".join(_letters(text) for text in (*_joined(bodies), *_by_field(bodies))).casefold()
        return [(value, name) for value, name, form in self._forms if form in whole] + [
            (value, name) for value, name, form in self._plain if form in joined
        ]


def _readings(body: bytes) -> tuple[str, ...]:
    """As it left, and with what JSON and HTML escape read."""
    text = body.decode("utf-8", "replace")
    return text, html.unescape(text), urllib.parse.unquote(text), *(text for _, text in _leaves(json.loads(body), ""))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _joined(bodies: Sequence[bytes]) -> list[str]:
    """Each message as one word: its values, and its keys with them."""
    read = [_leaves(json.loads(body), "") for body in bodies]
    return [
        "".join(text for path, text in leaves if with_keys or not path.endswith("?"))
        for leaves in read
        for with_keys in (False, True)
    ]


def _by_field(bodies: Sequence[bytes]) -> list[str]:
    fields: dict[str, list[str]] = {}
    for body in bodies:
        for path, text in _leaves(json.loads(body), ""):
            fields.setdefault(path, []).append(text)
    return ["".join(texts) for texts in fields.values()]


def _leaves(value: Any, path: str) -> list[tuple[str, str]]:
    """Every key and every value, with its path."""
    if isinstance(value, dict):
        return [
            leaf for key, inner in value.items() for leaf in [(f"{path}?", str(key)), *_leaves(inner, f"{path}.{key}")]
        ]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner, f"{path}[]")]
    return [(path, str(value))]
