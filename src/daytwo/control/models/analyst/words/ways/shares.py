"""Shares of a whole, and one's place among all."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

from daytwo.control.models.analyst.words.ways.way import Way

_SHARE = r"(?:share|percentage|percent|proportion|fraction)"
_WHOLE = r"(?: (?:of|in) (?:the )?(?:total|whole|overall total|year|sum|all(?: \w+)?|overall)(?: is (?:that|it|this))?| (?:is|was) (?:that|it|this))?"

WAYS = (
    Way(rf"(?:,| and)+ (?:(?:what|which) (?:is |was |are |were )?)?(?:(?:its|their|the) )?{_SHARE}{_WHOLE}\s*\??\s*$", " @withshare",
        "which region has most orders, and its share of the total?", "which region has most orders @withshare"),
    Way(r"^(?:[Ww]hat(?:'s| is| was) )?(?:the )?([A-Z][\w&.]*(?: (?:of |the |and )?[A-Z][\w&.]*)*)'s (share|percentage|proportion) of (.+?)\??$",
        r"what \2 of \3 comes from \1", "what is Japan's share of cars?", "what share of cars comes from Japan", by_case=True),
    Way(r"\b(by|per|for each) (.+?),? (?:as|in|with) (?:a |an )?(?:percentages?|shares?|percent|proportions?)(?: of (?:the )?(?:total|all|whole))?(?=\s*\??$)",
        r"share \1 \2", "number of orders by status as a percentage", "number of orders share by status"),
    Way(r"\b(?:what|which) (?:rank|place|position) (?:does|do|is|has|did|was) (.+?) (?:have |hold |take |get |on |in |at )*(?:by|for|in terms of) ",
        r"@rankof \1 by ", "what rank does Ohio have by murder", "@rankof Ohio by murder"),
    Way(r"\bhow does (.+?) rank (?:by|in terms of|for|on) ", r"@rankof \1 by ", "how does Ohio rank by murder", "@rankof Ohio by murder"),
)  # fmt: skip
