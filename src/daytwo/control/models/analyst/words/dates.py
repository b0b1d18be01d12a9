"""Dates in words: `2024-03-05`, `March 2024`, `5 March 2024`, `Q1 2024`, `last quarter of 2024`, `first half of 2024`.

A bare year stays a number until something says that it is a date.  Nothing here is relative to the present: a plan
is the same whenever it is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from daytwo.control.models.analyst.terms import Period
from daytwo.control.models.analyst.words import lexicon
from daytwo.control.models.analyst.words.lexing import Token, TokenKind

_QUARTER = re.compile(r"q([1-4])")
_DECADE = re.compile(r"((?:1[89]|20)\d0)s")
_HALF = re.compile(r"h([12])")
_LINKS = frozenset({"of", "in", "the"})


@dataclass(frozen=True)
class Recurring:
    """These months, or these days of the week (0 is Monday), of whatever year."""

    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number + 1, 1, 1))


def months(number: int, first: int, count: int) -> Period:
    last = first + count - 1
    end = date(number + 1, 1, 1) if last == 12 else date(number, last + 1, 1)
    return Period(date(number, first, 1), end)


def day(text: str) -> Period | None:
    """A day or a month as ISO 8601 writes them; None for one that does not exist."""
    try:
        if len(text) == 7:
            return months(int(text[:4]), int(text[5:]), 1) if 1 <= int(text[5:]) <= 12 and int(text[:4]) else None
        start = date.fromisoformat(text)
        return Period(start, start + timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def read_period(tokens: Sequence[Token], at: int) -> tuple[Period | Recurring, int] | None:
    """The period that starts at token `at`, and where it ends; None where none does."""
    token = tokens[at]
    if token.kind is TokenKind.DATE:
        period = day(token.text)
        return (period, at + 1) if period else None
    if token.kind is TokenKind.NUMBER:
        return _day_first(tokens, at)
    if token.kind is not TokenKind.WORD:
        return None
    weekday = lexicon.WEEKDAYS.get(token.word.removesuffix("s"))
    if weekday is not None:
        return Recurring(weekdays=(weekday,)), at + 1
    if match := _DECADE.fullmatch(token.word):
        start = int(match[1])
        return Period(date(start, 1, 1), date(start + 10, 1, 1)), at + 1
    return _month(tokens, at) if token.word in lexicon.MONTHS else _quarter_or_half(tokens, at)


def _quarter_or_half(tokens: Sequence[Token], at: int) -> tuple[Period | Recurring, int] | None:
    part = _part_of_year(tokens, at)
    if part is None:
        return None
    first, count, end = part
    found = _year(tokens, end)
    if found:
        return months(found[0], first, count), found[1]
    return (Recurring(tuple(range(first, first + count))), end) if tokens[at].word.startswith("q") else None


def _part_of_year(tokens: Sequence[Token], at: int) -> tuple[int, int, int] | None:
    """`q3`, `last quarter`, `second half`: first month, how many, where it ends."""
    word = tokens[at].word
    if match := _QUARTER.fullmatch(word):
        return 3 * int(match[1]) - 2, 3, at + 1
    if match := _HALF.fullmatch(word):
        return 6 * int(match[1]) - 5, 6, at + 1
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if word not in lexicon.ORDINALS or following not in {"quarter", "half"}:
        return None
    parts, length = (4, 3) if following == "quarter" else (2, 6)
    ordinal = lexicon.ORDINALS[word]
    index = parts if ordinal == -1 else ordinal
    return (length * (index - 1) + 1, length, at + 2) if index <= parts else None


def _year(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """A year at `at`, perhaps after `of` or a comma."""
    while at < len(tokens) and (tokens[at].word in _LINKS or tokens[at].kind is TokenKind.COMMA):
        at += 1
    if at < len(tokens) and tokens[at].is_year:
        return int(tokens[at].text), at + 1
    return None


def _month(tokens: Sequence[Token], at: int) -> tuple[Period | Recurring, int] | None:
    month = lexicon.MONTHS[tokens[at].word]
    if (
        tokens[at].word in {"may", "mar", "march"}
        and not tokens[at].is_capital
        and not _follows_preposition(tokens, at)
    ):
        return None
    if at + 1 < len(tokens) and _is_day(tokens[at + 1]):
        found = _year(tokens, at + 2)
        return _one_day(found[0], month, tokens[at + 1], found[1]) if found else None
    found = _year(tokens, at + 1)
    return (months(found[0], month, 1), found[1]) if found else (Recurring((month,)), at + 1)


def _day_first(tokens: Sequence[Token], at: int) -> tuple[Period, int] | None:
    if not _is_day(tokens[at]) or at + 2 >= len(tokens) or tokens[at + 1].word not in lexicon.MONTHS:
        return None
    found = _year(tokens, at + 2)
    return _one_day(found[0], lexicon.MONTHS[tokens[at + 1].word], tokens[at], found[1]) if found else None


def _one_day(number: int, month: int, token: Token, end: int) -> tuple[Period, int] | None:
    period = day(f"{number:04d}-{month:02d}-{int(token.text):02d}")
    return (period, end) if period else None


def _is_day(token: Token) -> bool:
    return (
        token.kind is TokenKind.NUMBER
        and token.text.isdecimal()
        and len(token.text) <= 2
        and 1 <= int(token.text) <= 31
    )


def _follows_preposition(tokens: Sequence[Token], at: int) -> bool:
    words = {
        "in",
        "of",
        "during",
        "for",
        "since",
        "before",
        "after",
        "until",
        "between",
        "and",
        "to",
        "from",
        "by",
        "or",
    }
    return at > 0 and tokens[at - 1].word in words
