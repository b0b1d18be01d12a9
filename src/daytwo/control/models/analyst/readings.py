"""The kinds of question that the analyst answers, each read from parts that are already filters and dimensions.

`assemble` chooses the kind by the words that mark it (share, describe, a superlative, list, an aggregate); each
reader takes all parts or refuses.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.chunks import Chunk, Role, Superlative
from daytwo.control.models.analyst.columns import Column, Kind, Link, Vocabulary
from daytwo.control.models.analyst.dimensions import date_dimension, dimension_column
from daytwo.control.models.analyst.question import Dimension, Filter, Measure, Order, Question, Shape
from daytwo.control.models.analyst.refusal import Refusal, either, shown
from daytwo.control.models.analyst.terms import Aggregate, Grain

DEFAULT_ROWS = 10


class Parts:
    """What is left of a question once filters and dimensions are found."""

    def __init__(self, chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.chunks = [c for c in chunks if not c.is_(Role.FILTER, Role.DIMENSION, Role.IS, Role.SPLITTER)]
        self.whole = list(chunks)
        self.filters: tuple[Filter, ...] = tuple(c.value for c in chunks if c.is_(Role.FILTER))
        self.dimensions: tuple[Dimension, ...] = tuple(c.value for c in chunks if c.is_(Role.DIMENSION))

    def has(self, *roles: Role) -> bool:
        return any(chunk.is_(*roles) for chunk in self.chunks)

    def of(self, *roles: Role) -> list[Chunk]:
        return [chunk for chunk in self.chunks if chunk.is_(*roles)]

    def drop(self, *roles: Role) -> None:
        self.chunks = [chunk for chunk in self.chunks if not chunk.is_(*roles)]

    def only(self, *roles: Role) -> None:
        """Refuse parts that this kind of question has no place for."""
        for chunk in self.chunks:
            if not chunk.is_(*roles):
                raise Refusal(f"I can't tell what {shown(chunk.text)} asks for here", understood=70)

    @property
    def rows_called(self) -> str:
        entities = self.of(Role.ENTITY)
        return entities[0].text if entities else "rows"

    def question(self, shape: Shape, **rest: object) -> Question:
        made: dict[str, object] = {
            "table": self.vocabulary.name, "shape": shape, "filters": self.filters, "rows_called": self.rows_called, **rest,
        }  # fmt: skip
        return Question(**made)  # type: ignore[arg-type]  # every value is one of Question's own fields


def assemble(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Question:
    """The question that these parts make."""
    parts = Parts(chunks, vocabulary)
    if len(parts.dimensions) > 2:
        raise Refusal("I group by two columns at most", understood=80)
    if parts.has(Role.SHARE):
        return _share(parts)
    if parts.has(Role.DESCRIBE):
        return _describe(parts)
    extremes = [c for c in parts.of(Role.AGGREGATE) if c.value in {Aggregate.MIN, Aggregate.MAX}]
    if parts.has(Role.SUPERLATIVE, Role.RANK) or (extremes and parts.has(Role.WHICH) and _targets(parts)):
        return _ranking(parts)
    if parts.has(Role.FIRST):
        return _first_rows(parts)
    if parts.has(Role.AGGREGATE, Role.COUNT) or parts.dimensions:
        return _aggregate(parts)
    return _listing(parts)


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
    if parts.dimensions or len(numbers) > 1 or not parts.has(Role.ENTITY):
        raise Refusal("“first” asks for an order that I do not know", understood=70)
    return parts.question(Shape.ROWS, limit=_whole(numbers[0]) if numbers else 1)


def _listing(parts: Parts) -> Question:
    """`list the orders over 100`, `which regions are there`, `what is the revenue in 2024`."""
    wanted = parts.has(Role.LIST, Role.WHICH, Role.DISTINCT, Role.COMPARE)
    columns = parts.of(Role.COLUMN)
    if not columns and parts.has(Role.ENTITY) and (parts.has(Role.LIST, Role.WHICH) or parts.filters):
        numbers = parts.of(Role.NUMBER)
        parts.only(Role.LIST, Role.WHICH, Role.ENTITY, Role.NUMBER)
        if len(numbers) > 1:
            raise Refusal("it names two numbers of rows", understood=70)
        return parts.question(Shape.ROWS, limit=_whole(numbers[0]) if numbers else None)
    if columns and all(_is_listed(chunk.link) for chunk in columns) and wanted and not parts.has(Role.COMPARE):
        parts.only(Role.LIST, Role.WHICH, Role.DISTINCT, Role.COLUMN)
        return parts.question(Shape.VALUES, columns=tuple(dimension_column(chunk.link) for chunk in columns))
    if columns:
        return _aggregate(parts)
    raise Refusal("it does not say what to compute", understood=40)


def _is_listed(link: Link) -> bool:
    return link.narrowed(lambda c: c.is_groupable and not c.is_measure) is not None


def _aggregate(parts: Parts) -> Question:
    parts.drop(Role.LIST, Role.WHICH, Role.COMPARE)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    measures = read_measures(parts.chunks, parts.vocabulary)
    return parts.question(Shape.AGGREGATE, measures=measures, dimensions=parts.dimensions)


def read_measures(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> tuple[Measure, ...]:
    """`total revenue and quantity`, `min and max of price`, `number of orders and average price`."""
    measures: list[Measure] = []
    aggregates: list[Chunk] = []
    fresh = True
    for chunk in chunks:
        if chunk.is_(Role.AGGREGATE, Role.COUNT, Role.DISTINCT):
            aggregates = [chunk] if fresh else [*aggregates, chunk]
            fresh = False
        else:
            measures.extend(_measure(aggregate, chunk) for aggregate in _merged(aggregates, chunk))
            fresh = True
    if not fresh:
        if len(aggregates) == 1 and len(measures) == 1 and _is_default(chunks):
            return (_measure(aggregates[0], chunks[0]),)
        raise Refusal(f"{shown(aggregates[-1].text)} does not say of what", understood=60)
    measures = _without_row_word(measures, chunks)
    if not measures:
        raise Refusal("it does not say what to compute", understood=40)
    return tuple(dict.fromkeys(measures))


def _is_default(chunks: Sequence[Chunk]) -> bool:
    """`revenue total`: the column came before its aggregate."""
    return len(chunks) == 2 and chunks[0].is_(Role.COLUMN)


def _without_row_word(measures: list[Measure], chunks: Sequence[Chunk]) -> list[Measure]:
    """`average revenue of orders`: the rows' name beside a measured column says nothing more."""
    if any(chunk.is_(Role.COUNT) for chunk in chunks) or len(measures) < 2:
        return measures
    entities = [chunk for chunk in chunks if chunk.is_(Role.ENTITY)]
    if any(chunk.value is not None and not chunk.value.is_unique for chunk in entities):
        raise Refusal(
            f"several rows make one of {shown(entities[0].text)}, and the figure needs them put together first", 80
        )
    return [measure for measure in measures if measure.aggregate is not Aggregate.COUNT]


def _merged(aggregates: Sequence[Chunk], target: Chunk) -> list[Chunk | None]:
    """The aggregates to apply to a target; `total number of` and `how many different` are one."""
    counts = [chunk for chunk in aggregates if chunk.is_(Role.COUNT, Role.DISTINCT)]
    others = [chunk for chunk in aggregates if chunk.is_(Role.AGGREGATE)]
    if counts:
        if any(chunk.value is not Aggregate.SUM for chunk in others) or len(others) > 1:
            raise Refusal(
                f"{shown(others[0].text + ' ' + counts[0].text)} takes two steps, and I plan one", understood=80
            )
        distinct = [chunk for chunk in counts if chunk.is_(Role.DISTINCT)]
        return [distinct[0] if distinct else counts[0]]
    if others and target.is_(Role.ENTITY) and any(chunk.value is not Aggregate.SUM for chunk in others):
        return [None]
    return list(others) or [None]


def _measure(aggregate: Chunk | None, target: Chunk) -> Measure:
    if target.is_(Role.ENTITY):
        key = target.value
        return Measure(Aggregate.COUNT) if key is None or key.is_unique else Measure(Aggregate.DISTINCT, key)
    link = target.link
    if aggregate is None:
        return default_measure(link)
    if aggregate.is_(Role.COUNT, Role.DISTINCT):
        column = link.column(prefer=lambda c: c.is_key)
        if (column.is_measure and (aggregate.is_(Role.COUNT) or not column.is_groupable)) or column.kind is Kind.OTHER:
            if aggregate.is_(Role.COUNT):
                raise Refusal(f"“how many {link.phrase}” could be the total of {column.name} or a count; say which", 90)
        return Measure(Aggregate.DISTINCT, column)
    extreme = aggregate.value in {Aggregate.MIN, Aggregate.MAX}
    narrowed = link.narrowed(lambda c: c.is_number or (extreme and c.is_date))
    if narrowed is None:
        raise Refusal(f"{link.columns[0].name} is no number, so it has no {aggregate.text}", understood=80)
    return Measure(aggregate.value, narrowed.column())


def default_measure(link: Link) -> Measure:
    """A number without an aggregate is a total where that is what people mean: revenue, not price."""
    narrowed = link.narrowed(lambda c: c.is_number)
    if narrowed is None:
        raise Refusal(f"it does not say what to do with {link.columns[0].name}", understood=60)
    column = narrowed.column()
    if not column.is_additive:
        raise Refusal(f"it does not say whether the total, the average or another figure of {column.name} is meant", 90)
    return Measure(Aggregate.SUM, column)


def _share(parts: Parts) -> Question:
    """`what share of revenue comes from West`, `share of orders by region`."""
    parts.drop(Role.WHICH, Role.SHARE, Role.LIST)
    chunks = [c for c in parts.chunks if not (c.is_(Role.AGGREGATE) and c.value is Aggregate.SUM)]
    if any(chunk.is_(Role.AGGREGATE, Role.SUPERLATIVE) for chunk in chunks):
        raise Refusal("a share is of a total or a count", understood=70)
    parts.chunks = chunks
    parts.only(Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    measures = read_measures(chunks, parts.vocabulary)
    if len(measures) != 1 or (measures[0].aggregate is Aggregate.DISTINCT):
        raise Refusal("I compute the share of one total or of the rows", understood=70)
    if parts.dimensions:
        if len(parts.dimensions) > 1:
            raise Refusal("I compute shares by one column", understood=80)
        return parts.question(Shape.SHARE, measures=measures, dimensions=parts.dimensions)
    base, part = _split(parts)
    return parts.question(Shape.SHARE, measures=measures, filters=base, part=part)


def _split(parts: Parts) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """Filters of the whole, filters of the part."""
    if len(parts.filters) == 1:
        return (), parts.filters
    cuts = [i for i, chunk in enumerate(parts.whole) if chunk.is_(Role.SPLITTER, Role.IS)]
    cut = cuts[-1] if cuts else 0
    base = tuple(c.value for c in parts.whole[:cut] if c.is_(Role.FILTER))
    part = tuple(c.value for c in parts.whole[cut:] if c.is_(Role.FILTER))
    if len(part) != 1 or not cut:
        raise Refusal("it does not say the share of what in what; try “what share of … comes from …”", understood=80)
    return base, part


def _targets(parts: Parts) -> list[Chunk]:
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


def _ranking(parts: Parts) -> Question:
    """`top 5 products by revenue`, `which region has the most orders`, `highest price`, `cheapest product`."""
    targets = _targets(parts)
    superlative, descending = _superlative(parts)
    numbers = parts.of(Role.NUMBER)
    if len(numbers) > 1:
        raise Refusal("it names two numbers of places", understood=70)
    limit = _whole(numbers[0]) if numbers else None
    if parts.has(Role.RANK) or (parts.has(Role.WHICH) and targets and _is_plural(targets[0])):
        singular_limit = limit
    else:
        singular_limit = limit or 1
    targets = _without_counted(targets, parts)
    ranked = [chunk for chunk in parts.chunks if chunk not in targets]
    parts.chunks = ranked
    parts.drop(Role.WHICH, Role.LIST, Role.NUMBER, Role.SUPERLATIVE, Role.RANK, Role.COMPARE)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    if targets:
        return _ranked_groups(parts, targets, superlative, descending, singular_limit)
    if parts.dimensions:
        return _extreme_by_group(parts, superlative, descending, limit)
    return _ranked_rows(parts, superlative, descending, singular_limit)


def _without_counted(targets: list[Chunk], parts: Parts) -> list[Chunk]:
    """`which region has the most customers`: the second is counted, not ranked."""
    if len(targets) == 2 and parts.of(Role.SUPERLATIVE):
        place = parts.chunks.index(parts.of(Role.SUPERLATIVE)[0])
        after = [chunk for chunk in targets if parts.chunks.index(chunk) > place]
        if len(after) == 1 and after[0].is_(Role.COLUMN):
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
    fits = [c for c in parts.vocabulary.columns if c.is_date] if word == "date" else []
    link = parts.vocabulary.link((word,))
    columns = tuple(fits) or (link.columns if link else ())
    if not columns:
        raise Refusal(f"no column of {parts.vocabulary.name} says {shown(word)}", understood=60)
    if len(columns) > 1:
        raise Refusal(f"the {word} could be {either([column.name for column in columns])}; name one", understood=90)
    return columns[0]


def _ranked_groups(
    parts: Parts, targets: list[Chunk], superlative: Superlative | None, descending: bool, limit: int | None
) -> Question:
    if parts.dimensions:
        raise Refusal("a ranking within each group is beyond me", understood=80)
    target = targets[0]
    if target.is_(Role.GRAIN):
        assert isinstance(target.value, Grain)
        dimension = date_dimension(parts.vocabulary, target.value, None, target.text)
    else:
        column = dimension_column(target.link)
        dimension = Dimension(column, Grain.DAY if column.is_date else None)
    hinted = _hinted(superlative, parts)
    if superlative and superlative.counts:
        parts.drop(Role.ENTITY)
        parts.only()
        measure = Measure(Aggregate.COUNT)
    elif hinted and (not parts.has(Role.COLUMN) or [c.link.columns for c in parts.of(Role.COLUMN)] == [(hinted,)]):
        parts.drop(Role.COLUMN)
        parts.only(Role.ENTITY)
        measure = Measure(Aggregate.MAX if descending else Aggregate.MIN, hinted)
    else:
        measure = _ranked_measure(parts, dimension, descending)
    return parts.question(
        Shape.AGGREGATE, measures=(measure,), dimensions=(dimension,), order=Order(descending), limit=limit
    )


def _ranked_measure(parts: Parts, dimension: Dimension, descending: bool) -> Measure:
    """What groups are ranked by, where the aggregate may go without saying."""
    if not parts.chunks:
        raise Refusal("it does not say by which figure to rank", understood=80)
    if len(parts.chunks) > 1 or not parts.has(Role.COLUMN):
        measures = read_measures(parts.chunks, parts.vocabulary)
        if len(measures) != 1:
            raise Refusal("it names two figures to rank by", understood=70)
        return measures[0]
    narrowed = parts.chunks[0].link.narrowed(lambda c: c.is_number or c.is_date)
    if narrowed is None:
        raise Refusal(f"{parts.chunks[0].link.columns[0].name} is no figure to rank by", understood=70)
    column = narrowed.column()
    if column.is_additive and dimension.column and not dimension.column.is_unique:
        return Measure(Aggregate.SUM, column)
    unique = dimension.column is not None and dimension.column.is_unique
    if unique or column.is_date or _is_rate(column):
        return Measure(Aggregate.MAX if descending else Aggregate.MIN, column)
    raise Refusal(
        f"it does not say whether the total, the average or the highest {column.name} is meant", understood=90
    )


def _is_rate(column: Column) -> bool:
    from daytwo.control.models.analyst import lexicon

    return bool(lexicon.NOT_ADDITIVE.intersection(column.words))


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
    measure = _ranked_measure(parts, parts.dimensions[0], descending)
    order = Order(descending)
    return parts.question(
        Shape.AGGREGATE,
        measures=(measure,),
        dimensions=parts.dimensions,
        order=order,
        limit=limit or (1 if superlative else None),
    )


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
    if len(columns) > 1 or (column and columns and columns[0].link.columns != (column,)):
        raise Refusal("it names two figures to rank by", understood=70)
    if columns:
        narrowed = columns[0].link.narrowed(lambda c: c.is_number or c.is_date)
        if narrowed is None:
            raise Refusal(f"{columns[0].link.columns[0].name} is no figure to rank by", understood=70)
        column = narrowed.column()
    if column is None:
        measures = [c.name for c in parts.vocabulary.columns if c.is_measure]
        names = f": {either(measures)}" if measures else ""
        raise Refusal(f"it does not say by which figure to rank{names}", understood=80)
    return parts.question(Shape.ROWS, order=Order(descending, column), limit=limit)


def _whole(chunk: Chunk) -> int:
    number = chunk.token.number
    if number is None or number != int(number) or not 1 <= number <= 1_000_000:
        raise Refusal(f"{shown(chunk.text)} is no number of rows", understood=70)
    return int(number)
