"""The other half of the newcomers' questions: scored by its totals, not worked at.

Whoever wrote them went on to work on the analyst, without looking at how any of these came out; the half that was
written by another is `unread`.  How often it was scored, a line for each time:

    date        commit   questions  right  refused  wrong
    2026-11-23  fd7ca14         81     49       31      1   the set was new; its other half had been worked at
    2026-11-23  fd7ca14+1       81     49       31      1   large tables condensed, a figure of the oldest one
    2026-11-23  ed7adfa         81     50       30      1   conditions as people type them, values told apart

The commit is that of the analyst that was scored.
"""

from __future__ import annotations

from bench.analyst_set.newcomers_unread import care, city, trade
from bench.analyst_set.question import Asked


def questions() -> list[Asked]:
    return [*trade.QUESTIONS, *care.QUESTIONS, *city.QUESTIONS]
