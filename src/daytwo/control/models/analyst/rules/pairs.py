"""Two columns put together: compared row by row (`delivered_on > promised_on`, `late`), or made into a third one
(`days between A and B`, `quantity times price`, `revenue per item`).
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import PairFilter
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at, yes_filter
from daytwo.control.models.analyst.table.columns import Column, made
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.terms import Aggregate, Operation
from daytwo.control.models.analyst.words import lexicon

_RATIOS = {Role.RATIO: Operation.OVER, Role.PERCENT: Operation.PERCENT}
_SIGNS = {"after": ">", "since": ">=", "before": "<", "until": "<="}
_DONE = frozenset(
    {"delivered", "arrived", "completed", "shipped", "finished", "closed", "resolved", "actual", "delivery", "arrival"}
)
_DUE = frozenset({"promised", "due", "expected", "planned", "scheduled", "deadline", "target", "estimated"})


class PairRules:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def derived(self, chunks: list[Chunk], at: int) -> Reading | None:
        """A column made of two: `A times B`, `days between A and B`, `ratio of A to B`, `A per B`."""
        if chunks[at].is_(Role.DURATION):
            return self._duration(chunks, at)
        if chunks[at].is_(*_RATIOS):
            return self._ratio(chunks, at) or self._part(chunks, at)
        if chunks[at].is_(Role.WORD) and chunks[at].text.casefold() == "difference":
            return _both(chunks, at, at + 2, Operation.MINUS) if role_at(chunks, at + 1) is Role.BETWEEN else None
        if not chunks[at].is_(Role.COLUMN):
            return None
        if role_at(chunks, at + 1) is Role.OPERATION:
            return _both(chunks, at, at, chunks[at + 1].value)
        return self._per(chunks, at)

    def _per(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`revenue per item`, where both add up: the ratio of the totals."""
        per = chunks[at + 1] if at + 1 < len(chunks) else None
        if per is None or not per.is_(Role.GROUP) or per.text.casefold() != "per":
            return None
        left, right = (_number(chunks, place) for place in (at, at + 2))
        if left is None or right is None or not all(c.is_additive or c.counts_things for c in (left, right)):
            return None
        if right.words[-1] in lexicon.GRAINS:  # `car hours per peak hour`
            return None
        if role_at(chunks, at - 1) is Role.AGGREGATE and chunks[at - 1].value is not Aggregate.SUM:
            raise Refusal(
                f"{shown(chunks[at - 1].text)} could be of each row’s ratio, or the ratio of the totals: “average "
                f"ratio of {left.name} to {right.name}”, or “{left.name} per {right.name}”",
                understood=90,
            )
        return [_column(chunks[at : at + 3], Operation.OVER, left, right)], at + 3

    def _ratio(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`ratio of A to B`, also of both totals."""
        totals = [place for place in (at + 1, at + 3) if role_at(chunks, place) is Role.AGGREGATE]
        totals = totals if all(chunks[place].value is Aggregate.SUM for place in totals) else []
        second = at + 2 + bool(totals)
        left, right = _number(chunks, second - 1), _number(chunks, second + 1 + (len(totals) > 1))
        if left is None or right is None or role_at(chunks, second) not in {Role.TO, Role.AND}:
            return None
        end = second + 2 + (len(totals) > 1)
        return [_column(chunks[at:end], _RATIOS[chunks[at].role], left, right)], end

    def _part(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`returns as a percentage of sales`, where a column says yes: the share of the rows."""
        flag = exact(chunks[at + 1], lambda c: c.says_yes) if at + 1 < len(chunks) else None
        of_rows = role_at(chunks, at + 3) is Role.ENTITY or (
            at + 3 < len(chunks) and self._vocabulary.money((chunks[at + 3].text,)) is not None
        )
        if flag is None or role_at(chunks, at + 2) is not Role.TO or not of_rows:
            return None
        rows = [Chunk(Role.SHARE, "share"), Chunk(Role.ENTITY, "rows"), Chunk(Role.IS, "is")]
        return [*rows, filter_chunk(yes_filter(flag), [chunks[at + 1]])], at + 4

    def _duration(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`days between A and B`, `days of delivery`: from the row's event until then."""
        start = at + 1
        if role_at(chunks, start) in {Role.BETWEEN, Role.PREPOSITION}:
            start += 1
        first, second = _date(chunks, start), _date(chunks, start + 2)
        if first and second and role_at(chunks, start + 1) in {Role.AND, Role.TO}:
            return [_column(chunks[at : start + 3], chunks[at].value, first, second)], start + 3
        event = self._vocabulary.event_date
        if first and event and first != event:
            return [_column(chunks[at : start + 1], chunks[at].value, event, first)], start + 1
        return None

    def compared(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`delivered_on > promised_on`, `delivered after promised`, `late`."""
        if chunks[at].is_(Role.DEADLINE):
            return self._late(chunks, at)
        if not chunks[at].is_(Role.COLUMN) or role_at(chunks, at - 1) in {Role.AGGREGATE, Role.GROUP}:
            return None
        start = at + 1
        while role_at(chunks, start) is Role.IS:
            start += 1
        if role_at(chunks, start) not in {Role.COMPARISON, Role.TIME} or role_at(chunks, start + 1) is not Role.COLUMN:
            return None
        sign = _SIGNS.get(chunks[start].value, chunks[start].value)
        for read in (_number, _date):
            left, right = read(chunks, at), read(chunks, start + 1)
            if left and right and left != right:
                return [filter_chunk(PairFilter(left, sign, right), chunks[at : start + 2])], start + 2
        return None

    def _late(self, chunks: list[Chunk], at: int) -> Reading | None:
        """By the one date when it was done and the one when it was due; said in full, the columns are taken."""
        end = at + 1
        if end < len(chunks) and (full := self.compared(chunks, end)):
            return full
        done, due = ([c for c in self._vocabulary.dates if words.intersection(c.words)] for words in (_DONE, _DUE))
        if len(done) != 1 or len(due) != 1:
            raise Refusal(f"no two dates of {self._vocabulary.name} tell what {shown(chunks[at].text)} is", 70)
        return [filter_chunk(PairFilter(done[0], chunks[at].value, due[0]), [chunks[at]])], end


def _number(chunks: Sequence[Chunk], at: int) -> Column | None:
    return exact(chunks[at], lambda c: c.is_number and not c.is_key) if 0 <= at < len(chunks) else None


def _date(chunks: Sequence[Chunk], at: int) -> Column | None:
    return exact(chunks[at], lambda c: c.is_date) if 0 <= at < len(chunks) else None


def _both(chunks: Sequence[Chunk], at: int, first: int, operation: Operation) -> Reading | None:
    """The two columns around the word between them."""
    total = role_at(chunks, first + 2) is Role.AGGREGATE and chunks[first + 2].value is Aggregate.SUM
    second = first + 2 + total  # `total A divided by total B`
    left, right = _number(chunks, first), _number(chunks, second)
    if left is None or right is None:
        return None
    return [_column(chunks[at : second + 1], operation, left, right)], second + 1


def _column(parts: Sequence[Chunk], operation: Operation, left: Column, right: Column) -> Chunk:
    phrase = " ".join(part.text for part in parts)
    return Chunk(Role.COLUMN, phrase, Link(phrase, (made(operation, left, right),), Rank.EXACT))
