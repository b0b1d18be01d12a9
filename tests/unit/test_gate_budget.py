"""The budget: worst case first, durable, never refunded, shared by forks and by everything a session touched."""

import dataclasses

import pytest

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget, Mint
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Bug, Conflict, Denied
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import LOOKUPS, Alphabet, Outcome, bits
from daytwo.wire.principal import LOCAL_OWNER, Principal, PrincipalKind
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import TaskRequest

DIGEST = "sha256:" + "0" * 64


class Clock:
    def __init__(self) -> None:
        self.now = "2025-01-01T00:00:00.000Z"

    def __call__(self) -> str:
        return self.now


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "executor.sqlite"


@pytest.fixture
def database(path):
    opened = Database(path)
    yield opened
    opened.close()


@pytest.fixture
def ledger(database):
    made = SqliteLedger("daytwo/test", SigningKey.generate())
    with database.transaction() as connection:
        made.create(connection)
    return made


SESSION = new_id("session")


def nowhere(_dataset):
    return ()


def task(step=1, datasets=("orders",), alphabet=Alphabet.STANDARD, session=SESSION, **more):
    return TaskRequest(
        **{
            "org_id": "local",
            "run_id": new_id("run"),
            "session_id": session,
            "segment": 1,
            "step": step,
            "program": "x = 1",
            "datasets": tuple(DatasetRef(name=name, sheet_digest=DIGEST) for name in datasets),
            "alphabet": alphabet,
            "base_session": session,
            "base_snapshot": 0,
            "next_snapshot": 1,
            "on_behalf_of": LOCAL_OWNER,
        }
        | more
    )


def leaves(database, ledger):
    with database.transaction() as connection:
        return ledger.root(connection)[0]


def test_a_debit_is_the_worst_case_of_its_alphabet(database, ledger):
    budget = Budget(database, ledger, nowhere)
    for alphabet in Alphabet:
        assert budget.debit(task(alphabet=alphabet), SESSION, 1).bits == bits(alphabet)
    spent, whole = budget.spent(SESSION)
    assert spent == pytest.approx(sum(bits(alphabet) for alphabet in Alphabet))
    assert whole == 512
    assert leaves(database, ledger) == 3


def test_lookups_are_debited_as_the_source_has_them_where_they_are_told(database, ledger):
    budget = Budget(database, ledger, nowhere)
    program = 'for text in texts:\n    resolve("region", text)\n' + 'resolve("a", "b")\n' * 5
    paid = budget.debit(task(program=program), SESSION, 1)
    assert (paid.lookups, paid.bits) == (LOOKUPS, bits(Alphabet.STANDARD, LOOKUPS))
    assert budget.spent(SESSION)[0] == paid.bits
    brief = budget.debit(task(program=program, alphabet=Alphabet.BRIEF), SESSION, 1)
    assert (brief.lookups, brief.bits) == (0, bits(Alphabet.BRIEF))


def test_what_was_debited_is_spent_after_a_crash(database, ledger, path):
    Budget(database, ledger, nowhere).debit(task(), SESSION, 1)
    other = Database(path)  # the file as another process finds it, with nothing closed
    assert Budget(other, ledger, nowhere).spent(SESSION)[0] == pytest.approx(bits(Alphabet.STANDARD))
    other.close()


def test_over_budget_leaves_nothing(database, ledger):
    budget = Budget(database, ledger, nowhere, session_bits=40)
    budget.debit(task(), SESSION, 1)
    budget.debit(task(), SESSION, 1)
    before = budget.spent(SESSION), budget.dataset_spent("local", "orders"), leaves(database, ledger)
    with pytest.raises(Denied) as caught:
        budget.debit(task(datasets=("items",)), SESSION, 1)
    assert caught.value.code == "over_budget"
    assert (budget.spent(SESSION), budget.dataset_spent("local", "orders"), leaves(database, ledger)) == before
    assert budget.dataset_spent("local", "items")[0] == 0


def test_a_budget_is_spent_to_the_last_bit_and_not_beyond(database, ledger):
    price = bits(Alphabet.VERDICT)
    budget = Budget(database, ledger, nowhere, session_bits=price * 3 + 1e-6)
    for _ in range(3):
        budget.debit(task(alphabet=Alphabet.VERDICT), SESSION, 1)
    with pytest.raises(Denied):
        budget.debit(task(alphabet=Alphabet.VERDICT), SESSION, 1)


def test_a_dataset_pays_for_all_sessions_until_its_window_has_passed(database, ledger):
    clock = Clock()
    budget = Budget(database, ledger, nowhere, dataset_bits=40, clock=clock)
    budget.debit(task(), new_id("session"), 1)
    budget.debit(task(), new_id("session"), 1)
    with pytest.raises(Denied):
        budget.debit(task(), new_id("session"), 1)
    budget.debit(task(datasets=("items",)), new_id("session"), 1)
    clock.now = "2025-01-30T23:59:59.999Z"
    with pytest.raises(Denied):
        budget.debit(task(), new_id("session"), 1)
    clock.now = "2025-01-31T00:00:00.000Z"
    budget.debit(task(), new_id("session"), 1)


def test_a_dataset_pays_for_as_long_as_the_session_may_still_hold_it(database, ledger):
    budget = Budget(database, ledger, nowhere)
    budget.debit(task(datasets=("orders",)), SESSION, 1)
    budget.debit(task(datasets=("items",)), SESSION, 1)
    budget.debit(task(datasets=()), SESSION, 1)
    price = bits(Alphabet.STANDARD)
    assert budget.dataset_spent("local", "orders")[0] == pytest.approx(3 * price)
    assert budget.dataset_spent("local", "items")[0] == pytest.approx(2 * price)


def test_a_fork_spends_the_budget_of_its_root(database, ledger):
    budget = Budget(database, ledger, nowhere, session_bits=40)
    budget.debit(task(), SESSION, 1)
    budget.debit(task(session=new_id("session")), SESSION, 1)
    with pytest.raises(Denied):
        budget.debit(task(session=new_id("session")), SESSION, 1)


def test_each_execution_pays_and_there_are_two_at_most(database, ledger):
    budget, request = Budget(database, ledger, nowhere), task()
    budget.debit(request, SESSION, 1)
    budget.debit(request, SESSION, 2)
    assert budget.spent(SESSION)[0] == pytest.approx(2 * bits(Alphabet.STANDARD))
    for execution in (0, 3):
        with pytest.raises(Denied) as caught:
            budget.debit(request, SESSION, execution)
        assert caught.value.code == "too_many_executions"


def test_the_same_execution_pays_once_and_buys_one_observation(database, ledger):
    budget, mint, request = Budget(database, ledger, nowhere), Mint(database, ledger), task()
    debit = budget.debit(request, SESSION, 1)
    assert budget.debit(request, SESSION, 1) == debit
    assert budget.spent(SESSION)[0] == pytest.approx(bits(Alphabet.STANDARD))
    first = mint.observe(debit, "timeout", None, 1.0)
    assert mint.observe(debit, "ok", {"kind": "end", "outcome": "ok", "rows": 3}, 1.0) == first
    assert first.observation().outcome is Outcome.TIMEOUT
    with pytest.raises(Conflict) as caught:
        budget.debit(request, SESSION, 1)
    assert caught.value.code == "observation_exists"
    assert leaves(database, ledger) == 2


def test_an_observation_that_nobody_paid_for_is_a_bug(database, ledger, tmp_path):
    elsewhere = Database(tmp_path / "other" / "executor.sqlite")
    with elsewhere.transaction() as connection:
        ledger.create(connection)
    debit = Budget(elsewhere, ledger, nowhere).debit(task(), SESSION, 1)
    Budget(database, ledger, nowhere)
    with pytest.raises(Bug) as caught:
        Mint(database, ledger).observe(debit, "ok", None, 1.0)
    assert caught.value.code == "not_debited"
    elsewhere.close()


@pytest.mark.parametrize("dearer", [{"alphabet": Alphabet.STANDARD}, {"alphabet": Alphabet.STANDARD, "lookups": 2}])
def test_an_observation_is_of_the_alphabet_that_was_paid_for(database, ledger, dearer):
    debit = Budget(database, ledger, nowhere).debit(task(alphabet=Alphabet.BRIEF), SESSION, 1)
    with pytest.raises(Bug) as caught:
        Mint(database, ledger).observe(dataclasses.replace(debit, **dearer), "ok", None, 1.0)
    assert caught.value.code == "not_debited"


def test_an_observation_tells_of_the_lookups_that_were_paid_for(database, ledger):
    debit = Budget(database, ledger, nowhere).debit(task(), SESSION, 1)
    with pytest.raises(Bug):
        Mint(database, ledger).observe(dataclasses.replace(debit, lookups=1), "ok", None, 1.0)


def test_an_execution_stays_with_the_session_that_paid_for_it(database, ledger):
    budget, request = Budget(database, ledger, nowhere), task()
    budget.debit(request, SESSION, 1)
    with pytest.raises(Bug) as caught:
        budget.debit(request, new_id("session"), 1)
    assert caught.value.code == "root_session_changed"


def test_a_person_of_another_organisation_cannot_spend(database, ledger):
    stranger = Principal(org_id="other", kind=PrincipalKind.PERSON, id="eve")
    with pytest.raises(Denied):
        Budget(database, ledger, nowhere).debit(task(on_behalf_of=stranger), SESSION, 1)


def test_another_name_for_a_file_has_no_budget_of_its_own(database, ledger, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "data")
    lie = {
        "orders": (str(tmp_path / "data" / "orders.csv"),),
        "alias": (str(tmp_path / "link" / "orders.csv"),),
        "folder": (str(tmp_path / "data"),),
        "everything": ("/",),
        "beside": (str(tmp_path / "data" / "orders.csv2"),),
    }
    budget = Budget(database, ledger, lie.__getitem__, dataset_bits=40)
    for name in ("orders", "alias"):
        budget.debit(task(datasets=(name,)), new_id("session"), 1)
    price = bits(Alphabet.STANDARD)
    for name in ("orders", "alias", "folder", "everything"):
        assert budget.dataset_spent("local", name)[0] == pytest.approx(2 * price)
        with pytest.raises(Denied) as caught:
            budget.debit(task(datasets=(name,)), new_id("session"), 1)
        assert caught.value.code == "over_budget"
    assert budget.dataset_spent("local", "beside")[0] == 0
    budget.debit(task(datasets=("beside",)), new_id("session"), 1)


def test_a_path_pays_for_as_long_as_the_session_may_still_hold_its_data(database, ledger, tmp_path):
    lie = {"orders": (str(tmp_path / "orders.csv"),), "alias": (str(tmp_path / "orders.csv"),)}
    budget = Budget(database, ledger, lie.__getitem__)
    budget.debit(task(datasets=("orders",)), SESSION, 1)
    budget.debit(task(datasets=()), SESSION, 1)
    assert budget.dataset_spent("local", "alias")[0] == pytest.approx(2 * bits(Alphabet.STANDARD))


def test_the_ledger_names_datasets_and_no_paths(database, ledger, tmp_path):
    Budget(database, ledger, lambda _: (str(tmp_path / "orders.csv"),)).debit(task(), SESSION, 1)
    with database.transaction() as connection:
        kept = " ".join(str(tuple(row)) for row in connection.execute("select * from ledger_leaves"))
    assert "orders" in kept
    assert str(tmp_path) not in kept


def test_a_clock_set_back_frees_nothing(database, ledger):
    clock = Clock()
    budget = Budget(database, ledger, nowhere, dataset_bits=40, clock=clock)
    budget.debit(task(), new_id("session"), 1)
    clock.now = "2020-01-01T00:00:00.000Z"
    budget.debit(task(), new_id("session"), 1)
    for now in (clock.now, "2025-01-30T23:59:59.999Z"):
        clock.now = now
        assert budget.dataset_spent("local", "orders")[0] == pytest.approx(2 * bits(Alphabet.STANDARD))
        with pytest.raises(Denied):
            budget.debit(task(), new_id("session"), 1)
