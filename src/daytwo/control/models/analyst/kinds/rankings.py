"""Questions with a superlative: `top 5 products by revenue`, `which region has the most orders`, `highest price`.

What is ranked (groups or rows), by which figure, from which end, how many places.  Where no aggregate is named, a
total stands for what people add up (revenue), the extreme itself for what they do not (price); else it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.kinds.parts import Parts, whole_number
from daytwo.control.models.analyst.question import Dimension, Measure, Order, Question, Shape
from daytwo.control.models.analyst.refusal import Refusal, either, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, Superlative
from daytwo.control.models.analyst.rules.dimensions import date_dimension, dimension_column
from daytwo.control.models.analyst.rules.measures import read_measures
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.terms import Aggregate, Grain
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import singular


def targets_of(parts: Parts) -> list[Chunk]:
    """What a ranking ranks: columns to group by, a grain after `which`; measures are none."""
    found = []
    for index, chunk in enumerate(parts.chunks):
        if chunk.is_(Role.GRAIN) or (chunk.is_(Role.COLUMN) and _is_target(parts.chunks, index)):
            found.append(chunk)
    return found


def _is_target(chunks: Sequence[Chunk], index: int) -> bool:
    link = chunks[index].link
    before = chunks[index - 1] if index else None
    if before is not None and before.is_(Role.AGGREGATE, Role.COUNT, Role.DISTINCT):
        return False
    if before is not None and before.is_(Role.WHICH):
        return link.narrowed(lambda c: c.is_groupable) is not None
    return link.narrowed(lambda c: c.is_groupable and not c.is_measure and not c.is_date) is not None


_MOST = {"placed the most", "most", "fewest", "least"}
_COUNTING = _MOST | {"top", "bottom"}
"""Superlatives after which rows are counted: “most orders”; “largest orders” asks for something else."""


def read_ranking(parts: Parts) -> Question:
    """`top 5 products by revenue`, `which region has the most orders`, `highest price`, `cheapest product`."""
    targets = targets_of(parts)
    superlative, descending = _superlative(parts)
    if superlative and superlative.counts and not targets and len(parts.of(Role.COLUMN)) == 1:
        targets = parts.of(Role.COLUMN)
    numbers = parts.of(Role.NUMBER)
    if len(numbers) > 1:
        raise Refusal("it names two numbers of places", understood=70)
    limit = whole_number(numbers[0]) if numbers else None
    every = parts.has(Role.RANK) or (parts.has(Role.WHICH) and bool(targets) and _is_plural(targets[0]))
    places = limit if every else limit or 1
    _check_counted(parts)
    targets = _without_counted(targets, parts)
    ranked = [chunk for chunk in parts.chunks if chunk not in targets]
    parts.chunks = ranked
    parts.drop(Role.WHICH, Role.LIST, Role.NUMBER, Role.SUPERLATIVE, Role.RANK, Role.COMPARE)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    if targets:
        return _ranked_groups(parts, targets, superlative, descending, places)
    if parts.dimensions:
        return _extreme_by_group(parts, superlative, descending, limit)
    return _ranked_rows(parts, superlative, descending, places)


def _check_counted(parts: Parts) -> None:
    """`largest orders` does not count orders, `top orders in each region` does not count them either."""
    superlatives = {chunk.text.casefold() for chunk in parts.of(Role.SUPERLATIVE)}
    allowed = _COUNTING if targets_of(parts) else _MOST
    alone = parts.has(Role.ENTITY) and not parts.has(Role.COUNT, Role.RANK, Role.COMPARE)
    figures = [chunk for chunk in parts.of(Role.COLUMN) if chunk not in targets_of(parts)]
    if parts.has(Role.AGGREGATE) and all(chunk.value.column_word for chunk in parts.of(Role.SUPERLATIVE)):
        return  # `the oldest voters on average`
    if not alone or superlatives <= allowed | {"most common", "most frequent", "least common", "least frequent"}:
        return
    if parts.dimensions or (targets_of(parts) and not figures):
        raise Refusal(
            f"it does not say by which figure {shown(parts.of(Role.ENTITY)[0].text)} are ranked", understood=80
        )


def _without_counted(targets: list[Chunk], parts: Parts) -> list[Chunk]:
    """`which region has the most customers`: the second is counted, not ranked."""
    if len(targets) == 2 and parts.of(Role.SUPERLATIVE):
        place = parts.chunks.index(parts.of(Role.SUPERLATIVE)[0])
        after = [chunk for chunk in targets if parts.chunks.index(chunk) > place]
        counting = parts.chunks[place].text.casefold() in _MOST
        if counting and len(after) == 1 and after[0].is_(Role.COLUMN):
            parts.chunks.insert(parts.chunks.index(after[0]), Chunk(Role.COUNT, "number of"))
            targets = [chunk for chunk in targets if chunk is not after[0]]
    if len(targets) > 1:
        raise Refusal(
            f"it does not say whether {either([shown(chunk.text) for chunk in targets])} is ranked", understood=80
        )
    return targets


def _is_plural(chunk: Chunk) -> bool:
    return chunk.link.is_plural if chunk.is_(Role.COLUMN) else chunk.text.endswith("s")


def _superlative(parts: Parts) -> tuple[Superlative | None, bool]:
    """The superlative and its direction; `which … has the maximum price` uses an aggregate for one."""
    found = parts.of(Role.SUPERLATIVE)
    if len(found) > 1:
        raise Refusal(f"{shown(found[0].text)} and {shown(found[1].text)} are two questions", understood=70)
    if found:
        assert isinstance(found[0].value, Superlative)
        return found[0].value, found[0].value.descending
    extremes = [c for c in parts.of(Role.AGGREGATE) if c.value in {Aggregate.MIN, Aggregate.MAX}]
    if extremes and not parts.has(Role.RANK):
        parts.chunks.remove(extremes[0])
        return Superlative(extremes[0].value is Aggregate.MAX), extremes[0].value is Aggregate.MAX
    return None, True


def _hinted(superlative: Superlative | None, parts: Parts) -> Column | None:
    """The column that “cheapest” or “latest” names."""
    if superlative is None or superlative.column_word is None:
        return None
    word = superlative.column_word
    event = parts.vocabulary.event_date
    fits = ([event] if event else parts.vocabulary.dates) if word == "date" else ()
    links = [link for one in word.split("|") if (link := parts.vocabulary.link(tuple(one.split())))]
    columns = tuple(fits) or (links[0].columns if links else ())
    named = {column for chunk in parts.of(Role.COLUMN) for column in chunk.link.columns}
    columns = tuple(column for column in columns if column in named) or columns
    if not columns:
        raise Refusal(f"no column of {parts.vocabulary.name} says {shown(word.split('|')[-1])}", understood=60)
    if len(columns) > 1:
        raise Refusal(f"the {word} could be {either([column.name for column in columns])}; name one", understood=90)
    return columns[0]


def _ranked_groups(
    parts: Parts, targets: list[Chunk], superlative: Superlative | None, descending: bool, limit: int | None
) -> Question:
    if len(parts.dimensions) > 1:
        raise Refusal("I rank within the groups of one column", understood=80)
    target = targets[0]
    if target.is_(Role.GRAIN):
        assert isinstance(target.value, Grain)
        dimension = date_dimension(parts.vocabulary, target.value, None, target.text)
    else:
        column = dimension_column(target.link)
        dimension = Dimension(column, (column.own_grain or Grain.DAY) if column.is_date else None)
    hinted = _hinted(superlative, parts)
    if superlative and superlative.counts:
        parts.drop(Role.ENTITY)
        parts.only()
        measure = Measure(Aggregate.COUNT)
    elif hinted and [c.role for c in parts.chunks if not c.is_(Role.ENTITY)] == [Role.AGGREGATE]:
        measure = Measure(parts.of(Role.AGGREGATE)[0].value, hinted)
    elif hinted and (not parts.has(Role.COLUMN) or [c.link.columns for c in parts.of(Role.COLUMN)] == [(hinted,)]):
        parts.drop(Role.COLUMN)
        parts.only(Role.ENTITY)
        measure = _hinted_measure(dimension, hinted, descending)
    else:
        measure = ranked_measure(parts, dimension, descending)
    return parts.question(
        Shape.AGGREGATE,
        measures=(measure,),
        dimensions=(*parts.dimensions, dimension),
        order=Order(descending),
        limit=limit,
        within=bool(parts.dimensions),
    )


def _hinted_measure(dimension: Dimension, hinted: Column, descending: bool) -> Measure:
    """`wettest month`: its total; `hottest month` could be the one with the hottest day or the hottest on average."""
    several = dimension.grain not in {None, Grain.DAY} and dimension.grain != getattr(
        dimension.column, "own_grain", None
    )
    if several and hinted.is_additive:
        return Measure(Aggregate.SUM, hinted)
    if several and not hinted.is_date:
        raise Refusal(f"it could be by the average {hinted.name} or by its extreme; say which", understood=90)
    return Measure(Aggregate.MAX if descending else Aggregate.MIN, hinted)


def ranked_measure(parts: Parts, dimension: Dimension, descending: bool) -> Measure:
    """What groups are ranked by, where the aggregate may go without saying."""
    if not parts.chunks:
        only = parts.vocabulary.where(lambda c: c.is_measure)
        if len(only) != 1 or not parts.may_be_single((dimension,)):
            raise Refusal("it does not say by which figure to rank", understood=80)
        return Measure(Aggregate.ONLY, only[0])
    if len(parts.chunks) > 1 or not parts.has(Role.COLUMN):
        measures = read_measures(parts.chunks)
        if len(measures) != 1:
            raise Refusal("it names two figures to rank by", understood=70)
        return measures[0]
    narrowed = parts.chunks[0].link.narrowed(lambda c: c.is_number or c.is_date)
    if narrowed is None:
        raise Refusal(f"{parts.chunks[0].link.columns[0].name} is no figure to rank by", understood=70)
    column = narrowed.column()
    unique = dimension.column is not None and dimension.column.is_unique and dimension.grain in {None, Grain.DAY}
    if column.is_additive and dimension.column and not unique:
        return Measure(Aggregate.SUM, column)
    if unique or column.is_date or _is_rate(column):
        return Measure(Aggregate.MAX if descending else Aggregate.MIN, column)
    if parts.has_moment:  # `when was it highest`
        return Measure(Aggregate.MAX if descending else Aggregate.MIN, column)
    if parts.may_be_single((dimension,)):
        return Measure(Aggregate.ONLY, column)
    raise Refusal(
        f"it does not say whether the total, the average or the highest {column.name} is meant", understood=90
    )


def _is_rate(column: Column) -> bool:
    return bool(nouns.NOT_ADDITIVE.intersection(column.words))


def _extreme_by_group(parts: Parts, superlative: Superlative | None, descending: bool, limit: int | None) -> Question:
    """`highest price by region`; with an aggregate or a number it ranks the groups instead."""
    if superlative and superlative.counts:
        raise Refusal("the most common value within each group is beyond me", understood=80)
    hinted = _hinted(superlative, parts)
    alone = len(parts.chunks) == 1 and parts.has(Role.COLUMN)
    if hinted and not parts.has(Role.COLUMN) and limit is None:
        parts.only(Role.ENTITY)
        measure = Measure(Aggregate.MAX if descending else Aggregate.MIN, hinted)
        return parts.question(Shape.AGGREGATE, measures=(measure,), dimensions=parts.dimensions)
    if alone and limit is None and superlative:
        narrowed = parts.chunks[0].link.narrowed(lambda c: c.is_number or c.is_date)
        if narrowed:
            measure = Measure(Aggregate.MAX if descending else Aggregate.MIN, narrowed.column())
            return parts.question(Shape.AGGREGATE, measures=(measure,), dimensions=parts.dimensions)
    if len(parts.dimensions) > 1 or hinted:
        raise Refusal("I rank by one column", understood=80)
    if parts.has(Role.ENTITY) and parts.has(Role.COLUMN) and not parts.has(Role.COUNT):
        raise Refusal("a ranking within each group is beyond me", understood=80)
    measure = ranked_measure(parts, parts.dimensions[0], descending)
    order = Order(descending)
    return parts.question(
        Shape.AGGREGATE,
        measures=(measure,),
        dimensions=parts.dimensions,
        order=order,
        limit=limit or (1 if superlative else None),
    )


def _check_price_of_rows(parts: Parts, column: Column) -> None:
    """`most expensive order`: its unit price, or what it came to?"""
    link = parts.vocabulary.link(("price",))
    amounts = [c.name for c in parts.vocabulary.columns if c.is_measure and c.is_additive]
    if link and link.rank is Rank.LOOSE and amounts:
        raise Refusal(f"it could be ranked by {either([column.name, *amounts])}; name one", understood=90)


def _ranked_rows(parts: Parts, superlative: Superlative | None, descending: bool, limit: int | None) -> Question:
    """`top 10 orders by revenue`, `the highest price`: rows in order of a column."""
    if superlative and superlative.counts:
        raise Refusal("it does not say of which column the most common value is meant", understood=70)
    parts.only(Role.COLUMN, Role.ENTITY)
    entities = parts.of(Role.ENTITY)
    if any(chunk.value is not None and not chunk.value.is_unique for chunk in entities):
        raise Refusal(
            f"several rows make one of {shown(entities[0].text)}; say by which total they are ranked", understood=80
        )
    column = _hinted(superlative, parts)
    columns = parts.of(Role.COLUMN)
    if column and entities and not columns and superlative and (superlative.column_word or "").startswith("price"):
        _check_price_of_rows(parts, column)
    if column and len(columns) == 1 and entities and columns[0].link.columns != (column,) and limit == 1:
        told = (columns[0].link.column(),)  # `the oldest patient's weight`
        return parts.question(Shape.ROWS, order=Order(descending, column), limit=limit, columns=told)
    if len(columns) > 1 or (column and columns and columns[0].link.columns != (column,)):
        raise Refusal("it names two figures to rank by", understood=70)
    if columns:
        narrowed = columns[0].link.narrowed(lambda c: c.is_number or c.is_date)
        if narrowed is None:
            raise Refusal(f"{columns[0].link.columns[0].name} is no figure to rank by", understood=70)
        column = narrowed.column()
    if column is None and entities:  # `biggest bill`, where the number is `total_bill`
        named = parts.vocabulary.where(lambda c: c.is_measure and singular(entities[0].text) in c.words)
        money = parts.vocabulary.money((entities[0].text,))
        column = named[0] if len(named) == 1 else money.columns[0] if money else None
    if column is None:
        measures = [c.name for c in parts.vocabulary.columns if c.is_measure]
        names = f": {either(measures)}" if measures else ""
        raise Refusal(f"it does not say by which figure to rank{names}", understood=80)
    return parts.question(Shape.ROWS, order=Order(descending, column), limit=limit)
