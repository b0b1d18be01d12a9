"""The part of a program that puts what the rows are grouped by into columns, and the order that such columns have."""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.conditions import within
from daytwo.control.models.analyst.question import Dimension, Question
from daytwo.control.models.analyst.terms import Grain

_GRAINS = {
    Grain.DECADE: '.dt.year // 10 * 10).astype("Int64")',
    Grain.YEAR: '.dt.year.astype("Int64")',
    Grain.QUARTER: '.dt.to_period("Q").astype("string").str.replace("Q", "-Q")',
    Grain.MONTH: '.dt.strftime("%Y-%m")',
    Grain.DAY: '.dt.strftime("%Y-%m-%d")',
    Grain.WEEKDAY: ".dt.day_name()",
    Grain.CALENDAR_MONTH: ".dt.month_name()",
    Grain.HOUR: '.dt.hour.astype("Int64")',
}
ORDERS = {
    Grain.WEEKDAY: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Grain.CALENDAR_MONTH: ("January", "February", "March", "April", "May", "June", "July", "August", "September",
                           "October", "November", "December"),
    Grain.SEASON: ("winter", "spring", "summer", "autumn"),
}  # fmt: skip
"""Of keys that stand neither by number nor by letter."""


def keys(question: Question) -> tuple[list[str], list[str]]:
    """Lines that put each dimension into a column of `rows`, and expressions of those columns' names."""
    lines: list[str] = []
    names: list[str] = []
    for dimension in question.dimensions:
        if dimension.compared is not None:
            name = f"_column_{question.filters.index(dimension.compared)}"
            lines.append(f"rows[{name}] = _tidied(rows[{name}])")
            names.append(name)
            continue
        if dimension.sides:
            names.append("'side'")
            continue
        assert dimension.column is not None
        if dimension.spans:
            lines += _spans(dimension)
            names.append("'period'")
        elif dimension.grain is None:
            names.append(repr(dimension.column.name))
        else:
            name = _grain_name(dimension, question)
            lines += _at_grain(dimension, name)
            names.append(repr(name))
    return lines, names


def _at_grain(dimension: Dimension, name: str) -> list[str]:
    """A date at a grain, as a column of `rows`."""
    assert dimension.column is not None
    place, dates, grain = f"rows[{name!r}]", f"rows[{dimension.column.name!r}]", dimension.grain
    if dimension.column.is_number:  # years as numbers
        return [f"{place} = {dates} // 10 * 10"]
    if grain is Grain.SPAN:
        return [f"{place} = _by_span({dates})"]
    if grain is Grain.WEEK:
        return [
            f'_monday = {dates} - pd.to_timedelta({dates}.dt.day_of_week, unit="D")',
            f'{place} = _monday.dt.strftime("%Y-%m-%d")',
        ]
    if grain is Grain.SEASON:
        return [f"{place} = ({dates}.dt.month % 12 // 3).map(dict(enumerate({list(ORDERS[Grain.SEASON])!r})))"]
    if grain is Grain.WEEKEND:
        week = "{0: 'weekday', 1: 'weekend'}"
        return [f"{place} = ({dates}.dt.day_of_week // 5).map({week})"]
    assert grain is not None
    opening = "(" if grain is Grain.DECADE else ""
    return [f"{place} = {opening}{dates}{_GRAINS[grain]}"]


def _spans(dimension: Dimension) -> list[str]:
    """Each row's period, of those that are compared, in the order of time."""
    assert dimension.column is not None
    labels = [explain.period(span) for span in dimension.spans]
    lines = ["rows['period'] = pd.Series(pd.NA, index=rows.index, dtype='string')"]
    for span, label in zip(dimension.spans, labels, strict=True):
        lines.append(f"rows.loc[{within(dimension.column, span)}, 'period'] = {label!r}")
    return [*lines, f"rows['period'] = pd.Categorical(rows['period'], {labels!r}, ordered=True)"]


def _grain_name(dimension: Dimension, question: Question) -> str:
    """`month`; told from columns of that name where one is in use."""
    assert dimension.grain is not None
    assert dimension.column is not None
    taken = {m.column.name for m in question.measures if m.column} | {
        d.column.name for d in question.dimensions if d.column
    }
    name = "time" if dimension.grain is Grain.SPAN else str(dimension.grain)
    return name if name not in taken else f"{dimension.column.name} ({name})"
