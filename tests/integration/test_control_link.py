"""The control plane as its neighbours see it: a real process on a real database, a person and an executor on HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import anyio
import httpx2
import psycopg
import pytest
from sqlalchemy import update

from daytwo.control.storage.database import open_database
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.tables import runs, steps, tasks
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.message import now
from daytwo.wire.observation import Alphabet, Observation, Outcome, Symbol
from daytwo.wire.opened import OpenOutput
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.run import RunEvent, RunView
from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, SchemaSheet, SignedSheet, TableSheet
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Completion, Enrolled, Task
from daytwo.wire.verdict import Ruling, Verdict
from tests.unit.test_wire_before import RECORDED

START_SECONDS = 60
ANSWER_SECONDS = 30
ALLOW = Verdict(verdict=Ruling.ALLOW, rules_version="1")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Control:
    """A control plane that can be killed and started again on the same home, port and database."""

    def __init__(self, home, database_url):
        self.home = home
        self.port = free_port()
        self.environment = os.environ | {"DAYTWO_HOME": str(home), "DAYTWO_DATABASE_URL": database_url}
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, "-m", "daytwo.cli.main", "control", "serve", "--port", str(self.port)]
        self.log = (self.home.parent / "control.log").open("ab")
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.home.parent / "control.log").read_text()
            try:
                if httpx2.get(f"{self.url}/healthz", timeout=1).is_success:
                    return
            except httpx2.HTTPError:
                time.sleep(0.05)  # another process: there is no event to wait for
        raise AssertionError("the control plane did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def person(self):
        token = (self.home / "control" / "token").read_text().strip()
        return httpx2.Client(base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=ANSWER_SECONDS)


@contextmanager
def standing(folder):
    """A control plane with a database of its own, whose home is in `folder`."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home)
    control = Control(home, server.start())
    yield control
    control.kill()
    server.destroy()


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("control")) as control:
        yield control


@pytest.fixture
def person(control):
    with control.person() as client:
        yield client


class Executor:
    """What an executor says over the link, without one; in the words of protocol 1."""

    def __init__(self, control, person, dataset):
        self.key = SigningKey.generate()
        self.dataset = dataset
        self.instance = "instance-one"
        with httpx2.Client(base_url=control.url, headers={"daytwo-protocol": "1"}, timeout=ANSWER_SECONDS) as client:
            answer = client.post(
                "/link/v1/enrol",
                headers={"authorization": f"Bearer {person.post('/v1/executors/tokens').json()['token']}"},
                json={"name": "test", "public_key": self.key.public.text(), "results_url": "http://127.0.0.1:1"},
            )
        self.enrolled = Enrolled.model_validate(answer.json())
        self.client = httpx2.Client(
            base_url=control.url,
            headers={"authorization": f"Bearer {self.enrolled.token}", "daytwo-protocol": "1"},
            timeout=ANSWER_SECONDS,
        )
        self.publish(1)

    def publish(self, version, key=None):
        sheet = SchemaSheet(
            org_id=LOCAL_ORG,
            dataset=self.dataset,
            version=version,
            level=Level.SHAPE,
            format="csv",
            tables=(TableSheet(name=self.dataset, columns=(ColumnSheet(name="a", type=ColumnType.INTEGER),)),),
        )
        signed = SignedSheet.sign(sheet, key or self.key, LOCAL_OWNER, now())
        return self.client.post("/link/v1/sheets", json=signed.model_dump(mode="json"))

    def claim(self):
        answer = self.client.post("/link/v1/claim", json={"instance": self.instance})
        return self.read(answer)

    def read(self, answer):
        return None if answer.status_code == 204 else Task.model_validate(answer.json())

    def complete(self, task, outcome=Outcome.OK, epoch=None, **fields):
        symbol = None if outcome is None else Symbol.of(Observation(alphabet=task.request.alphabet, outcome=outcome))
        completion = Completion(
            **{
                "task_id": task.task_id,
                "epoch": epoch or task.epoch,
                "verdict": ALLOW,
                "symbol": symbol,
                "tier": "standard",
                "bits_spent": 4,
                "bits_budget": 512,
            }
            | fields
        )
        return self.client.post("/link/v1/complete", json=completion.model_dump(mode="json"))


@pytest.fixture
def executor(control, person, request):
    executor = Executor(control, person, f"d{abs(hash(request.node.name))}")
    yield executor
    executor.client.close()


@pytest.fixture
def session(person, executor):
    return person.post("/v1/sessions", json={"datasets": [executor.dataset]}).json()["session"]


def ask(person, session, *programs, **more):
    lines = [{"code": code, "final": place == len(programs)} for place, code in enumerate(programs, 1)]
    body = {"question": "q", "model": "replay:test", "replay": lines} | more
    answer = person.post(f"/v1/sessions/{session}/runs", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["run"]


def follow(person, run, after=0):
    """All events of a run from `after` to its end."""
    events = []
    headers = {"last-event-id": str(after)} if after else {}
    with person.stream("GET", f"/v1/runs/{run}/events", headers=headers) as stream:
        events.extend(
            RunEvent.model_validate_json(line.removeprefix("data: "))
            for line in stream.iter_lines()
            if line.startswith("data: ")
        )
    return events


def test_a_run_goes_from_question_to_success_over_two_segments(person, executor, session):
    run = ask(person, session, "x = 1", "say(x)")
    first = executor.claim()
    assert first.request.program == "x = 1"
    assert (first.request.base_snapshot, first.request.known_names) == (0, ())
    assert executor.complete(first).status_code == 204
    second = executor.claim()
    assert (second.request.program, second.request.known_names) == ("say(x)", ("x",))
    assert second.request.base_snapshot == first.request.next_snapshot
    assert executor.complete(second).status_code == 204
    view = person.get(f"/v1/runs/{run}").json()
    assert (view["status"], view["bits_spent"]) == ("succeeded", 4)
    events = follow(person, run)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[-1].kind == "run.succeeded"
    assert person.get(f"/v1/sessions/{session}").json()["variables"] == ["x"]


def test_output_on_open_data_is_kept_with_its_step_and_marked_in_its_event(person, executor, session):
    run = ask(person, session, "x = 1")
    opened = OpenOutput(until="2090-01-01T00:00:00.000Z", datasets=(executor.dataset,), stdout="1\n")
    executor.complete(executor.claim(), opened=opened)
    view = RunView.model_validate(person.get(f"/v1/runs/{run}").json())
    assert view.steps[0].opened == opened
    observed = [event for event in follow(person, run) if event.kind == "step.observed"]
    assert observed[0].data == {"step": 1, "outcome": "ok", "open": True}


def test_a_client_that_comes_back_gets_exactly_what_it_missed(person, executor, session):
    run = ask(person, session, "x = 1")
    executor.complete(executor.claim())
    whole = follow(person, run)
    for seen in range(len(whole)):
        assert follow(person, run, after=seen) == whole[seen:]
    assert person.get(f"/v1/runs/{run}/events", headers={"last-event-id": "x"}).json()["code"] == "bad_event_id"


def test_what_no_database_holds_is_refused_and_not_blamed_on_the_database(person, executor, session):
    for body in ({"question": "a\0b"}, {"question": "q", "model": "replay:x", "replay": [{"code": "x = '\0'"}]}):
        answer = person.post(f"/v1/sessions/{session}/runs", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    run = ask(person, session, "x = 1")
    executor.complete(executor.claim())
    assert person.get(f"/v1/runs/{run}").json()["status"] == "succeeded"


def test_the_first_completion_stands(person, executor, session):
    run = ask(person, session, "x = 1")
    task = executor.claim()
    assert executor.complete(task).status_code == 204
    assert executor.complete(task).status_code == 204
    other = executor.complete(task, Outcome.ERROR)
    assert (other.status_code, other.json()["code"]) == (409, "other_completion")
    assert person.get(f"/v1/runs/{run}").json()["status"] == "succeeded"


def test_a_restarted_executor_gets_its_task_back_and_the_old_claim_is_dead(person, executor, session):
    ask(person, session, "x = 1")
    before = executor.claim()
    executor.instance = "instance-two"
    after = executor.claim()
    assert (after.task_id, after.epoch) == (before.task_id, before.epoch + 1)
    stale = executor.client.post("/link/v1/heartbeat", json={"task_id": before.task_id, "epoch": before.epoch})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_epoch")
    assert executor.complete(before).json()["code"] == "stale_epoch"
    assert executor.complete(after).status_code == 204


def test_a_claim_that_a_dead_executor_left_open_takes_nothing_from_the_one_after_it(person, executor, session):
    def last_seen():
        views = person.get("/v1/executors").json()
        return next(view["last_seen_at"] for view in views if view["executor"] == executor.enrolled.executor_id)

    before = last_seen()
    with ThreadPoolExecutor(1) as threads:
        left_open = threads.submit(executor.client.post, "/link/v1/claim", json={"instance": "instance-one"})
        while last_seen() == before:
            pass  # another process: there is no event to wait for
        executor.instance = "instance-two"
        run = ask(person, session, "x = 1")
        task = executor.claim()
        refused = left_open.result()
    assert (refused.status_code, refused.json()["code"]) == (409, "executor_replaced")
    assert executor.complete(task).status_code == 204
    assert [event.kind for event in follow(person, run)].count("step.claimed") == 1


def test_a_cancelled_run_is_over_at_once_and_its_task_is_told(person, executor, session):
    run = ask(person, session, "x = 1")
    task = executor.claim()
    assert person.post(f"/v1/runs/{run}/cancel").json()["status"] == "cancelled"
    beat = executor.client.post("/link/v1/heartbeat", json={"task_id": task.task_id, "epoch": task.epoch})
    assert beat.json() == {"cancel": True}
    assert executor.complete(task).status_code == 204
    assert person.get(f"/v1/runs/{run}").json()["status"] == "cancelled"
    assert person.get(f"/v1/sessions/{session}").json()["variables"] == []


def test_a_run_that_waits_for_approval_is_cancelled_and_a_late_decision_moves_nothing(person, executor, session):
    run = ask(person, session, "x = 1")
    task = executor.claim()
    approval = "approval_" + "0" * 24 + "22"
    executor.complete(task, None, verdict=Verdict(verdict=Ruling.REVIEW, rules_version="1"), approval_id=approval)
    assert person.post(f"/v1/runs/{run}/cancel").json()["status"] == "cancelled"
    decision = {"approval_id": approval, "task_id": task.task_id, "approved": True}
    assert executor.client.post("/link/v1/approvals", json=decision).status_code == 204
    assert person.get(f"/v1/runs/{run}").json()["status"] == "cancelled"
    assert follow(person, run)[-1].kind == "run.cancelled"


def test_a_failed_program_is_planned_anew_and_an_exhausted_replay_says_so(person, executor, session):
    run = ask(person, session, "1/0")
    executor.complete(executor.claim(), Outcome.ERROR)
    assert follow(person, run)[-1].data["reason"] == "replay_exhausted"
    assert person.post(f"/v1/runs/{run}/resume").json()["status"] == "queued"
    assert follow(person, run)[-1].kind == "run.failed"


def test_a_lost_program_ends_the_run_and_resuming_runs_it_again(person, executor, session):
    run = ask(person, session, "x = 1")
    first = executor.claim()
    executor.complete(first, Outcome.LOST)
    assert person.get(f"/v1/runs/{run}").json()["reason"] == "program_lost"
    assert person.post(f"/v1/runs/{run}/resume").json()["status"] == "queued"
    again = executor.claim()
    assert (again.request.program, again.request.step) == (first.request.program, first.request.step)
    assert again.task_id != first.task_id
    executor.complete(again)
    assert person.get(f"/v1/runs/{run}").json()["status"] == "succeeded"


def test_an_approval_parks_the_run_and_a_decision_moves_it(person, executor, session):
    for approved, ending in ((True, "succeeded"), (False, "failed")):
        run = ask(person, session, "x = 1")
        task = executor.claim()
        approval = "approval_" + "0" * 25 + str(int(approved))
        review = Verdict(verdict=Ruling.REVIEW, rules_version="1")
        executor.complete(task, None, verdict=review, approval_id=approval)
        view = person.get(f"/v1/runs/{run}").json()
        assert (view["status"], view["reason"], view["approval"]) == ("waiting", "approval", approval)
        decision = {"approval_id": approval, "task_id": task.task_id, "approved": approved}
        assert executor.client.post("/link/v1/approvals", json=decision).status_code == 204
        if approved:
            again = executor.claim()
            assert (again.request.program, again.request.step) == (task.request.program, task.request.step)
            executor.complete(again)
        assert follow(person, run)[-1].kind == f"run.{ending}"


def test_a_session_runs_one_run_at_a_time(person, executor, session):
    ask(person, session, "x = 1")
    second = person.post(f"/v1/sessions/{session}/runs", json={"question": "q"})
    assert (second.status_code, second.json()["code"]) == (409, "session_busy")
    executor.complete(executor.claim())


def test_rewind_and_fork_choose_the_state_to_start_from(person, executor, session):
    first = ask(person, session, "x = 1")
    executor.complete(executor.claim())
    ask(person, session, "y = 2")
    executor.complete(executor.claim())
    fork = person.post(f"/v1/sessions/{session}/fork").json()
    assert fork["variables"] == ["x", "y"]
    assert person.post(f"/v1/sessions/{session}/rewind", json={"run": first}).json()["variables"] == ["x"]
    ask(person, fork["session"], "z = 3")
    task = executor.claim()
    assert (task.request.base_session, task.request.base_snapshot) == (session, 2)
    executor.complete(task)
    kept = person.get(f"/v1/sessions/{session}").json()["versions"]
    assert [(one["snapshot"], one["base_snapshot"], one["is_current"]) for one in kept] == [(1, 0, True), (2, 1, False)]
    forked = person.get(f"/v1/sessions/{fork['session']}").json()["versions"]
    assert [(one["session"], one["is_current"]) for one in forked] == [
        (session, False),
        (session, False),
        (fork["session"], True),
    ]


@pytest.mark.parametrize("spoken", [None, "0", "3", "x"])
def test_another_protocol_is_refused_with_what_to_do(executor, spoken):
    headers = {} if spoken is None else {"daytwo-protocol": spoken}
    executor.client.headers.pop("daytwo-protocol")
    answer = executor.client.post("/link/v1/claim", json={"instance": "instance-one"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (426, "protocol_mismatch")
    assert "Upgrade" in answer.json()["message"]


def test_a_client_of_the_version_before_gets_what_it_can_read_and_a_later_one_is_refused(person, executor, session):
    run = ask(person, session, "x = 1", priority=9, time_limit_seconds=3600)
    executor.complete(executor.claim())
    before = {"daytwo-protocol": "1"}
    for path in (f"/v1/runs/{run}", "/v1/runs", "/v1/executors"):
        told = person.get(path, headers=before).json()
        view = told if isinstance(told, dict) else told[0]
        known = next(
            set(one["body"]) for one in RECORDED if one["message"] == ("RunView" if "runs" in path else "ExecutorView")
        )
        assert set(view) == known
        now_told = person.get(path).json()
        assert set(now_told if isinstance(now_told, dict) else now_told[0]) > known
        refused = person.get(path, headers={"daytwo-protocol": "3"})
        assert (refused.status_code, refused.json()["code"]) == (426, "protocol_mismatch")


def test_tokens_are_good_for_their_own_audience_only(control, person, executor):
    assert (
        person.post("/link/v1/claim", json={"instance": "12345678"}, headers={"daytwo-protocol": "1"}).status_code
        == 401
    )
    assert executor.client.get("/v1/runs").status_code == 401
    token = person.post("/v1/executors/tokens").json()["token"]
    enrolment = {"name": "n", "public_key": executor.key.public.text(), "results_url": "http://127.0.0.1:1"}
    headers = {"authorization": f"Bearer {token}", "daytwo-protocol": "1"}
    answers = [
        httpx2.post(f"{control.url}/link/v1/enrol", headers=headers, json=enrolment, timeout=ANSWER_SECONDS)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[0].json()["executor_id"] == executor.enrolled.executor_id


def test_a_token_that_was_replaced_is_good_until_the_new_one_is_known(person, executor):
    answer = executor.client.post("/link/v1/rotate", json={}).json()
    assert answer["executor_id"] == executor.enrolled.executor_id
    for token in (executor.enrolled.token, answer["token"]):
        headers = {"authorization": f"Bearer {token}"}
        assert executor.client.post("/link/v1/rotate", headers=headers, json={}).status_code == 200


def test_a_revoked_executor_is_shut_out_with_its_key(control, person):
    revoked = Executor(control, person, "revoked")
    session = person.post("/v1/sessions", json={"datasets": ["revoked"]}).json()["session"]
    run = ask(person, session, "x = 1")
    task = revoked.claim()
    name = revoked.enrolled.executor_id
    assert [person.post(f"/v1/executors/{name}/revoke").status_code for _ in range(2)] == [204, 204]
    assert revoked.complete(task).json()["code"] == "bad_token"
    assert person.get(f"/v1/runs/{run}").json()["status"] != "succeeded"
    token = person.post("/v1/executors/tokens").json()["token"]
    again = httpx2.post(
        f"{control.url}/link/v1/enrol",
        headers={"authorization": f"Bearer {token}", "daytwo-protocol": "1"},
        json={"name": "n", "public_key": revoked.key.public.text(), "results_url": "http://127.0.0.1:1"},
    )
    assert (again.status_code, again.json()["code"]) == (403, "executor_revoked")
    assert person.post("/v1/executors/executor_nope/revoke").json()["code"] == "executor_not_found"
    views = person.get("/v1/executors").json()
    assert next(view for view in views if view["executor"] == name)["revoked_at"]
    person.post(f"/v1/runs/{run}/cancel")
    revoked.client.close()


def test_a_request_repeated_under_its_key_is_done_once(person, executor):
    key = {"idempotency-key": "k" * 32 + executor.dataset}
    made = [person.post("/v1/sessions", json={"datasets": [executor.dataset]}, headers=key).json() for _ in range(2)]
    assert made[0] == made[1]
    session = made[0]["session"]
    body = {"question": "q", "model": "replay:test", "replay": [{"code": "x = 1", "final": True}]}
    runs = [person.post(f"/v1/sessions/{session}/runs", json=body, headers=key).json()["run"] for _ in range(2)]
    assert runs[0] == runs[1]
    other = person.post(f"/v1/sessions/{session}/runs", json=body | {"question": "other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    executor.complete(executor.claim(), Outcome.LOST)
    resumed = [person.post(f"/v1/runs/{runs[0]}/resume", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in resumed] == [200, 200]
    executor.complete(executor.claim())
    assert person.get(f"/v1/runs/{runs[0]}").json()["status"] == "succeeded"


def test_ten_cancels_at_once_end_a_run_once(control, person, executor, session):
    run = ask(person, session, "x = 1")

    def cancel(_):
        with control.person() as one:
            return one.post(f"/v1/runs/{run}/cancel").json()["status"]

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(cancel, range(10))) == {"cancelled"}
    assert [event.kind for event in follow(person, run)].count("run.cancelled") == 1


def test_whoever_moves_a_run_locks_it_before_its_tasks(control, person, executor, session):
    """So that a completion and a cancel, which does what the lock's holder does here, never wait for each other."""
    run = ask(person, session, "say(1)")
    task = executor.claim()
    url = control.environment["DAYTWO_DATABASE_URL"].replace("+psycopg", "")
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%FOR UPDATE OF runs%'"
    with ThreadPoolExecutor(1) as other, psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as look:
        holder.execute(f"set lock_timeout = '{ANSWER_SECONDS // 3}s'")
        holder.execute("select 1 from runs where run_id = %s for update", (run,))
        completed = other.submit(executor.complete, task)
        deadline = time.monotonic() + START_SECONDS
        while not look.execute(waits).fetchone()[0]:
            assert time.monotonic() < deadline
            time.sleep(0.02)  # another process: there is no event to wait for
        holder.execute("update tasks set cancel = true where run_id = %s", (run,))
        holder.commit()
        assert completed.result(START_SECONDS).status_code == 204
    assert follow(person, run)[-1].kind == "run.succeeded"


def test_an_event_id_from_the_future_is_refused(person, executor, session):
    run = ask(person, session, "x = 1")
    executor.complete(executor.claim())
    last = follow(person, run)[-1].seq
    for more in ({"headers": {"last-event-id": str(last + 1)}}, {"params": {"after": last + 1}}):
        refused = person.get(f"/v1/runs/{run}/events", **more)
        assert (refused.status_code, refused.json()["code"]) == (400, "event_from_future")
        assert f"{last} events" in refused.json()["message"]
    assert follow(person, run, after=last) == []


def test_a_sheet_must_be_signed_by_the_executor_that_publishes_it(control, person, executor):
    assert executor.publish(2, SigningKey.generate()).json()["code"] == "bad_signature"
    other = Executor(control, person, "elsewhere")
    other.dataset = executor.dataset
    assert other.publish(1).json()["code"] == "dataset_elsewhere"
    other.client.close()


def test_what_does_not_fit_is_refused_without_quoting_it(person, executor, session):
    secret = "do-not-echo-this"
    for body in ({"question": ""}, {"question": "q", "unknown": secret}, {"question": "q" * 30_000}, [secret]):
        answer = person.post(f"/v1/sessions/{session}/runs", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert secret not in answer.text
    assert person.get("/v1/runs/run_nope").json()["code"] == "run_not_found"
    assert person.post("/v1/sessions", json={"datasets": ["nope"]}).json()["code"] == "dataset_not_found"
    unknown = person.post(f"/v1/sessions/{session}/runs", json={"question": "q", "model": "nobody:x"})
    assert unknown.json()["code"] == "unknown_model"


def test_a_killed_control_plane_goes_on_where_it_was(control, executor, session):
    with control.person() as person:
        run = ask(person, session, "x = 1", "say(x)")
        first = executor.claim()
        seen = 4
    control.kill()
    control.start()
    assert executor.complete(first).status_code == 204
    executor.complete(executor.claim())
    with control.person() as person:
        rest = follow(person, run, after=seen)
    assert rest[0].seq == seen + 1
    assert rest[-1].kind == "run.succeeded"


def test_the_engine_forgets_old_segments_but_those_at_which_a_run_stands(control, executor, session):
    with control.person() as person:
        over = ask(person, session, "say(1)")
        executor.complete(executor.claim())
        assert follow(person, over)[-1].kind == "run.succeeded"
        stands = ask(person, session, "say(2)")
        task = executor.claim()
    control.kill()
    kept = {f"{over}:1", f"{stands}:1"}
    with psycopg.connect(control.environment["DAYTWO_DATABASE_URL"].replace("+psycopg", "")) as database:

        def remembered():
            database.commit()
            found = database.execute("select workflow_uuid from dbos.workflow_status where completed_at is not null")
            return kept & {workflow for (workflow,) in found}

        assert remembered() == kept
        database.execute("update dbos.workflow_status set completed_at = 1 where completed_at is not null")
        database.commit()
        control.start()
        deadline = time.monotonic() + START_SECONDS
        while remembered() != {f"{stands}:1"}:
            assert time.monotonic() < deadline, remembered()
            time.sleep(0.05)  # another process: there is no event to wait for
    assert executor.complete(task).status_code == 204
    with control.person() as person:
        assert follow(person, stands)[-1].kind == "run.succeeded"


def test_the_ledger_of_all_this_verifies(person):
    from daytwo.ledger.verifier import verify_export

    export = person.get("/v1/ledger/export").text.splitlines()
    verified = verify_export(export)
    kinds = {json.loads(json.loads(line)["leaf"])["kind"] for line in export[1:]}
    assert verified.size == len(export) - 1
    assert {"run.queued", "run.succeeded", "executor.enrolled", "sheet.published", "session.created"} <= kinds


def test_alphabets_are_debited_by_what_a_model_can_use(person, executor, session):
    ask(person, session, "x = 1")
    task = executor.claim()
    assert task.request.alphabet is Alphabet.BRIEF
    executor.complete(task)


@pytest.mark.parametrize("status", ["queued", "planning"])
def test_a_stranded_segment_gets_a_successor(control, person, executor, session, status):
    run = ask(person, session, "x = 1")
    first = executor.claim()
    stranded = {"status": status, "updated_at": "2026-01-01T00:00:00.000Z"}
    url = control.environment["DAYTWO_DATABASE_URL"]

    async def strand():
        engine = open_database(url)
        async with engine.begin() as connection:
            await connection.execute(update(steps).where(steps.c.run_id == run).values(snapshot=None))
            await connection.execute(update(tasks).where(tasks.c.run_id == run).values(status="withdrawn"))
            await connection.execute(update(runs).where(runs.c.run_id == run).values(**stranded))
        await engine.dispose()

    anyio.run(strand)
    again = executor.claim()
    assert (again.request.program, again.request.segment) == (first.request.program, first.request.segment + 1)
    executor.complete(again)
    assert follow(person, run)[-1].kind == "run.succeeded"
