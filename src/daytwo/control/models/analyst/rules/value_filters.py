"""Filters by a value in a text column, or by a flag: `in California`, `status is not shipped`, `active customers`.

A value is not looked up here: nobody on this side knows the data.  It becomes a `ValueFilter` over the columns that
may hold it, and the program finds the one that does, or says that there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import FlagFilter, ValueFilter
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.words import lexicon

VALUE_COLUMNS_LIMIT = 40
_NO_CONDITION_AFTER = {Role.WHICH, Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.NOT, Role.GROUP}


class ValueRules:
    """Filters by a value in a text column, or by a flag."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._candidates = vocabulary.where(lambda column: column.is_category)

    def flag(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`not returned`, `returned is true`."""
        start = at + 1 if chunks[at].is_(Role.NOT) else at
        column = exact(chunks[start], lambda c: c.says_yes) if start < len(chunks) else None
        if column is None or column.kind is Kind.TEXT:
            return None
        said, end = _truth(chunks, start + 1)
        if said is None and start == at:
            return None
        value = (said is not False) == (start == at)
        return [filter_chunk(FlagFilter(column, value), chunks[at:end])], end

    def named(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`region West`, `status is not shipped`, `where region in West, East`."""
        column = exact(chunks[at], lambda c: c.kind is Kind.TEXT)
        before = role_at(chunks, at - 1)
        if column is None:
            return None
        counted = before is Role.COUNT and not chunks[at].link.is_plural and role_at(chunks, at + 1) is Role.WORD
        if before in _NO_CONDITION_AFTER and not counted:
            return None
        end, negated, linked = at + 1, False, False
        while role_at(chunks, end) in {Role.IS, Role.NOT} or _is_equals(chunks, end):
            negated ^= chunks[end].is_(Role.NOT) or chunks[end].value == "!="
            linked, end = True, end + 1
        if role_at(chunks, end) is Role.EXCLUDING and chunks[end].text in {"not in", "other than"}:
            negated, linked, end = True, True, end + 1
        condition = before in {Role.CONDITION, Role.AND, Role.EXCLUDING} or linked
        if role_at(chunks, end) is Role.PREPOSITION and chunks[end].value == "in" and condition:
            linked, end = True, end + 1
        values, end = read_values(chunks, end, anything=linked)
        if not values:
            return None
        return [filter_chunk(ValueFilter(values, (column,), negated), chunks[at:end])], end

    def placed(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`in California`, `excluding returns`, `in the West region`, `are shipped`, `"West"`."""
        if chunks[at].is_(Role.WORD) and chunks[at].text.casefold() in lexicon.LIGHT_VERBS:
            return self._joined_by_verb(chunks, at)
        opening = self._opening(chunks, at)
        if opening is None:
            return None
        start, negated = opening
        if negated and start < len(chunks) and exact(chunks[start], lambda c: c.kind is Kind.TEXT):
            return self._excluded_by_name(chunks, at, start)
        values, end = read_values(chunks, start)
        if not values:
            return None
        columns, end = self._after(chunks, end)
        kept = [chunks[at]] if chunks[at].is_(Role.SPLITTER, Role.IS) or chunks[at].value == "among" else []
        made = ValueFilter(values, columns, negated, is_quoted=chunks[start].is_(Role.QUOTED))
        return [*kept, filter_chunk(made, chunks[start:end])], end

    def _joined_by_verb(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`boarded in Cherbourg`, `seen by Dr Hale`: one phrase, of which the program knows what is a value."""
        if role_at(chunks, at + 1) not in {Role.PREPOSITION, Role.GROUP} or not self._candidates:
            return None
        values, end = read_values(chunks, at + 2, several=False)
        if not values or role_at(chunks, end) in {Role.AND, Role.OR, Role.COMMA} or len(chunks[at + 1].text) > 4:
            return None
        made = ValueFilter((f"{chunks[at].text} {values[0]}",), self._all())
        return [filter_chunk(made, chunks[at:end])], end

    def _opening(self, chunks: Sequence[Chunk], at: int) -> tuple[int, bool] | None:
        """Where values start after what introduces them at `at`, and whether they are left out; None: nothing does."""
        role = chunks[at].role
        following = role_at(chunks, at + 1)
        if role is Role.EXCLUDING:
            return (at + 2 if following is Role.PREPOSITION else at + 1), True
        if role is Role.IS and role_at(chunks, at - 1) in {Role.ENTITY, Role.COLUMN, Role.CONDITION, Role.FILTER}:
            return (at + 2, True) if following is Role.NOT else (at + 1, False)
        if (
            role is Role.CONDITION
            and chunks[at].value == "with"
            and role_at(chunks, at - 1) in {Role.ENTITY, Role.FILTER}
        ):
            return at + 1, False
        if role is Role.SPLITTER or (role is Role.PREPOSITION and chunks[at].value in lexicon.VALUE_PREPOSITIONS):
            return at + 1, False
        if role is Role.NOT:
            return at + 1, True
        return (at, False) if role is Role.QUOTED else None

    def adjective(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`shipped orders`, `female employees`: words before what is counted or averaged."""
        if not may_be_value(chunks[at]):
            return None
        values, end = read_values(chunks, at, several=False)
        following = role_at(chunks, end)
        plural = following is Role.COLUMN and chunks[end].link.is_plural and role_at(chunks, at - 1) is Role.COUNT
        named = (
            chunks[at].token.is_capital
            and (following is Role.FILTER or (following is Role.COLUMN and exact(chunks[end], lambda c: c.is_number)))
            and at > 0
        )
        if at == 0 and values and " " in values[0]:  # a sentence of another language
            return None
        figure = role_at(chunks, at - 1) is Role.AGGREGATE and following is Role.COLUMN  # `average female salary`
        figure = figure and exact(chunks[end], lambda c: c.is_measure) is not None
        if not values or not (following is Role.ENTITY or plural or named or figure):
            return None
        return [filter_chunk(ValueFilter(values, self._all()), chunks[at:end])], end

    def _excluded_by_name(self, chunks: list[Chunk], at: int, start: int) -> Reading | None:
        reading = self.named(chunks, start)
        if reading is None:
            return None
        made = reading[0][0].value
        return [
            filter_chunk(ValueFilter(made.values, made.columns, not made.negated), chunks[at : reading[1]])
        ], reading[1]

    def _after(self, chunks: list[Chunk], end: int) -> tuple[tuple[Column, ...], int]:
        """The columns that may hold values which end here: `… West region` names the one."""
        if role_at(chunks, end) is Role.COLUMN and not chunks[end].link.is_plural:
            column = exact(chunks[end], lambda c: c.kind is Kind.TEXT)
            if column:
                return (column,), end + 1
        return self._all(), end

    def _all(self) -> tuple[Column, ...]:
        if not self._candidates:
            raise Refusal(
                "there is no text column with few enough values to look a name up in; say which column it is in"
            )
        if len(self._candidates) > VALUE_COLUMNS_LIMIT:
            raise Refusal("too many columns could hold that value; say which column it is in", understood=50)
        return self._candidates


def _truth(chunks: Sequence[Chunk], at: int) -> tuple[bool | None, int]:
    """What `is true`, `is not true`, `= no` say, and where they end; None where they say nothing."""
    end = at
    if role_at(chunks, end) is Role.IS or _is_equals(chunks, end):
        end += 1
    negated = role_at(chunks, end) is Role.NOT
    if negated and role_at(chunks, end + 1) is not Role.TRUTH:
        return (False, end + 1) if chunks[end].value == "no" else (None, at)
    end += negated
    if role_at(chunks, end) is Role.TRUTH:
        return (chunks[end].value != "false") != negated, end + 1
    return None, at


def _is_equals(chunks: Sequence[Chunk], at: int) -> bool:
    return role_at(chunks, at) is Role.COMPARISON and chunks[at].value in {"==", "!="}


def may_be_value(chunk: Chunk) -> bool:
    return chunk.is_(Role.WORD) and chunk.token.word not in lexicon.NEVER_VALUES and chunk.token.word[:1].isalnum()


def read_values(
    chunks: Sequence[Chunk], at: int, *, anything: bool = False, several: bool = True
) -> tuple[tuple[str, ...], int]:
    """Values from `at`: quoted text, or unknown words (one value until `,`, `and`, `or`); and where they end.

    With `anything` the first chunk is a value whatever it is, since the person wrote `COLUMN is …`; with `several`
    more values may follow after commas and conjunctions.
    """
    values: list[str] = []
    end = at
    while True:
        value, stop = _one_value(chunks, end, anything=anything and not values)
        if value is None:
            break
        values.append(value)
        at = end = stop
        while several and role_at(chunks, end) in {Role.COMMA, Role.AND, Role.OR}:
            end += 1
        if end == at:
            break
    return tuple(values), at


def _is_inside_name(chunks: Sequence[Chunk], start: int, at: int) -> bool:
    """The `of` in “District of Columbia”."""
    around = (at > start and chunks[at - 1], at + 1 < len(chunks) and chunks[at + 1])
    return chunks[at].text == "of" and all(c and may_be_value(c) and c.token.is_capital for c in around)


def _one_value(chunks: Sequence[Chunk], at: int, *, anything: bool) -> tuple[str | None, int]:
    if role_at(chunks, at) is Role.QUOTED:
        return chunks[at].text, at + 1
    end = at
    while end < len(chunks) and (may_be_value(chunks[end]) or _is_inside_name(chunks, at, end)):
        end += 1
    if end == at:
        plain = {Role.WORD, Role.SUPERLATIVE, Role.FIRST, Role.TRUTH, Role.NUMBER, Role.COLUMN, Role.DISTINCT, Role.NOT}
        return (chunks[at].text, at + 1) if anything and role_at(chunks, at) in plain else (None, at)
    after = chunks[end] if end < len(chunks) else None
    if after is not None and after.is_(Role.NUMBER) and not after.token.is_year and chunks[end - 1].token.is_capital:
        end += 1
    return " ".join(chunk.text for chunk in chunks[at:end]), end
