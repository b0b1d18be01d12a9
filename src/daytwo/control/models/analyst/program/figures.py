"""Figures: how each aggregate is computed, and a figure over all rows, with what it leaves out."""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.condensed import (
    condensed_figure,
    condensed_missing,
    is_condensed,
    measured_columns,
)
from daytwo.control.models.analyst.program.snippets import missing, template
from daytwo.control.models.analyst.question import Measure, Question
from daytwo.control.models.analyst.terms import Aggregate

METHODS = {
    Aggregate.SUM: "sum(min_count=1)",
    Aggregate.MEAN: "mean()",
    Aggregate.MEDIAN: "median()",
    Aggregate.MIN: "min()",
    Aggregate.MAX: "max()",
    Aggregate.DISTINCT: "nunique()",
    Aggregate.FILLED: "count()",
    Aggregate.DEVIATION: "std()",
    Aggregate.VARIANCE: "var()",
    Aggregate.QUANTILE: "quantile({quantile})",
    Aggregate.ONLY: "max()",
}
"""As methods of a Series and of grouped ones."""


def title(question: Question) -> str:
    text = explain.what(question) + explain.by(question) + explain.where_of(question)
    return text[:1].upper() + text[1:]


def show(question: Question) -> str:
    return f"show(result, title={title(question)!r})"


def labels_of(question: Question) -> list[str]:
    """Names of the figures' columns, other than any key's."""
    taken = {d.column.name for d in question.dimensions if d.column}
    labels = [explain.label(measure, question) for measure in question.measures]
    return [label if label not in taken else f"{label} (figure)" for label in labels]


def left_out(question: Question) -> list[str]:
    """Say how many rows a figure leaves out, for every column that it needs and that may have gaps."""
    if is_condensed(question):
        return condensed_missing([column.name for column in measured_columns(question) if column.has_gaps])
    used = (column for measure in question.measures for column in (measure.column, measure.per) if column)
    columns = dict.fromkeys(column for column in used if column.has_gaps)
    return [line for column in columns for line in missing(column.name)]


def only_one(measure: Measure, groups: str | None = None) -> list[str]:
    """Lines that stop where “the” value is asked for and there are several."""
    if measure.aggregate is not Aggregate.ONLY or measure.column is None:
        return []
    name = measure.column.name
    several = f"{groups}.size().max() > 1" if groups else "len(rows) > 1"
    reason = (
        f"Several rows match, so it must be said which figure of {name} is meant: its total, its average or another."
    )
    return [f"if {several}:", f"    _stop({reason!r})"]


def figures(question: Question) -> list[str]:
    labels = [explain.label(measure, question) for measure in question.measures]
    pairs = ", ".join(
        f"{label!r}: [{figure(m, 'rows', question)}]" for label, m in zip(labels, question.measures, strict=True)
    )
    lines = [line for measure in question.measures for line in only_one(measure)]
    lines += [f"result = pd.DataFrame({{{pairs}}})", show(question), *left_out(question)]
    for place, label in enumerate(labels):
        before = f"{label[:1].upper()}{label[1:]}{explain.where_of(question)}: "
        lines.append(f"say({template(before, f'_number(result.iloc[0, {place}])')})")
    return lines


def figure(measure: Measure, frame: str, question: Question) -> str:
    """The expression of a figure over `rows`, or over groups of them."""
    if is_condensed(question):
        return condensed_figure(measure.aggregate, measure.column, measure.per, frame)
    if measure.column is None:
        return "len(rows)" if frame == "rows" else f"{frame}.size()"
    place = f"{frame}[{measure.column.name!r}]"
    if measure.per:
        times = "100 * " if measure.aggregate is Aggregate.PERCENT else ""
        return f"{times}{place}.sum() / {frame}[{measure.per.name!r}].sum()"
    if measure.aggregate is Aggregate.VARIATION:
        return f"{place}.std() / {place}.mean()"
    if measure.aggregate is Aggregate.IQR:
        return f"{place}.quantile(0.75) - {place}.quantile(0.25)"
    return f"{place}.{METHODS[measure.aggregate].format(quantile=measure.quantile)}"
