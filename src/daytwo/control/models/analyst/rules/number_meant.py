"""Which number a comparison is of where no column stands beside it: `earn over 3000`, `dogs over 10 years old`.

By the comparative (`cheaper than`), the verb before it (`pay more than`), the unit behind it (`under 5 km`), by what
each row is, or because there is one number alone.  The first of these that leaves exactly one number decides; a unit
other than the column's own is converted, and one that the column's name does not tell is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from daytwo.control.models.analyst.refusal import Refusal, either, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import role_at
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.control.models.analyst.words.spelling import singular

LEAST_MONEY = 1_000
"""From where a number without a name may be what somebody earns, or what something costs."""


class NumberMeant:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def by_verb(self, chunks: Sequence[Chunk], at: int) -> Column | None:
        """`people who earn`, `took`, `cost`: the one number of the kind that the verb speaks of."""
        if not 0 <= at < len(chunks) or not chunks[at].is_(Role.WORD):
            return None
        kinds = lexicon.VERB_COLUMNS.get(chunks[at].text.casefold(), ())
        return self._first({kind} for kind in kinds)

    def by_comparative(self, said: str) -> Column | None:
        """`cheaper than`: a price, a cost or a fare.

        Raises:
            Refusal: the table has none.
        """
        hint = lexicon.COMPARED_COLUMN.get(said.casefold().split()[0])
        if hint is None:
            return None
        links = [link for word in hint if (link := self._vocabulary.link(tuple(word.split())))]
        if not links:
            raise Refusal(f"no column says {shown(hint[0])}", understood=60)
        return links[0].column()

    def implied(self, chunks: Sequence[Chunk], at: int) -> Column | None:
        """The number that the rows, or the unit, speak of: `bills over 40 dollars`, `patients over 60`, `100 days`."""
        numbers = [chunk for chunk in chunks[at : at + 4] if chunk.is_(Role.NUMBER)]
        following = chunks[chunks.index(numbers[-1]) + 1 :] if numbers else []
        unit = following[0].text.casefold() if following and following[0].is_(Role.WORD, Role.GRAIN) else ""
        if numbers and numbers[0].token.is_money and not unit:
            unit = "dollar"
        if unit in nouns.UNIT_COLUMNS:
            return self._first([nouns.UNIT_COLUMNS[unit]]) or self._measured_in(unit)
        return self._measured_in(unit) or self._of_rows(chunks, unit)

    def _measured_in(self, unit: str) -> Column | None:
        """`over 5 km`: the one number whose name ends in that unit, or in one of its kind."""
        if unit not in nouns.UNITS and singular(unit) not in nouns.UNITS:
            return None
        own = self._vocabulary.where(lambda c: c.is_measure and unit_of(c) == nouns.UNITS[singular(unit)])
        alike = own or self._vocabulary.where(lambda c: c.is_measure and factor(unit, c) is not None)
        return alike[0] if len(alike) == 1 else None

    def _of_rows(self, chunks: Sequence[Chunk], unit: str) -> Column | None:
        rows = {singular(chunk.text.split()[-1]) for chunk in chunks if chunk.is_(Role.ENTITY)}
        measures = self._vocabulary.where(lambda c: c.is_measure)
        if (rows & nouns.PERSONS or self._vocabulary.is_of_persons) and not any(rows & set(c.words) for c in measures):
            meant = [c for c in measures if c.words == ("age",)] if not unit else []
        else:
            meant = [c for c in measures if rows.intersection(c.words)]
            money = [link for row in rows if (link := self._vocabulary.money((row,)))]
            meant = meant or (list(money[0].columns) if money and not unit else [])
        return meant[0] if len(meant) == 1 else None

    def of_money(self, chunks: Sequence[Chunk], at: int) -> Column | None:
        """`people on more than 80k`: the one salary; `car loans over 20k`, said as money is: the one amount."""
        numbers = [chunk.token for chunk in chunks[at : at + 3] if chunk.is_(Role.NUMBER)]
        if not numbers or (numbers[0].number or 0) < LEAST_MONEY:
            return None
        said = numbers[0].is_money or not numbers[0].text[-1].isdigit()
        return self._first((nouns.WAGES, nouns.MONEY) if said else (nouns.WAGES,))

    def only(self, text: str) -> Column:
        """The one number of the table.

        Raises:
            Refusal: there are others.
        """
        measures = self._vocabulary.where(lambda c: c.is_measure)
        if len(measures) != 1:
            names = f": {either([c.name for c in measures])}" if measures else ""
            raise Refusal(f"{shown(text)} does not say which number is compared{names}", understood=80)
        return measures[0]

    def _first(self, kinds: Iterable[Collection[str]]) -> Column | None:
        """The one number with such a word in its name, by the first kind of words that any has."""
        for words in kinds:
            found = self._vocabulary.where(lambda c: c.is_measure and bool(set(words).intersection(c.words)))  # noqa: B023
            if found:
                return found[0] if len(found) == 1 else None
        return None


def unit_of(column: Column) -> str | None:
    """The unit that a column's name tells."""
    if column.words[-1:] == ("min",) and nouns.LASTING.intersection(column.words):
        return nouns.UNITS["minute"]  # elsewhere it is a minimum
    own = [nouns.UNITS[part] for part in column.words if part in nouns.UNITS]
    return own[-1] if own else None


def factor(unit: str, column: Column) -> float | None:
    """By what a number in this unit is multiplied to be in the column's own; None where there is no telling."""
    said, own = nouns.UNITS.get(unit) or nouns.UNITS.get(singular(unit)), unit_of(column)
    if said is None or own is None:
        return None
    if said == own:
        return 1.0
    for scale in nouns.SCALES:
        if said in scale and own in scale:
            return scale[said] / scale[own]
    return None


def ends_unit(chunks: Sequence[Chunk], end: int, column: Column) -> tuple[int, float]:
    """Where the unit that stands at `end` is over, and by what the number before it is multiplied.

    Raises:
        Refusal: it is another unit than the column's, or the column tells none and it could be several.
    """
    if role_at(chunks, end) not in {Role.WORD, Role.GRAIN, Role.COLUMN}:
        return end, 1.0
    word = chunks[end].text.casefold()
    if chunks[end].is_(Role.GRAIN) and chunks[end].value in lexicon.GRAINS.values():
        adjectives = [said for said, grain in lexicon.GRAIN_ADJECTIVES.items() if grain is chunks[end].value]
        if set(adjectives) & set(column.words):  # `paying more than 100 a month`
            return end + 1, 1.0
    if word not in nouns.UNITS and singular(word) not in nouns.UNITS and word not in {"old", "olds"}:
        return end, 1.0
    if chunks[end].is_(Role.COLUMN) and exact(chunks[end], lambda c: c == column) is None and unit_of(column) is None:
        return end, 1.0
    said = nouns.UNITS.get(word) or nouns.UNITS.get(singular(word))
    old = {"age"} & set(column.words) and (said == "years" or word in {"old", "olds"})
    if old:
        stop = end + 1
        return stop + (role_at(chunks, stop) is Role.WORD and chunks[stop].text.casefold() in {"old", "olds"}), 1.0
    by = factor(word, column)
    if by is None and (unit_of(column) or (said == "years" and not nouns.IN_YEARS.intersection(column.words))):
        raise Refusal(f"{column.name} does not say that it is in {word}; leave the unit out if it is", understood=80)
    return end + 1, by or 1.0
