"""What people do, said as what the table holds: `how much did we sell`, `customers who bought tea more than once`."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import Way

_WE = r"(?:we|they|you|i|it|the (?:shop|store|company|business|team))"
_BUY = r"(?:bought|buy|buys|purchased|ordered)"
_CAME = (
    r"(?:bought|purchased|ordered|visited|came|come|came back|paid|called|appeared|appears?|occurs?|shopped|returned)"
)
_TIMES = {"once": 1, "twice": 2}


def _again(match: re.Match[str]) -> str:
    number = _TIMES.get(match["count"].casefold()) or re.sub(r"\D", "", match["count"])
    sign = "exactly" if match["sign"].casefold() in {"only", "just"} else match["sign"]
    return f" with {sign} {number} rows"


WAYS = (
    Way(r"\bhow much (?:money |revenue )?(?:did|do|does|has|have) (?:each|every) (\w+) (?:make|earn|take in|bring in|sell|made|earned|sold)\b", r"total @spent by \1", "how much did each store make in 2024", "total @spent by store in 2024"),
    Way(rf"\bhow much (?:money |revenue )?(?:did|do|does|have|has) {_WE} (?:sell|make|earn|take(?: in)?|bring in|turn over|generate|sold|made|earned)\b", "total @spent", "how much did we sell in March 2023", "total @spent in March 2023"),
    Way(r"^what (?:did|do|does) (?:the )?(?!we\b|you\b|they\b|it\b|people\b)(\w+(?: \w+)?) (?:spend|pay)\b", r"total @spent of \1", "what did Legal spend on software", "total @spent of Legal on software"),
    Way(r"^how much (?:money )?(?:went|goes|was paid|was spent) (?=to|on|for|in|at)", "total @spent ", "how much went to rent", "total @spent to rent"),
    Way(r"^who (?:spent|spends|paid|pays) (?:the )?(most|least)(?: money)?\b", r"which @name has the \1 @spent", "who spent the most on travel", "which @name has the most @spent on travel"),
    Way(r"\bhow much (?:did|do|does) (?:the |each |our )?(\w+?)s? (?:spend|pay)\b", r"total @spent of \1", "how much did customers spend", "total @spent of customer"),
    Way(rf"\bhow many (\w+(?: of [\w ]+?)?) (?:did|do|does|have|has) {_WE} (?:sell|sold|ship|shipped|order|ordered|make|made)\b", r"total \1", "how many units did we sell in May", "total units in May"),
    Way(r"\bhow many (units|pieces|items) of\b", r"total \1 of", "how many units of tea per store", "total units of tea per store"),
    Way(r"^(?P<what>which|what|who) (?P<key>\w+) (?:bring|brings|brought|take|takes|took|make|makes|made|earn|earns|earned)(?: us| in)? (?:the )?(?P<end>most|least)(?: money| revenue| cash| income)?(?=\?|$| (?:in|on|during|since|by|for|from)\b)", r"\g<what> \g<key> has the \g<end> @spent",
        "which store brings in the most money?", "which store has the most @spent?"),
    Way(rf"^(?:on |in |at )?(?P<what>which|what) (?P<key>\w+) (?:do|did) {_WE} (?:sell|make|earn|take in|sold) (?:the )?(?P<end>most|least)(?: money)?\??$", r"\g<what> \g<key> has the \g<end> @sold", "On which day do we sell the most?", "which day has the most @sold"),
    Way(rf"\b(customers?|clients?|people|users|buyers|shoppers|who|that) (?:have |has |had )?{_CAME} (?P<sign>more than|at least|fewer than|less than|exactly|only|just|over) (?P<count>once|twice|\d+ times?)\b",
        lambda m: ("" if m[1].casefold() in {"who", "that"} else m[1]) + _again(m), "how many customers bought more than once", "how many customers with more than 1 rows"),
    Way(rf"\b(customers?|clients?|people|users|buyers|shoppers) (?:who |that )?(?:have |has |had )?{_BUY} (?!more|less|fewer|at\b|the most|in\b|on\b|from\b|before|after|since|between|during|last)(?:the |an? |any |some )?(?=\w)", r"\1 with ",
        "how many customers bought tea", "how many customers with tea"),
    Way(r"^what (?:did|has|have) (.+?) (?:buy|order|purchase|bought|ordered|purchased)\??$", r"list rows with \1", "what did customer C0042 buy", "list rows with customer C0042"),
    Way(r"\bhow (much|many) ([\w ]+?) (?:do|does|did|would) (?:the |an? )average (.+?) (?:have|get|make|take|cost|contain|use|weigh|need)\??$", r"average \2 of \3", "how much elevation gain does the average moderate trail have", "average elevation gain of moderate trail"),
    Way(r"^on average,? how (?:many|much) ([\w ]+?) (?:do|does|did) (?:an? |each |every |the )?(.+?) (?:have|get|carry|make|take|use|cost)\??$", r"average \1 of \2", "on average how many passengers does a United flight have", "average passengers of United flight"),
    Way(r"^how (?:many (?:days|hours|minutes|weeks)|long) (?:do|does|did) (?:the |an? )?(.+?) (?:stay|last|take|wait|run)(?: for)?(?:,? (?:on average|typically|usually))?(?= compared| in | by | per |\?|$)", r"average @lasting of \1", "how many days did heart failure patients stay on average", "average @lasting of heart failure patients"),
    Way(r"\bhours (?:it takes |taken |needed |spent )?to (?:close|resolve|solve|fix|finish|complete|deliver|ship|handle|answer)(?: (?:a|an|the|each) \w+)?\b", "@lastinghours", "median hours to close a ticket", "median @lastinghours"),
    Way(r"\b(?:time|days) (?:it takes |taken |needed |spent )?to (?:close|resolve|solve|fix|finish|complete|deliver|ship|handle|answer)(?: (?:a|an|the|each) \w+)?\b", "@lasting", "avg time to close a ticket", "avg @lasting"),
    Way(r"\b(?:that|which|who) (?:took|lasted|stayed|waited|ran)(?: for)? (?=more|less|longer|over|under|at least|at most|between)", "with @lasting ", "tickets that took more than 2 days", "tickets with @lasting more than 2 days"),
    Way(r"\bhow often (?:was|were|is|are|did|has) (?:the )?([\w ]+?) (negative|positive|above|below|over|under|at least)\b", r"how many rows have \1 \2", "how often was inflation negative", "how many rows have inflation negative"),
    Way(r"\b(?:have |with )(\w+) negative\b", r"with \1 below 0", "rows have inflation negative", "rows with inflation below 0"),
    Way(r"\b(?:exceed|exceeds|exceeded|surpass\w*|topped) (?=\d)", "over ", "unemployment exceeded 10", "unemployment over 10"),
    Way(r"\b(?:is there (?:a |any )?)(?:relation|link|connection|dependence|dependency|association)(?:ship)? between\b", "correlation between", "is there a relation between price and weight", "correlation between price and weight"),
    Way(r"\btypical\b", "median", "what is the typical delay", "what is the median delay"),
    Way(r"\brepeat (customers|clients|buyers|shoppers|users)\b", r"\1 with more than 1 rows", "how many repeat customers", "how many customers with more than 1 rows"),
    Way(r"\b(?:in|over) the (?:course|span) of\b", "in", "revenue over the course of 2024", "revenue in 2024"),
)  # fmt: skip
