"""The kinds of question that the analyst answers, each read from parts that are already filters and dimensions.

`assemble` chooses the kind by the words that mark it (share, describe, a superlative, list, an aggregate); each
reader takes all parts or refuses.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from daytwo.control.models.analyst.kinds.parts import Parts, whole_number
from daytwo.control.models.analyst.kinds.places import read_nth, read_rank_of
from daytwo.control.models.analyst.kinds.rankings import read_ranking, targets_of
from daytwo.control.models.analyst.kinds.shares import read_share
from daytwo.control.models.analyst.kinds.studies_asked import read_course, read_study, with_share, with_sum
from daytwo.control.models.analyst.question import (
    Dimension,
    Having,
    Measure,
    Order,
    Question,
    Shape,
)
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.dimensions import date_dimension, dimension_column
from daytwo.control.models.analyst.rules.filters import role_at
from daytwo.control.models.analyst.rules.measures import read_measures
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.terms import Aggregate, Contrast, Grain
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.control.models.analyst.words.spelling import singular
from daytwo.wire.sheet import Uniqueness


def assemble(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Question:  # noqa: PLR0911 - one return for each kind
    """The question that these parts make."""
    parts = Parts(chunks, vocabulary)
    if len(parts.dimensions) > 2:
        raise Refusal("I group by two columns at most", understood=80)
    for role, put in _ADDED.items():
        if parts.has(role):
            return put(assemble([c for c in chunks if not c.is_(role)], vocabulary), parts)
    for role, reader in _READERS:
        if parts.has(role):
            return reader(parts)
    extremes = [c for c in parts.of(Role.AGGREGATE) if c.value in {Aggregate.MIN, Aggregate.MAX}]
    if parts.has(Role.SUPERLATIVE, Role.RANK) or (extremes and parts.has(Role.WHICH) and targets_of(parts)):
        placed = any(chunk.value.place for chunk in parts.of(Role.SUPERLATIVE))
        return read_nth(parts) if placed else read_ranking(parts)
    if parts.has(Role.FIRST):
        return _first_rows(parts)
    if parts.has(Role.CONTRAST):
        return _contrast(parts)
    if parts.has(Role.AGGREGATE, Role.COUNT) or parts.dimensions:
        return _aggregate(parts)
    return _listing(parts)


def _sorted(parts: Parts) -> Question:
    """`orders over 100 sorted by price`: rows or groups in the order of a number."""
    chunks = parts.whole
    at = next(place for place, chunk in enumerate(chunks) if chunk.is_(Role.SORTED))
    link = chunks[at + 1].link if role_at(chunks, at + 1) is Role.COLUMN else None
    if link is None or len(chunks) > at + 2:
        raise Refusal("it does not say by which column it is put in order", understood=80)
    question = assemble(chunks[:at], parts.vocabulary)
    column = link.column(prefer=lambda c: c.is_number or c.is_date)
    descending = chunks[at].value and not (column.is_date or column.kind is Kind.TEXT)
    if question.shape is Shape.ROWS and question.order is None and not question.from_end:
        return replace(question, order=Order(bool(descending), column))
    if question.dimensions and [m.column for m in question.measures] == [column] and question.order is None:
        return replace(question, order=Order(bool(chunks[at].value)))
    raise Refusal(f"I can't put that in the order of {column.name}", understood=80)


def _size(parts: Parts) -> Question:
    """`how many columns and rows`."""
    parts.only(Role.SIZE)
    return parts.question(Shape.SIZE)


def _last_rows(parts: Parts) -> Question:
    """`last 5 rows`: of the file as it stands."""
    parts.drop(Role.LIST, Role.ENTITY)
    parts.only(Role.END)
    return parts.question(Shape.ROWS, limit=parts.of(Role.END)[0].value, from_end=True)


def _describe(parts: Parts) -> Question:
    parts.drop(Role.LIST, Role.WHICH, Role.ENTITY)
    parts.only(Role.DESCRIBE, Role.COLUMN)
    if parts.dimensions:
        raise Refusal("I describe whole columns, not groups of them", understood=80)
    columns = tuple(chunk.link.column(prefer=lambda c: c.is_number) for chunk in parts.of(Role.COLUMN))
    return parts.question(Shape.DESCRIBE, columns=columns)


def _first_rows(parts: Parts) -> Question:
    numbers = parts.of(Role.NUMBER)
    parts.drop(Role.LIST)
    parts.only(Role.FIRST, Role.NUMBER, Role.ENTITY)
    plain = all(singular(chunk.text) in nouns.ROW_WORDS for chunk in parts.of(Role.ENTITY))
    dated = parts.vocabulary.where(lambda c: c.is_date)
    if parts.dimensions or len(numbers) > 1 or not parts.has(Role.ENTITY) or (dated and not plain):
        raise Refusal("“first” asks for an order that I do not know", understood=70)
    return parts.question(Shape.ROWS, limit=whole_number(numbers[0]) if numbers else 1)


def _listing(parts: Parts) -> Question:
    """`list the orders over 100`, `which regions are there`, `what is the revenue in 2024`."""
    wanted = parts.has(Role.LIST, Role.WHICH, Role.DISTINCT, Role.COMPARE) and not parts.has(Role.CONTRAST)
    columns = parts.of(Role.COLUMN)
    if not columns and parts.has(Role.ENTITY) and (parts.has(Role.LIST, Role.WHICH) or parts.filters):
        numbers = parts.of(Role.NUMBER)
        parts.only(Role.LIST, Role.WHICH, Role.ENTITY, Role.NUMBER)
        if len(numbers) > 1:
            raise Refusal("it names two numbers of rows", understood=70)
        return parts.question(Shape.ROWS, limit=whole_number(numbers[0]) if numbers else None)
    named = bool(parts.filters) and all(chunk.link.is_plural for chunk in columns)  # `states where poverty is above 18`
    wanted = (wanted or named) and not parts.has(Role.COMPARE, Role.AGGREGATE)
    if columns and wanted and all(_is_listed(chunk.link) for chunk in columns):
        parts.only(Role.LIST, Role.WHICH, Role.DISTINCT, Role.COLUMN)
        found = [dimension_column(chunk.link) for chunk in columns]
        return parts.question(Shape.VALUES, columns=tuple(dict.fromkeys(found)))
    if columns:
        return _aggregate(parts)
    raise Refusal("it does not say what to compute", understood=40)


def _is_listed(link: Link) -> bool:
    return link.narrowed(lambda c: c.is_groupable and not c.is_measure) is not None


def _aggregate(parts: Parts) -> Question:
    parts.drop(Role.LIST, Role.WHICH, Role.COMPARE)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    sides = any(dimension.sides or dimension.compared for dimension in parts.dimensions)
    if sides and not parts.chunks:  # `benign vs malignant`
        parts.chunks = [Chunk(Role.COUNT, "number of"), Chunk(Role.ENTITY, "rows")]
    outer = _outer(parts)
    if crossed := _crossed(parts):
        return crossed
    _count_rows_of_group(parts)
    timed = any(dimension.grain for dimension in parts.dimensions)
    measures = read_measures(
        parts.chunks, only_possible=parts.may_be_single(), in_groups=bool(parts.dimensions), timed=timed
    )
    if _is_of_totals(parts, measures):
        total = replace(measures[0], aggregate=Aggregate.SUM)
        beside = measures if parts.dimensions[0].grain else ()
        return parts.question(
            Shape.AGGREGATE, measures=(total, *beside), dimensions=parts.dimensions, outer=measures[0].aggregate
        )
    if any(measure.aggregate is Aggregate.ONLY for measure in measures):
        parts.at_finest()
    return parts.question(Shape.AGGREGATE, measures=measures, dimensions=parts.dimensions, outer=outer)


def _count_rows_of_group(parts: Parts) -> None:
    """`number of events by event`: how many rows each has, not how many different ones."""
    grouped = {dimension.column for dimension in parts.dimensions}
    for at, (count, what) in enumerate(itertools.pairwise(parts.chunks)):
        column = exact(what, lambda c: c in grouped)
        if count.is_(Role.COUNT) and column and not column.is_number:
            parts.chunks[at + 1] = Chunk(Role.ENTITY, what.text)


def _is_of_totals(parts: Parts, measures: Sequence[Measure]) -> bool:
    """`average revenue per customer`, `average monthly revenue`: of each one's total."""
    told = [chunk.text.casefold() for chunk in parts.whole if chunk.is_(Role.DIMENSION)]
    if len(measures) != 1 or len(parts.dimensions) != 1 or len(told) != 1:
        return False
    measure, dimension = measures[0], parts.dimensions[0]
    each = told[0] in lexicon.GRAIN_ADJECTIVES or told[0].startswith("per ")
    many = dimension.column is not None and dimension.column.sheet.uniqueness not in {
        None, Uniqueness.FEW, Uniqueness.CONSTANT, Uniqueness.UNIQUE
    }  # fmt: skip
    added = measure.column is not None and measure.column.is_additive
    return bool(
        each and added and measure.aggregate in {Aggregate.MEAN, Aggregate.MEDIAN} and (dimension.grain or many)
    )


def _crossed(parts: Parts) -> Question | None:
    """`votes by party`, `consents per month`: how many rows there are of each."""
    alone = parts.chunks[0] if len(parts.chunks) == 1 and parts.has(Role.COLUMN) else None
    if alone is None or not parts.dimensions:
        return None
    link = alone.link.narrowed(lambda c: c.kind in {Kind.TEXT, Kind.FLAG} or c.is_date)
    if link is None or link.columns != alone.link.columns:
        return None
    column = link.column()
    grouped = [dimension.column for dimension in parts.dimensions]
    dimensions = parts.dimensions if column in grouped else (*parts.dimensions, Dimension(column))
    if len(dimensions) > 2 or (column.is_date and column not in grouped) or not (column.is_date or _is_few(column)):
        return None
    return parts.question(Shape.AGGREGATE, measures=(Measure(Aggregate.COUNT),), dimensions=dimensions)


def _is_few(column: Column) -> bool:
    return column.kind is Kind.FLAG or column.sheet.uniqueness in {Uniqueness.FEW, Uniqueness.CONSTANT}


def _contrast(parts: Parts) -> Question:
    """`did West have more orders than East`, `how did revenue change from 2023 to 2024 by region`."""
    asked = parts.of(Role.CONTRAST)
    parts.drop(Role.LIST, Role.WHICH, Role.COMPARE, Role.CONTRAST, Role.GROUP)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    plain = parts.chunks[0] if len(parts.chunks) == 1 and parts.has(Role.COLUMN) else None
    if plain and plain.link.narrowed(lambda c: c.is_number) is None:
        parts.chunks.insert(0, Chunk(Role.COUNT, "number of"))
    measures = read_measures(parts.chunks, in_groups=True)
    sides = [d for d in parts.dimensions if d.spans or d.sides or (d.compared and len(d.compared.values) == 2)]
    others = [d for d in parts.dimensions if d not in sides]
    contrast, order = asked[0].value.contrast, asked[0].value.order
    one_value = contrast in {Contrast.MORE, Contrast.LESS}
    if len(asked) > 1 or len(measures) != 1 or len(sides) != 1 or (others and one_value) or (order and not others):
        raise Refusal("it does not say which two sides are compared, or by which figure", understood=80)
    return parts.question(
        Shape.AGGREGATE, measures=measures, dimensions=(*others, *sides), contrast=contrast,
        order=order, limit=1 if order else None,
    )  # fmt: skip


def _outer(parts: Parts) -> Aggregate | None:
    """`average number of orders per customer`: the mean over each one's count; the aggregate is taken out."""
    roles = [chunk.role for chunk in parts.chunks]
    if roles != [Role.AGGREGATE, Role.COUNT, Role.ENTITY] or len(parts.dimensions) != 1:
        return None
    outer = parts.chunks[0].value
    if outer not in {Aggregate.MEAN, Aggregate.MEDIAN, Aggregate.MIN, Aggregate.MAX}:
        return None
    parts.chunks = parts.chunks[1:]
    return outer  # type: ignore[no-any-return]  # a chunk's value is of many types


def _having(parts: Parts) -> Question:
    """`which states have more than 100 airports`, `how many sites had an average yield above 35`."""
    found: Having = parts.of(Role.HAVING)[0].value
    targets = parts.of(Role.COLUMN, Role.GRAIN)
    counted = parts.has(Role.COUNT)
    parts.drop(Role.LIST, Role.WHICH)
    parts.only(Role.HAVING, Role.COLUMN, Role.GRAIN, Role.COUNT, Role.DISTINCT)
    if len(targets) != 1 or len(parts.of(Role.HAVING)) != 1 or parts.dimensions:
        raise Refusal("it does not say of which groups the condition is", understood=80)
    target = targets[0]
    if target.is_(Role.GRAIN):
        dimension = date_dimension(parts.vocabulary, target.value, None, target.text)
    else:
        column = dimension_column(target.link)
        dimension = Dimension(column, (column.own_grain or Grain.DAY) if column.is_date else None)
    return parts.question(
        Shape.AGGREGATE, measures=(found.measure,), dimensions=(dimension,), having=found,
        order=None if counted else Order(descending=True), outer=Aggregate.COUNT if counted else None,
    )  # fmt: skip


def _never(parts: Parts) -> Question:
    """`which products never got returned`: those of which no row fulfils the conditions."""
    parts.drop(Role.WHICH, Role.NEVER, Role.ENTITY, Role.LIST)
    parts.only(Role.COLUMN)
    if len(parts.chunks) != 1 or not parts.filters or parts.dimensions:
        raise Refusal("it does not say what never happened to what", understood=80)
    column = dimension_column(parts.chunks[0].link)
    return parts.question(Shape.VALUES, columns=(column,), filters=(), part=parts.filters)


_ADDED: dict[Role, Callable[[Question, Parts], Question]] = {
    Role.FORM: lambda question, parts: replace(question, form=parts.of(Role.FORM)[-1].value),
    Role.WITH_SHARE: lambda question, _: with_share(question),
    Role.WITH_SUM: lambda question, _: with_sum(question),
}
"""What is asked for besides, of whatever kind the question is."""
_READERS: tuple[tuple[Role, Callable[[Parts], Question]], ...] = (
    (Role.SORTED, _sorted),
    (Role.NEVER, _never),
    (Role.SIZE, _size),
    (Role.END, _last_rows),
    (Role.STUDY, read_study),
    (Role.COURSE, read_course),
    (Role.HAVING, _having),
    (Role.RANK_OF, read_rank_of),
    (Role.SHARE, read_share),
    (Role.DESCRIBE, _describe),
)
"""The kinds that one word tells, in this order."""
