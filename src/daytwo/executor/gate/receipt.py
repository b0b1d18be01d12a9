"""The receipt of a run: the exact bytes that left the data plane for it, and what they cost in bits."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from sqlite3 import Connection, Row
from typing import Literal

from daytwo import __version__
from daytwo.executor.database import Database
from daytwo.executor.gate.budget import Budget
from daytwo.executor.gate.opened import SCHEMA as OPENINGS
from daytwo.executor.gate.opened import crossed
from daytwo.executor.gate.question import SCHEMA as QUESTIONS
from daytwo.executor.gate.question import asked
from daytwo.executor.gate.standin import SCHEMA as STAND_INS
from daytwo.ledger.sqlite import LedgerProof, SqliteLedger
from daytwo.wire.errors import Missing
from daytwo.wire.result import HeldBack, LedgerLeaf, Outbound, Receipt, RunResult, StepResult

Kind = Literal["sentence", "output", "traceback"]

_OF_RUN = """
select channel, at, body, bits from gate_outbound
where run_id = :run or (channel = 'sheet' and sheet_digest in (select sheet_digest from gate_runs where run_id = :run))
order by id
"""
_SESSION_OF_RUN = """
select session_id, root_session from gate_debits where run_id = :run
union all select session_id, session_id from gate_runs where run_id = :run
limit 1
"""
_ENVIRONMENTS_OF_RUN = """
select distinct environment from gate_environments join gate_debits using (task_id, execution)
where run_id = ? order by environment
"""


class Receipts:
    """Reads receipts; the records behind them are `gate.budget`'s and `gate.outgoing`'s.

    Args:
        database: the one that holds those records.
        ledger: the executor's ledger.
        budget: says what the run's session has spent.
        shown: what the steps of a run showed their person.
    """

    def __init__(
        self, database: Database, ledger: SqliteLedger, budget: Budget, shown: Callable[[str], RunResult]
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._budget = budget
        self._shown = shown
        for schema in (QUESTIONS, STAND_INS, OPENINGS):
            database.create(schema)

    def receipt(self, run_id: str) -> Receipt:
        """The receipt of a run, as of now.

        Raises:
            Missing: `run_not_found`, where nothing of this run was debited or sent here.
        """
        with self._database.transaction() as connection:
            session = connection.execute(_SESSION_OF_RUN, {"run": run_id}).fetchone()
            if session is None:
                raise Missing(
                    "run_not_found",
                    f"This executor has no record of {run_id}: nothing left for it. `daytwo runs list` shows the runs.",
                )
            left = tuple(_outbound(row) for row in connection.execute(_OF_RUN, {"run": run_id}))
            question = asked(connection, run_id)
            bits = _bits_of_run(connection, run_id)
            environments = tuple(row["environment"] for row in connection.execute(_ENVIRONMENTS_OF_RUN, (run_id,)))
            opened, session_was_open = crossed(connection, run_id)
            size, root = self._ledger.root(connection)
            checkpoint = self._ledger.checkpoint(connection)
            leaves = self._ledger.naming(connection, run_id)
        spent, budget = self._budget.spent(session["root_session"])
        return Receipt(
            run=run_id,
            session=session["session_id"],
            bits=bits,
            bits_spent=spent,
            budget_bits=budget,
            bytes_out=sum(len(message.body.encode("utf-8")) for message in left),
            question=question[0] if question else None,
            outbound=(*((question[1],) if question else ()), *left),
            environments=environments,
            open_characters=sum(opened.values()),
            session_was_open=session_was_open,
            held_back=held_back(self._shown(run_id).steps, opened),
            version=__version__,
            ledger_size=size,
            ledger_root=root,
            ledger_checkpoint=checkpoint,
            ledger=tuple(map(_leaf, leaves)),
        )


def held_back(steps: Sequence[StepResult], opened: Container[int] = ()) -> tuple[HeldBack, ...]:
    """What of the results of a run stayed with its person: of steps that were `opened`, no text.  Pure."""
    closed = [step for step in steps if step.step not in opened]
    texts: dict[Kind, list[str]] = {
        "sentence": [text for step in closed for text in step.says],
        "output": [step.stdout for step in closed if step.stdout],
        "traceback": [step.traceback for step in closed if step.traceback],
    }
    tables = [table for step in steps for table in step.tables]
    charts = sum(len(step.charts) for step in steps)
    kept = [
        HeldBack(kind=kind, count=len(some), characters=sum(map(len, some))) for kind, some in texts.items() if some
    ]
    if tables:
        kept.append(HeldBack(kind="table", count=len(tables), rows=sum(table.row_count for table in tables)))
    if charts:
        kept.append(HeldBack(kind="chart", count=charts))
    return tuple(kept)


def _leaf(proof: LedgerProof) -> LedgerLeaf:
    path = tuple(part.hex() for part in proof.path)
    return LedgerLeaf(index=proof.place, leaf=proof.leaf.decode("utf-8"), path=path)


def _outbound(row: Row) -> Outbound:
    return Outbound(channel=row["channel"], at=row["at"], body=row["body"], bits=row["bits"])


def _bits_of_run(connection: Connection, run_id: str) -> float:
    row = connection.execute(
        "select coalesce(sum(bits), 0.0) as bits from gate_debits where run_id = ?", (run_id,)
    ).fetchone()
    return float(row["bits"])
