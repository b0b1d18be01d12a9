"""What the marks of `words.ways` stand for: `@moving3month`, `@percentile90`, `@correlation`, as chunks."""

from __future__ import annotations

import re
from typing import Any

from daytwo.control.models.analyst.question import Order, Over
from daytwo.control.models.analyst.rules.chunks import Asked, Chunk, Role
from daytwo.control.models.analyst.terms import Aggregate, Contrast, Course, Form, Grain, Operation, Study
from daytwo.control.models.analyst.words import lexicon
from daytwo.control.models.analyst.words.lexing import Token

_MARK = re.compile(r"@([a-z]+?)(\d+(?:\.\d+)?)?(day|week|month|quarter|year)?")
_COURSES = {
    "growth": Course.GROWTH, "trend": Course.TREND, "moving": Course.MOVING, "running": Course.CUMULATIVE,
    "forecast": Course.FORECAST,
}  # fmt: skip
_MARKS: dict[str, tuple[Role, Any]] = {
    **{name: (Role.STUDY, Study[name.upper()]) for name in ("correlation", "regression", "distribution", "outliers",
                                                            "missing", "duplicates", "box")},
    **{form.name.casefold(): (Role.FORM, form) for form in Form}, "size": (Role.SIZE, None),
    "name": (Role.NAME, None),
    "withshare": (Role.WITH_SHARE, None), "lacking": (Role.LACKING, None), "rankof": (Role.RANK_OF, None),
    "firsttime": (Role.MOMENT, Aggregate.MIN), "lasttime": (Role.MOMENT, Aggregate.MAX),
    "lasting": (Role.LASTING, Operation.DAYS), "lastinghours": (Role.LASTING, Operation.HOURS),
    "sorteddown": (Role.SORTED, True), "sortedup": (Role.SORTED, False),
    "ratio": (Role.RATIO, None), "percent": (Role.PERCENT, None), "never": (Role.NEVER, None),
    "withsum": (Role.WITH_SUM, None), "basket": (Role.BASKET, None),
    "sold": (Role.SOLD, False), "spent": (Role.SOLD, True),
    "difference": (Role.CONTRAST, Asked(Contrast.DIFFERENCE)), "change": (Role.CONTRAST, Asked(Contrast.CHANGE)),
    "more": (Role.CONTRAST, Asked(Contrast.MORE)), "less": (Role.CONTRAST, Asked(Contrast.LESS)),
    "mostchange": (Role.CONTRAST, Asked(Contrast.CHANGE, Order(descending=True))),
    "leastchange": (Role.CONTRAST, Asked(Contrast.CHANGE, Order(descending=False))),
    "days": (Role.DURATION, Operation.DAYS), "hours": (Role.DURATION, Operation.HOURS),
    "late": (Role.DEADLINE, ">"), "ontime": (Role.DEADLINE, "<="),
    "onaverage": (Role.LATE, Aggregate.MEAN), "intotal": (Role.LATE, Aggregate.SUM),
    "time": (Role.GRAIN, Grain.TIME), "span": (Role.GRAIN, Grain.SPAN),
    "monthname": (Role.GRAIN, Grain.CALENDAR_MONTH),
    "variation": (Role.AGGREGATE, Aggregate.VARIATION), "iqr": (Role.AGGREGATE, Aggregate.IQR),
}  # fmt: skip
_SAID = {
    "onaverage": "on average",
    "intotal": "in total",
    "ontime": "on time",
    "withshare": "its share",
    "withsum": "what they add up to",
    "name": "who",
}
"""How people write what some marks stand for; messages say it so."""
WINDOW_LIMIT = 1_000


def mark(token: Token) -> Chunk:  # noqa: PLR0911 - one return for each kind
    """The chunk of a mark; an unknown one is a word that nobody knows."""
    match = _MARK.fullmatch(token.text.casefold())
    name, number, grain = match.groups() if match else ("", None, None)
    if name in _MARKS and number is None:
        role, value = _MARKS[name]
        return Chunk(role, _SAID.get(name, name), value)
    if name == "percentile" and number and 0 <= float(number) <= 100:
        return Chunk(Role.AGGREGATE, f"{number}th percentile", float(number) / 100)
    if name in {"recent", "latest"} and grain:
        count = int(number) if number and number.isdigit() else None
        return Chunk(Role.RECENT, token.text.removeprefix("@"), (count, Grain(grain)))
    said = name.removeprefix("adj").replace("more", "more ").replace("less", "less ")
    if name.startswith("adj") and said in lexicon.COMPARATIVES:
        return Chunk(Role.ADJECTIVE, said, lexicon.COMPARATIVES[said][1])
    if name == "place" and number and number.isdigit():
        return Chunk(Role.PLACE, "the place", int(number))
    if name == "end" and number and number.isdigit():
        return Chunk(Role.END, f"last {number}", int(number))
    if name in _COURSES:
        return _course(token, _COURSES[name], number, grain)
    return Chunk(Role.WORD, token.text, token)


def _course(token: Token, course: Course, number: str | None, grain: str | None) -> Chunk:
    whole = int(number) if number and number.isdigit() else None
    if course is Course.MOVING and not (whole and 1 < whole <= WINDOW_LIMIT):
        return Chunk(Role.WORD, token.text, token)
    window = whole if course is Course.MOVING else None
    over = Over(course, window=window, target=whole if course is Course.FORECAST else None)
    return Chunk(Role.COURSE, token.text.removeprefix("@"), (over, Grain(grain) if grain else None))
