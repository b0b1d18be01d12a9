"""The part of a program that keeps the rows which fulfil every filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daytwo.control.models.analyst.program.snippets import template
from daytwo.control.models.analyst.question import (
    AnyFilter,
    DateFilter,
    FigureFilter,
    Filter,
    FlagFilter,
    MissingFilter,
    NumberFilter,
    PairFilter,
    Question,
    RecentFilter,
    Side,
    ValueFilter,
)
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.terms import Aggregate, Grain, Period
from daytwo.control.models.analyst.words import lexicon


def select(question: Question) -> list[str]:
    """Finds values before any row is left out, then keeps the rows that fulfil every filter.

    `_column_N` and `_held_N` are where the values of the filter at place N were found, and the rows that hold them.
    """
    lines: list[str] = []
    figures = [one for one in question.filters if isinstance(one, FigureFilter)]
    kept = _found(question.filters, "", lines)
    part = _found(question.part, "part_", lines)
    sides = [(side, _found(side.filters, f"side_{place}_", lines)) for place, side in enumerate(_sides_of(question))]
    if len(kept) == 1:
        lines.append(f"rows = rows[{_bare(kept[0])}]")
    elif kept:
        lines.append(f"rows = rows[{' & '.join(kept)}]")
    for figure in figures:
        lines += _beside_figure(figure)
    if part:
        lines.append(f"_in_part = {_of_rows(part, question.part, whole=not question.filters)}")
    if sides:
        lines += _put_sides(sides, whole=not question.filters)
    return lines


def _sides_of(question: Question) -> tuple[Side, ...]:
    return tuple(side for dimension in question.dimensions for side in dimension.sides)


def _found(filters: Sequence[Filter], prefix: str, lines: list[str]) -> list[str]:
    """The filters as expressions, but for those that compare with a figure; `lines` gain what finds their values."""
    conditions: list[str] = []
    for place, one in enumerate(filters):
        if isinstance(one, FigureFilter):
            continue
        names = _names(one, f"{prefix}{place}")
        for name, found in names:
            lines.append(f"_column_{name}, _held_{name} = {_finding(found)}")
        for leaf in _flat(one):
            lines += _latest(leaf) if isinstance(leaf, RecentFilter) else []
            lines += _sure(leaf.column) if isinstance(leaf, FlagFilter) and leaf.column.is_number else []
        conditions.append(_condition(one, {found: name for name, found in names}))
    return conditions


def _finding(one: ValueFilter) -> str:
    """A call that finds the one column with these values; words that may be several values are told apart there."""
    columns = [column.name for column in one.columns]
    words = one.values[0].casefold().split()
    spare = sorted(lexicon.LIGHT_VERBS.intersection(words))
    apart = len(words) > 1 or spare or words[0].startswith(lexicon.NEGATING)
    if one.is_named or one.is_quoted or len(one.values) > 1 or not apart:
        return f"_find(rows, {list(one.values)!r}, {columns!r})"
    return f"_find_parts(rows, {one.values[0]!r}, {columns!r}, {spare!r})"


def _sure(column: Column) -> Sequence[str]:
    """A whole number that is read as yes or no holds nothing else than 1 and 0."""
    text = f"{column.name} holds more than 0 and 1, so it does not say yes or no."
    return (f"if not rows[{column.name!r}].dropna().isin([0, 1]).all():", f"    _stop({text!r})")


def _of_rows(conditions: Sequence[str], filters: Sequence[Filter], *, whole: bool) -> str:
    """All these conditions; values were found before rows were left out, so they are put to those that are left."""
    joined = " & ".join(conditions)
    held = any(isinstance(leaf, ValueFilter) for one in filters for leaf in _flat(one))
    return joined if whole or not held else f"({joined}).reindex(rows.index)"


def _put_sides(sides: Sequence[tuple[Side, list[str]]], *, whole: bool) -> list[str]:
    """Each row's side; one that is on two of them would be counted twice."""
    masks = [_of_rows(conditions, side.filters, whole=whole) for side, conditions in sides]
    labels = [side.label for side, _ in sides]
    return [
        f"_sides = [{', '.join(masks)}]",
        "if (sum(side.astype(int) for side in _sides) > 1).any():",
        "    _stop('Some rows are on both sides.')",
        "rows = rows.assign(side=pd.Series(pd.NA, index=rows.index, dtype='string'))",
        f"for _name, _side in zip({labels!r}, _sides):",
        "    rows.loc[_side, 'side'] = _name",
        f"rows['side'] = pd.Categorical(rows['side'], {labels!r}, ordered=True)",
    ]


def _beside_figure(one: FigureFilter) -> list[str]:
    """The figure, which the person is told, and the rows on the side of it that is asked for."""
    place = f"rows[{one.column.name!r}]"
    named = "average" if one.figure is Aggregate.MEAN else "median"
    text = template(f"The {named} {one.column.name} is ", "_number(_figure)")
    return [
        f"_figure = {place}.{'mean' if one.figure is Aggregate.MEAN else 'median'}()",
        f"say({text})",
        f"rows = rows[{place} {one.comparison} _figure]",
    ]


def _flat(one: Filter) -> Iterator[Filter]:
    if isinstance(one, AnyFilter):
        for choice in one.choices:
            yield from _flat(choice)
    else:
        yield one


def _names(one: Filter, place: str) -> list[tuple[str, ValueFilter]]:
    """The filters by value, each with the name that its lines go by."""
    if isinstance(one, ValueFilter):
        return [(place, one)]
    values = [leaf for leaf in _flat(one) if isinstance(leaf, ValueFilter)]
    return [(f"{place}_{number}", leaf) for number, leaf in enumerate(values)]


def _bare(text: str) -> str:
    """Without the parentheses that only `&` needs."""
    inner = text[1:-1]
    depth = 0
    for character in inner:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return text
    return inner if text.startswith("(") and text.endswith(")") else text


def _condition(one: Filter, held: dict[ValueFilter, str]) -> str:  # noqa: PLR0911 - one return for each kind
    """One filter as an expression over `rows`."""
    if isinstance(one, ValueFilter):
        return f"{'~' if one.negated else ''}_held_{held[one]}"
    if isinstance(one, NumberFilter):
        return _compared(one)
    if isinstance(one, FlagFilter):
        return f"(rows[{one.column.name!r}] == {one.value})"
    if isinstance(one, MissingFilter):
        return f"rows[{one.column.name!r}].{'notna' if one.present else 'isna'}()"
    if isinstance(one, PairFilter):
        return f"(rows[{one.column.name!r}] {one.comparison} rows[{one.other.name!r}])"
    if isinstance(one, AnyFilter):
        return _any(one, held)
    if isinstance(one, RecentFilter):
        return _recent(one)
    assert isinstance(one, DateFilter)
    return _dated(one)


def number(value: float) -> str:
    """A number as Python writes it, whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def _compared(one: NumberFilter) -> str:
    place = f"rows[{one.column.name!r}]"
    if one.comparison == "between":
        return f"{place}.between({number(one.value)}, {number(one.other or 0)})"
    if one.comparison == "!=":
        return f"({place}.notna() & ({place} != {number(one.value)}))"
    return f"({place} {one.comparison} {number(one.value)})"


def _any(one: AnyFilter, held: dict[ValueFilter, str]) -> str:
    numbers = [choice for choice in one.choices if isinstance(choice, NumberFilter)]
    column = numbers[0].column if numbers else None
    if column is None or len(numbers) < len(one.choices) or any(choice.column != column for choice in numbers):
        joined = " | ".join(_condition(choice, held) for choice in one.choices)
        return f"~({joined})" if one.negated else f"({joined})"
    place = f"rows[{column.name!r}]"
    if all(choice.comparison == "==" for choice in numbers):
        listed = ", ".join(number(choice.value) for choice in numbers)
        return f"({place}.notna() & ~{place}.isin([{listed}]))" if one.negated else f"{place}.isin([{listed}])"
    joined = " | ".join(_compared(choice) for choice in numbers)
    return f"({place}.notna() & ~({joined}))" if one.negated else f"({joined})"


def _dated(one: DateFilter) -> str:
    place = f"rows[{one.column.name!r}]"
    negation = "~" if one.negated else ""
    if one.months:
        return f"{negation}{place}.dt.month.isin({list(one.months)!r})"
    if one.weekdays:
        return f"{negation}{place}.dt.day_of_week.isin({list(one.weekdays)!r})"
    choices = [_sides(one.column, period) for period in one.periods]
    joined = choices[0] if len(choices) == 1 else " | ".join(f"({choice})" for choice in choices)
    return f"{negation}({joined})"


def _sides(column: Column, period: Period) -> str:
    place = f"rows[{column.name!r}]"
    sides = [f'({place} >= "{period.start}")'] if period.start else []
    sides += [f'({place} < "{period.end}")'] if period.end else []
    return " & ".join(sides)


def within(column: Column, period: Period) -> str:
    """Whether a date, or a year as a number, lies in a period."""
    if not column.is_number:
        return _bare(_sides(column, period))
    place = f"rows[{column.name!r}]"
    sides = [f"({place} >= {period.start.year})"] if period.start else []
    sides += [f"({place} < {period.end.year})"] if period.end else []
    return _bare(" & ".join(sides))


_PERIODS = {Grain.YEAR: "Y", Grain.QUARTER: "Q", Grain.MONTH: "M", Grain.WEEK: "W"}


def _latest(one: RecentFilter) -> Sequence[str]:
    """The latest date, which the person is told: it is what “last” is counted from."""
    name = one.column.name
    if one.column.is_number:
        said = f'{f"The latest {name} is "!r} + str(int(_latest)) + "; it is counted from there."'
        return (f"_latest = rows[{name!r}].max()", f"say({said})")
    said = f'{f"The latest {name} is "!r} + str(_latest.date()) + "; it is counted from there."'
    return (f"_latest = rows[{name!r}].max()", f"say({said})")


def _recent(one: RecentFilter) -> str:
    place = f"rows[{one.column.name!r}]"
    if one.column.is_number:
        return f"({place} > _latest - {one.count})"
    if one.whole:
        unit = _PERIODS[one.grain]
        return f'({place}.dt.to_period("{unit}") == _latest.to_period("{unit}"))'
    return f"({place} > _latest.normalize() - pd.DateOffset({one.grain}s={one.count}))"
