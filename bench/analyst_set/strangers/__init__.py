"""Questions as strangers ask them, over tables of their own: work for those who write the analyst, free to be read.

They were written by someone who had read neither the analyst nor the unread half, in the voices of twelve people: an
analyst in a hurry, a shop owner, a nurse, a student of statistics, a curt manager, a polite one, a journalist, someone
who thinks in pandas' words and someone who thinks in SQL's, a teacher, someone whose first language is another, and a
child of twelve.  Some cannot be answered from their table.
"""

from __future__ import annotations

from bench.analyst_set.question import Asked
from bench.analyst_set.strangers import ask_days, ask_health, ask_planet, ask_society, ask_trade


def questions() -> list[Asked]:
    written = (ask_planet, ask_days, ask_trade, ask_society, ask_health)
    return [question for module in written for question in module.QUESTIONS]
