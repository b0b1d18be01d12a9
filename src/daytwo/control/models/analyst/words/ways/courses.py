"""Growth, moving averages, running totals, forecasts."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import COUNTED, GRAIN, Way, size

_GROWTH = r"(?:growth(?: rates?)?|change|increase|difference|development|percentage change|% change)"
_OF = r"(?: of| in| for)?(?: the)?"


def _window(match: re.Match[str]) -> str:
    grain = match["grain"].casefold()
    return f" @moving{size(match['size'])}{'' if grain == 'period' else grain} "


def _over(grain: str, said: str) -> str:
    """Year over year, in every way that people write it."""
    return rf"\b(?:{grain}[- ](?:over|on)[- ]{grain}|{said})"


_STEPS = (("year", "yoy|y/y|annual|yearly"), ("quarter", "qoq|q/q|quarterly"), ("month", "mom|m/m|monthly"))

WAYS = (
    Way(r"^(?:the )?(?P<what>[\w ]+?) growth (?:rate )?(?:by|per|over the|from) (?P<grain>year|month|quarter)s?(?: to \w+)?\b", r" @growth\g<grain> \g<what>",
        "revenue growth by year", "@growthyear revenue"),
    Way(rf"(?:\b(?P<again>{COUNTED})[- ](?:{GRAIN}|period)s?[- ])?(?:moving|rolling) (?:average|mean)s? over (?P<size>{COUNTED}) (?P<grain>{GRAIN})s?{_OF}", _window,
        "moving average over three months of the price", "@moving3month price"),
    Way(rf"\b(?P<size>{COUNTED})[- ](?P<grain>{GRAIN}|period)s?[- ](?:moving|rolling) (?:average|mean)s?{_OF}", _window,
        "7-day rolling average of sales", "@moving7day sales"),
    *(Way(rf"{_over(grain, said)} {_GROWTH}{_OF}", f" @growth{grain} ", f"{grain}-over-{grain} growth of revenue", f"@growth{grain} revenue")
      for grain, said in _STEPS),
    *(Way(rf"{_over(grain, said)} (.+?) {_GROWTH}(?=$|\?| (?:by|per|for|in))", rf" @growth{grain} \1", f"{grain}-over-{grain} revenue growth by region", f"@growth{grain} revenue by region")
      for grain, said in _STEPS),
    *(Way(rf"\b(.+?),? {grain}[- ](?:over|on)[- ]{grain}\??$", rf" @growth{grain} \1", f"revenue growth, {grain} over {grain}", f"@growth{grain} revenue growth")
      for grain, _ in _STEPS),
    Way(r"(@growth\w+ .+?) (?:growth|change)$", r"\1", "@growthyear revenue growth", "@growthyear revenue"),
    Way(r"\b(?:percentage |percent |% )?(?:growth|growth rate)(?: of| in| for)(?: the)?", " @growth ", "growth rate of revenue by year", "@growth revenue by year"),
    Way(r"\b(?:cumulative|running total of|cumulated|running)(?: sum of| total of| total| sum)?(?: of)?(?: the)? ", " @running ",
        "cumulative sum of revenue by month", "@running revenue by month"),
    Way(r"\b(?:forecast|predict|project|extrapolate|estimate)(?: of)?(?: the)? (.+?) (?:for|in|to) (?:the year )?(\d{4})\b", r" @forecast\2 \1 ",
        "forecast the revenue for 2026", "@forecast2026 revenue"),
    Way(r"^what (?:will|would) (?:the )?(.+?) be in (\d{4})\b", r" @forecast\2 \1 ", "what will revenue be in 2026", "@forecast2026 revenue"),
    Way(r"\b(?:forecast|predict|prediction of|projection of)(?: the)? (.+?) (?:for|in) (?:the )?next year\b", r" @forecast \1 ",
        "predict revenue for next year", "@forecast revenue"),
)  # fmt: skip
