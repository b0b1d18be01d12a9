"""The network between the planes, and between a client and the control plane: cut, half-open, slow, deaf."""

from contextlib import contextmanager

import anyio
import httpx2
import pytest
from anyio.from_thread import start_blocking_portal

from daytwo.sdk import AsyncClient, Client, OriginSettings
from daytwo.sdk.events import follow
from daytwo.wire.run import NewRun, ReplayLine
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Enrolled
from tests.faults.proxy import proxied
from tests.faults.simulation.planes import Executor, at_once
from tests.faults.simulation.sandbox import ChainSandbox
from tests.integration.test_control_link import standing

WITHIN_SECONDS = 180
NOWHERE = OriginSettings("http://127.0.0.1:1", "")


class HeldSandbox(ChainSandbox):
    """Stops each execution on real data until it is let go."""

    def __init__(self):
        super().__init__()
        self.begun, self.may_end = anyio.Event(), anyio.Event()

    async def run(self, request, sink, cancel):
        self.begun.set()
        await self.may_end.wait()
        return await super().run(request, sink, cancel)


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("partitions")) as control:
        yield control


@pytest.fixture
def proxy(control):
    with proxied(("127.0.0.1", control.port)) as proxy:
        yield proxy


@pytest.fixture
def client(control):
    with Client(OriginSettings(control.url, (control.home / "control" / "token").read_text().strip()), NOWHERE) as one:
        yield one


@contextmanager
def executor_behind(proxy, client, folder, sandbox):
    """A real worker that reaches the control plane through the proxy alone."""
    key = SigningKey.generate()
    headers = {"authorization": f"Bearer {client.enrolment_token()}", "daytwo-protocol": "1"}
    enrolment = {"name": "far", "public_key": key.public.text(), "results_url": "http://127.0.0.1:1"}
    answer = httpx2.post(f"{proxy.url}/link/v1/enrol", headers=headers, json=enrolment)
    enrolled = Enrolled.model_validate(answer.json())
    executor = Executor(folder, enrolled.token, sandbox, key, control_url=proxy.url, sleep=at_once)
    with start_blocking_portal() as portal:
        working = portal.start_task_soon(executor.worker.run)
        try:
            while not any(view.executor == enrolled.executor_id and view.connected for view in client.executors()):
                pass  # another process: there is no event to wait for
            yield portal.call
        finally:
            working.cancel()
            portal.call(executor.client.close)
            client.revoke(enrolled.executor_id)  # or a later session without data could still go to it
    executor.database.close()


def ask(client, *programs):
    session = client.create_session(()).session
    lines = tuple(ReplayLine(code=text, final=text == programs[-1]) for text in programs)
    return client.post(session, NewRun(question="q", model="replay:test", replay=lines), None).run


def succeeds(client, run):
    events = list(follow(client.control, run, outage_limit_seconds=WITHIN_SECONDS))
    assert events[-1].kind == "run.succeeded"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [event.kind for event in events]


def break_by(proxy, fault):
    if fault == "cut":
        proxy.cut()
    elif fault == "slow":
        proxy.delay_seconds = 0.5
    else:
        setattr(proxy, fault, True)


@pytest.mark.parametrize("fault", ["cut", "drops_requests", "drops_answers", "slow"])
def test_a_program_that_ends_while_the_planes_are_apart_is_heard_once(client, proxy, tmp_path, fault):
    sandbox = HeldSandbox()
    with executor_behind(proxy, client, tmp_path, sandbox) as call:
        run = ask(client, "one")
        call(sandbox.begun.wait)
        break_by(proxy, fault)
        call(sandbox.may_end.set)
        if fault.startswith("drops"):
            while not proxy.dropped_bytes:  # another thread: there is no event to wait for
                pass
        proxy.mend()
        kinds = succeeds(client, run)
    assert kinds.count("step.observed") == 1
    assert sum(sandbox.executed.values()) == 2  # a rehearsal and an execution


def test_a_client_whose_stream_is_cut_again_and_again_sees_every_event_once(control, client, proxy, tmp_path):
    with executor_behind(proxy, client, tmp_path, ChainSandbox()) as _, proxied(("127.0.0.1", control.port)) as own:
        run = ask(client, "one", "two", "three")
        with Client(OriginSettings(own.url, client.control.settings.token), NOWHERE) as far:
            events = []
            for event in follow(far.control, run, outage_limit_seconds=WITHIN_SECONDS):
                events.append(event.seq)
                own.cut()
                own.mend()
    assert events == list(range(1, len(events) + 1))
    assert client.run(run).status == "succeeded"


def test_an_asynchronous_client_sees_the_same_as_the_other(client, proxy, tmp_path):
    async def use():
        async with AsyncClient(client.control.settings, NOWHERE) as far:
            asked = NewRun(question="q", model="replay:t", replay=(ReplayLine(code="one", final=True),))
            session = await far.call(Client.create_session, ())
            run = await far.call(Client.post, session.session, asked, None)
            events = [event async for event in far.events(run.run)]
            return events, await far.wait(run.run), await far.call(Client.runs, limit=1)

    with executor_behind(proxy, client, tmp_path, ChainSandbox()):
        events, view, newest = anyio.run(use)
    assert events == list(client.events(view.run))
    assert (view, newest[0].run) == (client.run(view.run), view.run)
