"""How figures go over time, and when they were highest."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import COUNTED, GRAIN, NUMBER, Way, size

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


_HALVES = {"first": 1, "1st": 1, "second": 2, "2nd": 2}


def _season(match: re.Match[str]) -> str:
    """Its months, in the north."""
    return f"in {_SEASONS[match[0].casefold().removesuffix('s').rsplit(maxsplit=1)[-1]]}"


_TENS = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}


def _decade_of_age(match: re.Match[str]) -> str:
    start = _TENS.get(match[1].casefold()) or int(match[1][:2])
    return f"with age between {start} and {start + 9}"


WAYS = (
    Way(r"\b(?:are |is )?in (?:their|his|her) ([2-9]0s|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b", _decade_of_age, "patients in their fifties", "patients with age between 50 and 59"),
    Way(r"\bthe '?([3-9]0)s\b", r"the 19\1s", "inflation in the 70s", "inflation in the 1970s"),
    Way(r"^when (?:was|is|were) (?:it|the [\w ]+?) (?:the )?(\w+est)\??$", r"which @time has the \1", "when was it coldest?", "which @time has the coldest"),
    Way(r"^(?:when|(?:on|in|at) (?:what|which) (?:date|day|month|year|time)) (?:was|were|is|did|do) (?:we |you )?(?:the |our |an? |any )?(?:have )?(?:very )?(?P<end>first|earliest|last|latest|most recent) (?P<what>.+?)(?: (?:made|placed|happen|occur|take place|recorded|come in|opened|sold))?\??$",
        lambda m: f"@{'first' if m['end'].casefold() in {'first', 'earliest'} else 'last'}time {m['what']}", "when was the last sale?", "@lasttime sale"),
    Way(rf"^when (?:did|was|were) (?:the )?(?P<figure>[\w' ]+?) (?:first|for the first time) (?P<sign>exceed|pass|reach|go over|go above|rise above|over|above|below|fall below|drop below|go below|hit)s? (?P<number>{NUMBER})\b",
        lambda m: f"@firsttime rows with {m['figure']} {'under' if 'below' in m['sign'].casefold() else 'at least' if m['sign'].casefold() in {'reach', 'hit'} else 'over'} {m['number']}", "when did unemployment first exceed 10", "@firsttime rows with unemployment over 10"),
    Way(r"^when (?:did|was) (?P<a>[\w' ]+?) first (?:have|get|see|reach|record) (?:an? |the )?(?P<figure>.+?)\??$", r"@firsttime rows of \g<a> with \g<figure>",
        "when did Italy first have a life expectancy of over 75?", "@firsttime rows of Italy with life expectancy of over 75"),
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
    Way(r"\b(?:in |during )?(?:the )?(?P<a>winter|spring|summer|autumn|fall)s? (?:vs\.?|versus|against|compared (?:to|with)|or|than) (?:in |during )?(?:the )?(?P<b>winter|spring|summer|autumn|fall)s?\b", lambda m: f"in {_SEASONS[m['a'].casefold()]} vs {_SEASONS[m['b'].casefold()]}",
        "delay in summer vs winter", "delay in june, july and august vs december, january and february"),
    Way(r"\b(?:the )?(?P<a>first|second|1st|2nd) half (?P<to>vs\.?|versus|and|to|against|or|than) (?:the )?(?P<b>first|second|1st|2nd) half (?:of )?(?P<year>\d{4})\b", lambda m: f"h{_HALVES[m['a'].casefold()]} {m['year']} {m['to']} h{_HALVES[m['b'].casefold()]} {m['year']}",
        "first half vs second half of 2023", "h1 2023 vs h2 2023"),
    Way(r"\bin (?:the )?(?:winter|spring|summer|autumn|fall)s?(?= or| and|[ ,?]|$)(?! of)", _season, "revenue in summer by region", "revenue in june, july and august by region"),
    Way(r"^who (?=is |was |are |were |has |had )", "which ", "who has the most orders", "which has the most orders"),
    Way(r"\b(?:the )?(?:first and (?:the )?last|earliest and (?:the )?latest|oldest and (?:the )?newest) (?=\w)", "min and max of ",
        "the first and the last order date", "min and max of order date"),
)  # fmt: skip
