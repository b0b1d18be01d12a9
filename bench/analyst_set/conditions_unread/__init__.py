"""The other half of the questions under a condition: scored by its totals, not worked at.

Whoever wrote them went on to work on the analyst, without looking at how any of these came out; the half that was
written by another is `unread`.  How often it was scored, a line for each time:

    date        commit   questions  right  refused  wrong
    2026-11-23  ed7adfa        117     71       40      6   the set was new; its other half had been worked at

The commit is that of the analyst that was scored.
"""

from __future__ import annotations

from bench.analyst_set.conditions_unread import care, city, money, trade
from bench.analyst_set.question import Asked


def questions() -> list[Asked]:
    return [*care.QUESTIONS, *money.QUESTIONS, *trade.QUESTIONS, *city.QUESTIONS]
