"""Days and moments within a column's span, as beginnings of its grain."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np

from daytwo.executor.rehearsal.chance import Chance
from daytwo.executor.rehearsal.literal import Literal
from daytwo.wire.sheet import ColumnSheet, Grain, Span

UNTOLD = Span(first="2015-01", last="2025-12")
"""Where a sheet tells no span."""
FIRST_YEAR, LAST_YEAR = 1, 9999
YEARS_BESIDE = 1
"""By which a span that is not told is widened beyond a program's dates."""
_UNITS = {
    Grain.YEAR: "Y",
    Grain.MONTH: "M",
    Grain.DAY: "D",
    Grain.HOUR: "h",
    Grain.MINUTE: "m",
    Grain.SECOND: "s",
    Grain.FINER: "ms",
}


def span_of(column: ColumnSheet, literals: list[Literal]) -> tuple[date, date]:
    """The first day and the day after the last; an untold span is widened to the program's dates."""
    told = column.span or UNTOLD
    first, last = _day(told.first), _next_month(_day(told.last))
    if column.span is None:
        for moment in filter(None, (moment_of(literal.value) for literal in literals)):
            first = min(first, _year(moment.year - YEARS_BESIDE))
            last = max(last, _year(moment.year + YEARS_BESIDE + 1))
    return first, last


def moment_of(value: object) -> datetime | None:
    """The moment that a literal names: a date, an ISO text, a year."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - tables have no zone
    if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= LAST_YEAR - YEARS_BESIDE:
        return datetime(value, 7, 1)  # noqa: DTZ001 - as above
    if not isinstance(value, str):
        return None
    text = value.strip()
    text = f"{text}-07-01" if len(text) == 4 else f"{text}-15" if len(text) == 7 else text
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def begun(moment: datetime, grain: Grain | None) -> datetime:
    """The beginning of the month or year that a moment is in, where a column has no other."""
    if grain is Grain.YEAR:
        return datetime(moment.year, 1, 1)  # noqa: DTZ001 - tables have no zone
    return datetime(moment.year, moment.month, 1) if grain is Grain.MONTH else moment  # noqa: DTZ001 - as above


def moments(
    column: ColumnSheet, count: int, span: tuple[date, date], chance: Chance, *, is_date: bool
) -> list[date | datetime]:
    """So many different moments if the span holds them, in their order."""
    unit = _UNITS[column.grain or Grain.DAY]
    if is_date and unit not in {"Y", "M"}:
        unit = "D"
    first = int(np.array(span[0], "datetime64[D]").astype(f"datetime64[{unit}]").astype(np.int64))
    last = max(first + 1, int(np.array(span[1], "datetime64[D]").astype(f"datetime64[{unit}]").astype(np.int64)))
    room = last - first
    if room <= count * 3:
        # Days in a row: a gap would be the exception.
        ticks = first + np.unique(np.linspace(0, room - 1, min(count, room)).astype(np.int64))
    else:
        ticks = np.unique(np.concatenate([[first, last - 1], first + chance.integers(0, room, count)]))[:count]
    whole = ticks.astype(f"datetime64[{unit}]")
    return list(whole.astype("datetime64[D]" if is_date else "datetime64[us]").tolist())


def fill(found: list[date | datetime], count: int) -> list[date | datetime]:
    """The moments, and days behind the last until there are so many: where all must differ."""
    made = list(found)
    while len(made) < count:
        made.append(made[-1] + timedelta(days=1))
    return made


def _day(month: str) -> date:
    return date(int(month[:4]) or 1, int(month[5:]), 1)


def _next_month(day: date) -> date:
    return min(date.max, (day + timedelta(days=32)).replace(day=1)) if day.year < LAST_YEAR else date.max


def _year(year: int) -> date:
    return date(min(max(year, FIRST_YEAR), LAST_YEAR), 1, 1)
