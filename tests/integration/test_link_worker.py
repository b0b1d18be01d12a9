"""The executor's side of the link against a control plane that forgets, repeats, refuses and dies."""

# ruff: noqa: ASYNC110 - what is waited for here are plain attributes of the code under test

import json
from collections import deque

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget, Mint, Outbox
from daytwo.executor.guard import Approvals
from daytwo.executor.link import Journal, LinkClient, Worker
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Bug
from daytwo.wire.identifiers import new_id
from daytwo.wire.opened import OpenOutput
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Completion, Offer, Task, TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

SESSION, RUN = new_id("session"), new_id("run")
LIMIT_SECONDS = 20
OFFER = Offer(profiles=("small", "medium"), environment="e" * 64)


def request_of(step=1, org_id="local", session=SESSION, base=SESSION):
    return TaskRequest(
        org_id=org_id,
        run_id=RUN,
        session_id=session,
        segment=1,
        step=step,
        program=f"x = {step}",
        datasets=(),
        base_session=base,
        base_snapshot=0,
        next_snapshot=step,
        on_behalf_of=LOCAL_OWNER,
    )


def task_of(request, epoch=1):
    return Task(task_id=request.task_id, epoch=epoch, request=request)


class Side:
    """An executor's database and worker; its program is `execute`, its control plane a list of answers to claims."""

    def __init__(self, folder, claims, completions=()):
        self.database = Database(folder / "executor.sqlite")
        ledger = SqliteLedger("test/executor", SigningKey.generate())
        with self.database.transaction() as connection:
            ledger.create(connection)
        self.budget, self.mint = Budget(self.database, ledger, lambda _: ()), Mint(self.database, ledger)
        self.claims, self.completions = deque(claims), deque(completions)
        self.beat_answers = deque()
        self.sent, self.executed, self.beats = [], [], []
        self.asked, self.departures, self.spoken = [], [], {"1", "2"}
        self.done = anyio.Event()
        self.beat = anyio.Event()
        self.claim_after = None
        self.hold = None
        self.opened = None
        client = LinkClient("http://control.test", SecretStr("t"), httpx2.MockTransport(self.answer))
        outbox = Outbox(self.database, "local")
        self.worker = Worker(
            client,
            outbox,
            Journal(self.database),
            "local",
            self.execute,
            self.budget.debited,
            Approvals(self.database, ledger),
            lambda: OFFER,
        )

    async def answer(self, request):
        body = json.loads(request.content)
        if request.headers["daytwo-protocol"] not in self.spoken:
            return httpx2.Response(426, json={"code": "protocol_mismatch", "message": "m"})
        match request.url.path:
            case "/link/v1/departure":
                self.departures.append((body["gone"], len(self.sent)))
                return httpx2.Response(204)
            case "/link/v1/claim":
                self.asked.append(body)
                if not self.claims:
                    self.done.set()
                    await anyio.sleep_forever()
                claimed = self.claims.popleft()
                if self.claim_after is not None and claimed and claimed["epoch"] > 1:
                    await self.claim_after.wait()
                return httpx2.Response(200, json=claimed) if claimed else httpx2.Response(204)
            case "/link/v1/complete":
                self.sent.append(body)
                return self.completions.popleft() if self.completions else httpx2.Response(204)
            case _:
                self.beats.append(body)
                self.beat.set()
                return self.beat_answers.popleft() if self.beat_answers else httpx2.Response(200, json={"cancel": True})

    async def execute(self, request, root_session, execution, cancel):
        self.executed.append((request.step, root_session, execution))
        if self.hold is not None:
            await self.hold(cancel)
        debit = self.budget.debit(request, root_session, execution)
        spent, budget = self.budget.spent(root_session)
        return Completion(
            task_id=request.task_id,
            epoch=1,
            verdict=Verdict(verdict=Ruling.ALLOW, rules_version="1"),
            symbol=self.mint.observe(debit, "error", None, 0.1),
            opened=self.opened,
            bits_spent=spent,
            bits_budget=budget,
        )

    async def work(self):
        """Until all claims are answered and a further one is asked for with nothing under way."""
        with anyio.fail_after(LIMIT_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(self.worker.run)
                await self.done.wait()
                while self.worker._slots.borrowed_tokens > 1:
                    await anyio.sleep(0.01)
                group.cancel_scope.cancel()

    def run(self):
        anyio.run(self.work)
        self.database.close()


OPENED = OpenOutput(until="2020-01-01T00:00:00.000Z", datasets=("orders",), stdout="a cell")


def test_output_of_data_that_is_open_no_more_stays_and_the_rest_is_answered(tmp_path):
    side = Side(tmp_path, [offered(request_of())])
    side.opened = OPENED
    side.run()
    assert len(side.executed) == len(side.sent) == 1
    assert side.sent[0]["symbol"] is not None
    assert side.sent[0]["opened"] is None


def offered(request, epoch=1):
    return task_of(request, epoch).model_dump(mode="json")


def test_a_known_task_is_answered_in_the_same_words_and_not_run_again(tmp_path):
    request = request_of()
    Side(tmp_path, [offered(request)]).run()
    again = Side(tmp_path, [offered(request, 2), None, offered(request, 3)])
    again.run()
    assert again.executed == []
    first, second = again.sent
    assert (first.pop("epoch"), second.pop("epoch")) == (2, 3)
    assert first == second


@pytest.mark.parametrize(
    "harm", ["replace(completion, '\"bits_spent\":', '\"bits_spent\":1')", "substr(completion, 2)", "'x'"]
)
def test_a_result_that_is_not_what_was_written_is_not_sent(tmp_path, harm):
    request = request_of()
    Side(tmp_path, [offered(request)]).run()
    database = Database(tmp_path / "executor.sqlite")
    with database.transaction() as connection:
        connection.execute(f"update journal set completion = {harm}")
    database.close()
    again = Side(tmp_path, [offered(request, 2)])
    again.run()
    assert (again.executed, again.sent) == ([], [])


def test_an_execution_that_a_crash_cut_off_runs_again_as_another(tmp_path):
    request = request_of()
    database = Database(tmp_path / "executor.sqlite")
    journal = Journal(database)
    journal.accept(task_of(request))
    assert journal.start(request.task_id) == 1
    database.close()
    side = Side(tmp_path, [offered(request, 2)])
    side.run()
    assert side.executed == [(1, SESSION, 2)]


def state_of(folder, request):
    database = Database(folder / "executor.sqlite")
    entry = Journal(database).accept(task_of(request))
    database.close()
    return entry.state


AWAY = httpx2.Response(503, json={"code": "database_unreachable", "message": "m"})
STALE = httpx2.Response(409, json={"code": "stale_epoch", "message": "m"})


def test_an_answer_is_repeated_until_it_is_heard(tmp_path):
    request = request_of()
    side = Side(tmp_path, [offered(request)], [AWAY, AWAY])
    side.run()
    assert len(side.executed) == 1
    assert len(side.sent) == 3
    assert side.sent[0] == side.sent[1] == side.sent[2]
    assert state_of(tmp_path, request) == "acked"


def test_an_answer_that_is_refused_waits_in_the_journal_for_the_next_claim(tmp_path):
    request = request_of()
    Side(tmp_path, [offered(request)], [STALE]).run()
    assert state_of(tmp_path, request) == "result"
    again = Side(tmp_path, [offered(request, 2)])
    again.run()
    assert again.executed == []
    assert again.sent[0]["epoch"] == 2
    assert state_of(tmp_path, request) == "acked"


def test_a_cancel_in_a_heartbeat_reaches_the_program(tmp_path):
    side = Side(tmp_path, [offered(request_of())])
    flags = []

    async def until_told(cancel):
        await side.beat.wait()
        while not cancel.requested:
            await anyio.sleep(0.01)
        flags.append(cancel.requested)

    side.hold = until_told
    side.run()
    assert flags == [True]
    assert {(beat["epoch"], len(beat)) for beat in side.beats} == {(1, 2)}


def test_a_heartbeat_refused_while_the_claim_is_renewed_stops_nothing(tmp_path):
    side = Side(tmp_path, [offered(request_of()), offered(request_of(), 2)])
    side.beat_answers.extend([STALE, httpx2.Response(200, json={"cancel": False})])
    side.claim_after = side.beat  # the renewal arrives after the refusal
    cancelled = []

    async def until_renewed(cancel):
        while len(side.beats) < 2:
            await anyio.sleep(0.01)
        cancelled.append(cancel.requested)

    side.hold = until_renewed
    side.run()
    assert cancelled == [False]
    assert [beat["epoch"] for beat in side.beats] == [1, 2]
    assert side.sent[0]["epoch"] == 2


def test_a_task_that_another_has_is_stopped(tmp_path):
    side = Side(tmp_path, [offered(request_of())], [STALE])
    side.beat_answers.extend([STALE, STALE])

    async def until_told(cancel):
        while not cancel.requested:
            await anyio.sleep(0.01)

    side.hold = until_told
    side.run()
    assert [beat["epoch"] for beat in side.beats] == [1, 1]


def test_another_organisations_task_and_a_changed_one_are_not_run(tmp_path):
    foreign = offered(request_of(org_id="other").model_copy(update={"on_behalf_of": LOCAL_OWNER}))
    changed = offered(request_of())
    changed["request"]["program"] = "print('changed')"
    side = Side(tmp_path, [foreign, changed, {"junk": 1}])
    side.run()
    assert (side.executed, side.sent) == ([], [])


def test_forks_share_the_root_of_their_session(tmp_path):
    fork, grandchild = new_id("session"), new_id("session")
    tasks = [request_of(1), request_of(2, session=fork), request_of(3, session=grandchild, base=fork)]
    side = Side(tmp_path, [offered(task) for task in tasks])
    side.run()
    assert {root for _, root, _ in side.executed} == {SESSION}


def test_only_what_the_gate_minted_leaves(tmp_path):
    client = LinkClient("http://control.test", SecretStr("t"), httpx2.MockTransport(lambda _: httpx2.Response(204)))
    for thing in (b"data", {"data": 1}, object()):
        with pytest.raises(Bug):
            anyio.run(client.send, thing)


def drained(folder, seconds, hold):
    """A side whose worker is told to drain while its one program is held."""
    side = Side(folder, [offered(request_of())])
    begun = anyio.Event()

    async def held(_):
        begun.set()
        await hold(side)

    async def go():
        with anyio.fail_after(LIMIT_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(side.worker.run)
                await begun.wait()
                await side.worker.drain(seconds)
                group.cancel_scope.cancel()

    side.hold = held
    side.beat_answers.extend([httpx2.Response(200, json={"cancel": False})] * LIMIT_SECONDS)
    anyio.run(go)
    side.database.close()
    return side


def test_a_worker_that_drains_ends_what_it_has_and_says_when_it_is_gone(tmp_path):
    async def until_told(side):
        while not side.departures:
            await anyio.sleep(0.01)

    side = drained(tmp_path, LIMIT_SECONDS, until_told)
    assert side.departures == [(False, 0), (True, 1)]
    assert len(side.sent) == 1


def test_what_does_not_end_in_time_is_handed_back(tmp_path):
    async def for_ever(_):
        await anyio.sleep_forever()

    side = drained(tmp_path, 0.1, for_ever)
    assert side.departures == [(False, 0), (True, 0)]
    assert side.sent == []


def test_a_control_plane_of_the_protocol_before_gets_what_it_can_read(tmp_path):
    side = Side(tmp_path, [offered(request_of())])
    side.spoken = {"1"}
    side.run()
    assert [set(body) for body in side.asked] == [{"instance"}] * len(side.asked)
    assert len(side.sent) == 1


def test_a_control_plane_of_this_protocol_is_told_what_is_offered(tmp_path):
    side = Side(tmp_path, [offered(request_of())])
    side.run()
    assert [body["offer"] for body in side.asked] == [OFFER.model_dump(mode="json")] * len(side.asked)
