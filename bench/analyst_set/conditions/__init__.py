"""One figure under a condition, and its neighbours: what ten people would ask of 15 tables, half of it free to be read.

Conditions are typed as people type them: relative clauses, participles, values without their column, bounds in words,
booleans by name, gaps, negations, units, typos.  All were written, with their answers, before any was asked; a seed
chose the half that is `conditions_unread`.  Some cannot be answered from their table.
"""

from __future__ import annotations

from bench.analyst_set.conditions import ask_care, ask_city, ask_money, ask_trade
from bench.analyst_set.question import Asked


def questions() -> list[Asked]:
    return [*ask_care.QUESTIONS, *ask_money.QUESTIONS, *ask_trade.QUESTIONS, *ask_city.QUESTIONS]
