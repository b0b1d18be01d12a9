"""What is left of a question once filters and dimensions are found, for the readers of `readings` and `rankings`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daytwo.control.models.analyst.question import (
    DateFilter,
    Dimension,
    Filter,
    NumberFilter,
    Question,
    Shape,
    ValueFilter,
)
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Grain
from daytwo.wire.sheet import Uniqueness


class Parts:
    def __init__(self, chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.chunks = [c for c in chunks if not c.is_(Role.FILTER, Role.DIMENSION, Role.IS, Role.SPLITTER)]
        self.whole = list(chunks)
        self.filters: tuple[Filter, ...] = tuple(c.value for c in chunks if c.is_(Role.FILTER))
        self.dimensions: tuple[Dimension, ...] = tuple(dict.fromkeys(c.value for c in chunks if c.is_(Role.DIMENSION)))

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
    def has_moment(self) -> bool:
        """Whether it asks when: at which of the rows' own times."""
        return any(chunk.is_(Role.GRAIN) and chunk.value is Grain.TIME for chunk in self.whole)

    def at_finest(self) -> None:
        """Dates as fine as they are: values are not put together."""
        self.dimensions = tuple(replace(d, grain=Grain.DAY) if d.grain is Grain.SPAN else d for d in self.dimensions)

    def may_be_single(self, dimensions: Sequence[Dimension] = ()) -> bool:
        """Whether dimensions and filters could leave one row in each group, as far as the sheet tells."""
        most = 1
        for column in {d.column for d in dimensions or self.dimensions if d.column} | _filtered(self.filters):
            few = column.sheet.uniqueness in {Uniqueness.FEW, Uniqueness.CONSTANT}
            most *= 20 if few else 1_000 if column.sheet.uniqueness is Uniqueness.SOME else 1_000_000
        return most > 1 and most >= 10 ** (self.vocabulary.rows_magnitude or 0)

    @property
    def rows_called(self) -> str:
        entities = self.of(Role.ENTITY)
        return entities[0].text if entities else "rows"

    def question(self, shape: Shape, **rest: object) -> Question:
        """A question of this shape over these filters; `rest` are other fields of `Question`."""
        made = Question(
            table=self.vocabulary.name,
            shape=shape,
            filters=self.filters,
            rows_called=self.rows_called,
            joins=self.vocabulary.joins,
            rows_magnitude=self.vocabulary.rows_magnitude,
        )
        return replace(made, **rest)  # type: ignore[arg-type]  # mypy cannot check keywords that pass through


def _filtered(filters: Sequence[Filter]) -> set[Column]:
    """One column of each filter: of those that may hold a value, the one with most."""
    found = set()
    for one in filters:
        if isinstance(one, ValueFilter):
            if not one.negated:
                found.add(
                    max(one.columns, key=lambda c: c.sheet.uniqueness not in {Uniqueness.FEW, Uniqueness.CONSTANT})
                )
        elif isinstance(one, DateFilter | NumberFilter):
            found.add(one.column)
    return found


def whole_number(chunk: Chunk) -> int:
    number = None if chunk.token.is_percent or chunk.token.is_money else chunk.token.number
    if number is None or number != int(number) or not 1 <= number <= 1_000_000:
        raise Refusal(f"{shown(chunk.text)} is no number of rows", understood=70)
    return int(number)
