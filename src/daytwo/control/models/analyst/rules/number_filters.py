"""Filters by comparing a number column: `revenue over 100`, `more than 5 items`, `between 10 and 20`."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import AnyFilter, FigureFilter, Filter, NumberFilter
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at
from daytwo.control.models.analyst.rules.number_meant import NumberMeant, ends_unit
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.control.models.analyst.words.lexing import Token

Comparison = tuple[str, Token, Token | None, int]
"""Sign, number, upper number of `between`, and where it ends."""


_TIMES = {"after": ">", "since": ">=", "before": "<", "until": "<="}
_ORDERED = {">", ">=", "<", "<="}


class NumberRules:
    """Filters by comparing a number column."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._meant = NumberMeant(vocabulary)

    def compared(self, chunks: list[Chunk], at: int) -> Reading | None:
        """A number column, what it is compared with, in every order that people put them."""
        if chunks[at].is_(Role.COUNT):
            return self._counted(chunks, at)
        if chunks[at].is_(Role.NUMBER):
            return self._having(chunks, at)
        if chunks[at].is_(Role.GRAIN):
            return self._level(chunks, at)
        return self._beside_figure(chunks, at) or self._beside_number(chunks, at)

    def _beside_number(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`revenue over 100`, `quantity is between 3 and 5`, `more than 5 items`, `quantity of 3 or more`."""
        named = exact(chunks[at], lambda c: c.is_number and not c.is_of_someone) or self._meant.by_verb(chunks, at)
        start = at + 1 if chunks[at].is_(Role.COLUMN) or named else at
        while named and role_at(chunks, start) is Role.IS:
            start += 1
        if named and role_at(chunks, start) is Role.PREPOSITION and chunks[start].value in {"of", "from"}:
            start += 1
        if chunks[at].is_(Role.COLUMN) and named is None:
            return None
        read = read_comparison(chunks, start, bare=named is not None)
        if read is None or (read[0] == "==" and chunks[start - 1].value == "from"):
            return None
        sign, low, high, end = read
        if low.is_year and self._may_be_date(chunks, at, start, sign, end):
            return None
        column, end, kept = self._column(chunks, at, named, end)
        end, factor = ends_unit(chunks, end, column)
        _check_number(column, low)
        upper = (high.number or 0.0) * factor if high else None
        made = NumberFilter(column, sign, (low.number or 0.0) * factor, upper)
        joint = chunks[end] if role_at(chunks, end) is Role.VERSUS else None
        more, stop = _more(chunks, end, made)
        if joint and len(more) > 1:
            sides = [
                filter_chunk(one, part)
                for one, part in zip(more, (chunks[at:end], chunks[end + 1 : stop]), strict=True)
            ]
            return [*kept, sides[0], joint, sides[1]], stop
        return [*kept, *(filter_chunk(one, chunks[at:stop]) for one in more)], stop

    def _beside_figure(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`revenue above average`, `more than the median price`: against a figure of the same number."""
        named = exact(chunks[at], lambda c: c.is_measure) or self._meant.by_verb(chunks, at)
        start = at + 1 if named else at
        while named and role_at(chunks, start) is Role.IS:
            start += 1
        figure = chunks[start + 1] if role_at(chunks, start + 1) is Role.AGGREGATE else None
        sign = chunks[start].value if role_at(chunks, start) is Role.COMPARISON else None
        if figure is None or figure.value not in {Aggregate.MEAN, Aggregate.MEDIAN} or sign not in _ORDERED:
            return None
        end = start + 2
        follows = end + 1 if role_at(chunks, end) is Role.PREPOSITION else end
        said = exact(chunks[follows], lambda c: c.is_measure) if follows < len(chunks) else None
        if named and said and said != named:
            return None
        column = named or said or self._meant.implied(chunks, at) or self._meant.only(chunks[at].text)
        kept = [chunks[at]] if named and role_at(chunks, at - 1) is Role.AGGREGATE else []
        end = follows + 1 if said else end
        return [*kept, filter_chunk(FigureFilter(column, sign, figure.value), chunks[at:end])], end

    def _level(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`kids in year 9`, where a number is called `yearGroup`: no year of any date."""
        number = chunks[at + 1] if role_at(chunks, at + 1) is Role.NUMBER else None
        if number is None or number.token.is_year:
            return None
        word = str(chunks[at].value)
        found = self._vocabulary.where(lambda c: c.is_number and c.is_groupable and c.words[:1] == (word,))
        if len(found) != 1:
            return None
        return [filter_chunk(NumberFilter(found[0], "==", number.token.number or 0.0), chunks[at : at + 2])], at + 2

    def _having(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`cars with 8 cylinders`, `8 cylinder cars`: exactly that many."""
        column = exact(chunks[at + 1], lambda c: c.is_number) if at + 1 < len(chunks) else None
        introduced = role_at(chunks, at - 1) in {Role.CONDITION, Role.ENTITY} or role_at(chunks, at + 2) is Role.ENTITY
        introduced |= Role.VERSUS in {role_at(chunks, at - 1), role_at(chunks, at + 2)}
        ranked = any(chunk.is_(Role.SUPERLATIVE, Role.FIRST) for chunk in chunks[:at][-1:])
        if column is None or not introduced or ranked or chunks[at].token.is_percent:
            return None
        made = NumberFilter(column, "==", chunks[at].token.number or 0.0)
        return [filter_chunk(made, chunks[at : at + 2])], at + 2

    def _counted(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`how many prices were above 500`: rows whose price is."""
        column = exact(chunks[at + 1], lambda c: c.is_measure) if at + 1 < len(chunks) else None
        start = at + 2
        while role_at(chunks, start) is Role.IS:
            start += 1
        verb = column is not None and not chunks[at + 1].link.is_plural  # `how many spend more than 500`
        asked = column is not None and (role_at(chunks, start - 1) is Role.IS or not column.is_additive or verb)
        read = read_comparison(chunks, start, bare=False) if asked else None
        if column is None or read is None:
            return None
        made = NumberFilter(column, read[0], read[1].number or 0.0, read[2].number if read[2] else None)
        rows = Chunk(Role.ENTITY, "rows")
        return [chunks[at], rows, filter_chunk(made, chunks[at + 1 : read[3]])], read[3]

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
        follows = end < len(chunks) and exact(chunks[end], lambda c: c.is_number) is not None
        if not follows and (compared := self._meant.by_comparative(chunks[at].text)):
            return compared, end, []
        if role_at(chunks, end) is Role.ENTITY:
            raise Refusal(f"a condition on the number of {chunks[end].text} is beyond me", understood=80)
        unit = role_at(chunks, end) is Role.WORD and chunks[end].text.casefold() in nouns.UNITS
        behind = end + unit  # `at least 20 mm of precipitation`
        behind += role_at(chunks, behind) is Role.PREPOSITION and (unit or chunks[behind].text == "of")
        after = exact(chunks[behind], lambda c: c.is_number) if behind < len(chunks) else None
        if after:
            return after, behind + 1, []
        implied = self._meant.implied(chunks, at)
        if (
            implied is None
            and role_at(chunks, end) is Role.WORD
            and not (role_at(chunks, end + 1) is Role.COLUMN and chunks[end].token.word in nouns.UNITS)
        ):
            raise Refusal(f"no column of {self._vocabulary.name} matches {shown(chunks[end].text)}", understood=60)
        return implied or self._meant.of_money(chunks, at) or self._meant.only(chunks[at].text), end, []


def _or_beyond(chunks: Sequence[Chunk], end: int, first: NumberFilter) -> tuple[list[Filter], int] | None:
    """`under 2 or over 8`, `younger than 25 or older than 55`: what stands behind a number as `or over` does."""
    start = end + 1
    if role_at(chunks, start) is Role.WORD and chunks[start].text == "than":
        start += 1
    opening, _, word = chunks[end].text.casefold().partition(" ")
    sign = lexicon.COMPARISONS.get((word,)) or lexicon.COMPARISONS.get((word, "than"))
    if opening != "or" or not sign or role_at(chunks, start) is not Role.NUMBER:
        return None
    if role_at(chunks, start + 1) is Role.COLUMN:
        return None
    second = NumberFilter(first.column, sign, chunks[start].token.number or 0.0)
    return [AnyFilter((first, second))], start + 1


def _more(  # noqa: PLR0911 - each return is one way of saying it
    chunks: Sequence[Chunk], end: int, first: NumberFilter
) -> tuple[list[Filter], int]:
    """`less than 20 or more than 60`, `at least 8 but not more than 10`: a second comparison of the same column."""
    joined, start, inverted = role_at(chunks, end), end + 1, False
    if joined is Role.SUFFIX:
        return _or_beyond(chunks, end, first) or ([first], end)
    if joined is Role.EXCLUDING and chunks[end].text == "but not":
        inverted = True
    elif joined not in {Role.OR, Role.AND, Role.VERSUS}:
        return [first], end
    read = read_comparison(chunks, start, bare=joined in {Role.OR, Role.VERSUS} and first.comparison == "==")
    if read is None or role_at(chunks, read[3]) in {Role.COLUMN, Role.ENTITY}:
        return [first], end
    sign, low, high, stop = read
    if inverted and sign == "between":
        return [first], end
    second = NumberFilter(
        first.column, lexicon.INVERTED[sign] if inverted else sign, low.number or 0.0, high.number if high else None
    )
    if joined is Role.VERSUS:
        return [first, second], stop
    if joined is Role.OR:
        return [AnyFilter((first, second))], stop
    if first.comparison == ">=" and second.comparison == "<=":
        return [NumberFilter(first.column, "between", first.value, second.value)], stop
    return [first, second], stop


def _names_number(chunks: Sequence[Chunk], at: int) -> bool:
    return at < len(chunks) and exact(chunks[at], lambda c: c.is_number) is not None


def read_comparison(chunks: Sequence[Chunk], at: int, *, bare: bool) -> Comparison | None:
    """Sign, number, upper number and end of `over 5`, `between 3 and 5`, `5 or more`, `5`."""
    inverted = False
    if role_at(chunks, at) is Role.NOT:
        inverted, at = True, at + 1
    role = role_at(chunks, at)
    if role is Role.BETWEEN and role_at(chunks, at + 2) in {Role.AND, Role.TO}:
        low, high = _number_at(chunks, at + 1), _number_at(chunks, at + 3)
        return ("between", low, high, at + 4) if low and high and not inverted else None
    low = _number_at(chunks, at + 1) if role is Role.COMPARISON or (role is Role.TIME and bare) else None
    if low and (role is Role.COMPARISON or not low.is_year):
        sign = chunks[at].value if role is Role.COMPARISON else _TIMES[chunks[at].value]
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
