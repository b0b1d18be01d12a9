"""Names that are written short: `lifeExp` for “life expectancy”, `SUNACTIVITY` for “sun activity”, `bp`, `mgrNo`.

The letters of a name are cut into beginnings of the words as they were typed, one for each word, in their order.  A
single word resembles a name only where it cannot be another plain word: by its stem (`voted`, `voters`: `vote`), by a
cut-off end (`educ`), or as the last word of a name in one piece.  What is left of a name without its key, unit and
kind (`instrId`, `conc_ngmL`) may abbreviate what was typed, word for word, by its beginning or its consonants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.naming import GROUP_OF
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import word_stem

SHORTEST_LETTERS = 2
"""Of a word's beginning that stands for it in a name of several words."""
CUT_LETTERS = 4
"""Of a word that stands alone and is cut off at its end."""
ABBREVIATION_LETTERS = 3
"""Of a word that abbreviates another."""
_VOWELS = frozenset("aeiouy")
_SAME = {word: tuple(sorted(group)) for group in nouns.SYNONYMS for word in group}


def resembling(words: Sequence[str], columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns whose names are these words, singular, written short; the best kind of likeness that fits any."""
    if not words or any(not word.isalpha() for word in words):
        return ()
    likenesses = (
        (_joined, _initials, _abbreviated) if len(words) > 1 else (_stem, _initials_of, _cut, _tail, _abbreviated)
    )
    for alike in likenesses:
        found = tuple(column for column in columns if alike(words, column))
        if found:
            return found
    return ()


def _letters(column: Column) -> str:
    return "".join(column.words)


def _joined(words: Sequence[str], column: Column) -> bool:
    """`life expectancy`, `gdp per capita`, `TV news`: at least one word is written in full, or its synonym is."""
    letters = _letters(column)
    return letters.isalpha() and any(_cuts(letters, list(words), whole=False))


def _cuts(letters: str, words: list[str], *, whole: bool) -> Iterator[bool]:
    """True for each way to cut the letters into beginnings of the words, with one of them whole."""
    if not words:
        if not letters and whole:
            yield True
        return
    for said in _SAME.get(words[0], (words[0],)):
        for length in range(min(len(said), len(letters)), SHORTEST_LETTERS - 1, -1):
            if letters.startswith(said[:length]) and (length == len(said) or length > SHORTEST_LETTERS):
                yield from _cuts(letters[length:], words[1:], whole=whole or length == len(said))


_OPENINGS = frozenset({"is", "has", "was", "dt", "est"})
_CORE_ENDINGS = nouns.KEY_ENDINGS | nouns.NAME_ENDINGS | nouns.FILLER_ENDINGS | nouns.UNITS.keys() | {"group", "grp"}


def core(column: Column) -> tuple[str, ...]:
    """A name without what says only that it is a key, a name, a flag or in which unit it is: `dest` of `destHub`."""
    words = column.words
    while len(words) > 1 and words[-1] in _CORE_ENDINGS:
        words = words[:-1]
    return words[1:] if len(words) > 1 and words[0] in _OPENINGS else words


def _abbreviated(words: Sequence[str], column: Column) -> bool:
    own = core(column)
    pairs = list(zip(own, words, strict=False))
    return len(own) == len(words) and all(said == word or _is_short_for(said, word) for said, word in pairs)


def _likely(short: str, typed: str) -> bool:
    """A name abbreviates in three letters what people type in four."""
    return len(short) >= (CUT_LETTERS if short == typed else ABBREVIATION_LETTERS)


def _is_short_for(short: str, word: str) -> bool:
    """Whether one of the two is the beginning of the other, or its consonants: `conc`, `mgr`."""
    if word in _SAME.get(short, ()):
        return True
    typed = word
    short, word = sorted((short, word), key=len)
    if not _likely(short, typed) or len(word) < len(short) + 2 or {short, word} & nouns.CONFUSABLE:
        return False
    if word.startswith(short):
        return short[-1] not in _VOWELS or len(short) == ABBREVIATION_LETTERS
    left = iter(word[1:])
    return short[0] == word[0] and not _VOWELS & set(short[1:]) and all(letter in left for letter in short[1:])


def _initials(words: Sequence[str], column: Column) -> bool:
    return len(words) == len(column.words) and _letters(column) == "".join(word[0] for word in words)


def _initials_of(words: Sequence[str], column: Column) -> bool:
    """`bp`: of a name of two words; longer ones have their initials among their phrases."""
    return len(column.words) == 2 and words[0] == "".join(word[0] for word in column.words)


def _stem(words: Sequence[str], column: Column) -> bool:
    word = words[0]
    if len(column.words) != 1 or {word, column.words[0]} & nouns.CONFUSABLE:
        return False
    stem = word_stem(word)
    return stem is not None and stem == word_stem(column.words[0])


def _cut(words: Sequence[str], column: Column) -> bool:
    """`education` for `educ`: the name ends where no English word does, on two consonants or after a clipped stem."""
    word, name = words[0], column.words[0] if len(column.words) == 1 else ""
    long, short = (word, name) if len(word) > len(name) else (name, word)
    clipped = len(short) >= CUT_LETTERS and len(long) >= len(short) + 3 and short[-1] not in _VOWELS
    return clipped and long.startswith(short) and short not in GROUP_OF and short not in nouns.CONFUSABLE


def _tail(words: Sequence[str], column: Column) -> bool:
    """`activity` for `SUNACTIVITY`, `expenditure` for `AVGEXP`."""
    name = column.words[0] if len(column.words) == 1 else ""
    opening = next((word for word in nouns.EXTREME_WORDS if name.startswith(word)), "")
    if opening and name.removeprefix(opening) in _SAME.get(words[0], ()):
        return True
    return len(words[0]) > CUT_LETTERS and len(name) > len(words[0]) and name.endswith(words[0])
