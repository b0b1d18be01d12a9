"""What the marks of `phrasing` stand for: `@moving3month`, `@percentile90`, `@correlation`, as chunks."""

from __future__ import annotations

import re

from daytwo.control.models.analyst.question import Over
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.terms import Aggregate, Course, Grain, Study
from daytwo.control.models.analyst.words.lexing import Token

_MARK = re.compile(r"@([a-z]+?)(\d+(?:\.\d+)?)?(day|week|month|quarter|year)?")
_STUDIES = {
    "correlation": Study.CORRELATION, "regression": Study.REGRESSION, "distribution": Study.DISTRIBUTION,
    "outliers": Study.OUTLIERS, "missing": Study.MISSING, "duplicates": Study.DUPLICATES,
}  # fmt: skip
_COURSES = {
    "growth": Course.GROWTH, "trend": Course.TREND, "moving": Course.MOVING, "running": Course.CUMULATIVE,
    "forecast": Course.FORECAST,
}  # fmt: skip
_ROLES = {"withshare": Role.WITH_SHARE, "difference": Role.DIFFERENCE, "lacking": Role.LACKING, "rankof": Role.RANK_OF}
_LATE = {"onaverage": Aggregate.MEAN, "intotal": Aggregate.SUM}
_GRAINS = {"time": Grain.TIME, "span": Grain.SPAN, "calendarmonth": Grain.CALENDAR_MONTH}
_AGGREGATES = {"variation": Aggregate.VARIATION, "iqr": Aggregate.IQR}
WINDOW_LIMIT = 1_000


def mark(token: Token) -> Chunk:  # noqa: PLR0911 - one return for each kind
    """The chunk of a mark; an unknown one is a word that nobody knows."""
    text = token.text
    match = _MARK.fullmatch(text.casefold())
    name, number, grain = match.groups() if match else ("", None, None)
    said = text.removeprefix("@")
    if name in _GRAINS:
        return Chunk(Role.GRAIN, "time" if name == "span" else str(_GRAINS[name]), _GRAINS[name])
    if name in _AGGREGATES:
        return Chunk(Role.AGGREGATE, str(_AGGREGATES[name]), _AGGREGATES[name])
    if name in _STUDIES:
        return Chunk(Role.STUDY, said, _STUDIES[name])
    if name in _ROLES:
        return Chunk(_ROLES[name], said)
    if name in _LATE:
        return Chunk(Role.LATE, said, _LATE[name])
    if name == "percentile" and number and 0 <= float(number) <= 100:
        return Chunk(Role.AGGREGATE, f"{number}th percentile", float(number) / 100)
    if name in _COURSES:
        return _course(token, _COURSES[name], number, grain)
    return Chunk(Role.WORD, text, token)


def _course(token: Token, course: Course, number: str | None, grain: str | None) -> Chunk:
    whole = int(number) if number and number.isdigit() else None
    if course is Course.MOVING and not (whole and 1 < whole <= WINDOW_LIMIT):
        return Chunk(Role.WORD, token.text, token)
    window = whole if course is Course.MOVING else None
    over = Over(course, window=window, target=whole if course is Course.FORECAST else None)
    return Chunk(Role.COURSE, token.text.removeprefix("@"), (over, Grain(grain) if grain else None))
