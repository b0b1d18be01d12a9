"""A last row that adds up those above it, as spreadsheets have one: it is no record, and would be counted twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TypeGuard

WORDS = frozenset({"total", "totals", "grand total", "sum", "subtotal", "overall", "all", "gesamt", "summe", "totaal"})
WORDS |= {"totale", "total general", "total général", "итого", "合計", "合计", "总计"}
NEAR = 1e-6
"""Of the sum: figures are rounded where they were added up by hand."""
LEAST_ROWS = 2


class Body:
    """Watches a table's rows go by, and holds back the last one where it is their total."""

    def __init__(self) -> None:
        self.total: str | None = None
        """What the total calls itself, once all rows are by."""
        self._sums: list[float] = []
        self._seen = 0

    def watched(self, rows: Iterable[list[object]]) -> Iterator[list[object]]:
        """The rows without their total."""
        last: list[object] | None = None
        for row in rows:
            if last is not None:
                self._add(last)
                yield last
            last = row
        if last is None:
            return
        self.total = self._total(last)
        if self.total is None:
            yield last

    def _add(self, row: list[object]) -> None:
        self._seen += 1
        self._sums.extend([0.0] * (len(row) - len(self._sums)))
        for place, value in enumerate(row):
            if _is_number(value):
                self._sums[place] += value

    def _total(self, row: list[object]) -> str | None:
        """Its word for a total, where it begins with one and each of its numbers is the sum of those above."""
        word, *figures = [(place, value) for place, value in enumerate(row) if value is not None]
        if not isinstance(word[1], str) or not is_word(word[1]):
            return None
        is_sum = all(
            _is_number(value) and place < len(self._sums) and math.isclose(value, self._sums[place], rel_tol=NEAR)
            for place, value in figures
        )
        return word[1].strip() if figures and is_sum and self._seen >= LEAST_ROWS else None


def is_word(text: str) -> bool:
    """Whether a field calls its row a total."""
    return text.strip().rstrip(":").casefold() in WORDS


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
