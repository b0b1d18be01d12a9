"""Filters: which parts of a question restrict the rows.  Turns chunks into `FILTER` chunks, in place and in order.

A value such as “California” is not looked up here: nobody on this side knows the data.  It becomes a `ValueFilter`
over the columns that may hold it, and the program finds the one that does, or says that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from daytwo.control.models.analyst import lexicon
from daytwo.control.models.analyst.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.columns import Column, Kind, Vocabulary
from daytwo.control.models.analyst.lexing import Token
from daytwo.control.models.analyst.question import Filter, FlagFilter, NumberFilter, ValueFilter
from daytwo.control.models.analyst.refusal import Refusal, either, shown

VALUE_COLUMNS_LIMIT = 40

Reading = tuple[list[Chunk], int]
"""Chunks that replace those up to an index."""


def reduce(chunks: list[Chunk], rule: Callable[[list[Chunk], int], Reading | None]) -> list[Chunk]:
    """Apply a rule wherever it matches, left to right; what it made is not read again."""
    done: list[Chunk] = []
    at = 0
    while at < len(chunks):
        reading = rule([*done, *chunks[at:]], len(done))
        if reading is None:
            done.append(chunks[at])
            at += 1
        else:
            made, end = reading
            at += end - len(done)
            done.extend(made)
    return done


def filter_chunk(made: Filter, parts: Sequence[Chunk]) -> Chunk:
    return Chunk(Role.FILTER, " ".join(part.text for part in parts), made)


def role_at(chunks: Sequence[Chunk], at: int) -> Role | None:
    return chunks[at].role if 0 <= at < len(chunks) else None


_NO_CONDITION_AFTER = {Role.WHICH, Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.NOT, Role.GROUP}


class ValueRules:
    """Filters by a value in a text column, or by a flag."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._candidates = vocabulary.where(lambda column: column.is_category)

    def flag(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`not returned`, `returned is true`."""
        start = at + 1 if chunks[at].is_(Role.NOT) else at
        column = exact(chunks[start], lambda c: c.kind is Kind.FLAG) if start < len(chunks) else None
        if column is None:
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
        if column is None or before in _NO_CONDITION_AFTER:
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
        role, start, negated = chunks[at].role, at, False
        if role is Role.EXCLUDING:
            negated, start = True, at + 1
            if role_at(chunks, start) is Role.PREPOSITION:
                start += 1
        elif role in {Role.PREPOSITION, Role.SPLITTER}:
            start = at + 1
            if role is Role.PREPOSITION and chunks[at].value not in lexicon.VALUE_PREPOSITIONS:
                return None
        elif role is Role.IS:
            start = at + 1
            if role_at(chunks, start) is Role.NOT:
                negated, start = True, start + 1
            if role_at(chunks, at - 1) not in {Role.ENTITY, Role.COLUMN, Role.CONDITION, Role.FILTER}:
                return None
        elif role is Role.NOT:
            negated, start = True, at + 1
        elif role is not Role.QUOTED:
            return None
        if negated and start < len(chunks) and exact(chunks[start], lambda c: c.kind is Kind.TEXT):
            return self._excluded_by_name(chunks, at, start)
        values, end = read_values(chunks, start)
        if not values:
            return None
        columns, end = self._after(chunks, end)
        kept = [chunks[at]] if role in {Role.SPLITTER, Role.IS} else []
        return [*kept, filter_chunk(ValueFilter(values, columns, negated), chunks[start:end])], end

    def adjective(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`shipped orders`, `female employees`: words before what is counted or averaged."""
        if at == 0 or not _may_be_value(chunks[at]):
            return None
        values, end = read_values(chunks, at, several=False)
        following = role_at(chunks, end)
        plural = following is Role.COLUMN and chunks[end].link.is_plural and role_at(chunks, at - 1) is Role.COUNT
        if not values or not (following is Role.ENTITY or plural):
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


def _may_be_value(chunk: Chunk) -> bool:
    return chunk.is_(Role.WORD) and chunk.token.word not in lexicon.NEVER_VALUES and chunk.token.word[:1].isalnum()


def read_values(
    chunks: Sequence[Chunk], at: int, *, anything: bool = False, several: bool = True
) -> tuple[tuple[str, ...], int]:
    """Values from `at`: quoted text, or unknown words (one value until `,`, `and`, `or`); and where they end.

    Args:
        anything: take the next chunk whatever it is, since the person wrote `COLUMN is …`.
        several: read on after a comma or a conjunction.
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


def _one_value(chunks: Sequence[Chunk], at: int, *, anything: bool) -> tuple[str | None, int]:
    if role_at(chunks, at) is Role.QUOTED:
        return chunks[at].text, at + 1
    end = at
    while end < len(chunks) and _may_be_value(chunks[end]):
        end += 1
    if end == at:
        plain = {Role.WORD, Role.SUPERLATIVE, Role.FIRST, Role.TRUTH, Role.NUMBER, Role.COLUMN, Role.DISTINCT, Role.NOT}
        return (chunks[at].text, at + 1) if anything and role_at(chunks, at) in plain else (None, at)
    after = chunks[end] if end < len(chunks) else None
    if after is not None and after.is_(Role.NUMBER) and not after.token.is_year and chunks[end - 1].token.is_capital:
        end += 1
    return " ".join(chunk.text for chunk in chunks[at:end]), end


class NumberRules:
    """Filters by comparing a number column."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def compared(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`revenue over 100`, `quantity is between 3 and 5`, `more than 5 items`, `quantity of 3 or more`."""
        named = exact(chunks[at], lambda c: c.is_number)
        start = at + 1 if chunks[at].is_(Role.COLUMN) else at
        while named and role_at(chunks, start) is Role.IS:
            start += 1
        if named and role_at(chunks, start) is Role.PREPOSITION and chunks[start].value in {"of", "from"}:
            start += 1
        if chunks[at].is_(Role.COLUMN) and named is None:
            return None
        read = _comparison(chunks, start, bare=named is not None)
        if read is None or (read[0] == "==" and chunks[start - 1].value == "from"):
            return None
        sign, low, high, end = read
        if low.is_year and self._may_be_date(chunks, at, start, sign, end):
            return None
        column, end, kept = self._column(chunks, at, named, end)
        _check_number(column, low)
        made = NumberFilter(column, sign, low.number or 0.0, high.number if high else None)
        return [*kept, filter_chunk(made, chunks[at:end])], end

    def _may_be_date(self, chunks: Sequence[Chunk], at: int, start: int, sign: str, end: int) -> bool:
        """Whether a year-like number is rather a year: `revenue 2024`, `revenue between 2020 and 2022`."""
        named = chunks[at].is_(Role.COLUMN)
        if not self._vocabulary.where(lambda c: c.is_date or c.words == ("year",)) or (
            named and "year" in chunks[at].link.columns[0].words
        ):
            return False
        if not named:
            return not _names_number(chunks, end)
        if sign == "between":
            return role_at(chunks, at - 1) not in {Role.CONDITION, Role.AND}
        return sign == "==" and role_at(chunks, start - 1) is not Role.IS and role_at(chunks, start) is Role.NUMBER

    def _column(self, chunks: list[Chunk], at: int, named: Column | None, end: int) -> tuple[Column, int, list[Chunk]]:
        """The column compared, where the filter ends, and what of it has a role besides."""
        if named:
            before = role_at(chunks, at - 1)
            if before in {Role.AGGREGATE, Role.COUNT, Role.SHARE}:
                raise Refusal(
                    f"a condition on {shown(chunks[at - 1].text + ' ' + chunks[at].text)} of groups is beyond me", 80
                )
            return named, end, [chunks[at]] if before is Role.SUPERLATIVE else []
        hint = lexicon.COMPARED_COLUMN.get(chunks[at].text.casefold().split()[0])
        if hint:
            link = self._vocabulary.link((hint,))
            if link is None:
                raise Refusal(f"no column says {shown(hint)}", understood=60)
            return link.column(), end, []
        if role_at(chunks, end) is Role.ENTITY:
            raise Refusal(f"a condition on the number of {chunks[end].text} is beyond me", understood=80)
        after = exact(chunks[end], lambda c: c.is_number) if end < len(chunks) else None
        if after:
            return after, end + 1, []
        if role_at(chunks, end) is Role.WORD:
            raise Refusal(f"no column of {self._vocabulary.name} matches {shown(chunks[end].text)}", understood=60)
        measures = self._vocabulary.where(lambda c: c.is_measure)
        if len(measures) != 1:
            names = f": {either([c.name for c in measures])}" if measures else ""
            raise Refusal(f"{shown(chunks[at].text)} does not say which number is compared{names}", understood=80)
        return measures[0], end, []


def _names_number(chunks: Sequence[Chunk], at: int) -> bool:
    return at < len(chunks) and exact(chunks[at], lambda c: c.is_number) is not None


def _comparison(chunks: Sequence[Chunk], at: int, *, bare: bool) -> tuple[str, Token, Token | None, int] | None:
    """Sign, number, upper number and end of `over 5`, `between 3 and 5`, `5 or more`, `5`."""
    inverted = False
    if role_at(chunks, at) is Role.NOT:
        inverted, at = True, at + 1
    role = role_at(chunks, at)
    if role is Role.BETWEEN and role_at(chunks, at + 2) in {Role.AND, Role.TO}:
        low, high = _number_at(chunks, at + 1), _number_at(chunks, at + 3)
        return ("between", low, high, at + 4) if low and high and not inverted else None
    low = _number_at(chunks, at + 1) if role is Role.COMPARISON else None
    if low:
        sign = chunks[at].value
        return (lexicon.INVERTED[sign] if inverted else sign), low, None, at + 2
    low = _number_at(chunks, at)
    if low and role_at(chunks, at + 1) is Role.SUFFIX and not inverted:
        return chunks[at + 1].value, low, None, at + 2
    if low and bare and role_at(chunks, at + 1) is Role.TO and _number_at(chunks, at + 2) and not inverted:
        return "between", low, _number_at(chunks, at + 2), at + 3
    if low and bare:
        return "!=" if inverted else "==", low, None, at + 1
    return None


def _number_at(chunks: Sequence[Chunk], at: int) -> Token | None:
    return chunks[at].token if role_at(chunks, at) is Role.NUMBER else None


def _check_number(column: Column, token: Token) -> None:
    in_percent = any("%" in mask for mask in column.sheet.masks) or {"percent", "pct"} & set(column.words)
    if token.is_percent and not in_percent:
        raise Refusal(
            f"I cannot tell whether {column.name} holds {token.text} as {token.text.rstrip('% ')} or as a fraction", 80
        )
