"""The receipt's page says first what nobody may overlook, and what is in a receipt can be proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget, Mint, Outbox, Receipts
from daytwo.executor.gate.receipt import held_back
from daytwo.executor.results.report.receipt import marks, receipt_page
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.merkle import leaf_hash, verify_inclusion
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.identifiers import new_id
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.result import (
    AskedQuestion,
    HeldBack,
    Outbound,
    Receipt,
    ResultChart,
    ResultColumn,
    ResultTable,
    RunResult,
    StepResult,
)
from daytwo.wire.run import NewRun, RunStatus, RunView, StepView
from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, SchemaSheet, SignedSheet, TableSheet
from daytwo.wire.signing import SigningKey

AT = "2026-01-02T03:04:05.678Z"
RUN, SESSION = new_id("run"), new_id("session")
KEY = SigningKey.generate()
CLEAR = AskedQuestion()
VIEW = RunView(
    run=RUN, session=SESSION, status=RunStatus.SUCCEEDED, question="How much?", model="openai:m", profile="small",
    created_at=AT, updated_at=AT, steps=(StepView(step=1, intent="i", program="p", final=True),),
)  # fmt: skip
TABLE = ResultTable(
    name="t1",
    columns=(ResultColumn(name="a", type="int64"),),
    rows=tuple((n,) for n in range(90)),
    row_count=90,
    file="t1.arrow",
)
CHART = ResultChart(name="c1", media_type="application/vnd.plotly.v1+json", file="c1.plotly.json")
STEPS = (
    StepResult(step=1, outcome="error", stdout="ab", traceback="KeyError"),
    StepResult(step=2, outcome="ok", says=("x", "yz"), tables=(TABLE, TABLE), charts=(CHART,)),
)


def sheet(level: Level, *labels: str) -> Outbound:
    column = ColumnSheet(name="city", type=ColumnType.TEXT, labels=labels or None)
    expires = AT if level is Level.OPEN else None
    made = SchemaSheet(
        org_id="local", dataset="d", version=3, level=level, format="csv", expires=expires,
        tables=(TableSheet(name="t", columns=(column,)),),
    )  # fmt: skip
    signed = SignedSheet.sign(made, KEY, LOCAL_OWNER, AT)
    return Outbound(channel="sheet", at=AT, body=canonical_bytes(signed).decode())


def receipt(*outbound: Outbound, question: AskedQuestion | None = CLEAR) -> Receipt:
    asked = Outbound(channel="question", at=AT, body=canonical_bytes(NewRun(question="How much?")).decode())
    return Receipt(
        run=RUN, session=SESSION, bits=4, bits_spent=8, budget_bits=512, bytes_out=1, question=question,
        outbound=(asked, *outbound), held_back=held_back(STEPS), ledger_size=1, ledger_root="00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "alarms", "says"),
    [
        (receipt(sheet(Level.SHAPE)), 0, "No value of the data"),
        (receipt(sheet(Level.LABELS, "Rome")), 0, "labels that the owner of d"),
        (receipt(sheet(Level.OPEN, "Rome")), 1, f"open until {AT}"),
        (receipt(question=None), 1, "not compared"),
        (receipt(question=AskedQuestion(held=("d.name",), consented=True)), 1, r"holds data (d.name)"),
    ],
)
def test_what_nobody_may_overlook_comes_first(made: Receipt, alarms: int, says: str) -> None:
    found = marks(made)
    assert sum(mark.is_alarm for mark in found) == alarms
    assert says in " ".join(mark.text for mark in found)
    assert ("No value" in " ".join(mark.text for mark in found)) == (alarms == 0)
    html = receipt_page(VIEW, RunResult(run=RUN), made, lambda _, name: Path(name)).html
    assert html.count('<li class="alarm">') == alarms


def test_what_was_held_back_is_counted_by_kind() -> None:
    assert held_back(STEPS) == (
        HeldBack(kind="sentence", count=2, characters=3),
        HeldBack(kind="output", count=1, characters=2),
        HeldBack(kind="traceback", count=1, characters=8),
        HeldBack(kind="table", count=2, rows=180),
        HeldBack(kind="chart", count=1),
    )
    assert held_back(()) == ()


def test_both_sides_stand_beside_each_other() -> None:
    result = RunResult(run=RUN, steps=(STEPS[1].model_copy(update={"step": 1}),))
    html = receipt_page(VIEW, result, receipt(sheet(Level.SHAPE)), lambda _, name: Path(name)).html
    left, right = html.index('class="yours"><h3>What step 1'), html.index('class="theirs"><h3>Of step 1')
    assert "yz" in html[left:right]
    assert "90 rows of 1 column" in html[left:right]
    assert "yz" not in html[right : html.index("Every message")]
    assert "compared with the data before it was sent: it holds none of it" in html.casefold()


def test_each_event_of_a_run_is_proved_up_to_the_signed_root(tmp_path: Path) -> None:
    database = Database(tmp_path / "executor.sqlite")
    ledger = SqliteLedger("daytwo/test", KEY)
    other = new_id("run")
    with database.transaction() as connection:
        ledger.create(connection)
        for number in range(11):
            run = RUN if number % 4 == 2 else other
            event = LedgerEvent(org_id="local", at=AT, actor=LOCAL_OWNER, kind="a.b", subject=run, body={"n": number})
            ledger.append(connection, event)
    Outbox(database, "local"), Mint(database, ledger)
    budget = Budget(database, ledger, lambda _: ())
    receipts = Receipts(database, ledger, budget, lambda run: RunResult(run=run, steps=STEPS))
    with database.transaction() as connection:
        connection.execute("insert into gate_runs values (?, 'local', ?, '', '')", (RUN, SESSION))
    made = receipts.receipt(RUN)
    assert [leaf.index for leaf in made.ledger] == [2, 6, 10]
    root = bytes.fromhex(made.ledger_root)
    for leaf in made.ledger:
        path = [bytes.fromhex(part) for part in leaf.path]
        verify_inclusion(leaf_hash(leaf.leaf.encode()), leaf.index, made.ledger_size, path, root)
    assert made.ledger_checkpoint.startswith("daytwo/test\n11\n")
    assert made.held_back == held_back(STEPS)
    database.close()
