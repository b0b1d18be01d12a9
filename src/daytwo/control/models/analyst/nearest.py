"""The questions nearest to one that was refused: made from the sheet, offered only if the analyst can plan them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.resembling import core
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.words.lexing import Token
from daytwo.control.models.analyst.words.spelling import name_words, singular
from daytwo.wire.sheet import Uniqueness

OFFERED = 3
_CONSIDERED_COLUMNS = 6


def nearest(tokens: Sequence[Token], vocabularies: Sequence[Vocabulary], can_plan: Callable[[str], bool]) -> list[str]:
    """Up to `OFFERED` questions that can be planned, those that share most words with the question first."""
    asked = {part for token in tokens for part in (*name_words(token.word), singular(token.word))}
    offered: list[tuple[int, int, str]] = []
    for vocabulary in vocabularies:
        for text in _questions(vocabulary, asked):
            offered.append((-_shared(text, asked, vocabulary), len(offered), text))
    found: list[str] = []
    for _, _, text in sorted(offered):
        if text not in found and can_plan(text):
            found.append(text)
        if len(found) == OFFERED:
            break
    return found


def _shared(text: str, asked: set[str], vocabulary: Vocabulary) -> int:
    """How much of what was asked is in a question: a column that was meant counts more than a word that is the same."""
    words = [part for word in text.replace("?", "").split() for part in name_words(word)]
    meant = {link.columns for word in asked if len(word) > 2 and (link := vocabulary.link((word,)))}
    named = sum(any(set(core(column)) <= set(words) for column in columns) for columns in meant)
    return 3 * named + len(asked.intersection(words))


def _questions(vocabulary: Vocabulary, asked: set[str]) -> Iterator[str]:
    def first(columns: Sequence[Column]) -> list[Column]:
        meant = {c for word in asked if len(word) > 2 and (link := vocabulary.link((word,))) for c in link.columns}
        return sorted(columns, key=lambda c: (c not in meant, -len(asked & set(c.words))))[:_CONSIDERED_COLUMNS]

    measures = first(vocabulary.where(lambda c: c.is_measure and not _tells_apart(c) and '"' not in c.name))
    categories = first(vocabulary.where(lambda c: c.is_category and not _identifies(c) and '"' not in c.name))
    for measure in measures[:2]:
        for category in categories[:2]:
            verb = "total" if measure.is_additive else "average"
            yield f"{verb} {_said(measure)} by {_said(category)}"
            yield f"which {_said(category)} has the highest {verb} {_said(measure)}?"
        yield f"median {_said(measure)}"
        yield f"highest {_said(measure)}"
    for category in categories[:2]:
        yield f"number of rows by {_said(category)}"
    if vocabulary.event_date:
        yield "number of rows by month"
        yield from (f"{'total' if one.is_additive else 'average'} {_said(one)} by month" for one in measures[:1])
    yield f"how many rows are in {vocabulary.name}?"
    yield "number of rows"
    yield "describe the data"


def _tells_apart(column: Column) -> bool:
    """A number that is no quantity: a code of few digits, a place on the earth."""
    return bool({"latitude", "longitude", "lat", "lon", "code", "index", "day", "month"}.intersection(column.words))


def _identifies(column: Column) -> bool:
    """Whether grouping by it would say nothing: a key, or a value for nearly every row."""
    return column.is_key or column.sheet.uniqueness in {Uniqueness.UNIQUE, Uniqueness.NEARLY_UNIQUE}


def _said(column: Column) -> str:
    """A name that the lexer reads as one column."""
    plain = column.name.replace("_", "").isalnum() and not column.name[0].isdigit()
    return column.name if plain else f'"{column.name}"'
