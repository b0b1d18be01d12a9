"""Questions that follow another: `and by region?`, `what about Japan?`, `only in 2024`, `and the median?`.

What the follow-up names takes the place of its like in the question before: a time the time, a value the value, what
it groups by what that grouped by, a figure's name the figure's name.  Everything else stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from daytwo.control.models.analyst.intent import reduce_parts
from daytwo.control.models.analyst.kinds.parts import whole_number
from daytwo.control.models.analyst.question import (
    AnyFilter,
    DateFilter,
    Dimension,
    Filter,
    Measure,
    NumberFilter,
    Question,
    Shape,
    ValueFilter,
    columns_of,
)
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, Superlative
from daytwo.control.models.analyst.rules.filters import filter_chunk, role_at
from daytwo.control.models.analyst.rules.value_filters import read_values
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.control.models.analyst.words.lexing import lex
from daytwo.control.models.analyst.words.ways import rephrase

_OPENING = re.compile(
    r"^(?:(?:and|but|now|then|ok|okay|so|also|please)\b[,]?\s*)*"
    r"(?:(?:what|how) about|same(?: thing)?(?: again)?(?=\s+(?:for|by|in))|(?:only|just)"
    r"|(?:the )?same(?: thing)?,? (?:but|except|with|only)(?: (?:for|with|the|in))?"
    r"|(?:show|plot|draw|make|give) (?:me )?(?:it|that|this|them|those)|(?:do|give me) the same)?\s*(?:now\b)?\s*",
    re.IGNORECASE,
)
_AS_WELL = re.compile(r"\b(?:as well|too|also|additionally|in addition)\b|^and also", re.IGNORECASE)
_SILENT = (Role.AND, Role.COMMA, Role.PREPOSITION, Role.IS, Role.WHICH, Role.ENTITY, Role.LIST, Role.SPLITTER)


_CONTINUES = (
    "by ",
    "per ",
    "in ",
    "for ",
    "break ",
    "without ",
    "excluding ",
    "except ",
    "as a ",
    "as percent",
    "instead ",
)


def opens(text: str) -> bool:
    """Whether a question begins as one that follows another."""
    match = _OPENING.match(text.strip())
    return bool(match and match.end()) or text.strip().casefold().startswith(_CONTINUES)


def follow(text: str, before: Question, vocabulary: Vocabulary) -> Question:
    """The question before, as this one changes it.

    Raises:
        Refusal: it does not say what changes.
    """
    adds = bool(_AS_WELL.search(text))
    rest = _AS_WELL.sub(" ", _OPENING.sub("", text.strip()))
    if _AS_SHARE.fullmatch(rest.strip(" ?.")):
        return _as_share(before)
    chunks = reduce_parts(lex(rephrase(_AS_FORM.sub(r"show x \g<0>", rest))), vocabulary, columns_first=False)
    forms = [chunk.value for chunk in chunks if chunk.is_(Role.FORM)]
    if forms and all(chunk.is_(Role.FORM, *_SILENT) or chunk.text == "x" for chunk in chunks):
        return replace(before, form=forms[0])
    chunks = [chunk for chunk in _with_values(chunks, vocabulary) if not chunk.is_(*_SILENT)]
    if not chunks:
        raise Refusal("it does not say what changes against the question before", understood=60)
    made = before
    filters = tuple(chunk.value for chunk in chunks if chunk.is_(Role.FILTER))
    if filters:
        made = _filtered(made, filters)
    dimensions = tuple(dict.fromkeys(chunk.value for chunk in chunks if chunk.is_(Role.DIMENSION)))
    if dimensions:
        made = _grouped(made, (*made.dimensions, *dimensions) if adds else dimensions)
    chunks = [chunk for chunk in chunks if not chunk.is_(Role.FILTER, Role.DIMENSION)]
    made = _figured(made, chunks, adds=adds)
    if made == before:
        raise Refusal("it changes nothing about the question before", understood=60)
    return made


_AS_SHARE = re.compile(
    r"as (?:a )?(?:percentages?|shares?|percent|proportions?)(?: of (?:the )?(?:total|all|whole))?", re.IGNORECASE
)
_AS_FORM = re.compile(r"^as (?:an? )?(?=.*(?:chart|graph|plot|bars?|line|pie))", re.IGNORECASE)


def _as_share(before: Question) -> Question:
    """The figures of groups, each as its share of all."""
    figures = [measure.aggregate for measure in before.measures]
    plain = not (before.over or before.having or before.outer or before.order or before.contrast)
    if before.shape is not Shape.AGGREGATE or len(before.dimensions) != 1 or not plain:
        raise Refusal("the question before has no groups to take shares of", understood=70)
    if figures not in ([Aggregate.COUNT], [Aggregate.SUM]):
        raise Refusal("a share is of a total or a count", understood=70)
    return replace(before, shape=Shape.SHARE)


def _with_values(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """A name that stands alone is a value: `Japan?`."""
    if role_at(chunks, 0) not in {Role.WORD, Role.QUOTED}:
        return chunks
    values, end = read_values(chunks, 0)
    columns = vocabulary.where(lambda c: c.is_category)
    if not values or not columns:
        return chunks
    return [filter_chunk(ValueFilter(values, columns), chunks[:end]), *chunks[end:]]


def _filtered(before: Question, filters: Sequence[Filter]) -> Question:
    if before.shape is Shape.SHARE and before.part and len(filters) == 1 and _alike(filters[0], before.part[0]):
        return replace(before, part=tuple(filters))
    kept = [one for one in before.filters if not any(_alike(new, one) for new in filters)]
    compared = [one for one in before.filters if one not in kept and any(d.compared == one for d in before.dimensions)]
    if compared:
        raise Refusal("the question before compares these values; ask it anew", understood=80)
    return replace(before, filters=(*kept, *filters))


def _alike(new: Filter, old: Filter) -> bool:
    """Whether one takes the other's place: two times, two values that one column may hold, two bounds of a number."""
    if isinstance(new, ValueFilter) and isinstance(old, ValueFilter):
        return bool(set(new.columns) & set(old.columns))
    if isinstance(new, ValueFilter) or isinstance(old, ValueFilter):
        return False
    timed = (DateFilter, NumberFilter, AnyFilter)
    return isinstance(new, timed) and isinstance(old, timed) and columns_of(new) == columns_of(old)


def _grouped(before: Question, dimensions: tuple[Dimension, ...]) -> Question:
    if before.shape not in {Shape.AGGREGATE, Shape.SHARE} or len(dimensions) > 2 or before.over or before.having:
        raise Refusal("I cannot group the question before by that; ask it anew", understood=80)
    if before.shape is Shape.SHARE and before.part:
        raise Refusal("a share of one part has no groups; ask for the share by column", understood=80)
    compared = [d for d in before.dimensions if d.compared]
    if compared:
        raise Refusal("the question before compares values; ask it anew", understood=80)
    return replace(before, dimensions=dimensions)


def _figured(before: Question, chunks: Sequence[Chunk], *, adds: bool) -> Question:
    """Another aggregate, another column, the other end of a ranking."""
    aggregates = [chunk.value for chunk in chunks if chunk.is_(Role.AGGREGATE)]
    superlatives = [chunk.value for chunk in chunks if chunk.is_(Role.SUPERLATIVE)]
    numbers = [chunk for chunk in chunks if chunk.is_(Role.NUMBER)]
    columns = [chunk for chunk in chunks if chunk.is_(Role.COLUMN)]
    known = len(aggregates) + len(superlatives) + len(numbers) + len(columns)
    if known != len(chunks) or len(superlatives) > 1 or len(numbers) > 1 or len(columns) > 1 or len(aggregates) > 1:
        raise Refusal("I can't tell what it changes about the question before; ask it anew", understood=60)
    made = before
    if superlatives or numbers:
        extreme = before.measures[0].aggregate if len(before.measures) == 1 else None
        if extreme in _OTHER_END and len(superlatives) == len(chunks) == 1 and before.order is None:
            return replace(before, measures=(replace(before.measures[0], aggregate=_OTHER_END[extreme]),))
        if before.order is None or aggregates or columns:
            raise Refusal("the question before ranks nothing; ask it anew", understood=70)
        if superlatives:
            assert isinstance(superlatives[0], Superlative)
            if superlatives[0].column_word or superlatives[0].counts:
                raise Refusal("it ranks by something else; ask it anew", understood=70)
            made = replace(made, order=replace(before.order, descending=superlatives[0].descending))
        return replace(made, limit=whole_number(numbers[0])) if numbers else made
    if aggregates or columns:
        made = replace(before, measures=_measures(before, aggregates, columns, adds=adds))
    return made


_OTHER_END = {Aggregate.MAX: Aggregate.MIN, Aggregate.MIN: Aggregate.MAX}


def _measures(
    before: Question, aggregates: Sequence[Aggregate | float], columns: list[Chunk], *, adds: bool
) -> tuple[Measure, ...]:
    if before.shape is not Shape.AGGREGATE or len(before.measures) != 1 or before.having or before.outer:
        raise Refusal("the question before has no one figure to change; ask it anew", understood=70)
    old = before.measures[0]
    column = old.column
    if columns:
        link = columns[0].link.narrowed(lambda c: c.is_number)
        if link is None:
            raise Refusal(f"{columns[0].link.columns[0].name} is no number", understood=70)
        column = link.column()
    if column is None or (old.column is None and not aggregates):
        raise Refusal("the question before counts rows; ask it anew", understood=70)
    aggregate, quantile = old.aggregate, old.quantile
    if aggregates:
        asked = aggregates[0]
        aggregate, quantile = (Aggregate.QUANTILE, asked) if isinstance(asked, float) else (asked, None)
    new = Measure(aggregate, column, quantile)
    return (old, new) if adds else (new,)
