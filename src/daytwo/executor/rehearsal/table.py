"""The columns of one table, filled from their pools so that keys, order and nulls are as the sheet tells."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from daytwo.executor.rehearsal import moments, nested, numbers
from daytwo.executor.rehearsal.chance import Chance
from daytwo.executor.rehearsal.literal import Literal
from daytwo.executor.rehearsal.pool import Pool, distinct, pool
from daytwo.wire.sheet import ColumnSheet, ColumnType, Grain, NullShare, Order, TableSheet, Uniqueness

LEAST_ROWS = 8
ROWS_OVER_BUCKET = 4
"""A table of 10 to 99 rows gets 40."""
ROUNDS = 3
"""How often each combination of values that a program expects is written."""
_NULLS = {NullShare.FEW: 0.005, NullShare.SOME: 0.05, NullShare.MANY: 0.25, NullShare.MOST: 0.7}
_DAYS = {Grain.YEAR: 366, Grain.MONTH: 31}


class Layout:
    """How many rows a table has, and which values of its keys' columns each of them has.

    Of a key of several columns, the one with the fewest values changes slowest, and one by which rows are sorted
    slower still, so that no two rows share all.  Keys that share columns with an earlier one are left to chance.

    Args:
        table: its sheet.
        most_rows: of which it has no more.
        literals: what the program expects, by column.
        chance: gives each column its own.
    """

    def __init__(
        self,
        table: TableSheet,
        most_rows: int,
        literals: Mapping[str, Sequence[Literal]],
        chance: Callable[[str], Chance],
    ) -> None:
        self.count = _row_count(table, most_rows)
        self.pools: dict[str, Pool] = {}
        self._strides: dict[str, tuple[int, int]] = {}
        self._literals = literals
        self._chance = chance
        columns = {column.name: column for column in table.columns}
        for key in table.keys or ():
            fit = set(key) <= set(columns) and not set(key) & set(self.pools)
            if fit and all(columns[name].type is not ColumnType.NESTED for name in key):
                self._lay_out([columns[name] for name in key])

    def _lay_out(self, key: list[ColumnSheet]) -> None:
        # A unique column is a key by itself, and goes last: it may have a value for each row.
        *slow, last = sorted(key, key=self._slowness)
        room = self.count
        for column in slow:
            self.pools[column.name] = self._pool(column, min(distinct(column, self.count), room))
            room = -(-room // len(self.pools[column.name].values))
        self.pools[last.name] = self._pool(last.model_copy(update={"uniqueness": Uniqueness.UNIQUE}), room)
        sizes = [len(self.pools[column.name].values) for column in (*slow, last)]
        # The table is no longer than there are combinations, and goes through all values of each column.
        self.count = min(self.count, math.prod(sizes))
        stride = self.count
        for column, size in zip((*slow, last), sizes, strict=True):
            step = -(-stride // min(size, stride))
            self._strides[column.name], stride = (stride, step), step

    def _slowness(self, column: ColumnSheet) -> tuple[bool, bool, int]:
        return column.uniqueness is Uniqueness.UNIQUE, column.order is None, distinct(column, self.count)

    def _pool(self, column: ColumnSheet, count: int) -> Pool:
        return pool(column, self._literals.get(column.name, ()), count, self._chance(column.name))

    def values(self, name: str) -> list[Any]:
        """A key's column, row by row."""
        stride, step = self._strides[name]
        values = self.pools[name].values
        return [values[row % stride // step % len(values)] for row in range(self.count)]


def _row_count(table: TableSheet, most_rows: int) -> int:
    """As many rows as serve: of the table's bucket, and no more than a column without repetition has room for."""
    rows = most_rows
    if table.rows_magnitude is not None:
        rows = max(LEAST_ROWS, min(most_rows, ROWS_OVER_BUCKET * 10**table.rows_magnitude))
    for column in table.columns:
        if column.uniqueness is not Uniqueness.UNIQUE:
            continue
        if column.type is ColumnType.DATE and column.span is not None:
            first, last = moments.span_of(column, [])
            rows = min(rows, max(LEAST_ROWS, (last - first).days // _DAYS.get(column.grain or Grain.DAY, 1)))
        elif column.type is ColumnType.INTEGER:
            rows = min(rows, int(numbers.limit(column)) - 1)
    return rows


def filled(column: ColumnSheet, pool_: Pool, count: int, stride: int, chance: Chance) -> list[Any]:
    """A column that is part of no key of several: its values by chance, in its order, with its nulls.

    The first rows hold what the program expects of it, each value for `stride` rows in turn: with a stride that is the
    product of the other columns' numbers of such values, every combination occurs, and no selection is empty by chance.
    """
    chosen = _chosen(column, pool_.values, count, chance)
    if pool_.expected and column.order is None and column.uniqueness is not Uniqueness.UNIQUE:
        for row in range(min(count // 2, stride * len(pool_.expected) * ROUNDS)):
            chosen[row] = pool_.expected[row // stride % len(pool_.expected)]
        return _with_nulls(column, chosen, count, chance, first=min(count // 2, stride * len(pool_.expected)))
    return _with_nulls(column, chosen, count, chance)


def own_pool(column: ColumnSheet, literals: Sequence[Literal], count: int, chance: Chance) -> Pool:
    """Values of the column's own."""
    if column.type is ColumnType.NESTED:
        return Pool(nested.values(column, distinct(column, count), chance))
    return pool(column, literals, distinct(column, count), chance)


def shared_pool(column: ColumnSheet, values: Sequence[Any], count: int) -> Pool | None:
    """Values of another column, as many as this one has; None where they are too few to be unique."""
    if not values or (column.uniqueness is Uniqueness.UNIQUE and len(values) < count):
        return None
    return Pool(list(values[: max(1, distinct(column, count))]))


def _chosen(column: ColumnSheet, values: list[Any], count: int, chance: Chance) -> list[Any]:
    if column.uniqueness is Uniqueness.UNIQUE and len(values) >= count:
        chosen = [values[place] for place in chance.order(count)]
    else:
        chosen = chance.some(values, count)
    if column.order is not None and column.type is not ColumnType.NESTED:
        chosen.sort(reverse=column.order is Order.DESCENDING)
    return chosen


def _with_nulls(column: ColumnSheet, values: list[Any], count: int, chance: Chance, first: int = 0) -> list[Any]:
    """The values with as many missing as the sheet tells, none of them among the `first`."""
    if column.null_share is NullShare.ALL:
        return [None] * count
    share = _NULLS.get(column.null_share) if column.null_share else None
    if share is None:
        return values
    free = [place for place in chance.order(count) if place >= first]
    for place in free[: min(count - 1, max(1, round(share * count)))]:
        values[place] = None
    return values
