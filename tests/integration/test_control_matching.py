"""Tasks go to executors that can take them; what waits for one says so, and goes on when it is there."""

import httpx2
import pytest

from daytwo.wire.identifiers import new_id
from daytwo.wire.run import ExecutorView, RunView
from tests.integration.test_control_link import Executor, ask, follow, standing

NOTHING_SECONDS = 1
BEFORE, AFTER = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("matching")) as control:
        yield control


@pytest.fixture
def person(control):
    with control.person() as client:
        yield client


class Offering(Executor):
    """An executor that says what it offers; each change of that is a restart."""

    def __init__(self, control, person, dataset):
        super().__init__(control, person, dataset)
        self.client.headers["daytwo-protocol"] = "2"
        self.offer("small", "medium")

    def offer(self, *profiles, environment=BEFORE):
        self.offered = {"profiles": list(profiles), "environment": environment}
        self.restart()

    def restart(self):
        self.instance = new_id("instance")

    def claim(self, **limits):
        body = {"instance": self.instance, "offer": self.offered}
        return self.read(self.client.post("/link/v1/claim", json=body, **limits))

    def find_nothing(self):
        """Asks for work and hangs up, since there is none."""
        with pytest.raises(httpx2.ReadTimeout):
            self.claim(timeout=NOTHING_SECONDS)

    def depart(self, *, gone):
        body = {"instance": self.instance, "gone": gone}
        assert self.client.post("/link/v1/departure", json=body).status_code == 204


@pytest.fixture
def executor(control, person, request):
    executor = Offering(control, person, f"d{abs(hash(request.node.name))}")
    yield executor
    executor.client.close()


@pytest.fixture
def session(person, executor):
    """A session whose executor has said what it offers, by a run that went well."""
    session = person.post("/v1/sessions", json={"datasets": [executor.dataset]}).json()["session"]
    ask(person, session, "x = 1")
    executor.complete(executor.claim())
    return session


def seen(person, executor):
    views = [ExecutorView.model_validate(view) for view in person.get("/v1/executors").json()]
    return next(view for view in views if view.executor == executor.enrolled.executor_id)


def waiting_for(person, run):
    """Why a run waits, as soon as it does."""
    with person.stream("GET", f"/v1/runs/{run}/events") as stream:
        assert any(line == "event: run.waiting" for line in stream.iter_lines())
    view = RunView.model_validate(person.get(f"/v1/runs/{run}").json())
    assert view.status == "waiting"
    return view


def test_a_profile_that_nobody_offers_is_refused_with_those_there_are(person, executor, session):
    refused = person.post(f"/v1/sessions/{session}/runs", json={"question": "q", "profile": "nope"})
    assert (refused.status_code, refused.json()["code"]) == (400, "profile_not_offered")
    assert "small, medium" in refused.json()["message"]
    assert seen(person, executor).profiles == ("small", "medium")


def test_a_session_without_data_goes_to_an_executor_that_offers_the_profile(control, person, executor, session):
    session = person.post("/v1/sessions", json={"datasets": []}).json()["session"]
    other = Offering(control, person, "elsewhere")
    other.offer("small", "gpu")
    ask(person, person.post("/v1/sessions", json={"datasets": ["elsewhere"]}).json()["session"], "x = 1")
    other.complete(other.claim())
    run = ask(person, session, "x = 1", profile="gpu")
    task = other.claim()
    assert (task.request.run_id, task.request.profile) == (run, "gpu")
    other.complete(task)
    other.client.close()


def test_a_run_waits_for_a_profile_that_is_not_offered_any_more_and_goes_on_with_it(person, executor, session):
    run = ask(person, session, "x = 2", "say(x)", profile="medium")
    first = executor.claim()
    executor.offer("small")
    executor.find_nothing()
    view = waiting_for(person, run)
    assert view.reason == "profile_not_offered"
    assert "waits for an executor with the profile `medium`" in view.message
    executor.offer("small", "medium")
    again = executor.claim()
    assert again.task_id == first.task_id
    for task in (again, None):
        assert executor.complete(task or executor.claim()).status_code == 204
    assert follow(person, run)[-1].kind == "run.succeeded"


def test_variables_wait_for_the_packages_that_they_were_made_with(person, executor, session):
    executor.offer("small", environment=AFTER)
    fresh = person.post("/v1/sessions", json={"datasets": [executor.dataset]}).json()["session"]
    ask(person, fresh, "x = 1")
    executor.complete(executor.claim())
    run = ask(person, session, "say(x)")
    view = waiting_for(person, run)
    assert (view.reason, BEFORE[:12] in view.message) == ("environment_not_offered", True)
    executor.offer("small", environment=BEFORE)
    executor.complete(executor.claim())
    assert follow(person, run)[-1].kind == "run.succeeded"


def test_an_executor_that_drains_ends_what_it_has_and_takes_nothing_new(person, executor, session):
    run = ask(person, session, "x = 2", "say(x)")
    first = executor.claim()
    name = executor.enrolled.executor_id
    assert person.post(f"/v1/executors/{name}/drain").status_code == 204
    assert seen(person, executor).draining
    assert executor.complete(first).status_code == 204
    view = waiting_for(person, run)
    assert (view.reason, f"executor drain {name} --off" in view.message) == ("executor_draining", True)
    assert person.post("/v1/executors/executor_nope/drain").json()["code"] == "executor_not_found"
    assert person.delete(f"/v1/executors/{name}/drain").status_code == 204
    executor.complete(executor.claim())
    assert follow(person, run)[-1].kind == "run.succeeded"
    assert not seen(person, executor).draining


def test_a_run_that_waits_for_its_executor_is_cancelled_and_never_claimed(person, executor, session):
    person.post(f"/v1/executors/{executor.enrolled.executor_id}/drain")
    run = ask(person, session, "x = 2")
    assert waiting_for(person, run).reason == "executor_draining"
    assert person.post(f"/v1/runs/{run}/cancel").json()["status"] == "cancelled"
    person.delete(f"/v1/executors/{executor.enrolled.executor_id}/drain")
    executor.find_nothing()
    assert follow(person, run)[-1].kind == "run.cancelled"


def test_one_that_drains_takes_up_again_what_it_had(person, executor, session):
    run = ask(person, session, "x = 2")
    before = executor.claim()
    person.post(f"/v1/executors/{executor.enrolled.executor_id}/drain")
    executor.restart()
    after = executor.claim()
    assert (after.task_id, after.epoch) == (before.task_id, before.epoch + 1)
    executor.complete(after)
    assert follow(person, run)[-1].kind == "run.succeeded"


def test_what_a_process_held_that_is_gone_is_free_and_the_next_one_takes_work(person, executor, session):
    run = ask(person, session, "x = 2")
    before = executor.claim()
    executor.depart(gone=False)
    view = seen(person, executor)
    assert (view.draining, view.connected) == (True, True)
    executor.depart(gone=True)
    assert not seen(person, executor).connected
    assert waiting_for(person, run).reason == "executor_absent"
    executor.depart(gone=False)  # late, and heard after the next process came
    executor.restart()
    after = executor.claim()
    assert after.epoch == before.epoch + 1
    view = seen(person, executor)
    assert (view.draining, view.connected) == (None, True)
    executor.complete(after)
    assert follow(person, run)[-1].kind == "run.succeeded"
