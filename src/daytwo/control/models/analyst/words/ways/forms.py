"""Charts by name: the form is kept as a mark, and changes nothing of what is asked."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import Way

_KIND = r"(?:(?P<kind>horizontal bar|stacked bar|bar|column|line|pie|donut|doughnut|time series|area) ?(?:chart|graph|plot|diagram)?|(?P<any>chart|graph|plot|diagram))"
_DRAW = r"(?:please |can you |could you )*(?:(?:plot|graph|chart|draw|visuali[sz]e|show(?: me)?|make|create|give me) )?(?:a |an |the )?"
_OVER = re.compile(r"\b(?:by|per|over|for each|against|across)\b", re.IGNORECASE)
_MARKS = {"horizontal bar": "@horizontal", "stacked bar": "@stacked", "line": "@line", "time series": "@line",
          "area": "@line", "pie": "@pie", "donut": "@pie", "doughnut": "@pie"}  # fmt: skip


def _mark(match: re.Match[str]) -> str:
    return _MARKS.get((match["kind"] or "").casefold(), "@bar" if match["kind"] else "")


def _of(match: re.Match[str]) -> str:
    """A line goes over time where nothing else is said."""
    mark, what = _mark(match), match["what"].rstrip("?. ")
    if mark == "@pie":
        return f"share of {what if _OVER.search(what) else f'rows by {what}'} {mark}"
    if mark == "@line" and not _OVER.search(what):
        what += " by @time"
    return f"show {what} {mark}"


WAYS = (
    Way(r"^(?:plot|graph|chart|scatter(?: ?plot)?) (?!of |for )(?:the )?([\w ]+?) (?:vs\.?|versus|against) (?:the )?([\w ]+?)\??$", r"@correlation \1 and \2", "plot tip vs bill", "@correlation tip and bill"),
    Way(rf"^{_DRAW}box[- ]?(?:and[- ]whiskers? )?(?:plot|chart|diagram)s? (?:of |for |with |showing )?(?:the )?", "@box ", "boxplot of tip by day", "@box tip by day"),
    Way(rf"^{_DRAW}{_KIND} (?:of|for|with|showing) (?:the )?(?P<what>.+)$", _of, "horizontal bar chart of tips by day", "show tips by day @horizontal"),
    Way(rf",? (?:(?:as|in|with|on|using) )(?:a |an )?(?:simple )?{_KIND}\s*[?.!]?$", lambda m: f" {_mark(m)}", "average tip by day, as a bar chart", "average tip by day @bar"),
    Way(rf", {_KIND}\s*[?.!]?$", lambda m: f" {_mark(m)}", "average tip by day, line chart", "average tip by day @line"),
)  # fmt: skip
