"""Texts in a column's formats: letters and digits by masks, words where there is no mask."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from daytwo.executor.rehearsal.chance import Chance
from daytwo.wire.sheet import Case

ROUNDS = 4
"""Of drawing until enough different texts are found; numbers behind them tell the rest apart."""
_VOWELS, _CONSONANTS = "aeiou", "bdfgklmnprstv"
_CODE = re.compile(r"A{1,3}(?=[^A]*9)|(?<![A-Z])A{1,3}$")


def of_masks(masks: Sequence[str], count: int, chance: Chance, case: Case | None) -> list[str]:
    """So many different texts, of each mask about as many, mixed."""
    found: dict[str, None] = {}
    for _ in range(ROUNDS):
        lacking = count - len(found)
        if lacking <= 0:
            break
        for number, mask in enumerate(masks):
            share = lacking // len(masks) + (number < lacking % len(masks))
            found.update(dict.fromkeys(_of_mask(mask, share, chance)))
    texts = [_cased(text, case) for text in found]
    return _apart(texts, count)


def words(count: int, chance: Chance, case: Case | None, *, several: int = 1) -> list[str]:
    """So many different words, or lines of several words."""
    lengths = chance.integers(2, 5, count * several)
    letters = iter(chance.integers(0, 2**16, int(lengths.sum())).tolist())
    made = ["".join(_syllable(next(letters)) for _ in range(length)) for length in lengths.tolist()]
    lines = [" ".join(made[start : start + several]).capitalize() for start in range(0, len(made), several)]
    return _apart([_cased(line, case) for line in dict.fromkeys(lines)], count)


def _syllable(number: int) -> str:
    return _CONSONANTS[number % len(_CONSONANTS)] + _VOWELS[number // 64 % len(_VOWELS)]


def _of_mask(mask: str, count: int, chance: Chance) -> list[str]:
    """Texts of one mask: digits for `9`, for `A` letters as words or codes are written, an `x` for what is strange."""
    places = np.frombuffer(mask.encode("utf-32-le"), dtype=np.uint32)
    made = np.tile(places, (count, 1))
    digits = np.flatnonzero(places == ord("9"))
    made[:, digits] = chance.integers(ord("0"), ord("9") + 1, (count, len(digits)))
    # No number begins with a zero: it would be taken for a code.
    first = digits[np.isin(digits - 1, digits, invert=True)]
    made[:, first] = chance.integers(ord("1"), ord("9") + 1, (count, len(first)))
    letters = np.flatnonzero(places == ord("A"))
    made[:, letters] = chance.integers(ord("a"), ord("z") + 1, (count, len(letters)))
    codes = [place for match in _CODE.finditer(mask) for place in range(*match.span())]
    starts = [place for place in letters.tolist() if place - 1 not in letters]
    capital = np.array(sorted({*codes, *starts}), dtype=np.int64)
    made[:, capital] -= ord("a") - ord("A")
    made[:, places == ord("?")] = ord("x")
    width = len(mask)
    text = made.astype("<u4").tobytes().decode("utf-32-le")
    return [text[start : start + width] for start in range(0, len(text), width)] if width else []


def _cased(text: str, case: Case | None) -> str:
    return text.upper() if case is Case.UPPER else text.lower() if case is Case.LOWER else text


def _apart(texts: Sequence[str], count: int) -> list[str]:
    made = list(dict.fromkeys(texts))[:count]
    taken = set(made)
    number = 0
    while len(made) < count:
        number += 1
        text = f"{texts[number % len(texts)] if texts else 'x'}{number}"
        if text not in taken:
            taken.add(text)
            made.append(text)
    return made
