"""Texts as they are compared when a value is looked for in what a person typed: letters and digits alone.

`Müller, Anna`, `MULLER ANNA` and `muller\u200banna` are one value; so are `AB-1234` and `ab 1234`.  Case, accents,
punctuation and blanks do not count.  Standard library only: both the sandbox and the executor compare.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

DIGEST_BYTES = 8
PIECES_LIMIT = 16
"""A value of more words is found by its first ones."""
_PIECE = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+"
)
"""A word; of scripts that are written without blanks, a single character."""


class Piece(NamedTuple):
    """A word of a text: as it is compared, and where it stands."""

    compact: str
    start: int
    end: int


class Stretch(NamedTuple):
    """Up to `PIECES_LIMIT` words in a row, as one value."""

    compact: str
    start: int
    end: int


def composed(text: str) -> str:
    """The text as `pieces` counts its characters."""
    return unicodedata.normalize("NFC", text)


def compact(text: str) -> str:
    """The first words of a text, as they are compared with others."""
    return "".join(piece.compact for piece in pieces(text)[:PIECES_LIMIT])


def pieces(text: str) -> list[Piece]:
    """The words of a text that has been `composed`."""
    return [Piece(_folded(found.group()), found.start(), found.end()) for found in _PIECE.finditer(composed(text))]


def stretches(text: str, shortest: int) -> Iterator[Stretch]:
    """Every run of words that could be a value, the longest first at each place."""
    found = pieces(text)
    for first, piece in enumerate(found):
        for last in range(min(first + PIECES_LIMIT, len(found)), first, -1):
            joined = "".join(each.compact for each in found[first:last])
            if len(joined) >= shortest:
                yield Stretch(joined, piece.start, found[last - 1].end)


def digest_of(value: str, key: bytes) -> bytes:
    """What an index holds in place of a value that has been compacted."""
    return hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=DIGEST_BYTES, key=key).digest()


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word)
    return "".join(character for character in apart if character.isalnum()).casefold()
