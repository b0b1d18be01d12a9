"""Which figures a question asks for: `total revenue and quantity`, `number of orders`, `how many customers`."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import Measure
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.table.naming import Rank, canonical
from daytwo.control.models.analyst.table.resembling import core
from daytwo.control.models.analyst.table.vocabulary import Link
from daytwo.control.models.analyst.terms import Aggregate, Operation
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import singular
from daytwo.wire.sheet import ColumnClass


def read_measures(
    chunks: Sequence[Chunk], *, only_possible: bool = False, in_groups: bool = False, timed: bool = False
) -> tuple[Measure, ...]:
    """`total revenue and quantity`, `min and max of price`, `number of orders and average price`.

    With `in_groups`, a number that names no aggregate and is none to add up is averaged (`timed`, one that counts
    things is added up all the same); with `only_possible`, it is “the one value” of its group: the program stops where
    there are several.
    """
    measures: list[Measure] = []
    aggregates: list[Chunk] = []
    fresh = True
    for chunk in chunks:
        if chunk.is_(Role.ENTITY) and fresh and measures:
            continue  # `number of customers with orders in 2024`: the rows' name says nothing more
        if chunk.is_(Role.AGGREGATE, Role.COUNT, Role.DISTINCT):
            aggregates = [chunk] if fresh else [*aggregates, chunk]
            fresh = False
        else:
            measures.extend(
                _measure(aggregate, chunk, only_possible=only_possible, in_groups=in_groups, timed=timed)
                for aggregate in _merged(aggregates, chunk)
            )
            fresh = True
    if not fresh:
        if len(aggregates) == 1 and len(measures) == 1 and _is_default(chunks):
            return (_measure(aggregates[0], chunks[0]),)
        raise Refusal(f"{shown(aggregates[-1].text)} does not say of what", understood=60)
    measures = _without_row_word(measures, chunks)
    bare = [c for c in chunks if c.is_(Role.AGGREGATE) and c.value is not Aggregate.SUM]
    if bare and all(measure.aggregate is Aggregate.COUNT for measure in measures) and not _counts(chunks):
        raise Refusal(f"{shown(bare[0].text)} does not say of which number", understood=60)
    if not measures:
        raise Refusal("it does not say what to compute", understood=40)
    return tuple(dict.fromkeys(measures))


def _counts(chunks: Sequence[Chunk]) -> bool:
    return any(chunk.is_(Role.COUNT) for chunk in chunks)


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


def _measure(
    aggregate: Chunk | None,
    target: Chunk,
    *,
    only_possible: bool = False,
    in_groups: bool = False,
    timed: bool = False,
) -> Measure:
    if target.is_(Role.ENTITY):
        key = target.value
        if key is None and aggregate is not None and aggregate.is_(Role.DISTINCT):
            raise Refusal(f"no column numbers the {target.text}, so I cannot tell which are {aggregate.text}", 80)
        return Measure(Aggregate.COUNT) if key is None or key.is_unique else Measure(Aggregate.DISTINCT, key)
    link = target.link
    if aggregate is None:
        return default_measure(link, only_possible=only_possible, in_groups=in_groups, timed=timed)
    if aggregate.is_(Role.COUNT, Role.DISTINCT):
        return _counted(link, aggregate)
    extreme = aggregate.value in {Aggregate.MIN, Aggregate.MAX}
    narrowed = link.narrowed(lambda c: (c.is_number and not (c.is_key and _is_id(c))) or (extreme and c.is_date))
    if narrowed is None:
        raise Refusal(f"I can't tell what {shown(link.phrase)} does here: {link.columns[0].name} is no number", 80)
    if aggregate.value is Aggregate.SUM and _is_ratio(narrowed.columns[0]):
        return default_measure(narrowed)
    if isinstance(aggregate.value, float):
        return Measure(Aggregate.QUANTILE, narrowed.column(), aggregate.value)
    return Measure(aggregate.value, narrowed.column())


def _counted(link: Link, aggregate: Chunk) -> Measure:
    """`how many customers`: different values; `how many passengers`, where each row says: their total."""
    column = link.column(prefer=lambda c: c.is_key)
    if column.is_date and link.rank is Rank.LOOSE:
        raise Refusal(f"“how many {link.phrase}” could be rows, or different days of {column.name}; say which", 90)
    plain_number = column.is_number and not column.is_key and not column.is_groupable
    if aggregate.is_(Role.COUNT) and link.is_plural and column.is_additive and _is_counted(link.phrase, column):
        return Measure(Aggregate.SUM, column)
    if aggregate.is_(Role.COUNT) and link.is_plural and column.counts_things and _is_whole(link, column):
        return Measure(Aggregate.SUM, column)
    if aggregate.is_(Role.COUNT) and (column.is_measure or plain_number or column.kind is Kind.OTHER):
        raise Refusal(
            f"“how many {link.phrase}” could be a total or a count: say “total {column.name}” or “number of rows”",
            90,
        )
    if aggregate.is_(Role.COUNT) and column.sheet.column_class is ColumnClass.FREE_TEXT:
        return Measure(Aggregate.FILLED, column)  # two comments that say the same are two
    return Measure(Aggregate.DISTINCT, column)


def _is_id(column: Column) -> bool:
    """A number that only tells things apart: no figure of it says anything."""
    return column.words[-1] in {"id", "uuid", "guid", "identifier"}


def _is_whole(link: Link, column: Column) -> bool:
    """Whether the name was said in full: `target_patients` are no patients."""
    return link.rank is not Rank.LOOSE or len(core(column)) == 1


def _is_counted(phrase: str, column: Column) -> bool:
    """Whether the column is named for what is counted: “passengers”, not “cars” where it is `car_hours`."""
    last = canonical((singular(phrase.casefold().rsplit(maxsplit=1)[-1]),))
    return last == canonical(column.words[-1:]) or phrase.casefold() in nouns.INHABITANTS


_RATIOS = {Operation.OVER: Aggregate.RATIO, Operation.PERCENT: Aggregate.PERCENT}


def _is_ratio(column: Column) -> bool:
    return column.formula is not None and column.formula.operation in _RATIOS


def default_measure(
    link: Link, *, only_possible: bool = False, in_groups: bool = False, timed: bool = False
) -> Measure:
    """A number without an aggregate is a total where that is what people mean: revenue, not price."""
    narrowed = link.narrowed(lambda c: c.is_number)
    formula = narrowed.columns[0].formula if narrowed else None
    if formula and formula.operation in _RATIOS:
        if not all(side.is_additive or side.counts_things for side in (formula.left, formula.right)):
            raise Refusal(f"it does not say whether the average or another figure of {link.phrase} is meant", 90)
        return Measure(_RATIOS[formula.operation], formula.left, per=formula.right)
    if narrowed is None:
        raise Refusal(f"it does not say what to do with {link.columns[0].name}", understood=60)
    column = narrowed.column()
    if timed and column.counts_things:
        return Measure(Aggregate.SUM, column)
    if not column.is_additive and only_possible:
        return Measure(Aggregate.ONLY, column)
    if not column.is_additive and in_groups and column.is_measure:
        return Measure(Aggregate.MEAN, column)
    if not column.is_additive:
        raise Refusal(f"it does not say whether the total, the average or another figure of {column.name} is meant", 90)
    return Measure(Aggregate.SUM, column)
