"""Approvals: bound to what the person saw, decided once, by a person, with a reason for a rejection."""

import pytest

from daytwo.executor.database import Database
from daytwo.executor.guard import Approvals
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Bug, Conflict, Denied, Invalid, Missing
from daytwo.wire.identifiers import is_id, new_id
from daytwo.wire.observation import Alphabet
from daytwo.wire.principal import LOCAL_OWNER, Principal, PrincipalKind
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import TaskRequest
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

SESSION, RUN = new_id("session"), new_id("run")
FINDING = Finding(
    rule="dynamic-sql", severity=Severity.WARNING, line=1, column=1, end_line=1, end_column=2, message="m"
)
REVIEW = Verdict(verdict=Ruling.REVIEW, findings=(FINDING,), rules_version="1")


def task(**more):
    return TaskRequest(
        **{
            "org_id": "local",
            "run_id": RUN,
            "session_id": SESSION,
            "segment": 1,
            "step": 1,
            "program": "sql(text)",
            "datasets": (DatasetRef(name="orders", sheet_digest="sha256:" + "0" * 64),),
            "base_session": SESSION,
            "base_snapshot": 0,
            "next_snapshot": 1,
            "on_behalf_of": LOCAL_OWNER,
        }
        | more
    )


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "home" / "executor.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def ledger(database):
    made = SqliteLedger("daytwo/test", SigningKey.generate())
    with database.transaction() as connection:
        made.create(connection)
    return made


@pytest.fixture
def approvals(database, ledger):
    return Approvals(database, ledger)


def test_asking_twice_is_one_request(approvals):
    first = approvals.request(task(), REVIEW, ["orders"])
    assert is_id(first, "approval")
    assert approvals.request(task(segment=2), REVIEW, ["orders"]) == first
    assert approvals.request(task(step=2), REVIEW, ["orders"]) != first
    assert len(approvals.list()) == 2


def test_a_person_sees_what_they_decide_on(approvals):
    view = approvals.get(approvals.request(task(), REVIEW, ["orders"]))
    assert (view.run, view.session, view.program, view.datasets) == (RUN, SESSION, "sql(text)", ("orders",))
    assert view.findings == (FINDING.model_dump(mode="json"),)
    assert (view.status, view.decided_by) == ("pending", None)


def test_an_approval_holds_for_what_was_seen_and_nothing_else(approvals):
    approval = approvals.request(task(), REVIEW, ["orders"])
    assert not approvals.approved(task())
    view = approvals.decide(approval, True, None, LOCAL_OWNER)
    assert (view.status, view.decided_by) == ("approved", "owner")
    assert approvals.approved(task())
    assert approvals.approved(task(segment=2))
    changed = DatasetRef(name="orders", sheet_digest="sha256:" + "1" * 64)
    for other in (
        task(program="sql(text) "),
        task(run_id=new_id("run")),
        task(datasets=(changed,)),
        task(datasets=()),
        task(profile="large"),
        task(step=2),
        task(base_snapshot=3),
        task(base_session=new_id("session")),
        task(alphabet=Alphabet.STANDARD),
        task(known_names=("eval",)),
    ):
        assert not approvals.approved(other)


def test_a_rejection_needs_a_reason_and_approves_nothing(approvals):
    approval = approvals.request(task(), REVIEW, ["orders"])
    for reason in (None, "", "  "):
        with pytest.raises(Invalid) as caught:
            approvals.decide(approval, False, reason, LOCAL_OWNER)
        assert caught.value.code == "reason_required"
    assert approvals.decide(approval, False, "reads too much", LOCAL_OWNER).reason == "reads too much"
    assert not approvals.approved(task())
    assert not approvals.decision(approval).approved


def test_a_decision_is_final_and_on_the_ledger(approvals, database, ledger):
    approval = approvals.request(task(), REVIEW, ["orders"])
    with pytest.raises(Conflict):
        approvals.decision(approval)
    approvals.decide(approval, False, "no", LOCAL_OWNER)
    with pytest.raises(Conflict) as caught:
        approvals.decide(approval, True, None, LOCAL_OWNER)
    assert caught.value.code == "already_decided"
    with database.transaction() as connection:
        lines = list(ledger.export(connection))
    assert len(lines) == 2
    assert "approval.decided" in lines[1]


def test_only_a_person_of_the_organisation_decides(approvals):
    approval = approvals.request(task(), REVIEW, ["orders"])
    for by in (
        Principal(org_id="local", kind=PrincipalKind.SERVICE, id="planner"),
        Principal(org_id="other", kind=PrincipalKind.PERSON, id="eve"),
    ):
        with pytest.raises(Denied):
            approvals.decide(approval, True, None, by)
    assert approvals.get(approval).status == "pending"


def test_what_is_not_for_review_is_not_asked(approvals):
    with pytest.raises(Bug):
        approvals.request(task(), Verdict(verdict=Ruling.DENY, rules_version="1"), [])
    with pytest.raises(Missing):
        approvals.get(new_id("approval"))
