"""Format masks: `AB-1234` → `AA-9999`.  What a mask may hold is an allow-list, whatever went in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

MASK_CHARACTERS = 20
MASKS_LIMIT = 4
LETTER, DIGIT, SPACE, OTHER = "A", "9", " ", "?"
PUNCTUATION = frozenset("-_./:,;+*#%&@!?'\"()[]{}<>=|~^$€£\\")


def mask(text: str) -> str:
    """The format of a text: its first 20 characters, of which only allow-listed punctuation is left as it is."""
    return "".join(_place(character) for character in text[:MASK_CHARACTERS])


def _place(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LM":
        return LETTER
    if category[0] == "N":
        return DIGIT
    if category[0] == "Z" or character in "\t\n\r":
        return SPACE
    return character if character in PUNCTUATION else OTHER


def frequent(counted: Iterable[tuple[str, int]], k: int) -> tuple[str, ...]:
    """The most frequent masks with at least `k` occurrences, each masked again: their source is not trusted."""
    total: Counter[str] = Counter()
    for text, count in counted:
        if text and count >= k:
            total[mask(text)] += count
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(text for text, _ in ordered[:MASKS_LIMIT])
