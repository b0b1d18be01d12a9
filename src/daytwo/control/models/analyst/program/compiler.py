"""From a `Question` to the program that answers it: short pandas over `sql(…)`, for the cell (architecture.md).

The program is plain text made of literals that `repr` wrote, so no word of the person can become code.  It reads the
columns it needs, converts text that holds numbers or dates, keeps the rows that are asked for, computes `result`,
shows it and says it in a sentence whose values only the person sees.
"""

from __future__ import annotations

from collections.abc import Iterable

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.answers import answer
from daytwo.control.models.analyst.program.condensed import condensed_names, is_condensed
from daytwo.control.models.analyst.program.conditions import select
from daytwo.control.models.analyst.program.snippets import (
    BY_SPAN,
    FIND,
    FIND_PARTS,
    IS_SHORT,
    NUMBER,
    ONE,
    READ_DATES,
    READ_NUMBERS,
    SEARCH,
    STOP,
    TIDIED,
    call,
    quoted,
)
from daytwo.control.models.analyst.question import Question, Shape, columns_of
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.terms import Aggregate, Operation, Study
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
    "_find_parts(": FIND_PARTS,
    "_one(": ONE,
    "_search(": SEARCH,
    "_is_short(": IS_SHORT,
    "_tidied(": TIDIED,
    "_by_span(": BY_SPAN,
    "_stop(": STOP,
}
"""Each before those that it calls."""


def compile_question(question: Question) -> str:
    """The program of a question."""
    columns = _columns(question)
    body = [*_load(question, columns), *_derived(columns), *_tidied(question), *select(question)]
    body += [*_unless_empty(question), *answer(question)]
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
    counts = {Aggregate.COUNT, Aggregate.DISTINCT, Aggregate.FILLED}
    counted = question.shape is Shape.AGGREGATE and not question.dimensions
    if not question.filters or (counted and all(m.aggregate in counts for m in question.measures)):
        return []
    return ["if rows.empty:", f"    _stop({f'No row matches{explain.where_of(question)}.'!r})"]


def _columns(question: Question) -> tuple[Column, ...]:
    """The columns to read, each once, in the order of first use."""
    used: list[Column] = []
    sides = (one for dimension in question.dimensions for side in dimension.sides for one in side.filters)
    for one in (*question.filters, *question.part, *sides):
        used.extend(columns_of(one))
    used.extend(dimension.column for dimension in question.dimensions if dimension.column)
    measures = [*question.measures, *([question.having.measure] if question.having else [])]
    used.extend(column for measure in measures for column in (measure.column, measure.per) if column)
    used.extend(question.columns)
    if question.order and question.order.column:
        used.append(question.order.column)
    return tuple(dict.fromkeys(used))


def _base(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns of the table that these are, or are made of."""
    found: list[Column] = []
    for column in columns:
        found.extend(_base((column.formula.left, column.formula.right)) if column.formula else (column,))
    return tuple(dict.fromkeys(found))


_SIGNS = {Operation.PLUS: "+", Operation.MINUS: "-", Operation.TIMES: "*", Operation.OVER: "/"}


def _derived(columns: Iterable[Column]) -> list[str]:
    """Columns made of others."""
    lines = []
    for column in columns:
        if column.formula is None:
            continue
        lines += _derived((column.formula.left, column.formula.right))
        sides = (column.formula.left, column.formula.right)
        left, right = (f"rows[{side.name!r}]" for side in sides)
        place = f"rows[{column.name!r}]"
        if column.formula.operation is Operation.PERCENT:
            lines.append(f"{place} = 100 * {left} / {right}")
            continue
        if column.formula.operation in _SIGNS:
            lines.append(f"{place} = {left} {_SIGNS[column.formula.operation]} {right}")
            continue
        clock = [side.sheet.type is ColumnType.TIMESTAMP for side in sides]
        start, end = (
            f"{one}.dt.tz_localize(None)" if at else one for one, at in zip((left, right), clock, strict=True)
        )
        if column.formula.operation is Operation.DAYS and not all(clock):  # a day has no time to count from
            start, end = (f"{one}.dt.normalize()" if at else one for one, at in zip((start, end), clock, strict=True))
            lines.append(f"{place} = ({end} - {start}).dt.days")
        else:
            seconds = 86_400 if column.formula.operation is Operation.DAYS else 3_600
            lines.append(f"{place} = ({end} - {start}).dt.total_seconds() / {seconds}")
    return lines


def _tidied(question: Question) -> list[str]:
    """Categories whose values are put together or told apart: by spelling, whatever the case and blanks."""
    used = [d.column for d in question.dimensions if d.column and d.grain is None]
    used += [m.column for m in question.measures if m.column and m.aggregate is Aggregate.DISTINCT]
    used += [column for column in question.columns if question.shape is Shape.VALUES]
    names = [column.name for column in dict.fromkeys(used) if column.is_category and not column.is_key]
    return [f"rows[{name!r}] = _tidied(rows[{name!r}])" for name in names]


def _load(question: Question, columns: tuple[Column, ...]) -> list[str]:
    studied = question.shape is Shape.STUDY and not question.columns
    studied = studied or (question.study is Study.CORRELATION and len(question.columns) == 1)
    studied = studied or question.study is Study.OUTLIERS
    whole = question.shape is Shape.ROWS or studied or (question.shape is Shape.DESCRIBE and not question.columns)
    whole = whole or question.study is Study.DUPLICATES
    base = _base(columns)
    names = "*" if whole else ", ".join(quoted(column.name) for column in base)
    if not names:
        names = "1 as one"
    source = quoted(question.table)
    for join in question.joins:
        used = join.columns if whole else [column.name for column in base if column.name in join.columns]
        key = quoted(join.key) if join.to == join.key else f"{quoted(join.to)} as {quoted(join.key)}"
        added = ", ".join(dict.fromkeys((key, *(quoted(name) for name in used))))
        source += f" left join (select {added} from {quoted(join.table)}) using ({quoted(join.key)})"  # noqa: S608
    if is_condensed(question):
        names, source = condensed_names(question), f"{source} group by all"
    query = f"select {names} from {source}"  # noqa: S608 - every name is quoted, and nothing runs here
    lines = [f"rows = sql({query!r}).pandas()"]
    for column in base:
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
