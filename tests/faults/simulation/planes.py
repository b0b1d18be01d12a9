"""The planes of a simulation: their real code over real databases, without the processes and the sockets between them.

A death takes everything that was in memory: connections, pools, journals, half-written files stay as they are.
What stands in for the rest: DBOS is `Checkpoints`, which keeps what was begun and takes up what was under way;
the network is a transport that calls the control plane's application; time is moved by `set_leases`.
"""

from __future__ import annotations

from datetime import timedelta

import httpx2
from pydantic import SecretStr
from sqlalchemy import func, select, update

from daytwo import crashpoint
from daytwo.control.api import ControlState, create_app
from daytwo.control.identity.tokens import ensure_organisation, ensure_owner
from daytwo.control.models import Gateway
from daytwo.control.models.settings import ModelsSettings
from daytwo.control.planner import Planner
from daytwo.control.runs.outcomes import TaskOutcomes
from daytwo.control.runs.segment import Segments, advance
from daytwo.control.storage.database import open_database
from daytwo.control.storage.notify import Notifications
from daytwo.control.storage.tables import runs, tasks
from daytwo.executor.catalog import Catalog
from daytwo.executor.database import Database
from daytwo.executor.environments import Environments, Growth, default_environment
from daytwo.executor.gate import Budget, Mint, Openings, Outbox, Release, StandIns
from daytwo.executor.guard import Approvals
from daytwo.executor.installation import rehearser
from daytwo.executor.link import Journal, LinkClient, Worker
from daytwo.executor.results import ResultStore
from daytwo.executor.state import StateStore
from daytwo.executor.step import Rooms, StepRunner
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import DaytwoError
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Offer
from tests.faults.simulation.fate import Crashed
from tests.faults.simulation.sandbox import review

OFFER = Offer(profiles=("small",), environment="0" * 64)
SESSION_BITS = 1e9
"""Simulated sessions never run dry: budgets have tests of their own."""


class Checkpoints:
    """A durable engine: what survives is which segments were begun, and which of them came to their end."""

    def __init__(self) -> None:
        self._has_ended: dict[tuple[str, int], bool] = {}

    def start(self, run_id: str, segment: int) -> None:
        self._has_ended.setdefault((run_id, segment), False)

    @property
    def under_way(self) -> list[tuple[str, int]]:
        return [name for name, has_ended in self._has_ended.items() if not has_ended]

    async def advance(self, segments: Segments, run_id: str, segment: int) -> None:
        await advance(segments, run_id, segment)
        with crashpoint.around("checkpoint"):
            self._has_ended[run_id, segment] = True


class Control:
    """A control plane between two deaths."""

    def __init__(self, url: str, token: str, ledger_key: SigningKey) -> None:
        self._url, self._token, self._ledger_key = url, token, ledger_key
        self.checkpoints = Checkpoints()
        self.database = open_database(url)
        self._wire()

    def _wire(self) -> None:
        gateway = Gateway(ModelsSettings(), _no_audit)
        self._segments = Segments(self.database, Planner(gateway))
        self.app = create_app(
            ControlState(
                database=self.database,
                gateway=gateway,
                notifications=Notifications(self._url),
                run_hooks=TaskOutcomes(),
                ledger_origin="simulation/control",
                ledger_key=self._ledger_key,
                due_limit=100,
            )
        )

    async def open(self) -> None:
        async with self.database.begin() as connection:
            await ensure_organisation(connection, LOCAL_ORG)
            await ensure_owner(connection, self._token)

    async def die(self) -> None:
        await self.database.dispose()
        self.database = open_database(self._url)
        self._wire()

    async def work(self) -> bool:
        """Starts what is due and goes on with what is under way.  Returns whether there was anything to do."""
        async with self.database.connect() as connection:
            due = (
                await connection.execute(select(runs.c.run_id, runs.c.segment).where(runs.c.status == "queued"))
            ).all()
        for run_id, segment in due:
            self.checkpoints.start(run_id, segment)
        under_way = self.checkpoints.under_way
        for run_id, segment in under_way:
            await self.checkpoints.advance(self._segments, run_id, segment)
        return bool(under_way)

    async def has_tasks(self) -> bool:
        """Whether an executor would find something to claim, now or when a lease is over."""
        async with self.database.connect() as connection:
            open_tasks = select(func.count()).where(tasks.c.status.in_(("queued", "claimed")))
            return bool((await connection.execute(open_tasks)).scalar_one())

    async def set_leases(self, seconds_left: float) -> None:
        """As if the database's clock were so much before the end of all leases; after it, where negative."""
        until = func.clock_timestamp() + timedelta(seconds=seconds_left)
        async with self.database.begin() as connection:
            await connection.execute(update(tasks).where(tasks.c.status == "claimed").values(lease_until=until))


async def _no_audit(_record) -> None:
    """A replay sends nothing."""


class Wire(httpx2.AsyncBaseTransport):
    """The network: calls the control plane, whose death the caller sees as a cut connection.

    Attributes:
        away_seconds: for how long nothing gets through any more; pauses (`pass_time`) are what it ends by.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self.away_seconds = 0.0

    async def pass_time(self, seconds: float) -> None:
        """A pause of no time, to those who make it."""
        self.away_seconds = max(0.0, self.away_seconds - seconds)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.away_seconds:
            raise httpx2.ConnectError("away", request=request)
        transport = httpx2.ASGITransport(app=self._control.app, raise_app_exceptions=False)
        try:
            response = await transport.handle_async_request(request)
            await response.aread()
        except Crashed as death:
            await self._control.die()
            raise httpx2.ReadError(str(death), request=request) from None
        return response


async def at_once(_seconds: float) -> None:
    """A pause of no time."""


class Executor:
    """An executor between two deaths: wired as `executor.serve` does it, around a scripted sandbox.

    Args:
        link: what `LinkClient` gets besides its token.
    """

    def __init__(self, folder, token: str, sandbox, key: SigningKey, **link) -> None:
        self._arguments = (folder, token, sandbox, key, link)
        self._wire()

    def _wire(self) -> None:
        folder, token, sandbox, key, link = self._arguments
        self.database = Database(folder / "executor.sqlite")
        ledger = SqliteLedger("simulation/executor", key)
        with self.database.transaction() as connection:
            ledger.create(connection)
        catalog = Catalog(self.database, sandbox, key, LOCAL_ORG)
        self.budget = Budget(self.database, ledger, catalog.paths, SESSION_BITS)
        self.approvals = Approvals(self.database, ledger)
        self.state = StateStore(folder / "state")
        runner = StepRunner(
            Rooms(
                catalog=catalog,
                sandbox=sandbox,
                review=review,
                approvals=self.approvals,
                rehearser=rehearser(sandbox, folder),
                budget=self.budget,
                mint=Mint(self.database, ledger),
                openings=Openings(self.database, ledger, self.budget.lineage, lambda name: catalog.signed(name).sheet),
                release=Release.at_once(),
                results=ResultStore(folder / "results", self.database, LOCAL_ORG),
                state=self.state,
                stand_ins=StandIns(self.database),
                growth=Growth(default_environment(), Environments(folder / "environments")),
            )
        )
        self.client = LinkClient(token=SecretStr(token), **link)
        outbox = Outbox(self.database, LOCAL_ORG)
        self.worker = Worker(
            self.client,
            outbox,
            Journal(self.database),
            LOCAL_ORG,
            runner.run,
            self.budget.debited,
            self.approvals,
            lambda: OFFER,
        )

    def die(self) -> None:
        self.database.close()
        self._wire()

    async def work(self) -> None:
        """Claims one task, if the control plane answers, and does with it what the worker's loop does."""
        try:
            task = await self.worker._claim()
        except DaytwoError:
            return
        if task is not None:
            await self.worker._slots.acquire_on_behalf_of(slot := object())
            await self.worker._handle(task, slot)

    async def decide(self, approve: bool) -> None:
        """The person decides on whatever waits, and what was decided is delivered."""
        for approval in self.approvals.list(pending_only=True):
            self.approvals.decide(approval.approval, approve, None if approve else "no", LOCAL_OWNER)
        for approval_id in self.approvals.undelivered():
            await self.worker._deliver_decision(approval_id)
