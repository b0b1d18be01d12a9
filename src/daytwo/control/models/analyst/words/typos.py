"""Misspelt words of a question itself: `avergae` is `average`, where no column has such a word.

Only long words that the analyst knows are meant by a word that misses one of them by a letter; names and values are
never touched, since a capital or a quote stands before them, or since a column says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from daytwo.control.models.analyst.words.spelling import is_typo_of, singular

_KNOWN = (
    "average", "median", "highest", "lowest", "largest", "smallest", "biggest", "number", "percentage", "percent",
    "minimum", "maximum", "between", "compare", "correlation", "distribution", "different", "distinct", "standard",
    "deviation", "quarter", "monthly", "yearly", "weekday", "proportion", "missing", "duplicate", "growth", "forecast",
    "January", "February", "August", "September", "October", "November", "December", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Saturday", "Sunday",
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{5,}")
_PLAIN = tuple(word.casefold() for word in _KNOWN)


def mended(question: str, own_words: Collection[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question with its misspelt words put right, and which they were: (typed, meant)."""
    typos: list[tuple[str, str]] = []
    if any(mark in question for mark in '"“”`‘'):
        return question, ()

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        said = word.casefold()
        inflected = any(said.startswith(known) or known.startswith(said) for known in _PLAIN)  # `compared`
        if inflected or {said, singular(said)} & set(own_words):
            return word
        meant = [known for known in _KNOWN if is_typo_of(said, known.casefold())]
        capital = word[0].isupper() and match.start() > 0 and meant and meant[0].islower()
        if len(meant) != 1 or capital:
            return word
        typos.append((word, meant[0]))
        return meant[0]

    return _WORD.sub(mend, question), tuple(typos)
