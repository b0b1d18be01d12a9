"""A world of two planes, a person and a database, in which one run at a time is asked while its planes die."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
from sqlalchemy import func, select

from daytwo import crashpoint
from daytwo.control.storage import ledger
from daytwo.control.storage.tables import executors, model_calls, run_events, sessions, snapshots, steps, tasks
from daytwo.executor.gate import EXECUTIONS_LIMIT
from daytwo.executor.sandbox.request import Kind
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.protocol import KEY_HEADER
from daytwo.wire.run import RunView
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Enrolled
from tests.faults.simulation.fate import Crashed, Fate
from tests.faults.simulation.planes import Control, Executor, Wire
from tests.faults.simulation.sandbox import ChainSandbox, state_after

LEDGER_KEY = SigningKey.generate()
"""Of the one ledger of the database that worlds may share."""
ROUNDS_LIMIT = 60
"""A run of three steps that is not over after so many rounds of work never ends."""
ATTEMPTS_LIMIT = 20


@dataclass(frozen=True)
class Story:
    """How one run went: what it came to, and who died on the way."""

    view: RunView
    fate: Fate
    programs: tuple[str, ...]
    executed: dict[tuple[Kind, str], int] = field(default_factory=dict)


class World:
    """Both planes over one database and one folder.  Open it with `opened`, ask it, `close` it.

    Attributes:
        lease_seconds_left: of each claim, whenever the executor comes to work: by default all are over.
    """

    def __init__(self, url: str, folder) -> None:
        self._token = secrets.token_hex(16)
        self.control = Control(url, self._token, LEDGER_KEY)
        self.wire = Wire(self.control)
        self.sandbox = ChainSandbox()
        self.lease_seconds_left = -1.0
        self._fate = Fate()

    @classmethod
    async def opened(cls, url: str, folder) -> World:
        world = cls(url, folder)
        await world.control.open()
        key = SigningKey.generate()
        async with httpx2.AsyncClient(transport=world.wire, base_url="http://control.test") as client:
            invited = await client.post("/v1/executors/tokens", headers=world._headers())
            enrolment = {"name": "simulated", "public_key": key.public.text(), "results_url": "http://127.0.0.1:1"}
            answer = await client.post(
                "/link/v1/enrol",
                headers={"authorization": f"Bearer {invited.json()['token']}", "daytwo-protocol": "1"},
                json=enrolment,
            )
        enrolled = Enrolled.model_validate(answer.json())
        world.executor = Executor(
            folder,
            enrolled.token,
            world.sandbox,
            key,
            control_url="http://control.test",
            transport=world.wire,
            sleep=world.wire.pass_time,
        )
        world._executor_id = enrolled.executor_id
        await world.executor_seen(seconds_ago=0)  # as one that polls would be
        return world

    async def executor_seen(self, seconds_ago: int) -> None:
        """It was there so long ago; those of other worlds, which sessions without data would go to, a little longer."""
        own = executors.c.executor_id == self._executor_id
        seen, before = (func.now() - timedelta(seconds=seconds) for seconds in (seconds_ago, seconds_ago + 1))
        async with self.control.database.begin() as connection:
            await connection.execute(executors.update().values(last_seen=func.least(executors.c.last_seen, before)))
            await connection.execute(executors.update().where(own).values(last_seen=seen))

    async def close(self) -> None:
        self.executor.database.close()
        await self.control.database.dispose()

    async def ask(self, programs: tuple[str, ...], fate: Fate, *, approve: bool = True) -> Story:
        """One run in a session of its own, from the question to its end."""
        before = dict(self.sandbox.executed)
        self._fate = fate
        lines = [{"code": text, "final": text == programs[-1]} for text in programs]
        body = {"question": "simulated", "model": "replay:simulation", "replay": lines}
        with crashpoint.watched(fate):
            session = (await self._post("/v1/sessions", {"datasets": []}))["session"]
            run = (await self._post(f"/v1/sessions/{session}/runs", body))["run"]
            view = await self._until_over(run, approve=approve)
            await self._insist(self._sequence)
        ran = {key: count - before.get(key, 0) for key, count in self.sandbox.executed.items()}
        return Story(view, fate, programs, {key: count for key, count in ran.items() if count})

    async def _until_over(self, run: str, *, approve: bool) -> RunView:
        for _ in range(ROUNDS_LIMIT):
            view = await self.view(run)
            if view.status == "failed" and view.reason == "program_lost":
                await self._post(f"/v1/runs/{run}/resume", None)
            elif view.status.is_terminal:
                return view
            if view.status == "waiting" and view.reason == "approval":
                await self._executor_does(lambda: self.executor.decide(approve))
            await self._control_does(self.control.work)
            if await self.control.has_tasks():
                await self.control.set_leases(self.lease_seconds_left)
                await self._executor_does(self.executor.work)
        raise AssertionError(f"{run} is {view.status} ({view.reason}) and does not move")

    async def _control_does(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except* Crashed:
            await self.control.die()

    async def _executor_does(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except* Crashed:
            self.executor.die()

    async def _insist(self, work: Callable[[], Awaitable[object]]) -> None:
        for _ in range(ATTEMPTS_LIMIT):
            deaths = len(self._fate.deaths)
            await self._control_does(work)
            if len(self._fate.deaths) == deaths:
                return

    async def _sequence(self) -> None:
        await ledger.sequence(self.control.database, LOCAL_ORG, "simulation/control", LEDGER_KEY)

    async def _post(self, path: str, body: object) -> dict:
        """As the SDK posts: again and again under one key."""
        headers = self._headers() | {KEY_HEADER: secrets.token_hex(16)}
        async with httpx2.AsyncClient(transport=self.wire, base_url="http://control.test") as client:
            for _ in range(ATTEMPTS_LIMIT):
                try:
                    answer = await client.post(path, json=body, headers=headers)
                except httpx2.ReadError:
                    continue
                assert answer.is_success, answer.text
                return answer.json()
        raise AssertionError(f"{path} was never answered")

    async def view(self, run: str) -> RunView:
        async with httpx2.AsyncClient(transport=self.wire, base_url="http://control.test") as client:
            answer = await client.get(f"/v1/runs/{run}", headers=self._headers())
        return RunView.model_validate(answer.json())

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    async def kinds(self, run: str) -> list[str]:
        """Of the run's events, in order."""
        query = select(run_events.c.kind).where(run_events.c.run_id == run).order_by(run_events.c.seq)
        async with self.control.database.connect() as connection:
            return list((await connection.execute(query)).scalars())

    # What must hold, whatever died.

    async def check(self, story: Story, status: str = "succeeded") -> None:
        """Nothing lost, nothing twice, nothing out of order: the invariants of the design."""
        run, session = story.view.run, story.view.session
        assert story.view.status == status, (story.view.reason, story.fate.deaths)
        kinds = await self.kinds(run)
        async with self.control.database.connect() as connection:

            async def column(query) -> list:
                return list((await connection.execute(query)).scalars())

            seqs = await column(select(run_events.c.seq).where(run_events.c.run_id == run).order_by(run_events.c.seq))
            planned = await column(select(steps.c.step).where(steps.c.run_id == run).order_by(steps.c.step))
            asked = await column(
                select(model_calls.c.step).where(model_calls.c.run_id == run).order_by(model_calls.c.step)
            )
            states = await column(select(tasks.c.status).where(tasks.c.run_id == run))
            done = await column(select(tasks.c.task_id).where(tasks.c.run_id == run))
            ordinals = await column(select(snapshots.c.ordinal).where(snapshots.c.run_id == run))
            head = (await connection.execute(select(sessions).where(sessions.c.session_id == session))).mappings().one()
        assert seqs == list(range(1, len(seqs) + 1))
        assert kinds.count("step.planned") == len(planned) == len(set(planned))
        assert asked == planned == list(range(1, len(planned) + 1))
        assert [kind for kind in kinds if kind == f"run.{status}"] == [kinds[-1]]
        assert set(states) <= {"done"}
        assert len(set(ordinals)) == len(ordinals)
        self._check_executor(done, story)
        if status == "succeeded":
            assert self._state(head["head_session"], head["head_snapshot"]) == _expected(story.programs)

    def _check_executor(self, task_ids: list[str], story: Story) -> None:
        with self.executor.database.transaction() as connection:
            for task in task_ids:
                entry = connection.execute("select state from journal where task_id = ?", (task,)).fetchone()
                assert entry["state"] in {"result", "acked"}, (entry["state"], story.fate.deaths)
                paid = connection.execute("select count(*) from gate_debits where task_id = ?", (task,)).fetchone()[0]
                minted = connection.execute(
                    "select count(*) from gate_observations where task_id = ?", (task,)
                ).fetchone()[0]
                assert minted <= paid <= EXECUTIONS_LIMIT
        for (kind, program), count in story.executed.items():
            assert kind is not Kind.REAL or count <= 1 + len(story.fate.deaths), (program, count)

    def _state(self, session: str, ordinal: int) -> bytes:
        base = self.executor.state.at(session, ordinal)
        blob = base.manifest.blobs[base.manifest.groups[0].stream[0]]
        return (base.folder / "blobs" / blob.name).read_bytes()[blob.skip :]


def _expected(programs: tuple[str, ...]) -> bytes:
    state = b""
    for program in programs:
        if program != "fail":
            state = state_after(state, program)
    return state
