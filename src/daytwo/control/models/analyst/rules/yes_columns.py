"""Columns that say yes or no, asked for by other words than a condition: `churn rate by plan`, `late orders`."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import filter_chunk, yes_filter
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.words.spelling import singular

_LATE = frozenset({"late", "delayed", "overdue"})


def asked_for_yes(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """The parts, such a rate as a share of the rows, and such lateness as the column that tells it."""
    return _rates(_late(chunks, vocabulary), vocabulary)


def _late(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`late orders`, where a column says which: it is asked, rather than two dates."""
    flags = vocabulary.where(lambda c: c.says_yes and bool(_LATE.intersection(c.words)))
    if len(flags) != 1:
        return list(chunks)
    made: list[Chunk] = []
    for chunk in chunks:
        if not chunk.is_(Role.DEADLINE):
            made.append(chunk)
            continue
        if made and made[-1].is_(Role.WORD) and singular(made[-1].text.casefold()) in flags[0].words:
            made.pop()  # `delivered late`
        made += [Chunk(Role.NOT, "not")] if chunk.value != ">" else []
        made.append(Chunk(Role.COLUMN, chunk.text, Link(flags[0].name, flags, Rank.EXACT)))
    return made


def _rates(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`return rate by product`: the share of the rows of which a column says yes."""
    for at, chunk in enumerate(chunks[:-1]):
        column = exact(chunk, lambda c: c.says_yes)
        if column is None or not (
            chunks[at + 1].is_(Role.SHARE) or chunks[at + 1].text.casefold() in {"rate", "rates"}
        ):
            continue
        tally = vocabulary.tally
        rows = Chunk(Role.COLUMN, tally.phrase, tally) if tally else Chunk(Role.ENTITY, "rows")
        part = [Chunk(Role.IS, "is"), filter_chunk(yes_filter(column), [chunk])]
        return [*chunks[:at], Chunk(Role.SHARE, "share"), rows, *chunks[at + 2 :], *part]
    return list(chunks)
