"""Conditions on groups (`states with more than 100 airports`), and on what is missing (`orders without a region`)."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import AnyFilter, Having, Measure, MissingFilter, NumberFilter
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at, yes_filter
from daytwo.control.models.analyst.rules.measures import read_measures
from daytwo.control.models.analyst.rules.number_filters import Comparison, read_comparison
from daytwo.control.models.analyst.rules.value_filters import read_values
from daytwo.control.models.analyst.table.columns import Kind
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.wire.sheet import Uniqueness

_BETWEEN = {Role.CONDITION, Role.PREPOSITION, Role.WHICH, Role.IS}


def having(chunks: list[Chunk], at: int) -> Reading | None:  # noqa: C901, PLR0911 - each return is one way of saying it
    """`sites with an average yield above 35`, `states with more than 100 airports`: the condition, behind its group."""
    before = at - 1
    while role_at(chunks, before) in _BETWEEN:
        before -= 1
    if before < 0 or not _is_group(chunks[before]):
        return None
    if chunks[at].is_(Role.COMPARISON, Role.BETWEEN):
        read = read_comparison(chunks, at, bare=False)
        if read is None or role_at(chunks, read[3]) is not Role.ENTITY:
            return None
        key = chunks[read[3]].value
        if key is not None and not key.is_unique:
            return None
        return _made(Measure(Aggregate.COUNT), read, chunks, at, read[3] + 1)
    if not chunks[at].is_(Role.AGGREGATE, Role.COUNT) or not _is_condition(chunks, before, at):
        return None
    end = at + 1
    while role_at(chunks, end) in {Role.AGGREGATE, Role.COUNT, Role.DISTINCT}:
        end += 1
    if role_at(chunks, end) not in {Role.COLUMN, Role.ENTITY}:
        return None
    compared = end + 1
    while role_at(chunks, compared) in {Role.IS, Role.PREPOSITION}:
        compared += 1
    read = read_comparison(chunks, compared, bare=False)
    if read is None:
        return None
    measures = read_measures(chunks[at : end + 1])
    return _made(measures[0], read, chunks, at, read[3]) if len(measures) == 1 else None


def _is_condition(chunks: Sequence[Chunk], before: int, at: int) -> bool:
    """Not in `total revenue by region, average price over 5`: the group stands first, or after what asks for it."""
    del at
    return before == 0 or chunks[before - 1].is_(Role.WHICH, Role.LIST, Role.COUNT, Role.DISTINCT)


def _is_group(chunk: Chunk) -> bool:
    if chunk.is_(Role.GRAIN):
        return True
    return chunk.is_(Role.COLUMN) and chunk.link.narrowed(lambda c: c.is_groupable and not c.is_measure) is not None


def _made(measure: Measure, read: Comparison, chunks: Sequence[Chunk], at: int, end: int) -> Reading:
    sign, low, high, _ = read
    made = Having(measure, sign, low.number or 0.0, high.number if high else None)
    return [Chunk(Role.HAVING, " ".join(c.text for c in chunks[at:end]), made)], end


def either(chunks: list[Chunk], at: int) -> Reading | None:
    """`returned or over 1000`: two conditions of which one is enough."""
    if not chunks[at].is_(Role.FILTER) or role_at(chunks, at + 1) is not Role.OR:
        return None
    second = at + 2
    while role_at(chunks, second) in {Role.CONDITION, Role.PREPOSITION, Role.IS}:
        second += 1
    if role_at(chunks, second) is not Role.FILTER:
        return None
    made = AnyFilter((chunks[at].value, chunks[second].value))
    end = second + 1
    if role_at(chunks, end) in {Role.AND, Role.OR} and role_at(chunks, end + 1) is Role.FILTER:
        raise Refusal("“or” beside a third condition could be put together in two ways; ask for two at most", 80)
    if at > 1 and chunks[at - 1].is_(Role.AND) and chunks[at - 2].is_(Role.FILTER):
        raise Refusal("“or” beside a third condition could be put together in two ways; ask for two at most", 80)
    return [filter_chunk(made, chunks[at:end])], end


def rank_of(chunks: list[Chunk], at: int) -> Reading | None:
    """`what rank does Ohio have by …`: whose place."""
    if not chunks[at].is_(Role.RANK_OF) or chunks[at].value:
        return None
    values, end = read_values(chunks, at + 1, several=False)
    return ([Chunk(Role.RANK_OF, values[0], values[0])], end) if values else None


class GapRules:
    """`airports @lacking state`, `chosen trips` where `chosen` says yes or no."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def lacking(self, chunks: list[Chunk], at: int) -> Reading | None:
        if role_at(chunks, at + 1) is not Role.COLUMN or not self._opens(chunks, at):
            return None
        column = chunks[at + 1].link.column()
        if column.is_number and not column.has_gaps:  # nothing is missing, so “no discount” can only be 0
            return [filter_chunk(NumberFilter(column, "==", 0), chunks[at : at + 2])], at + 2
        if column.is_number and chunks[at].is_(Role.LACKING):
            raise Refusal(f"“no {column.name}” could mean that it is 0 or that it is missing; say which", understood=80)
        return [filter_chunk(MissingFilter(column), chunks[at : at + 2])], at + 2

    def _opens(self, chunks: list[Chunk], at: int) -> bool:
        """Whether a gap is asked for: `@lacking`, `without` a column that has gaps, `not closed` of a date."""
        if chunks[at].is_(Role.LACKING):
            return True
        gap = exact(chunks[at + 1], lambda c: c.has_gaps and not c.says_yes)
        if gap is None or role_at(chunks, at + 2) in {Role.WORD, Role.QUOTED, Role.COMPARISON, Role.NUMBER, Role.IS}:
            return False
        if chunks[at].is_(Role.EXCLUDING):
            return chunks[at].text.casefold() == "without"
        return chunks[at].is_(Role.NOT) and gap.is_date

    def present(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`how many passengers had a cabin`, `members with an email`: those of whom it is known."""
        column = exact(chunks[at], lambda c: c.kind is Kind.TEXT and c.has_gaps and not c.says_yes)
        few = column is None or column.sheet.uniqueness in {Uniqueness.FEW, Uniqueness.CONSTANT}
        if few or chunks[at].link.is_plural or column is None:
            return None
        follows = role_at(chunks, at + 1) in {None, Role.AND, Role.COMMA, Role.FILTER, Role.PREPOSITION}
        opened = role_at(chunks, at - 1) in {Role.ENTITY, Role.FILTER} or chunks[at - 1].value == "with"
        if not (follows and opened and any(c.is_(Role.COUNT, Role.SHARE) for c in chunks[:at])):
            return None
        return [filter_chunk(MissingFilter(column, present=True), [chunks[at]])], at + 1

    def yes(self, chunks: list[Chunk], at: int) -> Reading | None:
        """A column of yes and no as an adjective: `chosen trips`, `trips were chosen`, `uninsured trips`."""
        negated = chunks[at].is_(Role.NOT)
        place = at + negated
        column = exact(chunks[place], lambda c: c.says_yes) if place < len(chunks) else None
        if column is None or column.kind is Kind.FLAG:
            return None
        if role_at(chunks, place + 1) in {Role.IS, Role.NOT, Role.COMPARISON}:
            return None
        after_is = role_at(chunks, at - 1) is Role.IS
        before_rows = role_at(chunks, place + 1) is Role.ENTITY and role_at(chunks, at - 1) is not Role.GROUP
        if not after_is and not before_rows:
            return None
        return [filter_chunk(yes_filter(column, yes=not negated), chunks[at : place + 1])], place + 1
