"""Values and yes-or-no columns that are merely mentioned: `how many Barolos`, `female smokers`, `voted for Clinton`.

No word says that they are conditions, so each of these rules needs a figure beside them that is complete without
them.  The program looks every value up and computes nothing where no column holds it, or several do.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import ValueFilter
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at, yes_filter
from daytwo.control.models.analyst.rules.value_filters import VALUE_COLUMNS_LIMIT, may_be_value, read_values
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Aggregate

_FIGURES = (Role.COUNT, Role.SHARE)
_STANDS_ALONE_AFTER = {Role.GROUP, Role.DISTINCT, Role.WHICH, Role.AGGREGATE, Role.STUDY, Role.COMPARISON}
_JOINS = {Role.GROUP, Role.PREPOSITION}


class MentionRules:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._candidates = vocabulary.where(lambda column: column.is_category)

    def verb(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`voted for Clinton`, `districts won by Joly`, `the districts Joly won`, `never smoked`, `improved`."""
        negated = chunks[at].is_(Role.NOT)
        column = _verb(chunks, at + negated)
        if column is not None and column.says_yes:
            return self._yes(chunks, at, column, negated=negated)
        if column is not None and role_at(chunks, at - 1) not in _STANDS_ALONE_AFTER:
            start = at + negated + 1
            values, end = _names(chunks, start + (role_at(chunks, start) in _JOINS))
            made = ValueFilter(values, (column,), negated)
            return ([filter_chunk(made, chunks[at:end])], end) if values else None
        values, end = _names(chunks, at, several=False)
        column = _verb(chunks, end) if values else None
        if column is None or column.says_yes or end - at > 2:
            return None
        return [filter_chunk(ValueFilter(values, (column,)), chunks[at : end + 1])], end + 1

    def _yes(self, chunks: list[Chunk], at: int, column: Column, *, negated: bool) -> Reading | None:
        if role_at(chunks, at - 1) in _STANDS_ALONE_AFTER:
            return None
        made = yes_filter(column, yes=not negated)
        return [filter_chunk(made, chunks[at : at + negated + 1])], at + negated + 1

    def yes(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`smokers with lung cancer`, beside a figure: a column that says yes or no is a condition."""
        negated = chunks[at].is_(Role.NOT) or (
            chunks[at].is_(Role.EXCLUDING) and role_at(chunks, at + 1) is Role.COLUMN
        )
        place = at + negated
        column = exact(chunks[place], lambda c: c.says_yes) if place < len(chunks) else None
        rest = [*chunks[:at], *chunks[place + 1 :]]
        if column is None or not column.says_yes or not _has_figure(rest):
            return None
        if (
            role_at(chunks, place + 1) in {Role.IS, Role.NOT, Role.WORD, Role.QUOTED}
            and not chunks[place].link.is_plural
        ):
            return None
        return self._yes(chunks, at, column, negated=negated)

    def bare(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`how many Barolos`, `average tip of female smokers`, `total tips Sundays`."""
        if at == 0 or not (may_be_value(chunks[at]) or chunks[at].is_(Role.QUOTED)) or not self._candidates:
            return None
        if role_at(chunks, at - 1) is Role.AGGREGATE or not _has_figure(chunks[:at]):
            return None
        if len(self._candidates) > VALUE_COLUMNS_LIMIT:
            return None
        values, end = read_values(chunks, at, several=False)
        if not values or (role_at(chunks, at - 1) is Role.COUNT and role_at(chunks, end) is Role.COLUMN):
            return None
        made = ValueFilter(values, self._candidates, is_quoted=chunks[at].is_(Role.QUOTED))
        return [filter_chunk(made, chunks[at:end])], end


def with_rows(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`how many are shipped`, `count of each region`, `share of West`: what is counted are the rows."""
    placed = any(chunk.is_(Role.FILTER, Role.DIMENSION) for chunk in chunks)
    figures = [at for at, chunk in enumerate(chunks) if chunk.is_(*_FIGURES)]
    counted = any(
        c.is_(Role.COLUMN, Role.ENTITY, Role.AGGREGATE, Role.DISTINCT, Role.NUMBER, Role.WORD, Role.GRAIN)
        for c in chunks
    )
    if len(figures) == 1 and placed and not counted:
        at = figures[0] + 1
        tally = vocabulary.tally
        if tally is None:
            return [*chunks[:at], Chunk(Role.ENTITY, "rows"), *chunks[at:]]
        total = [Chunk(Role.AGGREGATE, "total", Aggregate.SUM)] if chunks[at - 1].is_(Role.COUNT) else [chunks[at - 1]]
        return [*chunks[: at - 1], *total, Chunk(Role.COLUMN, tally.phrase, tally), *chunks[at:]]
    return chunks


def with_tally(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`how many people`, where each row says how many it stands for: their total."""
    link = vocabulary.tally
    if link is None:
        return chunks
    made: list[Chunk] = []
    for chunk in chunks:
        counted = made and made[-1].is_(Role.COUNT) and chunk.is_(Role.COLUMN) and chunk.link.columns == link.columns
        if (
            made
            and made[-1].is_(Role.COUNT, Role.SHARE)
            and chunk.is_(Role.ENTITY)
            and not vocabulary.is_row(chunk.text)
        ):
            counted = True
        if counted:
            total = [Chunk(Role.AGGREGATE, "total", Aggregate.SUM)] if made[-1].is_(Role.COUNT) else []
            made = [*(made[:-1] if made[-1].is_(Role.COUNT) else made), *total, Chunk(Role.COLUMN, link.phrase, link)]
        else:
            made.append(chunk)
    return made


def _verb(chunks: Sequence[Chunk], at: int) -> Column | None:
    """A text column that was typed in another form than its name's."""
    if role_at(chunks, at) is not Role.COLUMN or not chunks[at].link.is_verb:
        return None
    return exact(chunks[at], lambda c: c.is_category or c.says_yes)


def _names(chunks: Sequence[Chunk], at: int, *, several: bool = True) -> tuple[tuple[str, ...], int]:
    """Values at `at`; a capitalised word may be a column's name as well: candidates have columns of their own."""
    values, end = read_values(chunks, at, several=several)
    if values or role_at(chunks, at) is not Role.COLUMN or not chunks[at].text[:1].isupper():
        return values, end
    return (chunks[at].text,), at + 1


def _has_figure(chunks: Sequence[Chunk]) -> bool:
    if any(chunk.is_(*_FIGURES) for chunk in chunks):
        return True
    if chunks and chunks[0].is_(Role.ENTITY) and any(chunk.is_(Role.FILTER) for chunk in chunks):
        return True  # `tickets over 100 from dogs`: the rows
    figures = [at for at, chunk in enumerate(chunks) if chunk.is_(Role.AGGREGATE, Role.SUPERLATIVE, Role.CONTRAST)]
    return bool(figures) and any(c.is_(Role.COLUMN, Role.ENTITY) for c in chunks[figures[0] :])
