"""Numbers of a column's magnitude and sign."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daytwo.executor.rehearsal.chance import Chance
from daytwo.wire.sheet import ColumnSheet, ColumnType, Sign, Uniqueness

UNTOLD = (0, 3)
"""Where a sheet tells no magnitude."""
FLOAT_POWERS = 300
DECIMALS = 2
ZERO_SHARE, NEGATIVE_SHARE = 0.05, 0.3
_BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32}
_FLAG = [0, 1]
_CALENDAR = {
    "year": (2010, 2025), "jahr": (2010, 2025), "month": (1, 13), "monat": (1, 13), "quarter": (1, 5),
    "weekday": (0, 7), "hour": (0, 24), "stunde": (0, 24), "week": (1, 53), "day": (1, 29),
}  # fmt: skip
"""Whole numbers that a column's name makes calendar units, where its magnitude allows."""


def whole(column: ColumnSheet, count: int, chance: Chance) -> list[int]:
    """So many different whole numbers if there is room for them, zero among them where it may be."""
    low, high = _bounds(column)
    if column.uniqueness is Uniqueness.FEW and column.sign is Sign.NOT_NEGATIVE and column.magnitude == (0, 1):
        return _FLAG
    calendar = _calendar(column, low, high)
    if calendar is not None:
        return list(range(*calendar))[:count] if calendar[1] < 1000 else list(range(calendar[1] - count, calendar[1]))
    if column.uniqueness is Uniqueness.UNIQUE or high - low <= count * 2:
        made = np.arange(low, min(high, low + count))
    else:
        made = np.unique(_spread(low, high, count, chance).astype(np.int64))
    return [int(number) for number in _signed(made.astype(np.int64), column, chance).tolist()]


def fractions(column: ColumnSheet, count: int, chance: Chance) -> list[float]:
    """So many different numbers, with two decimals unless they are small."""
    low, high = (max(-FLOAT_POWERS, min(FLOAT_POWERS, power)) for power in column.magnitude or UNTOLD)
    if column.whole and low >= 0 and high <= 15:
        return [float(number) for number in whole(column, count, chance)]
    top = min(float(f"1e{high}"), limit(column))
    drawn = _spread(min(float(f"1e{low}"), top / 2), top, count, chance)
    decimals = max(0, DECIMALS - min(low, 0))
    rounded = np.where(np.round(drawn, decimals) < top, np.round(drawn, decimals), drawn) if decimals < 15 else drawn
    made = _signed(np.unique(rounded), column, chance)
    return [float(number) for number in made.tolist()]


def limit(column: ColumnSheet) -> float:
    """What the type can hold: numbers below it, and their negatives."""
    kind = column.storage or "BIGINT"
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", kind)
    if decimal:
        return float(10 ** (int(decimal[1]) - int(decimal[2])))
    return float(2 ** (_BITS.get(kind.removeprefix("U"), 64) - 1)) if column.type is ColumnType.INTEGER else math.inf


def fits(column: ColumnSheet, value: float) -> bool:
    """Whether a literal is a number that the sheet allows: of its type, of its signs, between its powers of ten."""
    if not abs(value) < limit(column):
        return False
    if (column.sign is Sign.POSITIVE and value <= 0) or (column.sign is Sign.NOT_NEGATIVE and value < 0):
        return False
    if column.sign is Sign.NEGATIVE and value >= 0:
        return False
    if value == 0 or column.magnitude is None:
        return True
    low, high = column.magnitude
    return float(f"1e{max(low, -FLOAT_POWERS)}") <= abs(value) < float(f"1e{min(high, FLOAT_POWERS)}")


def _bounds(column: ColumnSheet) -> tuple[int, int]:
    low, high = column.magnitude or UNTOLD
    most = int(min(limit(column), 2.0**62)) - 1
    return min(10 ** max(low, 0), most - 1), min(10 ** max(high, 1), most)


def _spread(low: float, high: float, count: int, chance: Chance) -> NDArray[np.float64]:
    """Evenly over the powers of ten, both ends nearly reached."""
    drawn = np.exp(np.log(low) + chance.floats(count) * (np.log(high) - np.log(low)))
    drawn[:1], drawn[1:2] = low, low + (high - low) * 0.99
    kept: NDArray[np.float64] = np.minimum(drawn, np.nextafter(high, low))
    return kept


def _calendar(column: ColumnSheet, low: int, high: int) -> tuple[int, int] | None:
    if column.type not in {ColumnType.INTEGER, ColumnType.FLOAT} or column.sign in {Sign.MIXED, Sign.NEGATIVE}:
        return None
    words = re.findall(r"[a-z]+", column.name.casefold())
    span = _CALENDAR.get(words[-1]) if words else None
    if span is not None and span[1] > limit(column):
        return None
    if span is not None and column.uniqueness is Uniqueness.UNIQUE and words[-1] not in {"year", "jahr"}:
        return None
    if span is None or (column.magnitude is not None and not (low <= max(span[0], 1) and span[1] <= high * 10)):
        return None
    return span if column.magnitude is None or span[1] - 1 < high else (span[0], high)


def _signed(numbers: NDArray[Any], column: ColumnSheet, chance: Chance) -> NDArray[Any]:
    count = len(numbers)
    if (column.storage or "").startswith("U"):
        return numbers
    if column.sign is Sign.NEGATIVE:
        return -numbers
    if column.sign is Sign.MIXED:
        negative = chance.floats(count) < NEGATIVE_SHARE
        negative[:1], negative[1:2] = True, False
        return np.where(negative, -numbers, numbers)
    if column.sign is Sign.NOT_NEGATIVE and count > 1 and column.uniqueness is not Uniqueness.UNIQUE:
        return np.concatenate([[0], numbers[: count - 1]]).astype(numbers.dtype)
    return numbers
