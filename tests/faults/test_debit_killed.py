"""kill -9 around a debit: it is never taken back, and never paid twice for one execution."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daytwo.executor.gate import EXECUTIONS_LIMIT
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet, Outcome, bits
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.task import TaskRequest
from tests.faults.dying_executor import executor

ROOT = Path(__file__).parents[2]
DIES_WITHIN_SECONDS = 60
PRICE = bits(Alphabet.STANDARD)


@pytest.fixture
def task():
    session = new_id("session")
    return TaskRequest(
        org_id="local",
        run_id=new_id("run"),
        session_id=session,
        segment=1,
        step=1,
        program="x = 1",
        datasets=(),
        alphabet=Alphabet.STANDARD,
        insist=True,
        base_session=session,
        base_snapshot=0,
        next_snapshot=1,
        on_behalf_of=LOCAL_OWNER,
    )


@pytest.fixture
def survivor(tmp_path):
    """Opens the database of the dead, once it has died."""
    opened = []

    def after(*deaths, task):
        for kind in deaths:
            died = subprocess.run(
                [sys.executable, "-m", "tests.faults.dying_executor", str(tmp_path), task.model_dump_json(), kind],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                timeout=DIES_WITHIN_SECONDS,
                check=False,
            )
            assert died.returncode == -signal.SIGKILL
        opened.append(executor(tmp_path))
        return opened[-1]

    yield after
    for one in opened:
        one.database.close()


def test_a_kill_before_the_debit_costs_nothing(survivor, task):
    alive = survivor("rehearsal", task=task)
    assert alive.budget.spent(task.session_id)[0] == 0
    alive.answer(task)
    assert alive.budget.spent(task.session_id)[0] == pytest.approx(PRICE)


def test_a_kill_between_debit_and_execution_refunds_nothing(survivor, task):
    alive = survivor("real", task=task)
    assert alive.budget.spent(task.session_id)[0] == pytest.approx(PRICE)
    assert alive.answer(task)[0].symbol.observation().outcome is Outcome.LOST
    assert alive.budget.spent(task.session_id)[0] == pytest.approx(2 * PRICE)  # the second execution, and no third


def test_a_task_whose_executions_were_all_killed_has_paid_for_each_once(survivor, task):
    alive = survivor(*["real"] * EXECUTIONS_LIMIT, task=task)
    assert alive.budget.spent(task.session_id)[0] == pytest.approx(EXECUTIONS_LIMIT * PRICE)
    completion, body = alive.answer(task)
    assert completion.symbol.observation().outcome is Outcome.LOST
    assert alive.budget.spent(task.session_id)[0] == pytest.approx(EXECUTIONS_LIMIT * PRICE)
    # Answered once more, it says what it said and costs nothing.
    assert alive.answer(task)[1] == body
    assert alive.budget.spent(task.session_id)[0] == pytest.approx(EXECUTIONS_LIMIT * PRICE)
