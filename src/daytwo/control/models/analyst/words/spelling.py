"""How words vary: singular and plural, the parts of a column's name, one letter amiss."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_PART = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SAME = frozenset({"status", "address", "class", "gas", "bus", "species", "series", "news", "plus", "bonus", "minus"})
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "countries": "country", "mice": "mouse",
    "indices": "index", "feet": "foot", "movies": "movie", "prices": "price", "sales": "sale", "statuses": "status",
    "addresses": "address", "classes": "class", "analyses": "analysis", "criteria": "criterion", "data": "data",
}  # fmt: skip
_TYPO_SHORTEST_CHARACTERS = 5


def singular(word: str) -> str:
    """`regions` → `region`, `categories` → `category`, `status` → `status`."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SAME or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def verb_stem(word: str) -> str | None:
    """What a verb and its noun share: `generated` and `generation` → `generat`; None where that says too little."""
    for ending in ("ing", "ion", "ed", "al", "e", "y"):
        if word.endswith(ending):
            word = word[: -len(ending)]
            break
    return word if len(word) >= _TYPO_SHORTEST_CHARACTERS else None


_STEM_SHORTEST_CHARACTERS = 3
_VERBS = {"won": "win", "wins": "win", "sold": "sell", "spent": "spend", "paid": "pay", "grew": "grow", "fell": "fall"}
_ENDINGS = ("ations", "ation", "ated", "ating", "ers", "er", "ing", "ion", "ed", "d", "es", "s", "e")


def word_stem(word: str) -> str | None:
    """What `vote`, `voted`, `voter`, or `win`, `won`, `winner`, share; None where too little is left."""
    word = _VERBS.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_SHORTEST_CHARACTERS:
            word = word[: -len(ending)]
            break
    if len(word) > _STEM_SHORTEST_CHARACTERS and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word if len(word) >= _STEM_SHORTEST_CHARACTERS else None


def name_words(name: str) -> tuple[str, ...]:
    """The words of a column's or table's name, singular: `orderDate`, `order date`, `ORDER_DATE` → (order, date)."""
    parts = [
        piece
        for part in _PART.findall(name)
        for piece in _mixed((_CAMEL.findall(part) if part.isascii() else ()) or (part,))
    ]
    return tuple(_one_spelling(singular(part.casefold())) for part in parts)


_MIXED = frozenset(
    {"kwh", "mwh", "gwh", "kw", "mw", "ph", "ml", "mmhg", "khz", "mhz", "ghz", "ngml", "ugml", "mgml", "mgdl"}
)
"""Words that are written with a capital inside."""


def _mixed(pieces: Sequence[str]) -> Iterator[str]:
    """`k`, `Wh` as one word: units have capitals inside."""
    at = 0
    while at < len(pieces):
        for end in range(min(at + 3, len(pieces)), at, -1):
            if end == at + 1 or "".join(pieces[at:end]).casefold() in _MIXED:
                yield "".join(pieces[at:end])
                at = end
                break


_OUR = frozenset({"hour", "four", "tour", "your", "pour", "flour", "sour", "contour", "detour", "our"})
_RE = {"metre": "meter", "centre": "center", "litre": "liter", "theatre": "theater", "fibre": "fiber",
       "kilometre": "kilometer", "millimetre": "millimeter", "centimetre": "centimeter", "programme": "program",
       "catalogue": "catalog", "cheque": "check", "licence": "license", "tyre": "tire", "grey": "gray"}  # fmt: skip


def _one_spelling(word: str) -> str:
    """The American spelling, of both: `tumour` → `tumor`, `metre` → `meter`."""
    return word[:-3] + "or" if word.endswith("our") and word not in _OUR else _RE.get(word, word)


def is_typo_of(typed: str, meant: str) -> bool:
    """One letter left out, doubled, added, changed or swapped, never the first one."""
    if typed == meant or typed[:1] != meant[:1] or min(len(typed), len(meant)) < _TYPO_SHORTEST_CHARACTERS:
        return False
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
    return rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:] or swapped
