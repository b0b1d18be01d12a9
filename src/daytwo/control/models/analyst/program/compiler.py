"""From a `Question` to the program that answers it: short pandas over `sql(…)`, for the cell (architecture.md).

The program is plain text made of literals that `repr` wrote, so no word of the person can become code.  It reads the
columns it needs, converts text that holds numbers or dates, keeps the rows that are asked for, computes `result`,
shows it and says it in a sentence whose values only the person sees.
"""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.answers import answer
from daytwo.control.models.analyst.program.snippets import FIND, NUMBER, READ_DATES, READ_NUMBERS, STOP, call
from daytwo.control.models.analyst.question import (
    AnyFilter,
    DateFilter,
    Filter,
    FlagFilter,
    MissingFilter,
    NumberFilter,
    Question,
    Shape,
    ValueFilter,
)
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.terms import Aggregate, Study
from daytwo.wire.sheet import ColumnType

_MODULES = {
    "np.": "import numpy as np",
    "plt.": "import matplotlib.pyplot as plt",
    "re.sub(": "import re",
    "sm.": "import statsmodels.api as sm",
}
_FUNCTIONS = {
    "_number(": NUMBER,
    "_read_dates(": READ_DATES,
    "_read_numbers(": READ_NUMBERS,
    "_find(": FIND,
    "_stop(": STOP,
}
"""Each before those that it calls."""


def compile_question(question: Question) -> str:
    """The program of a question."""
    columns = _columns(question)
    body = [*_load(question, columns), *_select(question), *_unless_empty(question), *answer(question)]
    functions: list[str] = []
    for name, lines in _FUNCTIONS.items():
        if any(name in line for line in [*body, *functions]):
            functions = [*lines, *functions]
    text = "\n".join([*functions, *body])
    imports = [line for name, line in _MODULES.items() if name in text]
    imports = ["import pandas as pd", *imports]
    return "\n".join([*sorted(imports), "", text, "del rows  # the session keeps `result`"]) + "\n"


def _unless_empty(question: Question) -> list[str]:
    """Counting nothing is an answer: zero; any other figure of nothing is none."""
    counts = {Aggregate.COUNT, Aggregate.DISTINCT}
    counted = question.shape is Shape.AGGREGATE and not question.dimensions
    if not question.filters or (counted and all(m.aggregate in counts for m in question.measures)):
        return []
    return ["if rows.empty:", f"    _stop({f'No row matches{explain.where_of(question)}.'!r})"]


def _columns(question: Question) -> tuple[Column, ...]:
    """The columns to read, each once, in the order of first use."""
    used: list[Column] = []
    for one in (*question.filters, *question.part):
        used.extend(one.columns if isinstance(one, ValueFilter) else (one.column,))
    used.extend(dimension.column for dimension in question.dimensions if dimension.column)
    used.extend(measure.column for measure in question.measures if measure.column)
    used.extend(question.columns)
    if question.having and question.having.measure.column:
        used.append(question.having.measure.column)
    if question.order and question.order.column:
        used.append(question.order.column)
    return tuple(dict.fromkeys(used))


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _load(question: Question, columns: tuple[Column, ...]) -> list[str]:
    studied = question.shape is Shape.STUDY and not question.columns
    studied = studied or (question.study is Study.CORRELATION and len(question.columns) == 1)
    studied = studied or question.study is Study.OUTLIERS
    whole = question.shape is Shape.ROWS or studied or (question.shape is Shape.DESCRIBE and not question.columns)
    whole = whole or question.study is Study.DUPLICATES
    names = "*" if whole else ", ".join(quoted(column.name) for column in columns)
    if not names:
        names = "1 as one"
    source = quoted(question.table)
    for join in question.joins:
        source += f" left join {quoted(join.table)} using ({quoted(join.key)})"
    query = f"select {names} from {source}"  # noqa: S608 - every name is quoted, and nothing runs here
    lines = [f"rows = sql({query!r}).pandas()"]
    for column in columns:
        lines += _convert(column)
    return lines


def _convert(column: Column) -> list[str]:
    """Typed numbers and dates whatever the handle made of them; text that holds them is read, and losses are said."""
    place = f"rows[{column.name!r}]"
    if column.kind is Kind.NUMBER and column.sheet.type is ColumnType.DECIMAL:
        return [f'{place} = pd.to_numeric({place}, errors="coerce")']
    if column.kind is Kind.DATE:
        return [f'{place} = pd.to_datetime({place}, errors="coerce")']
    if column.kind is Kind.DATE_TEXT and column.is_iso_text:
        dashed = f'{place}.str.replace(r"[/.]", "-", regex=True)'
        return [f'{place} = pd.to_datetime({dashed}, errors="coerce", format="ISO8601")']
    if column.kind is Kind.NUMBER_TEXT:
        return [f"{place} = {call('_read_numbers', place, repr(column.name), repr(column.has_decimal_comma))}"]
    if column.kind is Kind.DATE_TEXT:
        return [f"{place} = {call('_read_dates', place, repr(column.name))}"]
    return []


def _select(question: Question) -> list[str]:
    """Finds values before any row is left out, then keeps the rows that fulfil every filter."""
    lines: list[str] = []
    conditions: list[str] = []
    for place, one in enumerate((*question.filters, *question.part)):
        if isinstance(one, ValueFilter):
            columns = repr([column.name for column in one.columns])
            lines.append(f"_column_{place}, _held_{place} = _find(rows, {list(one.values)!r}, {columns})")
        conditions.append(_condition(one, place))
    count = len(question.filters)
    if count == 1:
        lines.append(f"rows = rows[{_bare(conditions[0])}]")
    elif count:
        lines.append(f"rows = rows[{' & '.join(conditions[:count])}]")
    if question.part:
        part = " & ".join(conditions[count:])
        held = any(isinstance(one, ValueFilter) for one in question.part)
        lines.append(f"_in_part = {f'({part}).reindex(rows.index)' if held and count else part}")
    return lines


def _bare(text: str) -> str:
    """Without the parentheses that only `&` needs."""
    inner = text[1:-1]
    depth = 0
    for character in inner:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return text
    return inner if text.startswith("(") and text.endswith(")") else text


def _condition(one: Filter, place: int) -> str:
    """One filter as an expression over `rows`."""
    if isinstance(one, ValueFilter):
        return f"~_held_{place}" if one.negated else f"_held_{place}"
    if isinstance(one, NumberFilter):
        return _compared(one)
    if isinstance(one, FlagFilter):
        return f"(rows[{one.column.name!r}] == {one.value})"
    if isinstance(one, MissingFilter):
        return f"rows[{one.column.name!r}].{'notna' if one.present else 'isna'}()"
    if isinstance(one, AnyFilter):
        return _any(one)
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


def _any(one: AnyFilter) -> str:
    place = f"rows[{one.column.name!r}]"
    if all(choice.comparison == "==" for choice in one.choices):
        listed = ", ".join(number(choice.value) for choice in one.choices)
        return f"({place}.notna() & ~{place}.isin([{listed}]))" if one.negated else f"{place}.isin([{listed}])"
    joined = " | ".join(_compared(choice) for choice in one.choices)
    return f"({place}.notna() & ~({joined}))" if one.negated else f"({joined})"


def _dated(one: DateFilter) -> str:
    place = f"rows[{one.column.name!r}]"
    negation = "~" if one.negated else ""
    if one.months:
        return f"{negation}{place}.dt.month.isin({list(one.months)!r})"
    choices = []
    for period in one.periods:
        sides = [f'({place} >= "{period.start}")'] if period.start else []
        sides += [f'({place} < "{period.end}")'] if period.end else []
        choices.append(" & ".join(sides))
    joined = choices[0] if len(choices) == 1 else " | ".join(f"({choice})" for choice in choices)
    return f"{negation}({joined})"
