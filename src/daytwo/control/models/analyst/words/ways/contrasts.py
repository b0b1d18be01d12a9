"""Two sides against each other: which is more, by how much, what changed from one time to another."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import Way

_TIME = r"(?:the )?(?:(?:q[1-4]|h[12]|[a-z]+)(?: of)? )?\d{4}(?:-\d\d(?:-\d\d)?)?"
_SPAN = rf"(?:from|between) (?P<early>{_TIME}) (?:to|and|until|through) (?P<late>{_TIME})"
_HIGHER = r"(?:higher|greater|larger|bigger|more|longer|older)"
_LOWER = r"(?:lower|smaller|less|fewer|shorter|younger)"
_AT = r"(?:in|for|of|on|at|among|during|from)"
_UP = r"(?:increase|grow|rise|go up|climb|increased|grown|risen|gone up)"
_DOWN = r"(?:decrease|decline|fall|drop|go down|shrink|decreased|declined|fallen|dropped|gone down)"
_SOLD = r"(?:sell|sold|earn|earned|make|made|generate|generated|bring in|brought in|spend|spent)"
_GAIN = r"(?:increase|growth|rise|gain|improvement|change)"
_LOSS = r"(?:decrease|decline|drop|fall|loss|reduction)"


def _whether(match: re.Match[str]) -> str:
    """`@more FIGURE for A vs B`."""
    mark = "@more" if re.fullmatch(_HIGHER, match["sign"], re.IGNORECASE) else "@less"
    figure = match.groupdict().get("figure") or ("@sold" if re.search(r"\bsell|\bsold", match[0]) else "@spent")
    return f"{mark} {figure} for {match['a']} vs {match['b']}"


_SAID = {"older": ("more", "age"), "younger": ("less", "age"), "taller": ("more", "height"), "heavier": ("more", "weight"),
         "lighter": ("less", "weight"), "cheaper": ("less", "price"), "longer": ("more", "length"),
         "shorter": ("less", "length")}  # fmt: skip


def _adjective(match: re.Match[str]) -> str:
    """What a comparative speaks of."""
    sign, figure = _SAID[match["word"].casefold()]
    return f"@{sign} average {figure} for {match['a']} vs {match['b']}"


def _who(match: re.Match[str]) -> str:
    """Of two sides of different size, each one's average."""
    return f"@{'less' if match['sign'].casefold() == 'less' else 'more'} average {match['figure']} for {match['a']} vs {match['b']}"


def _moved(match: re.Match[str]) -> str:
    """Whether the later is more, or less, than the earlier."""
    mark = "@more" if re.fullmatch(_UP, match["way"], re.IGNORECASE) else "@less"
    return f"{mark} {match['figure']} for {match['late']} vs {match['early']}"


def _steepest(match: re.Match[str]) -> str:
    """Of all groups, the one that changed most."""
    found = match.groupdict()
    falls = bool(found.get("loss")) or (found.get("most") or "").casefold() == "least"
    mark = "@leastchange" if falls else "@mostchange"
    return f"{mark} {match['figure']} by {match['key']} between {match['early']} and {match['late']}"


WAYS = (
    Way(rf"^(?:are|is|were|was) (?:the )?(?P<a>.+?) (?P<sign>{_HIGHER}|{_LOWER}) in (?:the )?(?P<figure>.+?) than (?:the )?(?P<b>.+?) ones?\??$", _whether,
        "are West orders bigger in average price than East ones?", "@more average price for West orders vs East"),
    Way(r"^(?:are|is|were|was) (?:the )?(?P<a>.+?) (?P<word>older|younger|taller|heavier|lighter|cheaper|longer|shorter) than (?:the )?(?P<b>.+?)(?: ones?)?\??$", _adjective,
        "are Clinton voters younger than Dole voters?", "@less average age for Clinton voters vs Dole voters"),
    Way(r"^who (?P<figure>\w+?)s (?P<sign>more|less)(?: on average)?[,:]? (?P<a>[\w-]+) or (?P<b>[\w-]+)\??$", _who, "who tips more, men or women?", "@more average tip for men vs women"),
    Way(rf"^(?:who|which \w+) \w+s (?P<sign>more|less|{_HIGHER}) (?P<figure>[\w ]+?), (?P<a>[\w-]+) or (?P<b>[\w-]+(?: \w+)?)\??$", _who, "who watches more tv news, Clinton or Dole voters", "@more average tv news for Clinton vs Dole voters"),
    Way(rf"^(?:which|what) (?P<key>\w+) (?:has|had|saw|shows|showed) (?:the )?(?:largest|biggest|greatest|highest|strongest|steepest) (?:(?P<gain>{_GAIN})|(?P<loss>{_LOSS})) in (?:the )?(?P<figure>.+?) {_SPAN}\??$", _steepest,
        "which region had the largest increase in revenue from 2023 to 2024?", "@mostchange revenue by region between 2023 and 2024"),
    Way(rf"^(?:which|what) (?P<key>\w+)(?:'s)? (?:(?:grew|increased|rose|gained|improved)|(?P<loss>fell|dropped|declined|decreased|shrank|lost)) (?:the )?(?P<most>most|least|fastest) in (?:the )?(?P<figure>.+?) {_SPAN}\??$", _steepest,
        "which region grew the most in revenue from 2023 to 2024?", "@mostchange revenue by region between 2023 and 2024"),
    Way(rf"^(?:did|has|have) (?:the )?(?P<figure>.+?) (?P<way>{_UP}|{_DOWN}) {_SPAN}\??$", _moved, "did the revenue grow from 2023 to 2024?", "@more revenue for 2024 vs 2023"),
    Way(rf"^(?:is|was|are|were) (?:the )?(?P<figure>.+?) (?P<sign>{_HIGHER}|{_LOWER}) {_AT} (?:the )?(?P<a>.+?) than (?:{_AT} )?(?:the )?(?P<b>.+?)\??$", _whether,
        "is the average price higher in West than in East?", "@more average price for West vs East"),
    Way(rf"^(?:are|were|is|was) there (?P<sign>more|fewer|less) (?P<figure>.+?) {_AT} (?:the )?(?P<a>.+?) than (?:{_AT} )?(?:the )?(?P<b>.+?)\??$", _whether,
        "were there more orders in West than in East?", "@more orders for West vs East"),
    Way(rf"^(?:do|does|did) (?:the )?(?P<a>.+?) (?:have|get|got|win|won|receive|show|see|use|{_SOLD}) (?:a |an |the )?(?P<sign>{_HIGHER}|{_LOWER}) (?P<figure>(?!than).+?) than (?:{_AT} )?(?:the )?(?P<b>.+?)\??$", _whether,
        "does West have a higher average price than East?", "@more average price for West vs East"),
    Way(rf"^(?:do|does|did) (?:the )?(?P<a>.+?) {_SOLD} (?P<sign>more|less) than (?:the )?(?P<b>.+?)\??$", _whether, "did West sell more than East?", "@more @sold for West vs East"),
    Way(r"^(?:which|what|who) (\w+)(?: has| have)? (?:sold) (?:the )?(most|least)\b", r"which \1 has the \2 @sold", "which product sold the most", "which product has the most @sold"),
    Way(r"^(?:which|what|who) (\w+)(?: has| have)? (?:spent|earned|paid|brought in) (?:the )?(most|least)(?: money)?(?=\?|$| (?:in|on|during|since|by|for|from)\b)", r"which \1 has the \2 @spent",
        "which customer spent the most", "which customer has the most @spent"),
    Way(r"\baverage (order|sale|purchase|transaction|invoice|basket|ticket) (?:value|size|amount|total)\b", "average @spent", "average order value by region", "average @spent by region"),
    Way(rf"^(?:which|what|who)(?: \w+)? (?:has|had|have|is|was|sold|earned|made|got) (?:the |a |an )?(?P<sign>{_HIGHER}|{_LOWER}) (?P<figure>.+?)[,:]? (?P<a>[\w-]+) or (?P<b>[\w-]+)\??$", _whether,
        "which region has more orders, West or East?", "@more orders for West vs East"),
    Way(rf"^(?:how much|by how much|how) (?:did|has|have|does) (?:the )?(?P<figure>.+?) (?:change[sd]?|vary|differ|{_UP}|{_DOWN}) {_SPAN}", r"@change \g<figure> between \g<early> and \g<late>",
        "how did the revenue change from 2023 to 2024 by region", "@change revenue between 2023 and 2024 by region"),
    Way(rf"\b(?:the )?(?:percentage |percent |% )?(?:change|growth|increase|decrease|difference|drop) (?:in|of) (?:the )?(?P<figure>.+?) {_SPAN}", r"@change \g<figure> between \g<early> and \g<late>",
        "percentage change in revenue from 2023 to 2024", "@change revenue between 2023 and 2024"),
    Way(rf"^(?:the )?(?P<figure>[\w ]+?) (?:change|growth|increase|difference) {_SPAN}", r"@change \g<figure> between \g<early> and \g<late>",
        "revenue growth from 2023 to 2024", "@change revenue between 2023 and 2024"),
    Way(r"\b(?:the )?(?:difference|gap) (?:in|of) (.+?) between ", r"@difference \1 between ", "the gap in pay between men and women", "@difference pay between men and women"),
    Way(r"\bhow (?:many times|much) (?:more|higher|larger|greater|less|lower) (?:is|are|was|were|do|does|did) ", "@difference ", "how much higher is revenue in West vs East", "@difference revenue in West vs East"),
    Way(r"\b(?:as )?compared (?:to|with)\b|\bin comparison (?:to|with)\b|\brelative to\b|\bagainst(?= \w+$)", "vs", "revenue in 2024 compared to 2023", "revenue in 2024 vs 2023"),
    Way(r"\b(?:the )?ratio (?:of|between) (?:the )?", "@ratio ", "average ratio of price to weight", "average @ratio price to weight"),
    Way(r"\b(?:the )?(\w+)[- ]to[- ](\w+) ratio\b", r"@ratio \1 to \2", "the price to weight ratio", "@ratio price to weight"),
    Way(r"\b(?:number of |how many )?(?:days|(?:time|duration|delay|lag|interval) in days) (?:pass |passed |it takes |elapse |elapsed |are there )?(?=between|from)", "@days ", "average number of days between ordering and delivery", "average @days between ordering and delivery"),
    Way(r"\b(?:number of |how many )?(?:hours|(?:time|duration|delay|lag|interval) in hours) (?:pass |passed |it takes |elapse |elapsed |are there )?(?=between|from)", "@hours ", "average hours between opened and closed", "average @hours between opened and closed"),
    Way(r"\b(?:the )?(?:time|duration|delay|lag|interval) (?=between \w)", "@days ", "average time between ordering and delivery", "average @days between ordering and delivery"),
    Way(r"^how long (?:does|did|do) (?:the |a |an )?(\w+) (?:take|last)(?: on average)?\b", r"average @days of \1", "how long does delivery take on average by region", "average @days of delivery by region"),
    Way(r"\b(?:the )?(delivery|shipping|arrival|resolution|completion|response) (?:time|duration|delay)s?\b", r"@days of \1", "average delivery time", "average @days of delivery"),
    Way(r"\b(?:delivered |arrived |shipped |were |was |are |is |arriving )*(?:too )?late\b(?! \d)", "@late", "how many orders were delivered late", "how many orders @late"),
    Way(r"\b(?:delivered |arrived |shipped |were |was |are |is |arriving )*on time\b", "@ontime", "how many orders were delivered on time", "how many orders @ontime"),
)  # fmt: skip
