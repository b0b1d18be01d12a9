"""Questions as people type them in haste: `% late by carrier`, `YTD`, `top 5 and what they add up to`, `never sold`."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import NUMBER, Way

_SHARE = r"(?:percentage|percent|pct|proportion|share|fraction)"
_AND_SUM = r"(?:and|plus|with|along with) (?:(?:what|how much) (?:do |does |did )?(?:they|those|these|it)(?: all)? (?:add up to|come to|cost us|bring in|make|sum to|total)|(?:their|the) (?:combined )?(?:total|sum)|(?:their|the) combined \w+)(?: (?:together|altogether|in total|combined|all together))?"
_DONE = r"(?:been|got|gotten|get|become)"


def _when(match: re.Match[str]) -> str:
    end = {"peak": "highest", "maximum": "highest", "max": "highest", "minimum": "lowest", "min": "lowest"}.get(
        match["end"].casefold(), match["end"]
    )
    return f"which @time has the {end} {match['what']}"


WAYS = (
    Way(r"\b(that|there|who|here)'s\b", r"\1 is", "share of usage that's gas", "share of usage that is gas"),
    Way(r"(?<![\d.])(?<!\d )% (?:of )?(?=[a-zA-Z])", "percentage of ", "% of orders by region", "percentage of orders by region"),
    Way(r"^(?!.* as %)(?:the )?(?P<what>[a-zA-Z][\w ]+?) (?:%|pct)\s*\??$", r"percentage of \g<what>", "late orders %", "percentage of late orders"),
    Way(r"\b(?P<part>[a-zA-Z]\w*(?: \w+)?) as (?:a |an )?(?:%|percentage|percent|pct|proportion|share|fraction) of (?:the |all )?(?!total\b|whole\b|all\b)(?P<whole>[a-zA-Z]\w*(?: (?!by\b|per\b|in\b|for\b|across\b)\w+)?)", r"@percent \g<part> to \g<whole>",
        "tip as a percentage of bill by day", "@percent tip to bill by day"),
    Way(r"\bas (?:a )?(?:%|pct)(?=\s*\??$)", "as a percentage", "revenue by region as %", "revenue by region as a percentage"),
    Way(rf"^(?P<rank>.+?),? {_AND_SUM}\s*\??$", r"\g<rank> @withsum", "top 5 products and what they add up to", "top 5 products @withsum"),
    Way(r"\b(?:ytd|year[- ]to[- ]date|so far this year|this year so far)\b", "@latestyear", "total spend YTD", "total spend @latestyear"),
    Way(r"\b(?:mtd|month[- ]to[- ]date|so far this month|this month so far)\b", "@latestmonth", "total spend MTD", "total spend @latestmonth"),
    Way(r"^(?:is it true|is it so|is it the case|true or false:?)(?: that)? (?P<what>.+)$", r"do \g<what>", "is it true that most people pay by card?", "do most people pay by card?"),
    Way(r"^(?:do|does|did|are|is) (?:the )?(?:most|majority) (?:of )?(?:the |our )?(?P<who>\w+) (?:\w+ )?(?:by|in|with|via|from|on|using|are) (?P<what>[\w -]+?)\??$", r"share of rows for \g<what>",
        "do most people pay by card?", "share of rows for card"),
    Way(rf"^(?P<which>which|what) (?P<key>\w+) (?:were |was |are |is |have |has |had |did |do |does )?(?:never|not|n't) (?:ever )?(?:{_DONE} |have |had |has )?(?:any |an |a )?(?:sell|sold|bought|ordered|order|buy)\b", r"\g<which> \g<key> @never rows", "which products did not sell in May", "which products @never rows in May"),
    Way(rf"^(?P<which>which|what) (?P<key>\w+) (?:has |have |had |was |were |is |are |did |do |does )?never (?:ever )?(?:{_DONE} |have |had |has |seen |see )?(?:any |an |a )?", r"\g<which> \g<key> @never ", "which products never got returned", "which products @never returned"),
    Way(rf"^(?P<who>who|which ones?) (?:has|have|was|were|is|are|did)(?: not|n't| never) (?:yet )?(?:{_DONE} )?(?P<done>\w+ed|left|paid|sent)(?: yet)?\??$", r"list rows not \g<done>", "who hasn't been discharged yet", "list rows not discharged"),
    Way(rf"\bhow many(?P<what> \w+)? (?:have |has |had |were |was |are |did )?(?:never|not yet|not) (?:yet )?(?:{_DONE} )(?P<done>\w+ed|left|paid|sent)(?: yet)?\??$", lambda m: f"how many{m['what'] or ' rows'} not {m['done']}", "how many never got delivered", "how many rows not delivered"),
    Way(r"\b(?P<open>got|had|has|have|with|having|getting) (?:zero|0) (?=\w)", "with 0 ", "campaigns that got zero clicks", "campaigns that with 0 clicks"),
    Way(r"\bthat with\b|\bwho with\b", "with", "campaigns that with 0 clicks", "campaigns with 0 clicks"),
    Way(r"^(?P<what>[\w ]+?)\s?[-,:–]+ how many(?: (?:of them|are there|is that))?\??$", r"how many \g<what>", "orders over 92 - how many", "how many orders over 92"),
    Way(r"^(?:the )?(?P<end>highest|lowest|biggest|smallest|largest|maximum|minimum|max|min|peak) (?P<what>[\w ]+?)(?: ever)?(?: measured| recorded| reached)?,? and when(?: was (?:it|that)| did (?:it|that) happen)?\??$", _when, "highest price ever and when was it", "which @time has the highest price"),
    Way(r"^(?:the )?(?P<end>most|least) (?P<often>common|frequent|popular) (?P<what>[\w ]+?),? (?:the )?top (?P<count>\d+)\??$", r"\g<count> \g<end> \g<often> \g<what>", "most common colours, top 4", "4 most common colours"),
    Way(r"\b(?P<end>highest|lowest|best|worst|least|most)[- ]attended (?=\w)", lambda m: f"{'highest' if m['end'].casefold() in {'highest', 'best', 'most'} else 'lowest'} attendance ", "lowest attended match", "lowest attendance match"),
    Way(r"^who (?:earns?|makes|gets paid|is paid) (?:the )?(?:most|highest)(?: money)?\b", "the highest paid row", "who earns the most in finance", "the highest paid row in finance"),
    Way(r"^who (?:earns?|makes|gets paid|is paid) (?:the )?(?:least|lowest)(?: money)?\b", "the lowest paid row", "who earns the least in finance", "the lowest paid row in finance"),
    Way(rf"\btop (?P<count>{NUMBER}) earners\b", r"\g<count> highest paid rows", "top 5 earners", "5 highest paid rows"),
    Way(r"\btop earners?\b", "highest paid row", "top earner", "highest paid row"),
    Way(r"\b(?P<what>salary|wage|pay) (?:bill|cost)s?\b", r"total \g<what>", "salary bill by office", "total salary by office"),
    Way(r"(?<![\w.])(\d+(?:[.,]\d+)?)(km|kg|cm|mm|mg|ml|lbs?|kwh|mwh|kw|mb|gb|ms|mi|hrs?|mins?|days?)\b", r"\1 \2", "trips over 500km", "trips over 500 km"),
    Way(r"^how many (?P<a>\w+) and how many (?P<b>\w+)(?P<rest> (?:in|on|during|since|by|per) .+)?\??$", lambda m: f"number of rows for {m['a']} vs {m['b']}{m['rest'] or ''}", "how many dinners and how many lunches", "number of rows for dinners vs lunches"),
    Way(rf"^(?:has|have|did|was|were|is) (?:the |our )?(?P<what>(?!there\b)[\w ]+?) (?:ever |always )?(?:gone |been |go |get |got |gotten |risen |rise |fallen |fall |reach |reached )?(?P<sign>over|above|below|under|more than|less than|at least) (?P<number>{NUMBER})\??$", r"how many rows with \g<what> \g<sign> \g<number>", "has the price ever gone over 370?", "how many rows with price over 370"),
    Way(r"^any missing (?!values?\b|data\b|entr|cells?\b)(?P<what>[\w ]+?)s?\??$", r"@missing \g<what>", "any missing prices?", "@missing price"),
    Way(r"\bfail(?:ed|s|ing)? (?P<what>\w+)\b(?! rate)", r"not passed \g<what>", "how many samples failed QC", "how many samples not passed QC"),
    Way(r"\b(?:what is )?the (?:gap|difference) between (?P<a>.+?) and (?P<b>.+?) (?:in|for|on) (?:the |average )?(?P<figure>[\w ]+?)\??$", r"@difference average \g<figure> for \g<a> vs \g<b>", "the gap between West and East in price", "@difference average price for West vs East"),
    Way(r"\b(?:did|do|does) (?:we|they|you|i) (?:run|stock|carry|play|use|handle|process|serve|launch|hold|host|offer|send|have|see|get|do|make)\b(?! (?:the |a )?(?:most|least|more|less))", "", "how many campaigns did we run in 2023", "how many campaigns in 2023"),
    Way(r"\b(?P<who>how many \w+(?: \w+)?) (?:did|does|do) (?P<name>[A-Z]\w*) (?:do|run|make|use|handle|process|play|have|see|take|record|write|complete)\b", r"\g<who> for \g<name>", "how many obs did KL do", "how many obs for KL", by_case=True),
    Way(r"\b(?:average|avg|mean) (?:basket|receipt|cart|ticket)(?: (?:size|value|spend))?\b(?= by| per| in| for| on|\??$)", "@basket", "avg basket by month", "@basket by month"),
    Way(r"^(?:how (?:is|are|was|were)|how's|hows) (?!it\b|we\b|things\b|the \w+ distributed)(?P<what>[\w ]+?) (?:doing|going|performing|selling)\??$", r"total @spent for \g<what> by @span", "how is matcha doing", "total @spent for matcha by @span"),
)  # fmt: skip
