"""Tables as people read them: one form for all values of a column, whoever draws it (a terminal, a report).

Whole numbers are exact, with thousands marked.  Fractions get the decimals that their column needs: exact amounts
keep their cents, measured figures four significant digits; a value far below the others keeps two, so that only zero
is written as zero.  Days lose a midnight that says nothing; what is missing is blank.  Text is passed on as it is:
whoever draws it makes it harmless.  Files hold every digit; this is for eyes alone.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daytwo.wire.result import ResultColumn, ResultTable

SIGNIFICANT_DIGITS = 4
DECIMALS_LIMIT = 6
AMOUNT_DECIMALS = 2
AMOUNT_FROM = 100.0
"""From here on a column of exact amounts shows both decimals: 1,234.50."""
HUGE = 1e15
"""From here on a fraction is written with an exponent."""
ROUNDING = 0.05
"""Relative: a value that its column's decimals would change by more gets two digits of its own."""
SAME = 1e-9
"""Relative: sums of cents differ by this much from a number of cents."""

_WHOLE = ("int", "uint", "bigint", "hugeint", "smallint", "tinyint")
_FRACTION = ("float", "double", "halffloat")
_DECIMAL = "decimal"
_TIMES = ("timestamp", "date")
_LABELS = frozenset({"year", "yr", "id", "ids", "code", "zip", "zipcode", "postcode", "plz", "phone", "key"})
"""Words of a column's name that make its whole numbers labels, which have no thousands."""
_SHARES = frozenset({"share", "fraction", "proportion"})
"""Words of a column's name that make fractions of one per cents."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_PERIODS: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    "year": (re.compile(r"\d{4}-01-01"), lambda day: day[:4]),
    "quarter": (re.compile(r"\d{4}-(?:01|04|07|10)-01"), lambda day: f"{day[:4]} Q{int(day[5:7]) // 3 + 1}"),
    "month": (re.compile(r"\d{4}-\d\d-01"), lambda day: day[:7]),
}
"""Word of a column's name → what its days look like if each stands for a period, and how that is written."""

Form = Callable[[Any], str]


@dataclass(frozen=True)
class LegibleColumn:
    name: str
    is_number: bool
    """Set to the right, so that decimals stand below each other."""
    may_be_cut: bool
    """Texts; a number or a date that is cut is another one."""
    cells: tuple[str, ...]


def legible(table: ResultTable, rows: int) -> tuple[LegibleColumn, ...]:
    """The first `rows` rows of a table, column by column."""
    made = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows[:rows]]
        form = form_of(column, values)
        cells = tuple("" if value is None else form(value) for value in values)
        may_be_cut = not is_number(column) and not column.type.lower().startswith(_TIMES)
        made.append(LegibleColumn(column.name, is_number(column), may_be_cut, cells))
    return tuple(made)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 run`, `2,000 runs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def is_number(column: ResultColumn) -> bool:
    return column.type.lower().startswith((*_WHOLE, *_FRACTION, _DECIMAL))


def form_of(column: ResultColumn, values: Sequence[Any]) -> Form:
    """How the values of a column are written, given those that will be seen together."""
    kind, words = column.type.lower(), _words(column.name)
    if kind.startswith(_WHOLE):
        return _whole(is_label=not _LABELS.isdisjoint(words))
    if kind.startswith(_FRACTION):
        return _fraction(words, [float(value) for value in values if _is_finite(value)])
    if kind.startswith(_DECIMAL):
        return _decimal
    if kind.startswith(_TIMES):
        return _moment(words, [str(value) for value in values if value is not None])
    return _text


def _words(name: str) -> frozenset[str]:
    """The words of a column's name: `OrderId`, `order_id` and `order id` have the same."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return frozenset(re.findall(r"[^\W_]+", apart.lower()))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _whole(*, is_label: bool) -> Form:
    def form(value: Any) -> str:
        try:
            return str(int(value)) if is_label else f"{int(value):,}"
        except (ValueError, OverflowError):
            return _text(value)

    return form


def _decimal(value: Any) -> str:
    """Exact, as it was computed."""
    try:
        return f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return _text(value)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _fraction(words: frozenset[str], values: Sequence[float]) -> Form:
    if not _SHARES.isdisjoint(words) and values and all(abs(value) <= 1 for value in values):
        return _per_cent
    if not _LABELS.isdisjoint(words) and all(value.is_integer() for value in values):
        return lambda value: f"{value:.0f}" if _is_finite(value) else _text(value)
    places = decimals(values)

    def form(value: Any) -> str:
        if not _is_finite(value):
            return _text(value)
        if abs(value) >= HUGE:
            return f"{value:.{SIGNIFICANT_DIGITS}g}"
        if not math.isclose(value, round(value, places), rel_tol=ROUNDING):
            return f"{value:.2g}"
        return f"{value:,.{places}f}"

    return form


def _per_cent(value: Any) -> str:
    return f"{value:.1%}" if _is_finite(value) else _text(value)


def decimals(values: Sequence[float]) -> int:
    """How many decimals the finite values of a column need, to be read together."""
    sizes = [abs(value) for value in values if value and abs(value) < HUGE]
    if not sizes:
        return 0
    for places in range(AMOUNT_DECIMALS + 1):
        if all(math.isclose(value, round(value, places), rel_tol=SAME) for value in sizes):
            return AMOUNT_DECIMALS if places and max(sizes) >= AMOUNT_FROM else places
    needed = SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(statistics.median(sizes)))
    return min(max(needed, 0), DECIMALS_LIMIT)


def _moment(words: frozenset[str], values: Sequence[str]) -> Form:
    found = [_MOMENT.fullmatch(value) for value in values]
    times = [match for match in found if match]
    if len(times) < len(values):
        days = values
    elif all(match[2] == "00:00" and float((match[3] or ":0")[1:]) == 0 for match in times):
        days = [match[1] for match in times]
    else:
        with_seconds = any(float((match[3] or ":0")[1:]) for match in times)
        return lambda value: _clock(str(value), with_seconds=with_seconds)
    for word, (pattern, period) in _PERIODS.items():
        if word in words and days and all(pattern.fullmatch(day) for day in days):
            return lambda value: period(str(value)[:10])
    return (lambda value: str(value)[:10]) if times and len(times) == len(values) else _text


def _clock(value: str, *, with_seconds: bool) -> str:
    match = _MOMENT.fullmatch(value)
    if match is None:
        return value
    day, minutes, seconds, zone = match.groups()
    shown_zone = {None: "", "Z": " UTC", "+00:00": " UTC"}.get(zone, f" {zone}")
    return f"{day} {minutes}{(seconds or ':00') if with_seconds else ''}{shown_zone}"
