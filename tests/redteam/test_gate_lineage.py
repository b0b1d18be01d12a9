"""A hostile control plane spends budgets: new sessions, forks and old tasks buy nothing that is not paid for."""

import json
from dataclasses import replace

import pytest

from daytwo.executor.environments import default_environment
from daytwo.executor.gate.budget import DATASET_BITS
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet, Outcome, bits
from daytwo.wire.verdict import Ruling

BITS = bits(Alphabet.STANDARD)


def frame(header, payload=b""):
    head = json.dumps(header).encode()
    return len(head).to_bytes(4, "big") + head + len(payload).to_bytes(8, "big") + payload


SECRET = {"groups": [[["secret"], [0, 0, 6], []]]}
KEEPS = (
    frame({"kind": "blob", "number": 0}, b"a cell")
    + frame({"kind": "manifest"}, json.dumps(SECRET).encode())
    + frame({"kind": "end", "outcome": "ok"})
)


@pytest.fixture
def executor(make_executor, scripted):
    return make_executor(scripted(KEEPS))


@pytest.fixture
def sheet(executor, tmp_path):
    table = tmp_path / "orders.csv"
    table.write_text("name,amount\n" + "".join(f"n{i},{i}\n" for i in range(30)))
    return executor.register(table)


def was_started_from(executor):
    return [mount.target for mount in executor.scripted.requests[-1].mounts if mount.target.startswith("/state")]


def test_state_is_not_taken_over_by_a_session_that_pays_apart(executor, sheet, make_task):
    """It names no dataset, so that nothing but its own small budget would pay for the other's variables."""
    held = make_task(sheets=(sheet,))
    assert executor.answer(held)[0].symbol.observation().outcome is Outcome.OK
    thief = make_task()
    executor.answer(thief)
    taken = make_task(thief.session_id, base_session=held.session_id, base_snapshot=1, next_snapshot=2)
    completion, _ = executor.answer(taken)
    assert completion.verdict.verdict is Ruling.DENY
    assert [finding.rule for finding in completion.verdict.findings] == ["other-lineage"]
    assert len(executor.scripted.requests) == 2
    # nor by drawing the other session over to the thief's side
    drawn = make_task(held.session_id, base_session=thief.session_id, base_snapshot=1, next_snapshot=2)
    assert executor.answer(drawn)[0].verdict.verdict is Ruling.DENY


def test_a_fork_pays_with_its_root_and_for_all_of_its_data(executor, sheet, make_task):
    held = make_task(sheets=(sheet,))
    executor.answer(held)
    fork = make_task(base_session=held.session_id, base_snapshot=1)
    completion, _ = executor.answer(fork)
    assert was_started_from(executor) == ["/state/manifest.json", "/state/blobs"]
    assert completion.bits_spent == pytest.approx(2 * BITS)
    assert executor.budget.dataset_spent("local", "orders")[0] == pytest.approx(2 * BITS)
    again = make_task(base_session=fork.session_id, base_snapshot=1)
    assert executor.answer(again)[0].bits_spent == pytest.approx(3 * BITS)


def observed(executor):
    with executor.database.transaction() as connection:
        leaves = [json.loads(row["leaf"]) for row in connection.execute("select leaf from ledger_leaves")]
    return [leaf["body"] for leaf in leaves if leaf["kind"] == "gate.observed"]


def test_state_of_another_environment_is_not_opened(executor, sheet, make_task, tmp_path):
    """Neither in rehearsal nor for real, and refusing costs nothing; from the empty state the session may go on."""
    held = make_task(sheets=(sheet,))
    spent = executor.answer(held)[0].bits_spent
    runs = len(executor.scripted.requests)
    packages = tmp_path / "packages"
    packages.mkdir()
    other = replace(default_environment(), name="f" * 64, site_packages=packages)
    executor.runs_in(other)
    completion, _ = executor.answer(make_task(held.session_id, base_snapshot=1, next_snapshot=2))
    assert [finding.rule for finding in completion.verdict.findings] == ["other-environment"]
    assert "new session" in completion.verdict.findings[0].message
    assert (completion.bits_spent, len(executor.scripted.requests)) == (spent, runs)
    anew, _ = executor.answer(make_task(held.session_id, next_snapshot=2))
    assert anew.symbol.observation().outcome is Outcome.OK
    assert {request.environment for request in executor.scripted.requests[runs:]} == {"f" * 64}
    assert [body["environment"] for body in observed(executor)] == [
        default_environment().content_digest,
        other.content_digest,
    ]


def test_new_sessions_do_not_outlast_the_dataset(executor, sheet, make_task):
    affordable = int(DATASET_BITS // BITS)
    for _ in range(affordable):
        assert executor.answer(make_task(sheets=(sheet,)))[0].symbol is not None
    completion, _ = executor.answer(make_task(sheets=(sheet,)))
    assert (completion.symbol, completion.over_budget) == (None, True)
    assert len(executor.scripted.requests) == affordable


def test_a_task_sent_again_is_not_run_again(executor, make_task):
    """The journal answers; `Executor.answer` here is the worker without that memory, so the debits must hold alone."""
    task = make_task()
    first, _ = executor.answer(task)
    second, _ = executor.answer(task)
    third, _ = executor.answer(task)
    assert [one.bits_spent for one in (first, second, third)] == pytest.approx([BITS, 2 * BITS, 2 * BITS])
    assert len(executor.scripted.requests) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"run_id": new_id("session")},
        {"base_session": new_id("run"), "base_snapshot": 1},
        {"base_snapshot": 7},
    ],
    ids=["run", "base", "snapshot"],
)
def test_ids_of_another_kind_are_answered_and_touch_no_file(changes, make_executor, make_task, scripted):
    executor = make_executor(scripted(KEEPS))
    completion, _ = executor.answer(make_task(**changes))
    assert completion.symbol.observation().outcome is Outcome.LOST
    assert not executor.scripted.requests


def test_a_session_that_is_none_is_denied_before_anything_is_paid(make_executor, make_task, scripted):
    executor = make_executor(scripted(KEEPS))
    completion, _ = executor.answer(make_task(session_id=new_id("run")))
    assert (completion.verdict.verdict, completion.symbol, completion.bits_spent) == (Ruling.DENY, None, 0)
    assert not executor.scripted.requests


def test_a_step_whose_results_stand_is_answered_all_the_same(executor, make_task):
    late = make_task(segment=9)
    executor.answer(late)
    early = make_task(late.session_id, run_id=late.run_id, segment=1, next_snapshot=2)
    completion, _ = executor.answer(early)
    assert completion.symbol.observation().outcome is Outcome.LOST


def test_unknown_profiles_sheets_and_datasets_are_denied_unpaid(executor, sheet, make_task):
    forged = sheet.model_copy(update={"sheet": sheet.sheet.model_copy(update={"version": 9})})
    missing = sheet.model_copy(update={"sheet": sheet.sheet.model_copy(update={"dataset": "../../etc"})})
    for task in (make_task(profile="../small"), make_task(sheets=(forged,)), make_task(sheets=(missing,))):
        completion, _ = executor.answer(task)
        assert completion.verdict.verdict is Ruling.DENY
        assert completion.bits_spent == 0
    assert not executor.scripted.requests
