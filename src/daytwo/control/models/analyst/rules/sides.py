"""Sides that conditions make: `smokers vs non-smokers`, `June against July`, `the south vs the rest`.

Two values, or two times of one date, are compared by `dimensions` already.  These rules read what is left: any two
conditions around a `vs`, and one condition against all other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daytwo.control.models.analyst.question import (
    AnyFilter,
    DateFilter,
    Dimension,
    Filter,
    FlagFilter,
    MissingFilter,
    NumberFilter,
    Side,
    ValueFilter,
    columns_of,
)
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.rules.filters import Reading, role_at
from daytwo.control.models.analyst.words import lexicon

_OTHERS = frozenset({"rest", "other", "others", "everyone", "everybody", "everything", "anyone", "remaining", "else"})
_BETWEEN = {Role.PREPOSITION, Role.ENTITY, Role.CONDITION, Role.IS}


class SideRules:
    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._comparing = any(chunk.is_(Role.COMPARE, Role.CONTRAST) for chunk in chunks)

    def sides(self, chunks: list[Chunk], at: int) -> Reading | None:  # noqa: PLR0911 - each return is one way of saying it
        """A condition, `vs`, and another one or `the rest`."""
        if not chunks[at].is_(Role.FILTER):
            return None
        first, end = _conditions(chunks, at)
        end = _past(chunks, end, {Role.ENTITY, Role.COMMA})
        joins = {Role.VERSUS, Role.AND, Role.TO, Role.BETWEEN} if self._comparing else {Role.VERSUS, Role.AND}
        if role_at(chunks, end) not in joins:
            return None
        start = _past(chunks, end + 1, _BETWEEN)
        second, stop = _conditions(chunks, start)
        opposite = len(first) == len(second) == 1 and second[0] == negated(first[0])
        if chunks[end].is_(Role.AND) and not (self._comparing or opposite):
            return None
        column = columns_of(first[0])
        if opposite and len(column) == 1 and not self._comparing and (_is_yes_or_no(first[0])):
            return [Chunk(Role.DIMENSION, "", Dimension(column[0]))], _past(chunks, stop, {Role.ENTITY})
        if second:
            return self._made(chunks, (at, first), (start, second), _past(chunks, stop, {Role.ENTITY}))
        if chunks[end].is_(Role.AND):
            return None
        stop = start
        while role_at(chunks, stop) in {Role.WORD, Role.ENTITY, Role.PREPOSITION} and _says_others(chunks[stop]):
            stop += 1
        others = negated(first[0])
        if stop == start or len(first) > 1 or others is None:
            return None
        made = (Side(_called(chunks[at:end]), tuple(first)), Side("the rest", (others,)))
        return [Chunk(Role.DIMENSION, "", Dimension(None, sides=made))], stop

    def _made(
        self, chunks: Sequence[Chunk], first: tuple[int, list[Filter]], second: tuple[int, list[Filter]], end: int
    ) -> Reading:
        labels = [_called(chunks[at : at + len(filters)]) for at, filters in (first, second)]
        if labels[0] == labels[1]:
            labels = ["first", "second"]
        made = tuple(Side(label, tuple(filters)) for label, (_, filters) in zip(labels, (first, second), strict=True))
        return [Chunk(Role.DIMENSION, "", Dimension(None, sides=made))], end


def _is_yes_or_no(one: Filter) -> bool:
    return isinstance(one, FlagFilter) or (isinstance(one, ValueFilter) and one.columns[0].is_yes_or_no)


def _conditions(chunks: Sequence[Chunk], at: int) -> tuple[list[Filter], int]:
    """The conditions that stand together from `at`, and where they end."""
    end = at
    while role_at(chunks, end) is Role.FILTER:
        end += 1
    return [chunk.value for chunk in chunks[at:end]], end


def _past(chunks: Sequence[Chunk], at: int, roles: set[Role]) -> int:
    while role_at(chunks, at) in roles:
        at += 1
    return at


def _says_others(chunk: Chunk) -> bool:
    return chunk.is_(Role.ENTITY, Role.PREPOSITION) or chunk.text.casefold() in _OTHERS


def _called(parts: Sequence[Chunk]) -> str:
    """The person's own words for a side."""
    text = " ".join(part.text for part in parts if not part.is_(Role.COMMA))
    first, _, rest = text.partition(" ")
    return rest if rest and first.casefold() in lexicon.PREPOSITIONS else text


def negated(one: Filter) -> Filter | None:  # noqa: PLR0911 - one return for each kind
    """All rows but these, of those that have a value; None where that cannot be told."""
    if isinstance(one, ValueFilter) and one.values in {("yes",), ("no",)} and one.columns[0].is_yes_or_no:
        return replace(one, values=("no" if one.values == ("yes",) else "yes",))
    if isinstance(one, ValueFilter | DateFilter | AnyFilter):
        return replace(one, negated=not one.negated)
    if isinstance(one, FlagFilter):
        return replace(one, value=not one.value)
    if isinstance(one, MissingFilter):
        return replace(one, present=not one.present)
    if isinstance(one, NumberFilter) and one.comparison in lexicon.INVERTED:
        return replace(one, comparison=lexicon.INVERTED[one.comparison])
    if isinstance(one, NumberFilter):
        return AnyFilter((one,), negated=True)
    return None
