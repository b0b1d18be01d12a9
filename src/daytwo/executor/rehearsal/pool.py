"""The different values that a column of mock rows is filled with: from its sheet, and from literals that fit it.

A literal is put in where the sheet leaves the question open, and nowhere else: not into a list of labels that is
complete, not against masks, case, sign, magnitude or span.  Otherwise mock rows would agree with a model's mistakes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from daytwo.executor.catalog.masks import mask
from daytwo.executor.rehearsal import moments, numbers, text
from daytwo.executor.rehearsal.chance import Chance
from daytwo.executor.rehearsal.literal import Literal, Use
from daytwo.executor.rehearsal.written import DATE_MASKS, has_form, written
from daytwo.wire.sheet import Case, ColumnClass, ColumnSheet, ColumnType, Sign, Uniqueness

FEW, SOME = 6, 60
MANY_SHARE, NEARLY_SHARE = 0.6, 0.95
UNTOLD_SHARE = 0.3
SEEDS_LIMIT = 40
SEEDED_NUMBERS_BESIDE = (0.9, 1.1)
"""A number that rows are compared with has neighbours on both sides."""
FREE_TEXT_WORDS = 8
SENTINEL_LIMIT = 2


@dataclass(frozen=True)
class Pool:
    """`values` differ from each other; `unverified` are those of the program that no sheet vouches for."""

    values: list[Any]
    unverified: tuple[Literal, ...] = ()
    expected: tuple[Any, ...] = ()
    """Those of the values that the program compares with."""


def distinct(column: ColumnSheet, rows: int) -> int:
    """How many different values a column has among so many rows."""
    wanted = {
        Uniqueness.CONSTANT: 1,
        Uniqueness.FEW: FEW,
        Uniqueness.SOME: min(SOME, rows // 2),
        Uniqueness.MANY: int(rows * MANY_SHARE),
        Uniqueness.NEARLY_UNIQUE: int(rows * NEARLY_SHARE),
        Uniqueness.UNIQUE: rows,
    }
    least = 1 if column.uniqueness is Uniqueness.CONSTANT else 2
    untold = int(rows * UNTOLD_SHARE)
    return min(rows, max(least, wanted[column.uniqueness] if column.uniqueness else untold))


def pool(column: ColumnSheet, literals: Sequence[Literal], count: int, chance: Chance) -> Pool:
    """Values for a column: about `count` different ones, exactly so where they must be unique."""
    if column.labels and column.labels_complete:
        return Pool([_typed(label, column.type) for label in column.labels])
    if column.type.is_number:
        return _numbers(column, literals, count, chance)
    if column.type.is_temporal:
        return _moments(column, literals, count, chance)
    plain = _plain(column.type, count, chance)
    return Pool(plain) if plain is not None else _texts(column, literals, count, chance)


def _plain(kind: ColumnType, count: int, chance: Chance) -> list[Any] | None:
    """Values of types that programs seldom name; None for text."""
    if kind is ColumnType.BOOLEAN:
        return [False, True][: max(1, count)]
    if kind is ColumnType.BINARY:
        return [word.encode() for word in text.words(count, chance, None)]
    seconds = [int(number) for number in dict.fromkeys(chance.integers(0, 86_400, count).tolist())]
    if kind is ColumnType.TIME:
        return [time(n // 3600, n // 60 % 60, n % 60) for n in seconds]
    return [timedelta(seconds=n) for n in seconds] if kind is ColumnType.DURATION else None


def _typed(label: str, kind: ColumnType) -> Any:
    return int(label) if kind is ColumnType.INTEGER else label


def _numbers(column: ColumnSheet, literals: Sequence[Literal], count: int, chance: Chance) -> Pool:
    is_whole = column.type is ColumnType.INTEGER
    values: list[Any] = [_typed(label, column.type) for label in column.labels or ()]
    values += numbers.whole(column, count, chance) if is_whole else numbers.fractions(column, count, chance)
    seeds: list[Any] = []
    unverified = []
    for literal in literals:
        value = literal.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not numbers.fits(column, value):
            continue
        beside = [value * share for share in SEEDED_NUMBERS_BESIDE] if literal.use is Use.BOUND else []
        near = [round(one) if is_whole or column.whole else one for one in (value, *beside)]
        seeds += [one for one in near if numbers.fits(column, one)]
        if literal.use is Use.EQUAL and value not in values:
            unverified.append(literal)
    if column.uniqueness is Uniqueness.CONSTANT:
        return Pool((seeds or values)[:1], tuple(unverified))
    made = list(dict.fromkeys([*seeds[:SEEDS_LIMIT], *values]))
    enough = _enough(column, made, count, lambda number: max(made) + number)
    limit = numbers.limit(column)
    kept = [value for value in enough if abs(value) < limit]
    return Pool(kept, tuple(unverified), _expected(literals, kept))


def _moments(column: ColumnSheet, literals: Sequence[Literal], count: int, chance: Chance) -> Pool:
    span = moments.span_of(column, list(literals))
    is_date = column.type is ColumnType.DATE
    found = moments.moments(column, count, span, chance, is_date=is_date)
    if column.uniqueness is Uniqueness.UNIQUE:
        found = moments.fill(found, count)
    seeds: list[Any] = []
    for literal in literals:
        moment = moments.moment_of(literal.value)
        if moment is None or not span[0] <= moment.date() < span[1]:
            continue
        moment = moments.begun(moment, column.grain)
        seeds.append(moment.date() if is_date else moment)
    if column.uniqueness is Uniqueness.CONSTANT:
        return Pool((seeds or found)[:1])
    return Pool(list(dict.fromkeys([*seeds[:SEEDS_LIMIT], *found])), expected=tuple(dict.fromkeys(seeds[:SEEDS_LIMIT])))


def _texts(column: ColumnSheet, literals: Sequence[Literal], count: int, chance: Chance) -> Pool:
    if column.column_class is ColumnClass.FREE_TEXT:
        values = text.words(count, chance, column.case, several=FREE_TEXT_WORDS)
    elif column.form is not None:
        values = _of_form(column, count, chance)
    elif dated := [one for one in column.masks if one in DATE_MASKS]:
        values = _dated(DATE_MASKS[dated[0]], count, chance)
    else:
        values = _unformed(column, count, chance)
    values = [*(column.labels or ()), *values]
    seeds, unverified = _seeds(column, literals, values)
    if column.uniqueness is Uniqueness.CONSTANT:
        return Pool([*seeds, *values][:1], unverified)
    made = [*seeds, *values, *(column.sentinels or ())[:SENTINEL_LIMIT]]
    if column.untidy and values and column.uniqueness is not Uniqueness.UNIQUE:
        made.append(f"{values[0]} " if values[0] == values[0].upper() else values[0].upper())
    made = list(dict.fromkeys(made))
    enough = _enough(column, made, count, lambda number: f"{made[0]}{number}")
    return Pool(enough, unverified, tuple(seeds) + _expected(literals, values))


def _seeds(
    column: ColumnSheet, literals: Sequence[Literal], values: list[str]
) -> tuple[list[str], tuple[Literal, ...]]:
    seeds: list[str] = []
    unverified: list[Literal] = []
    for literal in literals:
        if not isinstance(literal.value, str) or literal.value in values or not literal.value.strip():
            continue
        made = _as_part(column, literal.value, values) if literal.use is Use.PART else _as_told(column, literal.value)
        if made is not None:
            seeds.append(made)
            unverified += [literal] if literal.use is not Use.SOUGHT else []
    return seeds[:SEEDS_LIMIT], tuple(unverified)


def _as_told(column: ColumnSheet, value: str) -> str | None:
    """The literal as the column would write it; None where that is against its masks or its form.

    A program that lowers or trims a column compares it with what the column never holds: the case is made the column's.
    """
    made = value.upper() if column.case is Case.UPPER else value.lower() if column.case is Case.LOWER else value
    if column.masks_complete and mask(made) not in column.masks:
        return None
    if column.form is not None and column.form_complete and not has_form(column.form, made):
        return None
    return made


def _as_part(column: ColumnSheet, part: str, values: list[str]) -> str | None:
    """A text that holds the part where one of the column's masks has room for it."""
    made = part.upper() if column.case is Case.UPPER else part.lower() if column.case is Case.LOWER else part
    sought = mask(made)
    for one in values:
        at = mask(one).find(sought)
        if at >= 0:
            return one[:at] + made + one[at + len(made) :]
    return None if column.masks_complete else f"{made} {values[0] if values else ''}".rstrip()


def _unformed(column: ColumnSheet, count: int, chance: Chance) -> list[str]:
    if column.masks:
        return text.of_masks(column.masks, count, chance, column.case)
    return text.words(count, chance, column.case)


def _of_form(column: ColumnSheet, count: int, chance: Chance) -> list[str]:
    """Numbers or dates as texts of the column's form, and some that are not of it where not all are."""
    form = column.form or ""
    days = moments.moments(column, count, moments.span_of(column, []), chance, is_date=False)
    figures = numbers.fractions(column.model_copy(update={"sign": Sign.POSITIVE}), count, chance)
    pairs = zip(figures, itertools.cycle(days), strict=False)
    texts = list(dict.fromkeys(made for number, day in pairs if (made := written(form, number, day))))
    if not texts:
        return (
            text.of_masks(column.masks, count, chance, column.case) if column.masks else text.words(count, chance, None)
        )
    if column.form_complete or len(texts) < 2:
        return texts
    odd = [one for one in column.masks if "A" in one and not has_form(form, one.replace("9", "1"))]
    strange = text.of_masks(odd, 2, chance, column.case) if odd else text.words(2, chance, column.case)
    return [*texts[: max(1, count - 2)], *strange]


def _dated(written_as: str, count: int, chance: Chance) -> list[str]:
    """Dates whose days and months may be read in either order."""
    years = chance.integers(2015, 2026, count)
    parts = chance.integers(1, 13, (count, 2))
    made = [date(int(year), int(month), int(day)) for year, (month, day) in zip(years, parts, strict=True)]
    return list(dict.fromkeys(day.strftime(written_as) for day in made))


def _expected(literals: Sequence[Literal], values: Sequence[Any]) -> tuple[Any, ...]:
    known = set(values)
    return tuple(dict.fromkeys(one.value for one in literals if one.use is Use.EQUAL and one.value in known))


def _enough(column: ColumnSheet, values: list[Any], count: int, more: Any) -> list[Any]:
    """Unique values must be as many as there are rows."""
    if column.uniqueness is not Uniqueness.UNIQUE:
        return values
    lacking = count - len(values)
    return values + [more(number) for number in range(1, lacking + 1)] if lacking > 0 else values
