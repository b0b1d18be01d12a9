"""How figures go over time, and when they were highest."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import COUNTED, GRAIN, Way, size

_OVER_TIME = r"(?:over (?:the )?(?:years|time)|across (?:the )?years|through (?:the )?years|with time|year by year)"
_MOVED = (
    r"(?:change|changed|changing|develop|developed|evolve|evolved|grow|grown|move|moved|vary|varied|trend|trending)"
)


def _by_time(match: re.Match[str]) -> str:
    return " by year" if "year" in (match["time"] or "").casefold() else " by @span"


def _moved(match: re.Match[str]) -> str:
    return f"{match[1]}{_by_time(match) if match['time'] else ' by'} "


def _when(match: re.Match[str]) -> str:
    """`when` → the finest time there is; `in which year` → that."""
    named = re.match(r"in (?:which|what) (\w+)", match[0], re.IGNORECASE)
    extreme = {"maximum": "highest", "peak": "highest", "minimum": "lowest"}.get(match[2].casefold(), match[2])
    return f"which {named[1] if named else '@time'} has the {extreme} {match[1]}"


def _recent(match: re.Match[str]) -> str:
    return f" @recent{size(match['count'])}{match['grain'].casefold()} "


_SEASONS = {
    "winter": "december, january and february", "spring": "march, april and may", "summer": "june, july and august",
    "autumn": "september, october and november", "fall": "september, october and november",
}  # fmt: skip


def _season(match: re.Match[str]) -> str:
    """Its months, in the north."""
    return f"in {_SEASONS[match[0].casefold().removesuffix('s').rsplit(maxsplit=1)[-1]]}"


WAYS = (
    Way(rf"\b(?:how|in what way) (?:did|does|do|has|have|is|was) (?:the )?(.+?) {_MOVED} ?(?:by|(?P<time>{_OVER_TIME}))(?: |\??$)", _moved,
        "how did the revenue develop over the years?", "revenue by year"),
    Way(rf"\b(?P<time>{_OVER_TIME})\b", _by_time, "revenue over time", "revenue by @span"),
    Way(r"\bis (?:it|.{1,20}) getting \w+\? ?", "", "is it getting warmer? average temperature by year", "average temperature by year"),
    Way(r"\b(?:linear |long[- ]term |general )?trends? (?:of|in|for) ", "@trend ", "linear trend of sales", "@trend sales"),
    Way(r"^(?:when|in (?:which|what) \w+) (?:was|were|is|did) (?:the )?(.+?) (?:(?:the|its|at its|reach its|hit its) )?(highest|lowest|largest|smallest|biggest|greatest|maximum|minimum|peak)\??$", _when,
        "in which year was the price at its peak?", "which year has the highest price"),
    Way(r"^when did (.+?) (?:reach|hit|have|peak at) (?:its|the|a) (highest|lowest|maximum|minimum) (.+?)\??$", r"which @time has the \2 \3 for \1",
        "when did IBM reach its highest price?", "which @time has the highest price for IBM"),
    Way(r"\b(?:at )?(?:what|which) (?:hour|time) (?:of (?:the )?day )?(?:are|is|were|was|do|does) (?:the )?(most|fewest) (.+?)(?: (?:placed|made|happen|occur|opened|created))?\??$", r"which hour has the \1 \2",
        "at what hour of the day are most orders placed?", "which hour has the most orders"),
    Way(r"\b(?:hours? of (?:the )?day|time of (?:the )?day)\b", "hour", "orders by hour of the day", "orders by hour"),
    Way(r"\b(?:calendar month|months? of (?:the )?year)\b(?! \d)", "@monthname", "revenue by month of the year", "revenue by @monthname"),
    Way(r"\b(?:weekends?|weekend days) (?:vs\.?|versus|and|or|compared (?:to|with)|against) (?:on )?(?:weekdays?|working days|business days)\b", "by weekend", "revenue on weekends vs weekdays", "revenue on by weekend"),
    Way(r"\b(?:weekdays?|working days) (?:vs\.?|versus|and|or|compared (?:to|with)|against) (?:on )?(?:weekends?|weekend days)\b", "by weekend", "revenue: weekdays versus weekends", "revenue: by weekend"),
    Way(r"\b(?:on|in|between|for) by (?=weekend)", "by ", "revenue on by weekend", "revenue by weekend"),
    Way(rf"\b(?:in|over|during|for|within|of|from)?(?: the)? (?:last|past|most recent|latest|previous) (?P<count>{COUNTED}) (?P<grain>{GRAIN})s\b", _recent,
        "revenue in the last three months", "revenue @recent3month"),
    Way(rf"\b(?:in|over|during|for|within|of|from) the (?:latest|most recent) (?P<grain>{GRAIN})\b(?! of)", r" @latest\g<grain> ", "revenue in the most recent year", "revenue @latestyear"),
    Way(r"\b(?:on|in|during|at) (?:the )?weekends?\b", "on saturday and sunday", "revenue on weekends", "revenue on saturday and sunday"),
    Way(r"\b(?:on|in|during) (?:the )?(?:weekdays|working days|business days)\b", "excluding saturday and sunday", "revenue on weekdays", "revenue excluding saturday and sunday"),
    Way(r"\bin (?:the )?(?:winter|spring|summer|autumn|fall)s?(?= or| and|[ ,?]|$)(?! of)", _season, "revenue in summer by region", "revenue in june, july and august by region"),
    Way(r"^who (?=is |was |are |were |has |had )", "which ", "who has the most orders", "which has the most orders"),
    Way(r"\b(?:the )?(?:first and (?:the )?last|earliest and (?:the )?latest|oldest and (?:the )?newest) (?=\w)", "min and max of ",
        "the first and the last order date", "min and max of order date"),
)  # fmt: skip
