"""Questions as they are typed to pandas or in SQL: read as the question that they spell."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import Way

_FIGURES = {"sum": "total", "avg": "average", "mean": "average", "count": "number of", "min": "minimum", "max": "maximum",
            "median": "median", "std": "standard deviation of", "nunique": "number of different"}  # fmt: skip
_METHOD = r"(?P<method>mean|sum|median|min|max|std|count|size|nunique)"
_NAME = r"['\"]([\w ]+)['\"]"
_SELECT = (
    r"^select (?P<what>.+?) from \w+(?: where (?P<where>.+?))?(?: group by (?P<keys>.+?))?"
    r"(?: order by (?P<order>.+?)(?P<down> desc| asc)?)?(?: limit (?P<limit>\d+))?;?$"
)


def _term(text: str) -> str:
    """`sum(x)` → `total x`."""
    call = re.fullmatch(r"(\w+)\((?:(distinct) )?(.+?)\)(?: as \w+)?", text.strip(), re.IGNORECASE)
    if call is None:
        return re.sub(r" as \w+$", "", text.strip(), flags=re.IGNORECASE)
    if call[3] == "*":
        return "number of rows"
    return f"{_FIGURES.get(call[1].casefold(), call[1])} {'different ' if call[2] else ''}{call[3]}"


def _select(match: re.Match[str]) -> str:
    keys = [key.strip().casefold() for key in (match["keys"] or "").split(",") if key.strip()]
    terms = [_term(text) for text in re.split(r",(?![^(]*\))", match["what"])]
    figures = [term for term in terms if term.casefold() not in keys]
    where = f" where {match['where']}" if match["where"] else ""
    limit = f"top {match['limit']} " if match["limit"] and (match["down"] or "").strip().casefold() == "desc" else ""
    if not keys and all(re.search(r"\w\(", text) for text in match["what"].split(",")):
        return " and ".join(figures) + where
    if not keys:
        order = f" by {match['order']}" if limit else ""
        return (f"{limit}rows{order}" if limit else "show the rows") + where
    if limit and len(figures) == 1:
        return f"{limit}{' and '.join(keys)} by {figures[0]}{where}"
    return f"{' and '.join(figures) or 'number of rows'} by {' and '.join(keys)}{where}"


def _grouped(match: re.Match[str]) -> str:
    keys = " and ".join(re.findall(r"[\w ]+", match["keys"].replace("'", "")))
    if match["method"] in {"size", "count"} or not match["figure"]:
        return f"number of rows by {keys}"
    return f"{_FIGURES[match['method']]} {match['figure']} by {keys}"


def _sorted(match: re.Match[str]) -> str:
    """The first rows by a column, from the end that the order puts first."""
    up = match["up"] is None or match["up"].casefold() in {"true", "ascending", "asc"}
    return f"{'bottom' if up else 'top'} {match['count']} rows by {match['column']}"


def _figure(match: re.Match[str]) -> str:
    return f"{_FIGURES[match['method'].replace('size', 'count')]} {match['column']}"


WAYS = (
    Way(_SELECT, _select, "select day, sum(bill) from tips where tip > 2 group by day", "total bill by day where tip > 2"),
    Way(rf"^\w+\.groupby\(\[?(?P<keys>(?:'[\w ]+'(?:, ?)?)+)\]?\)(?:\[\[?'(?P<figure>[\w ]+)'\]?\])?\.{_METHOD}\(\)$", _grouped,
        "df.groupby('time')['bill'].mean()", "average bill by time"),
    Way(r"^\w+\.sort_values\((?:by=)?'(?P<column>[\w ]+)'(?:, ?ascending=(?P<up>True|False))?\)\.head\((?P<count>\d+)\)$", _sorted,
        "df.sort_values('tip', ascending=False).head(3)", "top 3 rows by tip"),
    Way(r"^sort(?:ed)? by (?P<column>[\w ]+?) (?P<up>ascending|descending|asc|desc)?,? ?(?:the )?(?:first|top) (?P<count>\d+)(?: rows)?$", _sorted,
        "sort by tip descending, first 5", "top 5 rows by tip"),
    Way(r"^\w+\['(?P<column>[\w ]+)'\]\.value_counts\(\)$|^value[ _]counts? (?:of|for) (?P<other>.+)$", lambda m: f"number of rows by {m['column'] or m['other']}",
        "value counts of day", "number of rows by day"),
    Way(rf"^\w+\['(?P<column>[\w ]+)'\]\.{_METHOD}\(\)$", _figure, "df['tip'].median()", "median tip"),
    Way(r"^\w+\.(?:describe|info)\(\)$|^\w+\.(?:columns|dtypes)$", "describe the data", "df.describe()", "describe the data"),
    Way(r"^\w+\.head\((\d*)\)$", lambda m: f"show the first {m[1] or 5} rows", "df.head()", "show the first 5 rows"),
    Way(r"^\w+\.tail\((\d*)\)$", lambda m: f"show the @end{m[1] or 5} rows", "df.tail(3)", "show the @end3 rows"),
    Way(r"^len\(\w+\)$|^\w+\.shape$", "@size", "df.shape", "@size"),
    Way(r"^group ?by (\w+)(?: and (\w+))?,? (mean|average|sum|total|median|min|max) (\w+)", lambda m: f"{_FIGURES.get(m[3].casefold(), m[3])} {m[4]} by {m[1]}" + (f" and {m[2]}" if m[2] else ""),
        "groupby day mean tip where tip > 2", "average tip by day where tip > 2"),
    Way(r"^(?:a |the )?cross[- ]?tab(?:ulation)? (?:of |for )?(.+?) (?:and|by|vs\.?|against) (.+)$", r"number of rows by \1 and \2", "crosstab of education and vote", "number of rows by education and vote"),
    Way(r"^(?:a |the )?pivot(?: table)? of ", "", "pivot of mean tip by day and time", "mean tip by day and time"),
    Way(r"\bstd\.? dev\b\.?", "standard deviation", "std dev of tip", "standard deviation of tip"),
    Way(r"^(?:the )?correlation matrix$", "@correlation", "correlation matrix", "@correlation"),
    Way(r"^(?:null|nan|na|missing) counts?$", "@missing", "null counts", "@missing"),
)  # fmt: skip
