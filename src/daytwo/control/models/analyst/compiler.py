"""From a `Question` to the program that answers it: short pandas over `sql(…)`, for the cell (architecture.md).

The program is plain text made of literals that `repr` wrote, so no word of the person can become code.  It reads the
columns it needs, converts text that holds numbers or dates, keeps the rows that are asked for, computes `result`,
shows it and says it in a sentence whose values only the person sees.
"""

from __future__ import annotations

from collections.abc import Iterable

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.answers import answer
from daytwo.control.models.analyst.columns import Column, Kind
from daytwo.control.models.analyst.question import (
    DateFilter,
    Filter,
    FlagFilter,
    NumberFilter,
    Question,
    Shape,
    ValueFilter,
)
from daytwo.control.models.analyst.snippets import FIND, NUMBER, READ_DATES, READ_NUMBERS, call, indent
from daytwo.control.models.analyst.terms import Aggregate


def compile_question(question: Question) -> str:
    """The program of a question."""
    filters = [*question.filters, *question.part]
    finds = any(isinstance(one, ValueFilter) for one in filters)
    columns = _columns(question)
    body = answer(question)
    lines = ["import pandas as pd", *(["import matplotlib.pyplot as plt"] if "plt." in "\n".join(body) else []), ""]
    lines += _functions(columns, finds=finds, numbers="_number(" in "\n".join(body))
    lines += _load(question, columns)
    lines += _select(question, finds=finds)
    guarded = bool(question.filters) and not _is_plain_count(question)
    if finds:
        lines += ["if _problems:", *indent(['say(" ".join(_problems) + " Nothing was computed.")'])]
        if guarded:
            lines += ["elif rows.empty:", *indent([_no_rows(question)])]
        lines += ["else:", *indent(body)]
    elif guarded:
        lines += ["if rows.empty:", *indent([_no_rows(question)]), "else:", *indent(body)]
    else:
        lines += body
    lines.append("del rows  # the session keeps `result`")
    return "\n".join(lines) + "\n"


def _is_plain_count(question: Question) -> bool:
    """Counting nothing is an answer: zero."""
    counts = {Aggregate.COUNT, Aggregate.DISTINCT}
    measures = question.measures
    return (
        question.shape is Shape.AGGREGATE and not question.dimensions and all(m.aggregate in counts for m in measures)
    )


def _no_rows(question: Question) -> str:
    return f"say({f'No row matches{explain.where_of(question)}.'!r})"


def _columns(question: Question) -> tuple[Column, ...]:
    """The columns to read, each once, in the order of first use."""
    used: list[Column] = []
    for one in (*question.filters, *question.part):
        used.extend(one.columns if isinstance(one, ValueFilter) else (one.column,))
    used.extend(dimension.column for dimension in question.dimensions if dimension.column)
    used.extend(measure.column for measure in question.measures if measure.column)
    used.extend(question.columns)
    if question.order and question.order.column:
        used.append(question.order.column)
    return tuple(dict.fromkeys(used))


def _functions(columns: Iterable[Column], *, finds: bool, numbers: bool) -> list[str]:
    kinds = {column.kind for column in columns}
    lines: list[str] = []
    if Kind.NUMBER_TEXT in kinds:
        lines += READ_NUMBERS
    if any(column.kind is Kind.DATE_TEXT and not column.is_iso_text for column in columns):
        lines += READ_DATES
    if finds:
        lines += FIND
    if numbers:
        lines += NUMBER
    return lines


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _load(question: Question, columns: tuple[Column, ...]) -> list[str]:
    whole = question.shape is Shape.ROWS or (question.shape is Shape.DESCRIBE and not question.columns)
    names = "*" if whole else ", ".join(quoted(column.name) for column in columns)
    if not names:
        names = "1 as one"
    query = f"select {names} from {quoted(question.table)}"  # noqa: S608 - every name is quoted, and nothing runs here
    lines = [f"rows = sql({query!r}).pandas()"]
    for column in columns:
        lines += _convert(column)
    return lines


def _convert(column: Column) -> list[str]:
    """Typed numbers and dates whatever the handle made of them; text that holds them is read, and losses are said."""
    place = f"rows[{column.name!r}]"
    if column.kind is Kind.NUMBER:
        return [f'{place} = pd.to_numeric({place}, errors="coerce")']
    if column.kind is Kind.DATE or (column.kind is Kind.DATE_TEXT and column.is_iso_text):
        if column.kind is Kind.DATE:
            return [f'{place} = pd.to_datetime({place}, errors="coerce")']
        dashed = f'{place}.str.replace(r"[/.]", "-", regex=True)'
        return [f'{place} = pd.to_datetime({dashed}, errors="coerce", format="ISO8601")']
    if column.kind is Kind.NUMBER_TEXT:
        return [f"{place} = {call('_read_numbers', place, repr(column.name), repr(column.has_decimal_comma))}"]
    if column.kind is Kind.DATE_TEXT:
        return [f"{place} = {call('_read_dates', place, repr(column.name))}"]
    return []


def _select(question: Question, *, finds: bool) -> list[str]:
    lines = ["_problems = []"] if finds else []
    for place, one in enumerate(question.filters):
        lines += _keep("_wanted", one, place, first=place == 0)
    if question.filters:
        lines.append("rows = rows[_wanted]")
    for place, one in enumerate(question.part, start=len(question.filters)):
        lines += _keep("_in_part", one, place, first=one is question.part[0])
    return lines


def _keep(mask: str, one: Filter, place: int, *, first: bool) -> list[str]:
    """Lines that narrow a mask by one filter."""
    before: list[str] = []
    if isinstance(one, ValueFilter):
        found = f"_column_{place}"
        columns = repr([column.name for column in one.columns])
        before = [f"{found}, _held = _find(rows, {list(one.values)!r}, {columns}, _problems)"]
        expression = "~_held" if one.negated else "_held"
    elif isinstance(one, NumberFilter):
        expression = _compared(one)
    elif isinstance(one, FlagFilter):
        expression = f"(rows[{one.column.name!r}] == {one.value})"
    else:
        expression = _dated(one)
    return [*before, f"{mask} = {expression}" if first else f"{mask} = {mask} & {expression}"]


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


def _dated(one: DateFilter) -> str:
    place = f"rows[{one.column.name!r}]"
    if one.months:
        return f"{place}.dt.month.isin({list(one.months)!r})"
    choices = []
    for period in one.periods:
        sides = [f'({place} >= "{period.start}")'] if period.start else []
        sides += [f'({place} < "{period.end}")'] if period.end else []
        choices.append(" & ".join(sides))
    return f"({choices[0]})" if len(choices) == 1 else "(" + " | ".join(f"({choice})" for choice in choices) + ")"
