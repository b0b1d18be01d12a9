"""Filters by comparing a number column: `revenue over 100`, `more than 5 items`, `between 10 and 20`."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst import lexicon
from daytwo.control.models.analyst.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.columns import Column, Vocabulary
from daytwo.control.models.analyst.filters import Reading, filter_chunk, role_at
from daytwo.control.models.analyst.lexing import Token
from daytwo.control.models.analyst.question import NumberFilter
from daytwo.control.models.analyst.refusal import Refusal, either, shown


class NumberRules:
    """Filters by comparing a number column."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def compared(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`revenue over 100`, `quantity is between 3 and 5`, `more than 5 items`, `quantity of 3 or more`."""
        named = exact(chunks[at], lambda c: c.is_number)
        start = at + 1 if chunks[at].is_(Role.COLUMN) else at
        while named and role_at(chunks, start) is Role.IS:
            start += 1
        if named and role_at(chunks, start) is Role.PREPOSITION and chunks[start].value in {"of", "from"}:
            start += 1
        if chunks[at].is_(Role.COLUMN) and named is None:
            return None
        read = _comparison(chunks, start, bare=named is not None)
        if read is None or (read[0] == "==" and chunks[start - 1].value == "from"):
            return None
        sign, low, high, end = read
        if low.is_year and self._may_be_date(chunks, at, start, sign, end):
            return None
        column, end, kept = self._column(chunks, at, named, end)
        _check_number(column, low)
        made = NumberFilter(column, sign, low.number or 0.0, high.number if high else None)
        return [*kept, filter_chunk(made, chunks[at:end])], end

    def _may_be_date(self, chunks: Sequence[Chunk], at: int, start: int, sign: str, end: int) -> bool:
        """Whether a year-like number is rather a year: `revenue 2024`, `revenue between 2020 and 2022`."""
        named = chunks[at].is_(Role.COLUMN)
        if not self._vocabulary.where(lambda c: c.is_date or c.words == ("year",)) or (
            named and "year" in chunks[at].link.columns[0].words
        ):
            return False
        if not named:
            return not _names_number(chunks, end)
        if sign == "between":
            return role_at(chunks, at - 1) not in {Role.CONDITION, Role.AND}
        return sign == "==" and role_at(chunks, start - 1) is not Role.IS and role_at(chunks, start) is Role.NUMBER

    def _column(self, chunks: list[Chunk], at: int, named: Column | None, end: int) -> tuple[Column, int, list[Chunk]]:
        """The column compared, where the filter ends, and what of it has a role besides."""
        if named:
            before = role_at(chunks, at - 1)
            if before in {Role.AGGREGATE, Role.COUNT, Role.SHARE}:
                raise Refusal(
                    f"a condition on {shown(chunks[at - 1].text + ' ' + chunks[at].text)} of groups is beyond me", 80
                )
            return named, end, [chunks[at]] if before is Role.SUPERLATIVE else []
        hint = lexicon.COMPARED_COLUMN.get(chunks[at].text.casefold().split()[0])
        if hint:
            link = self._vocabulary.link((hint,))
            if link is None:
                raise Refusal(f"no column says {shown(hint)}", understood=60)
            return link.column(), end, []
        if role_at(chunks, end) is Role.ENTITY:
            raise Refusal(f"a condition on the number of {chunks[end].text} is beyond me", understood=80)
        after = exact(chunks[end], lambda c: c.is_number) if end < len(chunks) else None
        if after:
            return after, end + 1, []
        if role_at(chunks, end) is Role.WORD:
            raise Refusal(f"no column of {self._vocabulary.name} matches {shown(chunks[end].text)}", understood=60)
        measures = self._vocabulary.where(lambda c: c.is_measure)
        if len(measures) != 1:
            names = f": {either([c.name for c in measures])}" if measures else ""
            raise Refusal(f"{shown(chunks[at].text)} does not say which number is compared{names}", understood=80)
        return measures[0], end, []


def _names_number(chunks: Sequence[Chunk], at: int) -> bool:
    return at < len(chunks) and exact(chunks[at], lambda c: c.is_number) is not None


def _comparison(chunks: Sequence[Chunk], at: int, *, bare: bool) -> tuple[str, Token, Token | None, int] | None:
    """Sign, number, upper number and end of `over 5`, `between 3 and 5`, `5 or more`, `5`."""
    inverted = False
    if role_at(chunks, at) is Role.NOT:
        inverted, at = True, at + 1
    role = role_at(chunks, at)
    if role is Role.BETWEEN and role_at(chunks, at + 2) in {Role.AND, Role.TO}:
        low, high = _number_at(chunks, at + 1), _number_at(chunks, at + 3)
        return ("between", low, high, at + 4) if low and high and not inverted else None
    low = _number_at(chunks, at + 1) if role is Role.COMPARISON else None
    if low:
        sign = chunks[at].value
        return (lexicon.INVERTED[sign] if inverted else sign), low, None, at + 2
    low = _number_at(chunks, at)
    if low and role_at(chunks, at + 1) is Role.SUFFIX and not inverted:
        return chunks[at + 1].value, low, None, at + 2
    if low and bare and role_at(chunks, at + 1) is Role.TO and _number_at(chunks, at + 2) and not inverted:
        return "between", low, _number_at(chunks, at + 2), at + 3
    if low and bare:
        return "!=" if inverted else "==", low, None, at + 1
    return None


def _number_at(chunks: Sequence[Chunk], at: int) -> Token | None:
    return chunks[at].token if role_at(chunks, at) is Role.NUMBER else None


def _check_number(column: Column, token: Token) -> None:
    in_percent = any("%" in mask for mask in column.sheet.masks) or {"percent", "pct"} & set(column.words)
    if token.is_percent and not in_percent:
        raise Refusal(
            f"I cannot tell whether {column.name} holds {token.text} as {token.text.rstrip('% ')} or as a fraction", 80
        )
