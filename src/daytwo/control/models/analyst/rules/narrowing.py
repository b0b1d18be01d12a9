"""Which of several columns a word means, as another word of the question tells: `mothers with age over 30`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import name_words, singular


def narrowed(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """The parts, each column that another word speaks of alone; that word as the rows, if it names somebody."""
    said = {singular(chunk.text.casefold()) for chunk in chunks if chunk.is_(Role.WORD, Role.ENTITY, Role.COLUMN)}
    made = [_narrower(chunk, said) for chunk in chunks]
    told = {word for chunk in made if chunk.is_(Role.COLUMN) for word in chunk.link.columns[0].words}
    return [_person(chunk, told, vocabulary) for chunk in made]


def _narrower(chunk: Chunk, said: Collection[str]) -> Chunk:
    if not chunk.is_(Role.COLUMN) or len(chunk.link.columns) == 1:
        return chunk
    others = set(said) - set(name_words(chunk.text))

    def fits(column: Column) -> bool:
        return bool(others & set(column.words))

    link = chunk.link.narrowed(fits)
    return replace(chunk, value=link) if link and len(link.columns) == 1 else chunk


def _person(chunk: Chunk, told: Collection[str], vocabulary: Vocabulary) -> Chunk:
    """`mothers`, where columns begin with the word: the rows, beside one that says it already."""
    word = singular(chunk.text.casefold())
    alone = chunk.is_(Role.WORD) or (chunk.is_(Role.COLUMN) and chunk.link.rank is Rank.LOOSE and chunk.link.is_plural)
    owned = any(c.words[:1] == (word,) and len(c.words) > 1 for c in vocabulary.columns)
    return Chunk(Role.ENTITY, chunk.text) if alone and owned and word in told and word in nouns.PARENTS else chunk
