"""Large tables: the database counts and adds up what shares its keys, and pandas does the rest on what is left of it.

A row of the condensed table stands for `ROWS` rows of the data that agree in every column by which the question filters
or groups (dates by day).  Of each measured column it has the total under the column's own name, how many values there
are, the least and the most; no other figure can be had of it, so any other question reads the rows themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.program.snippets import quoted
from daytwo.control.models.analyst.question import (
    AnyFilter,
    DateFilter,
    Filter,
    FlagFilter,
    MissingFilter,
    NumberFilter,
    Question,
    RecentFilter,
    Shape,
    ValueFilter,
    columns_of,
)
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.terms import Aggregate, Grain
from daytwo.wire.sheet import ColumnType, Uniqueness

LARGE_MAGNITUDE = 7
"""Ten million rows and more."""
ROWS, FILLED, LEAST, MOST = "_rows", " (values)", " (least)", " (most)"
_FIGURES = {
    Aggregate.COUNT: "{frame}['_rows'].sum()",
    Aggregate.FILLED: "{frame}[{filled!r}].sum()",
    Aggregate.SUM: "{frame}[{name!r}].sum(min_count=1)",
    Aggregate.MEAN: "{frame}[{name!r}].sum() / {frame}[{filled!r}].sum()",
    Aggregate.MIN: "{frame}[{least!r}].min()",
    Aggregate.MAX: "{frame}[{most!r}].max()",
    Aggregate.RATIO: "{frame}[{name!r}].sum() / {frame}[{per!r}].sum()",
    Aggregate.PERCENT: "100 * {frame}[{name!r}].sum() / {frame}[{per!r}].sum()",
}
_PLAIN_FILTERS = (ValueFilter, NumberFilter, DateFilter, RecentFilter, FlagFilter, MissingFilter, AnyFilter)
_FEW = {Uniqueness.CONSTANT, Uniqueness.FEW, Uniqueness.SOME}


def is_condensed(question: Question) -> bool:
    """Whether the program reads the table condensed."""
    large = question.rows_magnitude is not None and question.rows_magnitude >= LARGE_MAGNITUDE
    plain = question.shape is Shape.AGGREGATE and not (question.with_share or question.part)
    if not large or not plain or not all(_is_plain(one) for one in question.filters):
        return False
    measures = [*question.measures, *([question.having.measure] if question.having else [])]
    keys, measured = _keys(question), measured_columns(question)
    hourly = any(dimension.grain is Grain.HOUR or dimension.sides for dimension in question.dimensions)
    return (
        not hourly
        and all(measure.aggregate in _FIGURES for measure in measures)
        and all(column.kind is Kind.NUMBER and not column.formula for column in measured)
        and all(_is_key(column) for column in keys)
        and not set(keys) & set(measured)
    )


def _is_plain(one: Filter) -> bool:
    if isinstance(one, AnyFilter):
        return all(_is_plain(choice) for choice in one.choices)
    return isinstance(one, _PLAIN_FILTERS)


def _is_key(column: Column) -> bool:
    """Whether it has few enough values, as far as the sheet tells, and needs no reading of its text."""
    if column.kind is Kind.DATE:
        return "ZONE" not in (column.sheet.storage or "").upper()
    few = column.sheet.uniqueness in _FEW
    return column.kind is Kind.FLAG or (column.kind in {Kind.TEXT, Kind.NUMBER} and few and not column.formula)


def _keys(question: Question) -> tuple[Column, ...]:
    used = [column for one in question.filters for column in columns_of(one)]
    return tuple(dict.fromkeys([*used, *(d.column for d in question.dimensions if d.column)]))


def measured_columns(question: Question) -> tuple[Column, ...]:
    measures = [*question.measures, *([question.having.measure] if question.having else [])]
    return tuple(dict.fromkeys(c for measure in measures for c in (measure.column, measure.per) if c))


def condensed_names(question: Question) -> str:
    """What to select; with `group by all` behind the table."""
    names = [_key(column) for column in _keys(question)]
    names.append(f"count(*)::double as {quoted(ROWS)}")
    for column in measured_columns(question):
        name = quoted(column.name)
        names += [
            f"sum({name})::double as {name}",
            f"count({name})::double as {quoted(column.name + FILLED)}",
            f"min({name})::double as {quoted(column.name + LEAST)}",
            f"max({name})::double as {quoted(column.name + MOST)}",
        ]
    return ", ".join(names)


def _key(column: Column) -> str:
    if column.sheet.type is ColumnType.TIMESTAMP:
        return f"date_trunc('day', {quoted(column.name)}) as {quoted(column.name)}"
    return quoted(column.name)


def condensed_figure(aggregate: Aggregate, column: Column | None, per: Column | None, frame: str) -> str:
    """The expression of a figure over condensed rows, or over groups of them."""
    name = column.name if column else ""
    return _FIGURES[aggregate].format(
        frame=frame, name=name, filled=name + FILLED, least=name + LEAST, most=name + MOST, per=per.name if per else ""
    )


def condensed_missing(names: Sequence[str]) -> list[str]:
    """Lines that say how many rows have no value in the measured columns."""
    lines = []
    for name in names:
        lines += [
            f"_missing, _all = int((rows[{ROWS!r}] - rows[{name + FILLED!r}]).sum()), int(rows[{ROWS!r}].sum())",
            "if _missing:",
            f"    say(f'{{_missing:,}} of {{_all:,}} rows have no ' + {name!r} + ' and are left out.')",
        ]
    return lines
