"""Figures by name: percentiles, ranges, averages said behind what they are of."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import NUMBER, Way


def _percentiles(match: re.Match[str]) -> str:
    second = f"and @percentile{match[2]} " if match[2] else ""
    return f" @percentile{match[1]} {second}"


WAYS = (
    Way(rf"\b({NUMBER})(?:st|nd|rd|th)(?: and ({NUMBER})(?:st|nd|rd|th))? (?:percentiles?|percent quantiles?)(?: of| for| in)?(?: the)?", _percentiles,
        "10th and 90th percentile of the price", "@percentile10 and @percentile90 price"),
    Way(rf"(?<!@)\b(?:percentile|p)({NUMBER})(?: of)?\b", r" @percentile\1 ", "p95 of price", "@percentile95 price"),
    Way(r"\b(?:lower|first|1st) quartile(?: of)?(?: the)?", " @percentile25 ", "lower quartile of price", "@percentile25 price"),
    Way(r"\b(?:upper|third|3rd) quartile(?: of)?(?: the)?", " @percentile75 ", "third quartile of price", "@percentile75 price"),
    Way(r"\b(?:the )?(?:interquartile range|iqr)(?: of| for| in)?(?: the)?", " @iqr ", "interquartile range of price", "@iqr price"),
    Way(r"\b(?:the )?quartiles(?: of| for| in)?(?: the)?", " @percentile25 and @percentile50 and @percentile75 ",
        "the quartiles of price", "@percentile25 and @percentile50 and @percentile75 price"),
    Way(r"\b(?:the )?deciles(?: of| for| in)?(?: the)?", " " + " and ".join(f"@percentile{ten}" for ten in range(10, 100, 10)) + " ",
        "deciles of price", " and ".join(f"@percentile{ten}" for ten in range(10, 100, 10)) + " price"),
    Way(r"\b(?:the )?(?:coefficient of variation|relative standard deviation|cv)(?: of| for| in)(?: the)?", " @variation ",
        "coefficient of variation of the price", "@variation price"),
    Way(r"\b(?:range|minimum and maximum|smallest and largest|lowest and highest) (?:of|for)\b", "min and max of", "range of price", "min and max of price"),
    Way(r"\bdate range(?: of the data\w*)?\b", "min and max of the date", "what is the date range?", "what is the min and max of the date?"),
    Way(r"\bvolatility(?: \(standard deviation\))? of\b", "standard deviation of", "volatility of price", "standard deviation of price"),
    Way(r"\bspread \(standard deviation\)", "standard deviation", "spread (standard deviation) of price", "standard deviation of price"),
    Way(r"\bhow many (\w+) per (\w+) on average\b", r"average number of \1 per \2", "how many orders per customer on average", "average number of orders per customer"),
    Way(r"\bhow many (\w+) (?:does|do|did|has|have) (?:each|every|an|a|the average) (\w+) (?:have |place |make |get )?on average\b", r"average number of \1 per \2",
        "how many orders does each customer place on average", "average number of orders per customer"),
    Way(r"\bon average\b", "@onaverage", "price on average", "price @onaverage"),
    Way(r"\bin total\b", "@intotal", "price in total", "price @intotal"),
    Way(r"\b(?:altogether|together|combined)\b(?! \w+ of)", "@intotal", "price of A and B combined", "price of A and B @intotal"),
    Way(r"\b(?:is |are |was |were )?(?:used|chosen|seen|found|reported|ordered|bought) most (?:often|frequently)\b", "most often", "which color is used most often", "which color most often"),
    Way(r"\bmost often\b", "most common", "which color occurs most often", "which color occurs most common"),
    Way(r"\bmost frequent(?:ly)?(?: occurring)?\b", "most common", "most frequently occurring color", "most common color"),
    Way(r"^(?:what|which) (?:is |are )?(?:the )?(\w+) (?:is|was|are) (?:the )?(most common|least common|most popular|least popular)\??$", r"what is the \2 \1",
        "which channel is most popular?", "what is the most popular channel"),
    Way(r"\b(most|least) popular\b(?= \w+ by)", r"\1 @popular", "most popular product by quantity", "most @popular product by quantity"),
    Way(r"\bmost @popular\b", "top 1", "most @popular product by quantity", "top 1 product by quantity"),
    Way(r"\bleast @popular\b", "bottom 1", "least @popular product by quantity", "bottom 1 product by quantity"),
    Way(r"\b(most|least) popular\b", r"\1 common", "the most popular channel", "the most common channel"),
    Way(r"\bbest (?=\w+ by )", "top 1 ", "best variety by average yield", "top 1 variety by average yield"),
    Way(r"\bworst (?=\w+ by )", "bottom 1 ", "worst variety by average yield", "bottom 1 variety by average yield"),
    Way(r"\bwhat(?:'s| is| are) (?:the )?", "what is ", "what's the total price", "what is total price"),
    Way(r"^(?:the )?(?:unique|distinct|different) values (?:of|in|for) (?:the )?", "list different ", "unique values of party", "list different party"),
    Way(r"^(?:what is )?(?:the )?mode of (?:the )?", "most common ", "what is the mode of age", "most common age"),
    Way(r"^how (?:old|long|tall|high|big|heavy|large|short) (?:is|was) (?:the )?(?=\w+est\b)", "", "how old is the youngest patient?", "youngest patient?"),
    Way(r"^(.+?) (?:by|per) (\w+),? (?:largest|highest|biggest|most|greatest) first$", r"rank \2 by \1", "voters by education, largest first", "rank education by voters"),
    Way(r"^who (?:did|made|got|won|had|has|have|scored|took|received|earned) (?:the )?(most|fewest|highest|lowest|least)\b", r"which @name has the \1", "who won the most gold?", "which @name has the most gold?"),
    Way(r"\bcount by\b", "count rows by", "count by region", "count rows by region"),
    Way(r"\bcounts? per\b", "count rows by", "counts per region", "count rows by region"),
    Way(r"\b(?:break|broken|split|slice)(?: it| that| this| them)? ?(?:down|up)? by\b", "by", "revenue broken down by region", "revenue by region"),
)  # fmt: skip
