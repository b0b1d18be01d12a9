"""Questions that read well and mean two things: refused, saying which two.

Each rule here stands for a wrong answer that a plain reading would have given.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import NumberFilter, Question, Shape, is_time
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.rules.filters import role_at
from daytwo.control.models.analyst.table.columns import Kind
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.wire.sheet import Uniqueness

_FIGURES = (Role.AGGREGATE, Role.COUNT, Role.SHARE)
_AVERAGES = {Aggregate.MEAN, Aggregate.MEDIAN}


def doubt_words(chunks: Sequence[Chunk]) -> None:
    """Refuse what the order of words makes doubtful.

    Raises:
        Refusal: the words join two questions.
    """
    _figures_with_conditions_of_their_own(chunks)
    _conditions_without_value(chunks)
    _answers_twice(chunks)
    for place, part in enumerate(chunks):
        before = chunks[:place]
        if (
            part.is_(Role.ENTITY)
            and place
            and before[-1].is_(Role.AND, Role.COMMA)
            and any(c.is_(*_FIGURES) for c in before)
        ):
            raise Refusal(f"it does not say which figure of {shown(part.text)} is meant", understood=70)
        nested = place and before[-1].is_(Role.PREPOSITION) and any(one.is_(*_FIGURES, Role.COLUMN) for one in before)
        if part.is_(Role.SUPERLATIVE) and nested and not _of_one(chunks, place):
            raise Refusal(f"a figure of the {shown(part.text)} takes two steps, and I plan one", understood=80)


def _of_one(chunks: Sequence[Chunk], place: int) -> bool:
    """`weight of the oldest car`: what one row holds, as the row tells it."""
    if not chunks[place].value.column_word or any(part.is_(*_FIGURES, Role.NUMBER, Role.DIMENSION) for part in chunks):
        return False
    return sum(part.is_(Role.COLUMN) for part in chunks) == 1 and role_at(chunks, place - 2) is Role.COLUMN


_INTRODUCES = (
    Role.AND, Role.COMMA, Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.WHICH, Role.GROUP, Role.SUPERLATIVE,
    Role.LIST, Role.PREPOSITION, Role.SHARE, Role.VERSUS, Role.STUDY, Role.FIRST, Role.NUMBER,
)  # fmt: skip
"""What a column that is counted, listed or grouped by stands behind; behind the rows it is a condition."""


def _conditions_without_value(chunks: Sequence[Chunk]) -> None:
    """`how many products are discontinued`, `how many serious events`, where the column is no flag: which value?

    And `average price of lines`, where `line` is a number too: not the average of both.
    """
    for first, joint, second in zip(chunks, chunks[1:], chunks[2:], strict=False):
        two = all(part.is_(Role.COLUMN) and part.link.narrowed(lambda c: c.is_measure) for part in (first, second))
        if two and joint.is_(Role.PREPOSITION) and any(part.is_(Role.AGGREGATE) for part in chunks):
            raise Refusal(f"I can't tell what {shown(second.text)} does behind {shown(first.text)}", understood=80)
    for at, part in enumerate(chunks):
        earlier = [c.link.columns for c in chunks[:at] if c.is_(Role.COLUMN)]
        if part.is_(Role.COLUMN) and role_at(chunks, at - 1) is Role.PREPOSITION and part.link.columns in earlier:
            raise Refusal(f"I can't tell what {shown(part.text)} does behind the same number", understood=80)
    counted = [at for at, part in enumerate(chunks) if part.is_(Role.COUNT, Role.SHARE)]
    for at in range(counted[0] + 1 if counted else len(chunks), len(chunks)):
        part, before = chunks[at], chunks[at - 1]
        if not part.is_(Role.COLUMN) or part.link.narrowed(lambda c: c.kind is not Kind.TEXT):
            continue
        adjective = before.is_(Role.COUNT) and role_at(chunks, at + 1) is Role.ENTITY
        if adjective or not before.is_(*_INTRODUCES):
            name = part.link.columns[0].name
            raise Refusal(f"it does not say which value of {name} is meant; name one", understood=90)


def _answers_twice(chunks: Sequence[Chunk]) -> None:
    """`which day is the highest, and for smokers?`: one answer over all rows, another over some."""
    parts = [part for part in chunks if not part.is_(Role.PREPOSITION)]
    tail = [part.role for part in parts[-3:]]
    if tail == [Role.COMMA, Role.AND, Role.FILTER] and not any(part.is_(Role.FILTER) for part in parts[:-3]):
        raise Refusal(f"{shown(parts[-1].text)} asks for a second answer; ask for it on its own", understood=80)


def _figures_with_conditions_of_their_own(chunks: Sequence[Chunk]) -> None:
    """`average revenue in West and total quantity in North`."""
    figures = [place for place, part in enumerate(chunks) if part.is_(*_FIGURES)]
    if len(figures) > 1 and any(part.is_(Role.FILTER) for part in chunks[figures[0] : figures[-1]]):
        after_first = chunks[figures[0] : figures[-1]]
        if any(part.is_(Role.COLUMN, Role.ENTITY) for part in after_first):
            raise Refusal("it asks for two figures, each with its own condition; ask for one at a time", understood=80)


def doubt_question(question: Question, chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
    """Refuse what the columns make doubtful.

    Raises:
        Refusal: the question has two meanings.
    """
    _rows_of_another_thing(question, chunks, vocabulary)
    if question.outer is None:
        _average_of_totals(question, chunks)
    _stocks_over_time(question, vocabulary)
    _condition_on_rows_or_totals(question)
    if question.shape is Shape.SHARE and question.dimensions and not question.part:
        inner = [one for one in question.filters if not is_time(one)]
        if inner and not any(part.is_(Role.PREPOSITION) and part.value == "among" for part in chunks):
            raise Refusal(
                "the share could be within each group or among those that fulfil the condition", understood=90
            )


def _rows_of_another_thing(question: Question, chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
    """`how many medals`, where each row is a nation with numbers of medals."""
    thing = vocabulary.counted_thing
    counts = any(measure.aggregate is Aggregate.COUNT for measure in question.measures)
    named = any(c.is_(Role.ENTITY) and vocabulary.is_table(tuple(c.text.split())) for c in chunks)
    if thing and counts and named:
        raise Refusal(
            f"each row is one {thing.name}, so {shown(question.rows_called)} could be rows or a total of the numbers",
            90,
        )


def _stocks_over_time(question: Question, vocabulary: Vocabulary) -> None:
    """`population of Norway`, where the table has it for every year."""
    summed = [m.column for m in question.measures if m.aggregate is Aggregate.SUM and m.column]
    stocks = [column.name for column in summed if nouns.STOCKS.intersection(column.words)]
    timed = vocabulary.dates or vocabulary.where(lambda c: c.is_year)
    told = any(is_time(one) for one in (*question.filters, *question.part))
    told |= any(d.grain or d.spans or d.sides or (d.column and d.column.is_year) for d in question.dimensions)
    if stocks and timed and not told:
        raise Refusal(f"{stocks[0]} is there at several times, and a total would count it again; say when", 90)


def _average_of_totals(question: Question, chunks: Sequence[Chunk]) -> None:
    """`average revenue per customer`, `average monthly revenue`: of rows, or of each one's total?"""
    averaged = [m.column for m in question.measures if m.aggregate in _AVERAGES and m.column and m.column.is_additive]
    extreme = [m.column for m in question.measures if m.aggregate in {Aggregate.MIN, Aggregate.MAX} and m.column]
    for part, dimension in zip((c for c in chunks if c.is_(Role.DIMENSION)), question.dimensions, strict=False):
        adjective = part.text in lexicon.GRAIN_ADJECTIVES
        several = dimension.grain is not None or (
            dimension.column is not None
            and dimension.column.sheet.uniqueness not in {Uniqueness.FEW, Uniqueness.CONSTANT}
        )
        if (averaged and (adjective or (part.text.startswith("per ") and several))) or (extreme and adjective):
            column = (averaged or extreme)[0]
            raise Refusal(
                f"“{part.text}” could mean {column.name} of single rows or its totals; say “by …” for rows", 90
            )


def _condition_on_rows_or_totals(question: Question) -> None:
    """`which products have revenue over 1000`: in a row, or altogether?"""
    things = [column for column in question.columns if question.shape is Shape.VALUES]
    things += [m.column for m in question.measures if m.aggregate is Aggregate.DISTINCT and m.column]
    for one in question.filters:
        if isinstance(one, NumberFilter) and one.column.is_additive and things and not things[0].is_unique:
            name = one.column.name
            raise Refusal(f"{name} could be that of one row or the total of each {things[0].name}", understood=90)
