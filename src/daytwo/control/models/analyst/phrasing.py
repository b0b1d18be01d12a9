"""Ways of asking, put into the one way that the rules read: `when was X highest` → `which @time has the highest X`.

Rewriting is by whole phrases and never touches quoted text; a phrase that is no way of asking stays as it is.  Marks
that begin with `@` are roles of `chunking`: nobody types them by accident, and typed they mean just that.
"""
# ruff: noqa: E501, ISC004 - a pattern is read best on one line

from __future__ import annotations

import re
from collections.abc import Callable

_NUMBER = r"\d+(?:\.\d+)?"
_COUNTED = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+)"
_SIZES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
          "twelve": 12}  # fmt: skip
_GRAIN = r"(?:day|week|month|quarter|year)"
_OVER_TIME = r"(?:over (?:the )?(?:years|time)|across (?:the )?years|through (?:the )?years|with time|year by year)"

Replacement = str | Callable[[re.Match[str]], str]


def _window(match: re.Match[str]) -> str:
    size = match["size"].casefold()
    grain = match["grain"].casefold()
    return f" @moving{_SIZES.get(size, size)}{'' if grain == 'period' else grain} "


def _years_or_time(match: re.Match[str]) -> str:
    return " by year" if "year" in match["time"].casefold() else " by @time"


_RULES: tuple[tuple[str, Replacement], ...] = (
    # shares beside a ranking
    (r"(?:,| and)+ (?:what (?:is|was|are|were) )?(?:its|their|the) (?:share|percentage|percent|proportion|fraction)"
     r"(?: (?:of|in) (?:the )?(?:total|whole|overall total|year|sum|all(?: \w+)?|overall))?\s*\??\s*$", " @withshare"),
    (r"^(?:[Ww]hat(?:'s| is| was) )?(?:the )?([A-Z][\w&.]*(?: (?:of |the |and )?[A-Z][\w&.]*)*)'s (share|percentage|proportion) of (.+?)\??$",
     r"what \2 of \3 comes from \1"),
    (r"\b(?:what|which) (?:rank|place|position) (?:does|do|is|has|did|was) (.+?) (?:have |hold |take |get |on |in |at )*(?:by|for|in terms of) ", r"@rankof \1 by "),
    (r"\bhow does (.+?) rank (?:by|in terms of|for|on) ", r"@rankof \1 by "),
    # over time
    (rf"\b(?:how|in what way) (?:did|does|do|has|have|is|was) (?:the )?(.+?) "
     rf"(?:change|changed|changing|develop|developed|evolve|evolved|grow|grown|move|moved|vary|varied|trend|trending) ?(?:by|(?P<time>{_OVER_TIME}))(?: |\??$)",
     lambda m: f"{m[1]}" + (_years_or_time(m) if m["time"] else " by") + " "),
    (rf"\b(?P<time>{_OVER_TIME})\b", _years_or_time),
    (r"\bis (?:it|.{1,20}) getting \w+\? ?", ""),
    (r"\b(?:linear |long[- ]term |general )?trends? (?:of|in|for) ", "@trend "),
    (r"^(?:when|in (?:which|what) \w+) (?:was|were|is|did) (?:the )?(.+?) (?:(?:the|its|at its|reach its|hit its) )?(highest|lowest|largest|smallest|biggest|greatest|maximum|minimum|peak)\??$",
     lambda m: f"{_when(m[0])} has the {_extreme(m[2])} {m[1]}"),
    (r"^when did (.+?) (?:reach|hit|have|peak at) (?:its|the|a) (highest|lowest|maximum|minimum) (.+?)\??$", r"which @time has the \2 \3 for \1"),
    (r"^who (?=is |was |are |were |has |had )", "which "),
    (r"\b(?:the )?(?:first and (?:the )?last|earliest and (?:the )?latest|oldest and (?:the )?newest) (?=\w)", "min and max of "),
    # courses
    (r"^(?:the )?(?P<what>[\w ]+?) growth (?:rate )?(?:by|per|over the|from) (?P<grain>year|month|quarter)s?(?: to \w+)?\b", r" @growth\g<grain> \g<what>"),
    (rf"(?:\b(?P<size>{_COUNTED})[- ](?:{_GRAIN}|period)s?[- ])?(?:moving|rolling) (?:average|mean)s? over (?P<again>{_COUNTED}) (?P<grain>{_GRAIN})s?(?: of| in| for)?(?: the)?",
     lambda m: f" @moving{_SIZES.get(m['again'].casefold(), m['again'])}{m['grain'].casefold()} "),
    (rf"\b(?P<size>{_COUNTED})[- ](?P<grain>{_GRAIN}|period)s?[- ](?:moving|rolling) (?:average|mean)s?(?: of| in| for)?(?: the)?", _window),
    (r"\b(?:year[- ](?:over|on)[- ]year|yoy|y/y|annual|yearly) (?:growth|change|increase|difference|development|percentage change|growth rates?|% change)(?: rates?)?(?: of| in| for)?(?: the)?", " @growthyear "),
    (r"\b(?:month[- ](?:over|on)[- ]month|mom|monthly) (?:growth|change|increase|percentage change|growth rates?)(?: of| in| for)?(?: the)?", " @growthmonth "),
    (r"\b(?:quarter[- ](?:over|on)[- ]quarter|qoq|quarterly) (?:growth|change|increase|percentage change|growth rates?)(?: of| in| for)?(?: the)?", " @growthquarter "),
    (r"\b(?:percentage |percent |% )?(?:growth|growth rate)(?: of| in| for)(?: the)?", " @growth "),
    (r"\b(?:cumulative|running total of|cumulated|running)(?: sum of| total of| total| sum)?(?: of)?(?: the)? ", " @running "),
    (r"\b(?:forecast|predict|project|extrapolate|estimate)(?: of)?(?: the)? (.+?) (?:for|in|to) (?:the year )?(\d{4})\b", r" @forecast\2 \1 "),
    (r"^what (?:will|would) (?:the )?(.+?) be in (\d{4})\b", r" @forecast\2 \1 "),
    (r"\b(?:forecast|predict|prediction of|projection of)(?: the)? (.+?) (?:for|in) (?:the )?next year\b", r" @forecast \1 "),
    # studies
    (r"^(?:which|what) (?:variables?|columns?|numbers?|factors?) (?:is|are|correlates?|has|have) (?:the )?(?:most |strongest |highest |best )?(?:strongly )?(?:correlat\w+ )?(?:most )?(?:strongly )?(?:with|to) ", " @correlation "),
    (r"\b(?:is there (?:a |any )?|how strong is the |what(?:'s| is) the )?(?:correlations?(?: coefficient)?|relationship|association) (?:between|of|among)", " @correlation "),
    (r"\b(?:how|are|is|does|do) (.+?) (?:is |are )?(?:correlate[sd]?|correlated|related) (?:with|to|and) ", r" @correlation \1 and "),
    (r"\b(?:(?:simple |multiple )?(?:linear )?regression of|regress|fit|run a (?:linear )?regression of|fit a (?:linear )?regression of|linear model of) (.+?) (?:on|against|by|from|using|with)(?: the)? ", r" @regression \1 and "),
    (r"\bdoes (.+?) (?:predict|explain|influence|affect|determine) (.+?)\?.*$", r" @regression \2 and \1"),
    (r"\b(?:how (?:is|are) (.+?) distributed)\b", r" @distribution \1"),
    (r"\b(?:what does )?(?:the )?(?:distribution|histogram|spread)(?: look like)? (?:of|for|in)(?: the)? ", " @distribution "),
    (r"^(\w+) (?:distribution|histogram)\??$", r"@distribution \1"),
    (r"\b(?:are|is) there (?:any |an )?(outlier|duplicate|missing|null)", r"\1"),
    (r"\b(?:how many |number of |which (?:\w+ )?are |any |find |show |list |detect )?(?:outliers?|anomalies|extreme values)(?: are there)? (?:in|of|for|by)(?: the)? ", " @outliers "),
    (r"\b(?:how many |number of |count |any |find |show |list |count of )*duplicate[sd]?(?: (?:rows?|records?|entries|lines))?(?: are there| (?:in|of) the data\w*)?\??$", " @duplicates"),
    (r"\b(?:how many |number of |count |any |find |show |list |count of )*(?:duplicate[sd]?|repeated) (?:values of |values in )?", " @duplicates "),
    (r"\bwhich (?:columns|variables|fields) (?:have|has|contain|are) (?:any )?(?:missing|null|empty)(?: values| data| entries)?\??", " @missing"),
    (r"\b(?:how many |number of |count |any |share of |find |show |list |count of )*(?:missing|null|empty|unknown) (?:values?|data|entries|cells)(?: are there)?(?: (?:per|by|for each|in each|in every) (?:column|variable|field)| in the (?:data\w*|table|file))?\??$", " @missing"),
    (r"\b(?:how many |number of |count |any |share of |find |show |list |count of )*(?:missing|null|empty|unknown) (?:values? |data |entries )?(?:in|of|for)(?: the)? ", " @missing "),
    (r"\b(?:how many |number of |count )(.+?) (?:values? |entries )?(?:are|is) (?:missing|null|empty|unknown|not known|blank)\b", r" @missing \1"),
    (r"\b(?:have|has|with|having) (?:no|a missing|missing|an unknown|unknown|an empty) (?=\w)", " @lacking "),
    # percentiles
    (rf"\b({_NUMBER})(?:st|nd|rd|th)(?: and ({_NUMBER})(?:st|nd|rd|th))? (?:percentiles?|percent quantiles?)(?: of| for| in)?(?: the)?",
     lambda m: f" @percentile{m[1]} " + (f"and @percentile{m[2]} " if m[2] else "")),
    (rf"(?<!@)\b(?:percentile|p)({_NUMBER})(?: of)?\b", r" @percentile\1 "),
    (r"\b(?:lower|first|1st) quartile(?: of)?(?: the)?", " @percentile25 "),
    (r"\b(?:upper|third|3rd) quartile(?: of)?(?: the)?", " @percentile75 "),
    (r"\b(?:the )?quartiles(?: of| for| in)?(?: the)?", " @percentile25 and @percentile50 and @percentile75 "),
    (r"\b(?:the )?deciles(?: of| for| in)?(?: the)?",
     " " + " and ".join(f"@percentile{ten}" for ten in range(10, 100, 10)) + " "),
    (r"\brange of\b", "min and max of"),
    (r"\bvolatility(?: \(standard deviation\))? of\b", "standard deviation of"),
    (r"\bspread \(standard deviation\)", "standard deviation"),
    # conditions
    (r"\bneither (\S+) nor (\S+)", r"not \1 or \2"),
    (r"\b(?:do|does|did) not (?:come|stem|originate) from\b", "not from"),
    (r"\b(?:do|does|did) not (?:have|contain)\b", "without"),
    (r"\b(?:which|that|who) (?:come|comes|came|stem|are|is|were|was|have|has|had)\b(?! the)", "with"),
    (r"\bwho (?=died|live|work)", ""),
    (rf"\bbetween ({_NUMBER}) and ({_NUMBER}) years old\b", r"with age between \1 and \2"),
    (rf"\baged (?:between )?({_NUMBER}) (?:to|and|-) ({_NUMBER})\b", r"with age between \1 and \2"),
    (rf"\baged ({_NUMBER})\b", r"with age of \1"),
    (rf"\b({_NUMBER}) years old\b", r"\1"),
    (r"\b(?:with |had |have |has )?(?:a )?negative (\w+)", r"with \1 below 0"),
    (r"\b(?:with |had |have |has )?(?:a )?positive (\w+)", r"with \1 above 0"),
    (r"\bbelow zero\b", "below 0"), (r"\babove zero\b", "above 0"), (r"\bbelow 0 \((\w+ < 0)\)", r"with \1"),
    (r"\b(?:weigh|weighs|weighing|weighed)\b", "with weight"),
    (r"\b(?:cost|costs|costing) (?=over|under|more|less|at|between)", "with cost "),
    (r"\bhow many (\w+) per (\w+) on average\b", r"average number of \1 per \2"),
    (r"\bon average\b", "@onaverage"), (r"\bin total\b", "@intotal"),
    (r"\b(?:altogether|together|combined)\b(?! \w+ of)", "@intotal"),
    (r"\bmost often\b", "most common"), (r"\bmost frequent(?:ly)?(?: occurring)?\b", "most common"),
    (r"\bmost popular\b(?= \w+ by)", "top 1"),
    (r"\b(?:the )?(?:difference|gap) (?:in|of) (.+?) between ", r"@difference \1 between "),
    (r"\bwhat(?:'s| is| are) (?:the )?", "what is "),
    (r"\bcount by\b", "count rows by"), (r"\bcounts? per\b", "count rows by"),
    (r"\b(?:in|during) the year of\b", "in"),
    (r"\b(?:break|broken|split|slice)(?: it| that| this| them)? ?(?:down|up)? by\b", "by"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in _RULES)
_CASED = 1
"""The rule of `NAME's share` looks at capitals."""
_QUOTED = re.compile(r"[\"“”`‘]")


def _extreme(word: str) -> str:
    return {"maximum": "highest", "peak": "highest", "minimum": "lowest"}.get(word.casefold(), word)


def _when(text: str) -> str:
    """`when` → the finest time there is; `in which year` → that."""
    match = re.match(r"in (?:which|what) (\w+)", text, re.IGNORECASE)
    return f"which {match[1]}" if match else "which @time"


def rephrase(question: str) -> str:
    """The question in the analyst's own way of asking; quoted text keeps it as it is."""
    if _QUOTED.search(question) or len(question) > _LIMIT_CHARACTERS:
        return question
    text = " ".join(question.split())
    for number, (pattern, replacement) in enumerate(_COMPILED):
        if number == _CASED:
            pattern = re.compile(pattern.pattern)  # noqa: PLW2901 - capitals count here
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


_LIMIT_CHARACTERS = 1_000
