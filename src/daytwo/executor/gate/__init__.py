"""The disclosure gate: nothing leaves the data plane but what this room made.

`Budget` debits the worst case before an execution, `Mint` makes one Observation of it and admits rehearsals,
`Openings` lets output of open data cross, `Release` says when what is told may leave, `Outbox` makes every message that
the link may send, `Questions` records what people send themselves, `StandIns` in place of which values, `Receipts`
shows what left.
"""

from daytwo.executor.gate.budget import Budget
from daytwo.executor.gate.debit import EXECUTIONS_LIMIT, Debit
from daytwo.executor.gate.mint import Mint, decide
from daytwo.executor.gate.opened import Openings
from daytwo.executor.gate.outgoing import Outbox, Outgoing
from daytwo.executor.gate.question import Questions
from daytwo.executor.gate.receipt import Receipts
from daytwo.executor.gate.release import Release, Stopwatch
from daytwo.executor.gate.standin import StandIns, TypedValue

__all__ = [
    "EXECUTIONS_LIMIT",
    "Budget",
    "Debit",
    "Mint",
    "Openings",
    "Outbox",
    "Outgoing",
    "Questions",
    "Receipts",
    "Release",
    "StandIns",
    "Stopwatch",
    "TypedValue",
    "decide",
]
