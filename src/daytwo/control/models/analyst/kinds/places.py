"""Single places of a ranking: who is second or third, and which place somebody has."""

from __future__ import annotations

from dataclasses import replace

from daytwo.control.models.analyst.kinds.parts import Parts
from daytwo.control.models.analyst.kinds.rankings import ranked_measure, read_ranking
from daytwo.control.models.analyst.question import Dimension, Order, Question, Shape
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Role


def read_nth(parts: Parts) -> Question:
    """`second highest price`, `which region has the third most orders`: that place of the ranking."""
    superlative = parts.of(Role.SUPERLATIVE)[0].value
    plain = replace(superlative, place=None)
    parts.chunks = [replace(c, value=plain) if c.is_(Role.SUPERLATIVE) else c for c in parts.chunks]
    numbered = parts.has(Role.NUMBER)
    question = read_ranking(parts)
    if numbered or question.order is None or question.within or question.having:
        raise Refusal("it does not say of what that place is meant", understood=80)
    return replace(question, limit=1, place=superlative.place)


def read_rank_of(parts: Parts) -> Question:
    """`what rank does Ohio have by murder`: among the values of the one column that may hold it."""
    things = parts.vocabulary.where(lambda c: c.is_category)
    asked = parts.of(Role.RANK_OF)
    if len(things) != 1 or len(asked) != 1 or not asked[0].value or parts.dimensions:
        raise Refusal("it does not say among which things the rank is meant", understood=80)
    parts.drop(Role.RANK_OF, Role.WHICH, Role.RANK)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.COLUMN, Role.ENTITY)
    dimension = Dimension(things[0])
    measure = ranked_measure(parts, dimension, descending=True)
    return parts.question(
        Shape.AGGREGATE,
        measures=(measure,),
        dimensions=(dimension,),
        order=Order(descending=True),
        rank_of=str(asked[0].value),
    )
