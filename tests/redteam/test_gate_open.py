"""Level `open`: output crosses while everything that it may tell of is open, and is not overlooked after that."""

import json

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from daytwo.executor.gate import Receipts
from daytwo.executor.gate.opened import opened_of
from daytwo.executor.link import LinkClient
from daytwo.executor.link.worker import NOT_OPEN
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Denied
from daytwo.wire.opened import OpenOutput
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.release import Release
from daytwo.wire.result import ResultColumn, ResultTable, StepResult
from daytwo.wire.signing import SigningKey

SECRET = "canary-4711"
START, END, LATER = "2090-01-01T00:00:00.000Z", "2090-01-02T00:00:00.000Z", "2090-01-02T00:00:01.000Z"


def frame(header, payload=b""):
    head = json.dumps(header).encode()
    return len(head).to_bytes(4, "big") + head + len(payload).to_bytes(8, "big") + payload


TABLE = {"kind": "table", "title": SECRET, "columns": [{"name": SECRET, "type": "string"}], "row_count": 9}
LEAKS = (
    frame({"kind": "say", "text": SECRET})
    + frame(TABLE | {"rows": [[SECRET]] * 9}, b"ARROW1\x00\x00" + b"x" * 40)
    + frame({"kind": "manifest"}, json.dumps({"groups": []}).encode())
    + frame({"kind": "end", "outcome": "ok"})
)


class Clock:
    def __init__(self):
        self.at = START

    def __call__(self):
        return self.at


class House:
    """An executor whose programs leak, and the data of a session in it."""

    def __init__(self, make_executor, scripted, folder):
        self.clock = Clock()
        self.executor = make_executor(scripted(LEAKS), clock=self.clock)
        self.folder = folder

    def register(self, name, level="open", until=END):
        path = self.folder / f"{name}.csv"
        path.write_text("name,amount\n" + "".join(f"n{i},{i}\n" for i in range(30)))
        self.executor.register(path)
        return self.sign(name, level, until)

    def sign(self, name, level, until=END):
        asked = Release(level=level, expires=until if level == "open" else None)
        return anyio.run(self.executor.catalog.sign, name, asked, LOCAL_OWNER)

    def receipt(self, run):
        ledger = SqliteLedger("daytwo/test", SigningKey.generate())
        return Receipts(self.executor.database, ledger, self.executor.budget, self.executor.results.read).receipt(run)


@pytest.fixture
def house(make_executor, scripted, tmp_path):
    return House(make_executor, scripted, tmp_path)


def test_what_is_open_crosses_is_counted_and_marked(house, make_task):
    """The positive control of every test that finds nothing."""
    task = make_task(sheets=(house.register("orders"),))
    completion, body = house.executor.answer(task)
    assert completion.opened.says == (SECRET,)
    assert [len(table.rows) for table in completion.opened.tables] == [5]  # the head, of nine rows
    assert body.count(SECRET.encode()) == 1 + 2 + 5
    receipt = house.receipt(task.run_id)
    assert receipt.open_characters == completion.opened.characters == 8 * len(SECRET)
    assert receipt.session_was_open
    assert [message.channel for message in receipt.outbound] == ["open"]
    assert [held.kind for held in receipt.held_back] == ["table"]
    kinds = [json.loads(leaf.leaf)["kind"] for leaf in receipt.ledger]
    assert kinds.count("gate.opened") == 1
    assert SECRET not in json.dumps([leaf.leaf for leaf in receipt.ledger])


@pytest.mark.parametrize("level", ["sealed", "schema", "shape", "labels"])
def test_one_closed_dataset_of_the_lineage_closes_all(house, make_task, level):
    opened, closed = house.register("orders"), house.register("people", level)
    first = make_task(sheets=(closed,))
    assert SECRET.encode() not in house.executor.answer(first)[1]
    # A later step of the session, or of a fork of it, that names the open dataset alone may still hold the other.
    later = make_task(first.session_id, sheets=(opened,), step=2, base_snapshot=1, next_snapshot=2)
    fork = make_task(sheets=(opened,), base_session=first.session_id, base_snapshot=1)
    for task in (later, fork):
        completion, body = house.executor.answer(task)
        assert completion.symbol is not None
        assert completion.opened is None
        assert SECRET.encode() not in body


def test_a_session_that_saw_open_data_stays_marked_and_tells_no_more_once_it_is_over(house, make_task):
    sheet = house.register("orders")
    first = make_task(sheets=(sheet,))
    house.executor.answer(first)
    house.clock.at = END
    second = make_task(first.session_id, sheets=(sheet,), step=2, base_snapshot=1, next_snapshot=2)
    completion, body = house.executor.answer(second)
    assert completion.symbol is not None
    assert SECRET.encode() not in body
    fork = make_task(sheets=(house.register("stock", until="2091-01-01T00:00:00.000Z"),), base_session=first.session_id,
                     base_snapshot=1)  # fmt: skip
    completion, body = house.executor.answer(fork)
    assert completion.symbol is not None
    assert SECRET.encode() not in body
    receipt = house.receipt(second.run_id)
    assert (receipt.open_characters, receipt.session_was_open) == (0, True)
    assert {held.kind for held in receipt.held_back} == {"sentence", "table"}
    apart = make_task(sheets=(sheet,))
    house.executor.answer(apart)
    assert not house.receipt(apart.run_id).session_was_open


def test_what_was_to_leave_while_open_does_not_leave_after_it(house, make_task):
    task = make_task(sheets=(house.register("orders"),))
    completion, _ = house.executor.answer(task)
    house.clock.at = LATER
    with pytest.raises(Denied) as refused:
        house.executor.outbox.completion(completion, task, 0)
    assert refused.value.code == NOT_OPEN
    closed = completion.model_copy(update={"opened": None})
    assert SECRET.encode() not in house.executor.outbox.completion(closed, task, 0).body


def test_a_message_whose_time_is_over_is_not_sent_again(house, make_task):
    sheet = house.register("orders", until="2090-01-01T00:00:00.001Z")
    task = make_task(sheets=(sheet,))
    completion, _ = house.executor.answer(task)
    outgoing = house.executor.outbox.completion(completion, task, 0)
    asked = []

    async def send():
        transport = httpx2.MockTransport(asked.append)
        client = LinkClient("http://control.test", SecretStr("t"), transport, clock=lambda: END)
        await client.send(outgoing)

    with pytest.raises(Denied) as refused:
        anyio.run(send)
    assert (refused.value.code, asked) == (NOT_OPEN, [])


def test_an_owner_who_closes_the_data_meanwhile_is_obeyed(house, make_task):
    sheet = house.register("orders")
    house.sign("orders", "shape")
    completion, body = house.executor.answer(make_task(sheets=(sheet,)))
    assert completion.opened is None
    assert SECRET.encode() not in body


def test_only_what_the_gate_recorded_for_this_task_crosses(house, make_task):
    sheet = house.register("orders")
    task = make_task(sheets=(sheet,))
    completion, _ = house.executor.answer(task)
    made_up = OpenOutput(until=END, datasets=("orders",), stdout=SECRET)
    with pytest.raises(Denied):
        house.executor.outbox.completion(completion.model_copy(update={"opened": made_up}), task, 0)


def test_without_data_nothing_is_open(house, make_task):
    completion, _ = house.executor.answer(make_task())
    assert completion.opened is None


def test_what_crosses_is_bounded():
    column = ResultColumn(name="c" * 5_000, type="t" * 5_000)
    table = ResultTable(
        name="t1",
        title="x" * 500,
        columns=(column,) * 300,
        rows=(("y" * 9_000,) * 300,) * 50,
        row_count=50,
        file="t1.arrow",
    )
    result = StepResult(
        step=1,
        outcome="ok",
        stdout="o" * 900_000,
        traceback="b" * 900_000,
        says=("s" * 60_000,) * 900,
        tables=(table,) * 90,
    )
    opened = opened_of(result, ("d",), END)
    assert opened.characters < 350_000
    assert (len(opened.says), len(opened.tables), len(opened.stdout)) == (50, 0, 20_000)
    small = table.model_copy(update={"columns": (column,), "rows": (("y",),)})
    assert len(opened_of(result.model_copy(update={"tables": (small,) * 90}), ("d",), END).tables) == 20
