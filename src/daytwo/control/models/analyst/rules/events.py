"""What happened: `permits filed per quarter`, `admissions per month`, `how many left in 2024`.

A verb or noun that belongs to one of the table's dates makes that date the one that the question is about; it says
nothing more beside the rows' own name, stands for them where nothing else does, and leaves out rows without the date.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import MissingFilter
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.rules.filters import filter_chunk, role_at
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.words.lexing import Token, TokenKind

_TAKES_A_DATE = {
    Role.BETWEEN, Role.TIME, Role.COMPARISON, Role.NOT, Role.IS, Role.TO, Role.AND, Role.OPERATION, Role.GRAIN,
}  # fmt: skip
_TIMED = {Role.GROUP, Role.PERIOD, Role.RECENT, Role.PREPOSITION, Role.DIMENSION}
_ASKS_FOR_DATE = {
    Role.BETWEEN, Role.AGGREGATE, Role.SUPERLATIVE, Role.GROUP, Role.NOT, Role.LACKING, Role.TIME, Role.DURATION,
    Role.COMPARISON, Role.TO, Role.OPERATION, Role.DEADLINE, Role.RATIO, Role.MOMENT, Role.EXCLUDING, Role.LASTING,
}  # fmt: skip


_BETWEEN_DATES = ("@days", "@hours", "@last", "@late", "@ontime")
"""Marks of what goes from one date to another."""


def about(tokens: Sequence[Token], vocabulary: Vocabulary) -> Vocabulary:
    """The table as the question means it: with the date of the one thing that it says happened."""
    if len(vocabulary.dates) < 2:
        return vocabulary
    if any(token.kind is TokenKind.MARK and token.word.startswith(_BETWEEN_DATES) for token in tokens):
        return vocabulary
    words = [token.word for token in tokens if token.kind is TokenKind.WORD]
    found = {column for word in words if (column := vocabulary.happened(word))}
    return vocabulary.dated_by(found.pop()) if len(found) == 1 else vocabulary


def happenings(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """The parts without the verbs of what happened; its nouns as the rows."""
    made: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        column = _said(chunk, vocabulary)
        before, after = role_at(chunks, at - 1), role_at(chunks, at + 1)
        timed = after in _TIMED or after is None
        if column and chunk.is_(Role.WORD) and before in {Role.NOT, Role.LACKING, Role.BETWEEN, Role.AND, Role.TO}:
            made.append(Chunk(Role.COLUMN, chunk.text, Link(chunk.text, (column,), Rank.LOOSE)))
            continue
        if column and chunk.is_(Role.COLUMN) and before is Role.IS and not _tells_when(chunk, column):
            made.append(Chunk(Role.WORD, chunk.text, Token(TokenKind.WORD, chunk.text, chunk.text.casefold())))
            continue
        if column is None or not timed or before in _ASKS_FOR_DATE or any(c.is_(*_ASKS_FOR_DATE) for c in made):
            made.append(chunk)
            continue
        told = [filter_chunk(MissingFilter(column, present=True), [chunk])] if column.has_gaps else []
        rows = any(c.is_(Role.ENTITY) for c in made)
        alone = after is None  # `how many were delivered` could be by the date, or by a status that says so
        if alone or (not rows and any(c.is_(Role.COLUMN, Role.AGGREGATE, Role.WORD) for c in made)):
            made.append(chunk)
            continue
        made += told if rows else [Chunk(Role.ENTITY, chunk.text.casefold()), *told]
    return made


def _tells_when(chunk: Chunk, column: Column) -> bool:
    """Whether it is said as the date is called: of `opened`, “were opened” tells when, “are open” in which state."""
    return chunk.text.casefold() in column.words


def _said(chunk: Chunk, vocabulary: Vocabulary) -> Column | None:
    """The date that a word says something happened at: no name of a column, or one in another form."""
    if not chunk.is_(Role.WORD, Role.COLUMN, Role.ENTITY) or " " in chunk.text:
        return None
    if chunk.is_(Role.COLUMN) and any(not column.is_date for column in chunk.link.columns):
        return None
    if chunk.is_(Role.ENTITY) and vocabulary.is_table((chunk.text,)):
        return None
    return vocabulary.happened(chunk.text)
