"""Whether one side is more than another: `are lunches cheaper than dinners`, `do smokers tip more than others`."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words import lexicon
from daytwo.control.models.analyst.words.ways.way import Way

_SAID = "|".join(sorted(lexicon.COMPARATIVES, key=len, reverse=True))
_HIGHER = r"(?:higher|greater|larger|bigger|more)"
_LOWER = r"(?:lower|smaller|less|fewer)"
_AT = r"(?:in|for|of|on|at|among|during|from|with|by)"
_ONES = r"(?: ones?| orders?)?"


def _sign(word: str) -> str:
    return "@more" if re.fullmatch(_HIGHER, word, re.IGNORECASE) else "@less"


def _adjective(match: re.Match[str]) -> str:
    """What a comparative speaks of, for both sides."""
    word = " ".join(match["word"].casefold().split())
    more, _ = lexicon.COMPARATIVES[word]
    return f"@{'more' if more else 'less'} @adj{word.replace(' ', '')} for {match['a']} vs {match['b'] or 'the rest'}"


def _verb(match: re.Match[str]) -> str:
    """Of two sides of different size, each one's average."""
    return f"{_sign(match['sign'])} average {match['verb']} for {match['a']} vs {match['b'] or 'the rest'}"


def _figure(match: re.Match[str]) -> str:
    return f"{_sign(match['sign'])} {match['figure']} for {match['a']} vs the rest"


WAYS = (
    Way(r"\b(?:have |has |had |with |of )?(?:an? |the )?(?:more|higher|larger|greater) (?P<figure>[\w ]+?) than (?:the |an? )?(?P<mean>average|median|mean)\b", r"with \g<figure> above \g<mean>", "cars have more power than average", "cars with power above average"),
    Way(r"\b(?:have |has |had |with |of )?(?:an? |the )?(?:less|fewer|lower|smaller) (?P<figure>[\w ]+?) than (?:the |an? )?(?P<mean>average|median|mean)\b", r"with \g<figure> below \g<mean>", "cars with lower weight than the median", "cars with weight below median"),
    Way(r"\b(above|below)[- ](average|median) (?=[a-z])(?!and|or|in\b|for|by|per)([a-z]\w*(?: [a-z]\w*)?)(?=\??$| (?:in|by|for|per)\b)", r"\3 \1 \2", "states with above-average murder", "states with murder above average"),
    Way(rf"^(?:is|was) it (?P<word>{_SAID}) (?P<a>(?:in|on|at|during) [\w ]+?) than (?P<b>(?:in |on |at |during )?[\w ]+?)\??$", _adjective, "was it wetter in 2012 than in 2013", "@more @adjwetter for in 2012 vs in 2013"),
    Way(r"\bnon[- ](?=\w)", "not ", "smokers and non-smokers", "smokers and not smokers"),
    Way(r"\bwith and without (?:an? |the )?(\w+)", r"with \1 vs without \1", "price with and without discount", "price with discount vs without discount"),
    Way(r"\b(above|over|more than) and (below|under|less than) (?=\d)(\S+)", r"\1 \3 vs \2 \3", "price for age above and below 30", "price for age above 30 vs below 30"),
    Way(r"\bfrom (\d{4}) on(?:wards?)?\b", r"since \1", "volume from 1900 on", "volume since 1900"),
    Way(r"\b(?P<first>q[1-4]|h[12]|[a-z]{3,9}) (?P<to>to|and|vs\.?|versus|until|through|against|or) (?P<second>q[1-4]|h[12]|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)(?: of| in)? (?P<year>\d{4})\b",
        lambda m: f"{m['first']} {m['year']} {m['to']} {m['second']} {m['year']}" if _is_part(m["first"]) else m[0], "revenue for Q1 to Q4 2024", "revenue for Q1 2024 to Q4 2024"),
    Way(rf"^(?:are|is|were|was) (?:the |a |an )?(?P<a>(?!there)[\w' -]+?) (?P<word>{_SAID})(?: on average)?(?: than (?:the |a |an )?(?P<b>.+?){_ONES})?\??$", _adjective,
        "are lunches cheaper than dinners?", "@less @adjcheaper for lunches vs dinners"),
    Way(rf"^(?:do|does|did) (?:the )?(?P<a>[\w' -]+?) (?:take|last|stay|wait|run|live)(?: for)? (?P<word>longer|shorter)(?: on average)?(?: than (?:the )?(?P<b>.+?){_ONES})?\??$",
        lambda m: f"@{'more' if m['word'].casefold() == 'longer' else 'less'} average @lasting for {m['a']} vs {m['b'] or 'the rest'}", "do smokers stay longer?", "@more average @lasting for smokers vs the rest"),
    Way(r"^(?:do|does|did) (?:the )?(?P<a>(?!we\b|you\b|they\b)[\w' -]+?) (?P<verb>(?!have|get|got|win|sell|sold|earn|make|generate|bring|show|see|use|receive)[a-z]+) (?P<sign>more|less)(?: on average)?(?: money)?(?: than (?:the )?(?P<b>.+?))?\??$", _verb,
        "do smokers tip more than non-smokers?", "@more average tip for smokers vs non-smokers"),
    Way(rf"^(?:is|are|was|were) (?:the )?(?P<figure>(?!there)[\w ]+?) (?P<sign>{_HIGHER}|{_LOWER}) {_AT} (?:the )?(?P<a>(?:(?!\bthan\b)[\w' -])+?)\??$", _figure, "is poverty higher in the south?", "@more poverty for south vs the rest"),
    Way(rf"^(?:do|does|did) (?:the )?(?P<a>[\w' -]+?) (?:have|has|had|get|got) (?:an? )?(?P<sign>{_HIGHER}|{_LOWER}) (?P<figure>[\w ]+?)(?: than (?:the )?(?:others|rest|everyone else))?\??$", _figure,
        "did students with PSI have a higher average gpa?", "@more average gpa for students with PSI vs the rest"),
    Way(r"^(?:is|are|was|were) (?:the )?(?P<a>[\w' -]+?) (?:any )?(?:better|worse) than (?:the )?(?P<b>[\w' -]+?) (?:for|in|at|on|by|in terms of) (?:the )?(?P<figure>[\w ]+?)\??$", r"@difference average \g<figure> for \g<a> vs \g<b>",
        "is saturday better than sunday for tips", "@difference average tips for saturday vs sunday"),
    Way(r"^who (?P<verb>\w+?)s? (?P<sign>more|less)(?: on average)?[,:]? (?:people|those|customers|patients|persons) (?:who|that) (?P<a>[\w -]+?) or (?:people|those|customers|patients|persons) (?:who|that) (?P<b>[\w -]+?)\??$",
        lambda m: f"{_sign(m['sign'])} average {m['verb']} for {m['a']} vs {m['b']}", "who spends more, people who rent or people who own?", "@more average spend for rent vs own"),
    Way(r"^(?:how|by how much) (?:do|does|did) (?:the )?(?P<figure>[\w ]+?) (?:differ|vary|compare)(?:s)? (?:between|by|across|for|among) ", r"compare average \g<figure> between ", "how does price differ between West and East", "compare average price between West and East"),
)  # fmt: skip
_PARTS = re.compile(r"(?:q[1-4]|h[12])", re.IGNORECASE)


def _is_part(word: str) -> bool:
    """Whether it is a part of a year."""
    return bool(_PARTS.fullmatch(word)) or word.casefold() in lexicon.MONTHS
