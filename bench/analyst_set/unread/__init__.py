"""The unread half: scored, never read by those who write the analyst.

It was written by someone who had not seen the analyst's code or tests, as many strangers would ask, and its answers
were read once more by hand.  Whoever works on the analyst does not open these files, and learns the totals alone.  A
question whose outcome they have looked at moves to the half for work.

How often it was scored; a line is added whenever it is scored after a change that was meant to raise it:

    date        commit   questions  right  refused  wrong
    2026-11-22  0757678        299    152      139      8   the set was new
    2026-11-22  0757678        299    153      139      7   its author had asked for a day where a month was meant
    2026-11-22  0757678        298    153      138      7   one question moved to the half for work
    2026-11-22  76397cc        298    188      102      8   short names, typed queries, values merely mentioned
    2026-11-22  087c6c2        298    193       97      8   two sides by adjective, values in both tables of a join
    2026-11-22  279b47d        298    202       89      7   sides, places, rates, above average, what is sold and spent
    2026-11-23  7ff9224        298    207       84      7   first and last times, each one's total, follow-ups, typos
    2026-11-23  fd7ca14        298    209       81      8   names as exports write them, events, haste
    2026-11-23  fd7ca14+1      298    209       81      8   large tables condensed, a figure of the oldest one
    2026-11-23  ed7adfa        298    212       77      9   conditions as people type them, values told apart

The commit is that of the analyst that was scored.

On 2026-11-23, at cf5c88d, its 298 outcomes were counted by table, kind of answer, joins and follow-ups, no more:
of the 84 refusals 46 wanted one figure, 10 a winner, 8 groups, and 14 were about orders.

The first set was split by a seed, but the analyst's own author had written both of its halves; all of it is material
for work now.
"""

from __future__ import annotations

from bench.analyst_set.question import Asked
from bench.analyst_set.unread import economy, health, orders, outdoors, shop


def questions() -> list[Asked]:
    return [*orders.QUESTIONS, *shop.QUESTIONS, *health.QUESTIONS, *economy.QUESTIONS, *outdoors.QUESTIONS]
