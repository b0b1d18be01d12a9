"""The chart of a group comparison: bars, or a line over time; titled, axes named, at most `BARS_LIMIT` groups."""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.snippets import indent
from daytwo.control.models.analyst.question import Question, Shape
from daytwo.control.models.analyst.terms import Form, Grain

BARS_LIMIT = 30
SERIES_LIMIT = 6


def chart(question: Question, names: list[str], labels: list[str]) -> list[str]:
    """Lines that draw the first figure; none where a chart would not help."""
    if question.limit == 1:
        return []
    title = explain.what(question) + explain.by(question) + explain.where_of(question)
    first = question.dimensions[0]
    dated = first.grain not in {None, Grain.WEEKDAY} or (first.column is not None and first.column.is_year)
    in_time = dated and question.order is None
    over_time = in_time and len(names) == 1
    bars = "barh" if question.form is Form.HORIZONTAL else "bar"
    sides = ("y", "x") if question.form is Form.HORIZONTAL else ("x", "y")
    axes = [
        f"_axes.set_title({title[:1].upper() + title[1:]!r}, wrap=True)",
        f"_axes.set_{sides[0]}label({_key(question, 0, names)})",
        f"_axes.set_{sides[1]}label({_value(question, labels[0])!r})",
    ]
    if len(names) == 1 and question.form is Form.PIE:
        return _pie(title, names[0], labels[0])
    over_time = over_time if question.form is None else question.form is Form.LINE
    if len(names) == 1:
        draw = (
            f'_axes.plot(_shown[{names[0]}].astype(str), _shown[{labels[0]!r}], marker="o")'
            if over_time
            else f"_axes.{bars}(_shown[{names[0]}].astype(str), _shown[{labels[0]!r}])"
        )
        body = [
            "_shown = result" if over_time else f"_shown = result.head({BARS_LIMIT})",
            "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
            draw,
            "if len(_shown) > 30:" if over_time else "",
            "    _axes.xaxis.set_major_locator(plt.MaxNLocator(12))" if over_time else "",
            *axes,
            "_axes.invert_yaxis()" if bars == "barh" else '_axes.tick_params(axis="x", rotation=45)',
        ]
        body = [line for line in body if line]
        return ["if len(result) > 1:", *indent(body)]
    stacked = ", stacked=True" if question.form is Form.STACKED else ""
    return [
        f"_wide = result.pivot(index={names[0]}, columns={names[1]}, values={labels[0]!r})",
        f"if len(_wide.columns) <= {SERIES_LIMIT} and 1 < _wide.size <= {BARS_LIMIT}:",
        "    _figure, _axes = plt.subplots(figsize=(8, 4.5))",
        f"    _wide.plot.bar(ax=_axes, rot=45{stacked})",
        *indent(axes),
    ]


def _pie(title: str, name: str, label: str) -> list[str]:
    body = [
        f"_shown = result.head({BARS_LIMIT})",
        "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
        f"_axes.pie(_shown[{label!r}], labels=_shown[{name}].astype(str), autopct='%.0f%%')",
        f"_axes.set_title({title[:1].upper() + title[1:]!r}, wrap=True)",
    ]
    return ["if len(result) > 1:", *indent(body)]


def _key(question: Question, place: int, names: list[str]) -> str:
    dimension = question.dimensions[place]
    if dimension.column is None:
        return names[place]
    return repr(explain.dimension_label(dimension).replace("_", " "))


def _value(question: Question, label: str) -> str:
    column = question.measures[0].column
    if column is None or question.shape is Shape.SHARE:
        return label
    return label.replace(column.name, explain.with_unit(column))
