"""What a superlative speaks of: `longest petals`, `best rated trail`, `third highest price`.

“Best” and “worst” have an end only beside a number of which everybody knows which end is good; else they are refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, Superlative, exact
from daytwo.control.models.analyst.rules.filters import role_at
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import name_words

_MEASURED = frozenset({"length", "width"})
"""What “longest” says of whatever number follows: `longest waiting minutes`."""


def superlatives(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """Every superlative with its end, its place and the number that it speaks of."""
    return _placed(_spoken(_judged(list(chunks), vocabulary), vocabulary))


def _placed(chunks: list[Chunk]) -> list[Chunk]:
    """`@place2 highest`: one chunk."""
    made: list[Chunk] = []
    for chunk in chunks:
        if made and made[-1].is_(Role.PLACE) and chunk.is_(Role.SUPERLATIVE):
            place = made.pop().value
            made.append(replace(chunk, value=replace(chunk.value, place=place)))
        else:
            made.append(chunk)
    return made


def _judged(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`best average return` → `highest average return`; `which agent is best`: by the one number that judges."""
    found = [at for at, chunk in enumerate(chunks) if chunk.is_(Role.JUDGED)]
    if not found:
        return chunks
    at = found[0]
    named = [column for chunk in chunks if (column := exact(chunk, lambda c: c.is_measure))]
    column = named[0] if len(named) == 1 else None if named else _judging(vocabulary)
    if len(found) > 1 or column is None:
        raise Refusal(f"it does not say by which number {shown(chunks[at].text)} is meant", understood=80)
    good, bad = nouns.GOOD.intersection(column.words), nouns.BAD.intersection(column.words)
    if bool(good) == bool(bad):
        raise Refusal(f"it does not say whether a high or a low {column.name} is {shown(chunks[at].text)}", 80)
    end = Chunk(Role.SUPERLATIVE, chunks[at].text, Superlative(descending=chunks[at].value is bool(good)))
    rest = [*chunks[:at], *chunks[at + 1 :]]
    told = [place for place, chunk in enumerate(rest) if chunk.is_(Role.COLUMN) and column in chunk.link.columns]
    figure = (
        [rest.pop(told[0])] if told else [Chunk(Role.COLUMN, column.name, Link(column.name, (column,), Rank.EXACT))]
    )
    at -= bool(told) and told[0] < at
    if any(chunk.is_(Role.AGGREGATE) for chunk in rest):
        figure = [rest.pop(next(p for p, chunk in enumerate(rest) if chunk.is_(Role.AGGREGATE))), *figure]
    elif not column.is_additive and any(_is_target(rest, p) or chunk.is_(Role.GRAIN) for p, chunk in enumerate(rest)):
        figure = [Chunk(Role.AGGREGATE, "average", Aggregate.MEAN), *figure]
    at = min(at, len(rest))
    behind = at + 1 if role_at(rest, at) is Role.GRAIN or _is_target(rest, at) else at
    return [*rest[:at], end, *rest[at:behind], *figure, *rest[behind:]]


def _is_target(chunks: Sequence[Chunk], at: int) -> bool:
    return (
        role_at(chunks, at) is Role.COLUMN
        and exact(chunks[at], lambda c: c.is_groupable and not c.is_measure) is not None
    )


def _judging(vocabulary: Vocabulary) -> Column | None:
    """The one number that people judge by: a rating."""
    found = vocabulary.where(lambda c: c.is_measure and bool(nouns.JUDGING.intersection(c.words)))
    return found[0] if len(found) == 1 else None


def _spoken(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`longest petals` → `highest petal length`."""
    made = list(chunks)
    for at, (chunk, noun) in enumerate(itertools.pairwise(chunks)):
        word = chunk.value.column_word if chunk.is_(Role.SUPERLATIVE) else None
        dated = word == "age" and _unsaid("age", vocabulary) and not vocabulary.has_persons  # no one is a date old
        if dated and chunk.is_(Role.SUPERLATIVE) and vocabulary.event_date:
            made[at] = Chunk(Role.SUPERLATIVE, chunk.text, Superlative(not chunk.value.descending, "date"))
            continue
        silent = bool(word) and noun.is_(Role.COLUMN) and _unsaid(str(word), vocabulary)
        if silent and (str(word).split("|", maxsplit=1)[0] in _MEASURED or exact(noun, lambda c: c.is_number)):
            made[at] = Chunk(Role.SUPERLATIVE, chunk.text, Superlative(chunk.value.descending))
        elif word and noun.is_(Role.WORD, Role.COLUMN):
            link = vocabulary.link((*name_words(noun.text), *word.split("|")[0].split()))
            if link and len(link.columns) == 1:
                made[at] = Chunk(Role.SUPERLATIVE, chunk.text, Superlative(chunk.value.descending))
                made[at + 1] = Chunk(Role.COLUMN, link.phrase, link)
    return made


def _unsaid(word: str, vocabulary: Vocabulary) -> bool:
    """Whether no column is what an adjective speaks of: `hottest december`, where the number is `DEC`."""
    return all(vocabulary.link(tuple(one.split())) is None for one in word.split("|"))
