"""Questions for a share: what part of a whole, or of each group, fulfils a condition; how a whole is spread.

Of the conditions, times are those of the whole; the one that is left is that of the part.  Where two are left, the
words must say where the part begins: at `is`, at `comes from`, or behind the name of the rows.
"""

from __future__ import annotations

from daytwo.control.models.analyst.kinds.parts import Parts, whole_number
from daytwo.control.models.analyst.question import (
    Dimension,
    Filter,
    FlagFilter,
    Order,
    PairFilter,
    Question,
    Shape,
    ValueFilter,
    is_time,
)
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.dimensions import date_dimension, dimension_column
from daytwo.control.models.analyst.rules.measures import read_measures
from daytwo.control.models.analyst.terms import Aggregate, Grain

_WITHIN = ("per ", "in each ", "for each ", "of each ", "within each ", "in every ", "for every ")
"""How people introduce groups of which each has a share of its own."""


def read_share(parts: Parts) -> Question:
    """`what share of revenue comes from West`, `share of orders by region`, `which one has the best return rate`."""
    order, limit = _ranked(parts)
    parts.drop(Role.WHICH, Role.SHARE, Role.LIST)
    if len(parts.chunks) == 1 and exact(parts.chunks[0], lambda c: c.is_unique and not c.is_number):
        parts.chunks = [Chunk(Role.ENTITY, parts.chunks[0].text)]  # `share of districts`, where each row is one
    if any(c.is_(Role.SUPERLATIVE) or (c.is_(Role.AGGREGATE) and c.value is not Aggregate.SUM) for c in parts.chunks):
        raise Refusal("a share is of a total or a count", understood=70)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    measures = read_measures(parts.chunks)
    if len(measures) != 1 or measures[0].aggregate not in {Aggregate.COUNT, Aggregate.SUM}:
        raise Refusal("I compute the share of one total or of the rows", understood=70)
    if len(parts.dimensions) > 1:
        raise Refusal("I compute shares by one column", understood=80)
    if parts.dimensions and not (order or _says_part(parts)):
        return parts.question(Shape.SHARE, measures=measures, dimensions=parts.dimensions)
    base, part = _split(parts)
    return parts.question(
        Shape.SHARE, measures=measures, filters=base, part=part, dimensions=parts.dimensions, order=order, limit=limit
    )


def _ranked(parts: Parts) -> tuple[Order | None, int | None]:
    """Which groups are ranked by their share, from which end; they become what is grouped by."""
    ends = parts.of(Role.SUPERLATIVE)
    targets = [
        at
        for at, chunk in enumerate(parts.chunks)
        if chunk.is_(Role.GRAIN) or (chunk.is_(Role.COLUMN) and at and parts.chunks[at - 1].is_(Role.WHICH))
    ]
    if len(ends) != 1 or len(targets) != 1 or parts.dimensions or ends[0].value.column_word or ends[0].value.place:
        return None, None
    target = parts.chunks[targets[0]]
    numbers = parts.of(Role.NUMBER)
    plural = target.text.endswith("s") and not numbers
    limit = whole_number(numbers[0]) if numbers else None if plural else 1
    parts.chunks = [chunk for chunk in parts.chunks if chunk not in (target, ends[0], *numbers)]
    if target.is_(Role.GRAIN):
        parts.dimensions = (date_dimension(parts.vocabulary, target.value, None, target.text),)
    else:
        column = dimension_column(target.link)
        parts.dimensions = (Dimension(column, (column.own_grain or Grain.DAY) if column.is_date else None),)
    return Order(ends[0].value.descending), limit


def _says_part(parts: Parts) -> bool:
    """`what share of orders is late, by region`: of each group, the part that fulfils a condition."""
    whole = parts.whole
    if any(dimension.sides or dimension.compared for dimension in parts.dimensions):
        return True
    after = {at + 1 for at, chunk in enumerate(whole) if chunk.is_(Role.SPLITTER, Role.IS, Role.ENTITY)}
    told = [
        chunk for at, chunk in enumerate(whole) if chunk.is_(Role.FILTER) and at in after and not is_time(chunk.value)
    ]
    told += [chunk for chunk in whole if chunk.is_(Role.FILTER) and isinstance(chunk.value, PairFilter)]
    within = [c for c in whole if c.is_(Role.DIMENSION) and c.text.casefold().startswith(_WITHIN)]
    inner = [one for one in parts.filters if not is_time(one)]
    return bool(told) or (bool(within) and len(inner) == 1)


def _split(parts: Parts) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """Filters of the whole, filters of the part."""
    compared = [dimension.compared for dimension in parts.dimensions]
    filters = [one for one in parts.filters if one not in compared]
    if len(filters) == 1:
        return tuple(one for one in parts.filters if one in compared), tuple(filters)
    inner = [one for one in filters if not is_time(one)]
    if len(inner) == 2 and _says_yes(inner[-1]) and _is_last(parts, inner[-1]):
        inner = inner[-1:]  # `share of demolitions appealed`
    if len(inner) != 1:
        at = _cut(parts)
        inner = [c.value for c in parts.whole[at:] if c.is_(Role.FILTER) and not is_time(c.value)] if at else []
    if len(inner) != 1:
        raise Refusal("it does not say the share of what in what; try “what share of … comes from …”", understood=80)
    return tuple(one for one in parts.filters if one not in inner), tuple(inner)


def _says_yes(one: Filter) -> bool:
    return isinstance(one, FlagFilter) or (isinstance(one, ValueFilter) and one.columns[0].is_yes_or_no)


def _is_last(parts: Parts, one: Filter) -> bool:
    """Whether the question ends on this condition, which no `and` joins to the one before."""
    ends = [chunk for chunk in parts.whole if not chunk.is_(Role.DIMENSION)]
    return ends[-1].value == one and not (len(ends) > 1 and ends[-2].is_(Role.AND))


def _cut(parts: Parts) -> int:
    """Where the part of a share begins: at `is`, `comes from`, or behind the name of the rows."""
    cuts = [at for at, chunk in enumerate(parts.whole) if chunk.is_(Role.SPLITTER, Role.IS)]
    if cuts:
        return cuts[-1]
    rows = [at for at, chunk in enumerate(parts.whole) if chunk.is_(Role.ENTITY)]
    return rows[-1] + 1 if rows else 0
