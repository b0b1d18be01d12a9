"""Shares of a whole, and one's place among all."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

from daytwo.control.models.analyst.words.ways.way import Way

_SHARE = r"(?:share|percentage|percent|proportion|fraction)"
_WHOLE = r"(?: (?:of|in) (?:the )?(?:total|whole|overall total|year|sum|all(?: \w+)?|overall)(?: is (?:that|it|this))?| (?:is|was) (?:that|it|this))?"

_DONE = (
    r"(?:paid|made|sold|won|bought|purchased|held|owned|placed|spent|happened|happen|occurred|occur|went|go|goes|written|"
    r"handled|shipped|delivered|sent|generated|produced|ordered|booked|used|done|earned|brought in|taken|given|treated)"
)
_BY = r"(?:by|with|in|to|from|for|at|on|via|through|using)"

WAYS = (
    Way(rf"\b({_SHARE}) of (?:all )?(?:the )?([\w' -]+?) (?:that|which|who) (are|is|were|was|have|has|had) (?!.*\b(?:are|is|were|was)\b)", r"\1 of \2 \3 ", "share of flats in Faro that are furnished", "share of flats in Faro are furnished"),
    Way(rf"\b({_SHARE}) of (?:all )?(?:the )?([\w' -]+?) (?:that|which|who) (?=\w+ed\??$)", r"\1 of \2 are ", "share of women who survived", "share of women are survived"),
    Way(rf"\b{_SHARE} of (?P<part>[\w' -]+?) (?:among|amongst|out of) (?:all )?(?:the )?(?P<whole>[\w' -]+?)(?P<end>\?|$| in \d{{4}})", r"share of \g<whole> are \g<part>\g<end>",
        "percentage of smokers among patients who died", "share of patients who died are smokers"),
    Way(rf"\b({_SHARE}) of (?:all )?(?:the )?([\w' -]+?),? (?:that |which |who )?(?:is |are |was |were |get |gets |got )?{_DONE} {_BY} ", r"\1 of \2 comes from ",
        "share of sales paid by card", "share of sales comes from card"),
    Way(rf"\b({_SHARE}) of (?:all )?(?:the )?([\w' -]+?) (?:that |which |who )?(?:lived?|lives|stay|stayed|work|worked) in ", r"\1 of \2 comes from ", "share of people lived in Asia", "share of people comes from Asia"),
    Way(rf"\b({_SHARE}) of (?:all )?(?:the )?([\w' -]+?) (?:that |which |who )?(?:get|gets|got) (?=\w+ed\b)", r"\1 of \2 are ", "percent of orders get returned", "percent of orders are returned"),
    Way(rf"\b({_SHARE}) of (?:all )?(?:the )?(revenue|sales|turnover|spend|spending|money|income) (?:from|in|on|at|via) (?!each|every|all)(?=[\w]+\??$|[\w]+ [\w]+\??$|[\w]+ (?:in|during) )", r"\1 of \2 comes from ",
        "share of revenue from dinner", "share of revenue comes from dinner"),
    Way(rf"(?:,| and)+ (?:(?:what|which) (?:is |was |are |were )?)?(?:(?:its|their|the) )?{_SHARE}{_WHOLE}\s*\??\s*$", " @withshare",
        "which region has most orders, and its share of the total?", "which region has most orders @withshare"),
    Way(r"^(?:what(?:'s| is| was) )?(?:the )?(?!it\b|that\b|what\b)(\w[\w&. ]*?)'s (share|percentage|proportion) of (?:the )?(.+?)\??$",
        r"what \2 of \3 comes from \1", "what is Japan's share of cars?", "what share of cars comes from Japan"),
    Way(r"\b(by|per|for each) (.+?),? (?:as|in|with) (?:a |an )?(?:percentages?|shares?|percent|proportions?)(?: of (?:the )?(?:total|all|whole))?(?=\s*\??$)",
        r"share \1 \2", "number of orders by status as a percentage", "number of orders share by status"),
    Way(r"\b(?:what|which) (?:rank|place|position) (?:does|do|is|has|did|was) (.+?) (?:have |hold |take |get |on |in |at )*(?:by|for|in terms of) ",
        r"@rankof \1 by ", "what rank does Ohio have by murder", "@rankof Ohio by murder"),
    Way(r"\bhow does (.+?) rank (?:by|in terms of|for|on) ", r"@rankof \1 by ", "how does Ohio rank by murder", "@rankof Ohio by murder"),
)  # fmt: skip
