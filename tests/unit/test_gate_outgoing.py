"""What leaves: only what the gate made, byte for byte on the receipt."""

import copy
import dataclasses
import json
import pickle

import pytest
from pydantic import ValidationError

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget, Mint, Outbox, Outgoing, Receipts
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Bug, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.observation import Alphabet, Symbol, bits
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.result import RunResult
from daytwo.wire.sheet import DatasetRef, Level, SchemaSheet, SignedSheet
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import ApprovalDecision, Claim, Completion, Enrolment, Heartbeat, TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

KEY = SigningKey.generate()
RUN, SESSION = new_id("run"), new_id("session")
SHEET = SignedSheet.sign(
    SchemaSheet(org_id="local", dataset="orders", version=1, level=Level.SHAPE, format="csv", tables=()),
    KEY,
    LOCAL_OWNER,
    now(),
)
REQUEST = TaskRequest(
    org_id="local",
    run_id=RUN,
    session_id=SESSION,
    segment=1,
    step=1,
    program="x = 1",
    datasets=(DatasetRef(name="orders", sheet_digest=SHEET.digest),),
    base_session=SESSION,
    base_snapshot=0,
    next_snapshot=1,
    on_behalf_of=LOCAL_OWNER,
)
ALLOW = Verdict(verdict=Ruling.ALLOW, rules_version="1")
PRICE = bits(Alphabet.BRIEF)


class Gate:
    def __init__(self, path) -> None:
        self.database = Database(path)
        self.ledger = SqliteLedger("daytwo/test", KEY)
        with self.database.transaction() as connection:
            self.ledger.create(connection)
        self.budget = Budget(self.database, self.ledger, lambda _: ())
        self.mint = Mint(self.database, self.ledger)
        self.outbox = Outbox(self.database, "local")
        self.receipts = Receipts(self.database, self.ledger, self.budget, lambda run: RunResult(run=run))

    def symbol(self):
        debit = self.budget.debit(REQUEST, SESSION, 1)
        return self.mint.observe(debit, "ok", {"kind": "end", "outcome": "ok", "rows": 3}, 0.1)


@pytest.fixture
def gate(tmp_path):
    made = Gate(tmp_path / "home" / "executor.sqlite")
    yield made
    made.database.close()


def completion(**more):
    return Completion(
        **{
            "task_id": REQUEST.task_id,
            "epoch": 1,
            "verdict": ALLOW,
            "bits_spent": PRICE,
            "bits_budget": 512.0,
        }
        | more
    )


def test_it_cannot_be_made_copied_or_changed_outside_of_the_gate(gate):
    with pytest.raises(Bug) as caught:
        Outgoing("POST", "/link/v1/complete", b"{}", "observation", RUN, None, object())
    assert caught.value.code == "not_minted"
    with pytest.raises(Bug):
        Outgoing("POST", "/x", b"{}", "observation", RUN, None, None)
    minted = gate.outbox.claim(Claim(instance="instance-1"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        minted.body = b"data"
    with pytest.raises((Bug, ValueError, TypeError)):
        dataclasses.replace(minted, body=b"data")
    with pytest.raises(Bug):
        pickle.dumps(minted)
    with pytest.raises(Bug):
        copy.copy(minted)


def test_every_message_goes_to_its_own_place(gate):
    decision = ApprovalDecision(approval_id=new_id("approval"), task_id=REQUEST.task_id, approved=True)
    enrolment = Enrolment(name="here", public_key=KEY.public.text(), results_url="http://127.0.0.1:1")
    made = [
        gate.outbox.completion(completion(symbol=gate.symbol()), REQUEST, PRICE),
        gate.outbox.sheet(SHEET),
        gate.outbox.claim(Claim(instance="instance-1")),
        gate.outbox.heartbeat(Heartbeat(task_id=REQUEST.task_id, epoch=1)),
        gate.outbox.decision(decision, RUN),
        gate.outbox.enrolment(enrolment),
    ]
    assert [one.path for one in made] == [
        f"/link/v1/{name}" for name in ("complete", "sheets", "claim", "heartbeat", "approvals", "enrol")
    ]
    assert {one.method for one in made} == {"POST"}
    assert SignedSheet.model_validate_json(made[1].body) == SHEET
    SignedSheet.model_validate_json(made[1].body).verify(KEY.public)


def test_an_observation_that_the_gate_did_not_mint_does_not_leave(gate):
    with pytest.raises(Bug):
        gate.outbox.completion(completion(symbol=Symbol(alphabet=Alphabet.STANDARD, symbol=7)), REQUEST, PRICE)
    minted = gate.symbol()
    other = minted.model_copy(update={"symbol": minted.symbol + 1})
    with pytest.raises(Bug):
        gate.outbox.completion(completion(symbol=other), REQUEST, PRICE)


def test_a_completion_leaves_for_its_own_task_and_with_a_known_tier(gate):
    other = REQUEST.model_copy(update={"step": 2})
    with pytest.raises(Bug) as caught:
        gate.outbox.completion(completion(), other, 0.0)
    assert caught.value.code == "wrong_task"
    with pytest.raises(Bug) as caught:
        gate.outbox.completion(completion(tier="a value"), REQUEST, 0.0)
    assert caught.value.code == "not_minted"


def test_only_the_very_type_leaves(gate):
    class Chatty(Claim):
        gossip: str = "a value"

    for message in (Chatty(instance="instance-1"), {"instance": "instance-1"}, Heartbeat.model_construct()):
        with pytest.raises(Bug):
            gate.outbox.claim(message)
    with pytest.raises(ValidationError):
        gate.outbox.claim(Claim.model_construct(instance="x", gossip="a value"))
    with pytest.raises(Bug):
        gate.outbox.completion(completion(tier="a value"), REQUEST, 0)
    with pytest.raises(Bug):
        gate.outbox.completion(completion(task_id="sha256:" + "1" * 64), REQUEST, 0)


def test_the_receipt_holds_the_bytes_that_left(gate):
    sent = [
        gate.outbox.sheet(SHEET),
        gate.outbox.completion(completion(symbol=gate.symbol()), REQUEST, PRICE),
    ]
    gate.outbox.claim(Claim(instance="instance-1"))
    receipt = gate.receipts.receipt(RUN)
    assert [message.channel for message in receipt.outbound] == ["sheet", "observation"]
    assert [message.body.encode() for message in receipt.outbound] == [one.body for one in sent]
    assert receipt.bytes_out == sum(len(one.body) for one in sent)
    assert receipt.bits == receipt.bits_spent == pytest.approx(PRICE)
    assert (receipt.session, receipt.budget_bits) == (SESSION, 512)
    assert receipt.ledger_size == 2
    assert len(receipt.ledger_root) == 64


def test_the_same_bytes_sent_again_count_once_and_another_epoch_counts_again(gate):
    symbol = gate.symbol()
    for epoch in (1, 1, 2):
        gate.outbox.completion(completion(symbol=symbol, epoch=epoch), REQUEST, PRICE)
    receipt = gate.receipts.receipt(RUN)
    assert [json.loads(message.body)["epoch"] for message in receipt.outbound] == [1, 2]
    assert receipt.bits == pytest.approx(PRICE)


def test_a_denied_program_costs_nothing_and_shows_its_verdict(gate):
    verdict = Verdict(verdict=Ruling.DENY, rules_version="1")
    gate.outbox.completion(completion(verdict=verdict, bits_spent=0.0), REQUEST, 0)
    receipt = gate.receipts.receipt(RUN)
    assert [message.channel for message in receipt.outbound] == ["verdict"]
    assert receipt.bits == receipt.bits_spent == 0


def test_there_is_no_receipt_of_an_unknown_run(gate):
    gate.symbol()
    with pytest.raises(Missing):
        gate.receipts.receipt(new_id("run"))
