"""Filters by date: `in 2024`, `since March 2024`, `between 2020 and 2022`, `order date after 2024-03-05`.

`after` a period starts when it has ended, `before` it ends when it starts, `since` and `until` include it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from daytwo.control.models.analyst.question import AnyFilter, DateFilter, Filter, NumberFilter, RecentFilter
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Grain, Period
from daytwo.control.models.analyst.words import dates
from daytwo.control.models.analyst.words.dates import Recurring

_WORD_OF_SIGN = {">": "after", ">=": "since", "<": "before", "<=": "until", "==": "in"}
_KEEPS_COLUMN = {Role.AGGREGATE, Role.SUPERLATIVE, Role.DISTINCT, Role.COUNT, Role.GROUP, Role.WHICH}


class TimeRules:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def dated(self, chunks: list[Chunk], at: int) -> Reading | None:
        """A period with what introduces it; the date column may stand before it."""
        if chunks[at].is_(Role.RECENT):
            return self._recent(chunks[at]), at + 1
        if chunks[at].is_(Role.GRAIN) and chunks[at].text in {"weekend", "weekday"}:
            return self._days(chunks, at)
        named = exact(chunks[at], lambda c: c.is_date)
        if chunks[at].is_(Role.COLUMN) and named is None:
            return None
        start = at + 1 if named else at
        while named and role_at(chunks, start) is Role.IS:
            start += 1
        read = self._periods(chunks, start)
        if read is None:
            return None
        periods, recurring, end = read
        kept = [chunks[at]] if named and role_at(chunks, at - 1) in _KEEPS_COLUMN else []
        made = self._filters(named, periods, recurring, chunks[start:end])
        if chunks[start].is_(Role.EXCLUDING):
            made = (_negated(made),)
        return [*kept, *(filter_chunk(one, chunks[at:end]) for one in made)], end

    def _days(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`weekend rides`."""
        if role_at(chunks, at + 1) is not Role.ENTITY or role_at(chunks, at - 1) in {Role.GROUP, Role.WHICH}:
            return None
        days = (5, 6) if chunks[at].text == "weekend" else (0, 1, 2, 3, 4)
        made = DateFilter(self._vocabulary.date_meant(chunks[at].text), weekdays=days)
        return [filter_chunk(made, [chunks[at]])], at + 1

    def _recent(self, part: Chunk) -> list[Chunk]:
        """`the last 3 months`, `the latest year`: as the data's latest date has it."""
        count, grain = part.value
        years = self._vocabulary.where(lambda c: c.is_year)
        if not self._vocabulary.dates and len(years) == 1 and grain is Grain.YEAR:
            return [filter_chunk(RecentFilter(years[0], grain, count or 1), [part])]
        column = self._vocabulary.date_meant(part.text)
        if column.own_grain and grain is not column.own_grain:
            raise Refusal(f"{column.name} is never finer than a {column.own_grain}", understood=80)
        made = RecentFilter(column, grain, count or 1, whole=count is None or bool(column.own_grain and count == 1))
        return [filter_chunk(made, [part])]

    def _periods(self, chunks: Sequence[Chunk], at: int) -> tuple[tuple[Period, ...], Recurring, int] | None:
        ranged = _range(chunks, at)
        if ranged:
            return (ranged[0],), Recurring(), ranged[1]
        word = "in"
        if role_at(chunks, at) is Role.TIME:
            word, at = chunks[at].value, at + 1
        elif role_at(chunks, at) is Role.COMPARISON and chunks[at].value in _WORD_OF_SIGN:
            word, at = _WORD_OF_SIGN[chunks[at].value], at + 1
        elif role_at(chunks, at) is Role.PREPOSITION or (
            role_at(chunks, at) is Role.EXCLUDING and _period(chunks, at + 1)
        ):
            at += 1
        found = _period(chunks, at)
        if found is None:
            return None
        if word != "in":
            return (_bounded(word, found, chunks[at].text),), Recurring(), at + 1
        return _union(chunks, at)

    def _filters(
        self, named: Column | None, periods: tuple[Period, ...], recurring: Recurring, parts: Sequence[Chunk]
    ) -> tuple[Filter, ...]:
        if named:
            return (DateFilter(named, periods, recurring.months, recurring.weekdays),)
        text = " ".join(part.text for part in parts)
        years = self._vocabulary.where(lambda c: c.is_number and c.words == ("year",))
        if self._vocabulary.dates or len(years) != 1:
            return (DateFilter(self._vocabulary.date_meant(text), periods, recurring.months, recurring.weekdays),)
        quarters = self._vocabulary.where(lambda c: c.is_number and c.words == ("quarter",))
        if len(quarters) == 1 and (found := _quarter(periods)):
            return (NumberFilter(years[0], "==", found[0]), NumberFilter(quarters[0], "==", found[1]))
        return (_in_years(years[0], periods, recurring),)


def _quarter(periods: tuple[Period, ...]) -> tuple[int, int] | None:
    """The year and number of the quarter, if it is one."""
    start = periods[0].start if len(periods) == 1 else None
    if start is None or start.month % 3 != 1 or periods[0] != dates.months(start.year, start.month, 3):
        return None
    return start.year, start.month // 3 + 1


def _negated(filters: tuple[Filter, ...]) -> Filter:
    """All but these."""
    one = filters[0]
    if len(filters) == 1 and isinstance(one, DateFilter | AnyFilter):
        return replace(one, negated=True)
    if len(filters) == 1 and isinstance(one, NumberFilter):
        return AnyFilter((one,), negated=True)
    raise Refusal("leaving that time out is beyond me; name the time that is meant", understood=80)


def _in_years(column: Column, periods: tuple[Period, ...], recurring: Recurring) -> NumberFilter | AnyFilter:
    """Whole years, on a column that holds years as numbers."""
    years = [one.start.year for one in periods if one.start and one == dates.year(one.start.year)]
    if len(years) > 1 and len(years) == len(periods):
        return AnyFilter(tuple(NumberFilter(column, "==", year) for year in years))
    period = periods[0] if len(periods) == 1 and recurring == Recurring() else None
    if period is None or any(side and (side.month, side.day) != (1, 1) for side in (period.start, period.end)):
        raise Refusal(f"{column.name} holds years only", understood=80)
    if period.end is None:
        return NumberFilter(column, ">=", period.start.year if period.start else 0)
    if period.start is None:
        return NumberFilter(column, "<", period.end.year)
    if period.end.year == period.start.year + 1:
        return NumberFilter(column, "==", period.start.year)
    return NumberFilter(column, "between", period.start.year, period.end.year - 1)


def read_side(chunks: Sequence[Chunk], at: int) -> tuple[Period, int] | None:
    """One side of two times that are compared: `2023`, `in Q4 2024`, `before July 2023`; and where it ends."""
    if ranged := _range(chunks, at):
        return ranged
    if role_at(chunks, at) is Role.PREPOSITION:
        at += 1
    word = chunks[at].value if role_at(chunks, at) is Role.TIME else None
    found = _period(chunks, at + 1 if word else at)
    if found is None or isinstance(found, Recurring):
        return None
    end = at + 2 if word else at + 1
    return (_bounded(word, found, chunks[end - 1].text) if word else found), end


def _period(chunks: Sequence[Chunk], at: int) -> Period | Recurring | None:
    if role_at(chunks, at) is Role.PERIOD:
        value = chunks[at].value
        assert isinstance(value, Period | Recurring)
        return value
    if role_at(chunks, at) is Role.NUMBER and chunks[at].token.is_year:
        return dates.year(int(chunks[at].text))
    return None


def _range(chunks: Sequence[Chunk], at: int) -> tuple[Period, int] | None:
    """`between P and P`, `from P to P`, `P to P`."""
    role = role_at(chunks, at)
    opened = role is Role.BETWEEN or (role is Role.PREPOSITION and chunks[at].value in {"from", "in", "during"})
    begin = at + 1 if opened else at
    joins = {Role.AND, Role.TO} if role is Role.BETWEEN else {Role.TO}
    is_until = role_at(chunks, begin + 1) is Role.TIME and chunks[begin + 1].value == "until"
    if role_at(chunks, begin + 1) not in joins and not is_until:
        return None
    first, last = _period(chunks, begin), _period(chunks, begin + 2)
    if first is None or last is None:
        return None
    if isinstance(first, Recurring) and isinstance(last, Period) and last.start:
        first = dates.months(last.start.year, first.months[0], len(first.months)) if first.months else last
    if isinstance(first, Recurring) or isinstance(last, Recurring):
        raise Refusal(f"{shown(chunks[begin].text)} needs a year", understood=80)
    if not first.start or not last.end or first.start >= last.end:
        raise Refusal(f"{shown(chunks[begin + 2].text)} is before {shown(chunks[begin].text)}", understood=80)
    return Period(first.start, last.end), begin + 3


def _bounded(word: str, period: Period | Recurring, text: str) -> Period:
    if isinstance(period, Recurring):
        raise Refusal(f"“{word} {text}” needs a year", understood=80)
    sides: dict[str, tuple[date | None, date | None]] = {
        "since": (period.start, None),
        "after": (period.end, None),
        "before": (None, period.start),
        "until": (None, period.end),
    }
    return Period(*sides[word])


def _union(chunks: Sequence[Chunk], at: int) -> tuple[tuple[Period, ...], Recurring, int]:
    """`2023 and 2024`, `January, February`."""
    periods: list[Period] = []
    months: list[int] = []
    weekdays: list[int] = []
    end = at
    while (found := _period(chunks, at)) is not None:
        if isinstance(found, Recurring):
            months.extend(found.months)
            weekdays.extend(found.weekdays)
        else:
            periods.append(found)
        at = end = at + 1
        while role_at(chunks, at) in {Role.COMMA, Role.AND, Role.OR}:
            at += 1
        if role_at(chunks, at) is Role.PREPOSITION and _period(chunks, at + 1) is not None and at > end:
            at += 1
        if at == end and _period(chunks, at) is None:
            break
    if months and periods:
        year_of = periods[0].start.year if len(periods) == 1 and periods[0].start else None
        if year_of is None or periods[0] != dates.year(year_of):
            raise Refusal("it names months with and without a year", understood=80)
        return tuple(dates.months(year_of, month, 1) for month in months), Recurring(), end
    if weekdays and (months or periods):
        raise Refusal("it names days of the week and other times; ask for one at a time", understood=80)
    return tuple(periods), Recurring(tuple(months), tuple(weekdays)), end
