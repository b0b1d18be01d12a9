"""Questions of ten newcomers over the tables of their work, as they would type them: half of them, free to be read.

A shop owner, a nurse, a school's administrator, somebody of human resources, a planner of freight, an analyst of
energy, a football fan, a city's planner, a scientist and a marketing intern.  All were written, with their answers,
before any was asked; a seed chose the half that is `newcomers_unread`.  Some cannot be answered from their table.
"""

from __future__ import annotations

from bench.analyst_set.newcomers import ask_care, ask_city, ask_trade
from bench.analyst_set.question import Asked


def questions() -> list[Asked]:
    return [*ask_trade.QUESTIONS, *ask_care.QUESTIONS, *ask_city.QUESTIONS]
