"""What an adjective compares: `cheaper` a price, `faster` how long something takes, `older` an age.

The ways of asking leave `@adj…` where a comparative stood without its number; the table says which number it is of.
"""

from __future__ import annotations

from daytwo.control.models.analyst.refusal import Refusal, either, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.table.columns import Column, made
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.terms import Aggregate, Operation
from daytwo.control.models.analyst.words import nouns


def adjectives(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """Every adjective as the average of the number that it speaks of; how long something lasts as that number."""
    done: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        if chunk.is_(Role.ADJECTIVE):
            mean = Chunk(Role.AGGREGATE, "average", Aggregate.MEAN)
            done += [mean, _chunk(chunk.text, _meant(chunk, vocabulary))]
        elif chunk.is_(Role.LASTING):
            until = chunks[at + 2] if at + 2 < len(chunks) and chunks[at + 1].is_(Role.PREPOSITION) else chunk
            if exact(until, lambda c: c.is_date):  # `how long does delivery take`: until that date
                done.append(Chunk(Role.DURATION, chunk.text, Operation.DAYS))
                continue
            named = [c for c in chunks[at + 1 :] if c.is_(Role.COLUMN) and c.link.narrowed(_lasts)]
            done += [] if named else [_chunk("duration", _lasting(vocabulary, chunk.value))]
        else:
            done.append(chunk)
    return done


def _chunk(text: str, column: Column) -> Chunk:
    return Chunk(Role.COLUMN, text, Link(text, (column,), Rank.EXACT))


def _meant(chunk: Chunk, vocabulary: Vocabulary) -> Column:
    if chunk.value == "duration":
        return _lasting(vocabulary)
    for word in str(chunk.value).split("|"):
        link = vocabulary.link(tuple(word.split()))
        narrowed = link.narrowed(lambda c: c.is_number) if link else None
        if narrowed:
            return narrowed.column()
    raise Refusal(f"no number of {vocabulary.name} says what is {shown(chunk.text)}", understood=60)


def _lasts(column: Column) -> bool:
    return column.is_measure and bool(nouns.LASTING.intersection(column.words))


def _lasting(vocabulary: Vocabulary, unit: Operation = Operation.DAYS) -> Column:
    """How long each row lasts: the one number that says so, else the time between its two dates."""
    named = vocabulary.where(_lasts)
    if len(named) == 1 and (unit is Operation.DAYS or "hour" in named[0].words):
        return named[0]
    if named:
        raise Refusal(f"how long could be by {either([column.name for column in named])}; name one", understood=80)
    start, end = vocabulary.event_date, vocabulary.end_date
    if start is None or end is None:
        raise Refusal(f"nothing in {vocabulary.name} says how long something lasts", understood=60)
    return made(unit, start, end)
