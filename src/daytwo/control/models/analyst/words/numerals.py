"""Numbers in words: `two hundred`, `one and a half million`, `a dozen`, put into digits.

Small numbers that stand alone stay words (`one of`, `two sites`): `chunking` knows them where a number can stand.
"""

from __future__ import annotations

import re

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_UNITS = _SMALL | _TENS
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ONE = "|".join(sorted(_UNITS, key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_NUMERAL = re.compile(
    rf"\b(?:(?:{_ONE}|an?)[ -])(?:(?:and )?(?:{_ONE}|{_SCALE})[ -])*(?:and )?(?:{_ONE}|{_SCALE})\b", re.IGNORECASE
)
_HALF = re.compile(rf"\bhalf a ({_SCALE})\b|\b({_ONE}|\d+)(?: and a half) ({_SCALE})\b", re.IGNORECASE)
_DOZEN = re.compile(r"\b(?:(an?|one|two|three|four|five|six) )dozen\b", re.IGNORECASE)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal_value(word: str) -> int | None:
    """`third`, `3rd` → 3."""
    said = word.casefold()
    if said in _ORDINALS:
        return _ORDINALS.index(said) + 1
    match = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)", said)
    return int(match[1]) if match else None


def in_digits(text: str) -> str:
    """The text with its longer numerals as digits."""
    text = _HALF.sub(_half, text)
    text = _DOZEN.sub(lambda match: str(12 * _UNITS.get(match[1].casefold(), 1)), text)
    return _NUMERAL.sub(lambda match: _number(match[0]), text)


def _half(match: re.Match[str]) -> str:
    scale = _SCALES[(match[1] or match[3]).casefold()]
    if match[1]:
        return str(scale // 2)
    said = match[2].casefold()
    return str(int((_UNITS[said] if said in _UNITS else int(said)) * scale + scale / 2))


def _number(said: str) -> str:
    """A numeral's value; words that make none (`a five`) stay."""
    total = part = 0
    words = [word for word in re.split(r"[ -]", said.casefold()) if word not in {"and", ""}]
    if not _SCALES.keys() & set(words) and not (
        len(words) == 2 and words[0] in _TENS and 0 < _SMALL.get(words[1], 0) < 10
    ):
        return said
    for word in words:
        if word in {"a", "an"}:
            part = 1
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
        else:
            part += _UNITS[word]
    return str(total + part)
