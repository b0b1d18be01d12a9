"""Rehearsal: first on mock rows, then, if at all, on the data; what it tells costs nothing and holds none of it."""

import json

import anyio
import pytest

from daytwo.executor.gate import EXECUTIONS_LIMIT
from daytwo.executor.sandbox.request import Cancel
from daytwo.wire.errors import Bug
from daytwo.wire.observation import Alphabet, Outcome
from daytwo.wire.rehearsal import Rehearsal, RehearsalOutcome
from daytwo.wire.verdict import Ruling

SECRET = "Zanzibarbara"
ROWS = [f"{number},{SECRET}{number},{number * 7.25:.2f}" for number in range(300)]


@pytest.fixture
def executor(make_executor):
    return make_executor()


@pytest.fixture
def sheet(executor, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["order_id,customer,amount", *ROWS]))
    return executor.register(path)


def test_what_fails_on_mock_rows_never_touches_the_data(executor, sheet, make_task):
    program = "df = data('orders').pandas()\nprint(df.dtypes)\ndf['revnue'].sum()"
    completion, body = executor.answer(make_task(sheets=(sheet,), program=program, insist=False))
    assert completion.verdict.verdict is Ruling.ALLOW
    assert (completion.symbol, completion.bits_spent) == (None, 0)
    rehearsal = completion.rehearsal
    assert (rehearsal.outcome, rehearsal.statement) == (RehearsalOutcome.FAILED, 2)
    assert "KeyError: 'revnue'" in rehearsal.traceback
    assert "amount" in rehearsal.stdout
    assert SECRET.encode() not in body
    assert executor.budget.spent(executor.journal.root_session(make_task())) == (0, 512)


def test_a_model_that_insists_runs_it_all_the_same(executor, sheet, make_task):
    program = "df = data('orders').pandas()\nassert df.customer.str.contains('bara').all()"
    completion, body = executor.answer(make_task(sheets=(sheet,), program=program, insist=True))
    assert completion.rehearsal.outcome is RehearsalOutcome.FAILED
    assert completion.symbol.observation().outcome is Outcome.OK
    assert SECRET.encode() not in body


def test_each_chain_has_its_own_variables(executor, sheet, make_task):
    first = make_task(sheets=(sheet,), program="names = data('orders').pandas().customer\ntotal = 41", insist=False)
    assert executor.answer(first)[0].symbol.observation().outcome is Outcome.OK
    program = f"total += 1\nreal = names.str.startswith({SECRET!r}).any()\nprint(real, total)\ncheck(real, 'real')"
    second = make_task(
        first.session_id, (sheet,), program=program, insist=False, step=2, base_snapshot=1, next_snapshot=2
    )
    completion, _ = executor.answer(second)
    assert completion.rehearsal.stdout == "False 42\n"
    assert completion.rehearsal.checks == (False,)
    assert completion.symbol.observation().checks == 1
    assert {shape.name for shape in completion.rehearsal.variables} == {"names", "real", "total"}


@pytest.mark.parametrize(
    ("program", "as_rehearsed"),
    [
        ("df = data('orders').pandas()\nn = len(df)", True),
        ("df = data('orders').pandas()\nglobals()[df.customer[0]] = 1", False),
        ("wide = data('orders').pandas().head(2).pivot(columns='customer', values='amount')", False),
    ],
)
def test_one_bit_says_whether_state_is_as_rehearsed(executor, sheet, make_task, program, as_rehearsed):
    completion, body = executor.answer(make_task(sheets=(sheet,), program=program))
    assert completion.symbol.observation().outcome is Outcome.OK
    assert completion.symbol.observation().as_rehearsed is as_rehearsed
    assert SECRET.encode() not in body


def test_a_rehearsal_says_the_same_every_time(make_executor, make_task, tmp_path):
    program = """
import time, uuid, random, datetime, numpy as np, pandas as pd
df = data("orders").pandas()
print(df.head(20), df.describe(), time.time(), datetime.datetime.now(), uuid.uuid4(), random.random())
print(np.random.default_rng().random(), time.perf_counter(), {str(n) for n in range(30)}, pd.Timestamp.now())
"""
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["order_id,customer,amount", *ROWS]))
    executor = make_executor()
    sheet = executor.register(path)
    told = {executor.answer(make_task(sheets=(sheet,), program=program))[0].rehearsal for _ in range(3)}
    assert len(told) == 1
    assert next(iter(told)).outcome is RehearsalOutcome.PASSED


def test_nothing_leaves_as_a_rehearsal_that_was_none(executor, sheet, make_task):
    task = make_task(sheets=(sheet,), program="x = 1")
    completion, _ = executor.answer(task)
    forged = completion.rehearsal.model_copy(update={"stdout": SECRET})
    with pytest.raises(Bug, match="did not admit"):
        executor.outbox.completion(completion.model_copy(update={"rehearsal": forged}), task, 0.0)
    other = Rehearsal(outcome=RehearsalOutcome.PASSED)
    with pytest.raises(Bug, match="did not admit"):
        executor.outbox.completion(completion.model_copy(update={"rehearsal": other}), task, 0.0)


def test_an_interrupted_rehearsal_uses_up_no_execution(executor, sheet, make_task):
    """An executor that died in rehearsal, time and again, has paid nothing, and the program still gets its run."""
    task = make_task(sheets=(sheet,), program="x = 1")
    runner = executor.runner
    completion = anyio.run(runner.run, task, task.session_id, EXECUTIONS_LIMIT + 2, Cancel())
    assert completion.symbol.observation().outcome is Outcome.OK
    assert executor.budget.executions(task.task_id) == 1


def test_a_task_that_kills_its_executor_every_time_is_given_up(executor, sheet, make_task):
    task = make_task(sheets=(sheet,), program="x = 1")
    completion = anyio.run(executor.runner.run, task, task.session_id, 9, Cancel())
    assert completion.verdict.verdict is Ruling.DENY
    assert (completion.rehearsal, completion.symbol, completion.bits_spent) == (None, None, 0)


def test_the_receipt_names_a_rehearsal_that_left(executor, sheet, make_task):
    task = make_task(sheets=(sheet,), program="nonsense", insist=False, alphabet=Alphabet.BRIEF)
    _, body = executor.answer(task)
    assert json.loads(body)["rehearsal"]["outcome"] == "failed"
    with executor.database.transaction() as connection:
        rows = connection.execute("select channel, bits, body from gate_outbound").fetchall()
    assert [(row["channel"], row["bits"]) for row in rows] == [("rehearsal", 0.0)]
    assert rows[0]["body"].encode() == body
