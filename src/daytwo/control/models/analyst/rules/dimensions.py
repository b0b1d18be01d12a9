"""What a question groups by: `by region`, `per month`, `for each region and year`, `West vs East`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from daytwo.control.models.analyst.question import Dimension, ValueFilter
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at
from daytwo.control.models.analyst.rules.time_filters import read_side
from daytwo.control.models.analyst.rules.value_filters import read_values
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.terms import Aggregate, Contrast, Grain, Period
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import singular
from daytwo.wire.sheet import ColumnType


def dimension_column(link: Link) -> Column:
    """The column to group by; a name is what people read, where a thing has both a key and a name.

    Raises:
        Refusal: two fit, or grouping by it makes no sense.
    """
    column = (link.narrowed(lambda c: c.is_groupable) or link).column(
        prefer=lambda c: bool(c.words) and c.words[-1] in nouns.NAME_ENDINGS
    )
    if not column.is_groupable:
        raise Refusal(f"{column.name} has too many values, or none that I can group by", understood=80)
    return column


class GroupRules:
    def __init__(self, vocabulary: Vocabulary, *, ranking: bool, by_values: bool = False) -> None:
        self._by_values = by_values
        self._vocabulary = vocabulary
        self._ranking = ranking

    def grouped(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`by A and B`; in a ranking `by revenue` is the measure and stays."""
        if chunks[at].is_(Role.DIMENSION) and isinstance(chunks[at].value, Grain):
            return [self._dated(chunks[at].value, None, chunks[at])], at + 1
        if not chunks[at].is_(Role.GROUP):
            return None
        if value := self._value(chunks, at):
            return value
        row = role_at(chunks, at + 1) is Role.ENTITY and chunks[at].text.casefold() != "by"
        if self._ranking and not row and self._is_measure(chunks, at + 1):
            return [], at + 1
        if role_at(chunks, at + 1) is Role.ENTITY:
            return self._per_row(chunks, at)
        made, end = self._listed(chunks, at + 1, chunks[at].text)
        if not made:
            raise Refusal(self._unknown(chunks, at), understood=60)
        return made, end

    def _value(self, chunks: Sequence[Chunk], at: int) -> Reading | None:
        """`trips by air`: no column, so a value; `visits by insured dogs`: a condition."""
        if chunks[at].text.casefold() == "by" and role_at(chunks, at + 1) is Role.FILTER:
            return [], at + 1
        before = role_at(chunks, at - 1)
        someone = role_at(chunks, at + 1) is Role.WORD and singular(chunks[at + 1].text.casefold()) in nouns.PERSONS
        if not self._by_values or not (before in {Role.ENTITY, Role.IS, Role.FILTER} or someone):
            return None
        candidates = self._vocabulary.where(lambda c: c.is_category)
        if chunks[at].text != "by" or role_at(chunks, at + 1) is not Role.WORD or not candidates:
            return None
        values, end = read_values(chunks, at + 1)
        if not values:
            return None
        return [filter_chunk(ValueFilter(values, candidates), chunks[at:end])], end

    def _listed(self, chunks: Sequence[Chunk], at: int, opening: str) -> tuple[list[Chunk], int]:
        """`A, B and by C`: the dimensions from `at`, and where they end."""
        made: list[Chunk] = []
        end = following = at
        while (read := self._one(chunks, following)) is not None:
            made.append(Chunk(Role.DIMENSION, f"{opening} {read[0].text}", read[0].value))
            end = following = read[1]
            if role_at(chunks, end) not in {Role.AND, Role.COMMA}:
                break
            while role_at(chunks, following) in {Role.AND, Role.COMMA, Role.GROUP}:
                following += 1
        return made, end

    def _per_row(self, chunks: Sequence[Chunk], at: int) -> Reading:
        """`average revenue per order`, where a row is an order: the average over rows."""
        means = [chunk for chunk in chunks if chunk.is_(Role.AGGREGATE)]
        key = chunks[at + 1].value
        one_row = key is not None and key.is_unique
        if not one_row or not means or any(chunk.value is not Aggregate.MEAN for chunk in means):
            raise Refusal(f"{shown(chunks[at].text + ' ' + chunks[at + 1].text)} takes two steps, and I plan one", 80)
        return [], at + 2

    def _is_measure(self, chunks: Sequence[Chunk], at: int) -> bool:
        if role_at(chunks, at) in {Role.AGGREGATE, Role.COUNT, Role.ENTITY, Role.DISTINCT}:
            return True
        column = exact(chunks[at], lambda c: c.is_number or c.is_date) if at < len(chunks) else None
        return column is not None and (column.is_measure or not column.is_groupable)

    def _one(self, chunks: Sequence[Chunk], at: int) -> tuple[Chunk, int] | None:
        role = role_at(chunks, at)
        if role is Role.COLUMN:
            if role_at(chunks, at + 1) is Role.GRAIN and exact(chunks[at], lambda c: c.is_date):
                return self._dated(chunks[at + 1].value, exact(chunks[at], lambda c: c.is_date), chunks[at]), at + 2
            column = dimension_column(chunks[at].link)
            made = Dimension(column, (column.own_grain or Grain.DAY) if column.is_date else None)
            return Chunk(Role.DIMENSION, chunks[at].text, made), at + 1
        if role is not Role.GRAIN:
            return None
        end = at + 1
        named = None
        follows = end + 1 if role_at(chunks, end) is Role.PREPOSITION and chunks[end].value in {"of", "in"} else end
        if follows < len(chunks):
            named = exact(chunks[follows], lambda c: c.is_date)
        return self._dated(chunks[at].value, named, chunks[at]), follows + 1 if named else end

    def _dated(self, grain: Grain, named: Column | None, chunk: Chunk) -> Chunk:
        return Chunk(Role.DIMENSION, chunk.text, date_dimension(self._vocabulary, grain, named, chunk.text))

    def _unknown(self, chunks: Sequence[Chunk], at: int) -> str:
        if at + 1 >= len(chunks):
            return f"{shown(chunks[at].text)} does not say what to group by"
        return f"no column of {self._vocabulary.name} matches {shown(chunks[at + 1].text)}"


def date_dimension(vocabulary: Vocabulary, grain: Grain, named: Column | None, text: str) -> Dimension:
    """The one date column at this grain."""
    if named:
        return Dimension(named, _finest(named, grain))
    word = "year" if grain in {Grain.TIME, Grain.SPAN, Grain.DECADE} else str(grain)
    numbered = vocabulary.where(lambda c: c.is_number and c.words == (word,))
    if not vocabulary.dates and len(numbered) == 1:
        return Dimension(numbered[0], Grain.DECADE if grain is Grain.DECADE else None)
    column = vocabulary.date_meant(text)
    return Dimension(column, _finest(column, grain))


def _finest(column: Column, grain: Grain) -> Grain:
    """A grain that the column's values have: a column of years has no months."""
    if column.own_grain and grain is not Grain.DECADE:
        return column.own_grain
    if grain is Grain.SPAN and column.is_unique and column.sheet.type is not ColumnType.TIMESTAMP:
        return Grain.DAY
    return Grain.DAY if grain is Grain.TIME else grain


class VersusRules:
    """`compare revenue between West and East`, `West vs East`, `compare 2023 and 2024`."""

    def __init__(self, vocabulary: Vocabulary, chunks: Sequence[Chunk]) -> None:
        self._vocabulary = vocabulary
        self._comparing = any(chunk.is_(Role.COMPARE, Role.CONTRAST) for chunk in chunks)

    def versus(self, chunks: list[Chunk], at: int) -> Reading | None:
        start = at + 1 if chunks[at].is_(Role.BETWEEN, Role.PREPOSITION) else at
        joins = {Role.VERSUS, Role.AND, Role.TO, Role.CONDITION} if self._comparing else {Role.VERSUS}
        spans = self._spans(chunks, start, joins)
        if spans:
            return spans
        if start == at and not chunks[at].is_(Role.WORD, Role.QUOTED):
            return None
        values, end = read_values(chunks, start, several=self._comparing)
        if values and role_at(chunks, end) is Role.ENTITY and role_at(chunks, end + 1) in joins:
            end += 1  # `Clinton voters vs Dole voters`
        if len(values) == 1 and role_at(chunks, end) in joins:
            following = end + 1
            if role_at(chunks, following) is Role.PREPOSITION:
                following += 1
            second, end = read_values(chunks, following, several=False)
            values += second
            end += bool(second) and role_at(chunks, end) is Role.ENTITY
        if len(values) < 2:
            return None
        candidates = self._vocabulary.where(lambda c: c.is_category)
        if role_at(chunks, end) is Role.COLUMN and (column := exact(chunks[end], lambda c: c.is_category)):
            candidates, end = (column,), end + 1
        if not candidates:
            raise Refusal("there is no text column to look these names up in", understood=60)
        made = ValueFilter(values, candidates)
        dimension = Chunk(Role.DIMENSION, "", Dimension(None, compared=made))
        return [filter_chunk(made, chunks[at:end]), dimension], end

    def _spans(self, chunks: list[Chunk], start: int, joins: set[Role]) -> Reading | None:
        """`2023 vs 2024`, `before July 2023 versus after it`: each in the order of time, unless one is to be more."""
        if role_at(chunks, start - 1) in {Role.TO, Role.TIME}:  # read from where it began
            return None
        first = read_side(chunks, start)
        if first is None or role_at(chunks, first[1]) not in joins:
            return None
        second = read_side(chunks, first[1] + 1)
        if second is None:
            return None
        spans: tuple[Period, ...] = (first[0], second[0])
        if not any(c.is_(Role.CONTRAST) and c.value.contrast in {Contrast.MORE, Contrast.LESS} for c in chunks):
            spans = tuple(sorted(spans, key=lambda span: span.start or date.min))
        years = self._vocabulary.where(lambda c: c.is_year)
        text = " ".join(part.text for part in chunks[start : second[1]])
        whole = all(side is None or (side.month, side.day) == (1, 1) for one in spans for side in (one.start, one.end))
        if self._vocabulary.dates or len(years) != 1 or not whole:
            column = self._vocabulary.date_meant(text)
        else:
            column = years[0]
        return [Chunk(Role.DIMENSION, text, Dimension(column, spans=spans))], second[1]


def compared_elsewhere(chunks: list[Chunk]) -> list[Chunk]:
    """Look for compared values outside of the columns that the question groups by besides."""
    grouped = {c.value.column for c in chunks if c.is_(Role.DIMENSION) and isinstance(c.value, Dimension)}
    made = []
    for chunk in chunks:
        dimension = chunk.value if chunk.is_(Role.DIMENSION) else None
        compared = dimension.compared if isinstance(dimension, Dimension) else chunk.value
        if isinstance(compared, ValueFilter) and not compared.is_named and _is_compared(compared, chunks):
            left = tuple(column for column in compared.columns if column not in grouped)
            if not left:
                raise Refusal(
                    "it compares values of the column that it groups by; name one or the other", understood=80
                )
            narrowed = replace(compared, columns=left)
            value = Dimension(None, compared=narrowed) if dimension else narrowed
            made.append(replace(chunk, value=value))
        else:
            made.append(chunk)
    return made


def _is_compared(one: ValueFilter, chunks: Sequence[Chunk]) -> bool:
    return any(c.is_(Role.DIMENSION) and isinstance(c.value, Dimension) and c.value.compared == one for c in chunks)
