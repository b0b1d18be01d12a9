"""The executor's process: wires the rooms, dials the control plane, serves results on its own origin."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Any

import anyio
import structlog
import uvicorn
from fastapi import FastAPI

from daytwo.executor import link
from daytwo.executor.catalog import Catalog, FullPasses
from daytwo.executor.database import Database
from daytwo.executor.environments import Environment, Growth, default_environment
from daytwo.executor.gate import Budget, Mint, Openings, Outbox, Questions, Receipts, Release, StandIns
from daytwo.executor.guard import Approvals, Guard, Verdicts
from daytwo.executor.installation import (
    choose_environment,
    guarded_by,
    local_sandboxes,
    open_environments,
    rehearsed_state,
    rehearser,
)
from daytwo.executor.link import Journal, LinkClient, Retention, Terms, Worker, read_enrolment
from daytwo.executor.packs import Committed, Packer, Replicator, Unpacker, recollected
from daytwo.executor.questions import Desk, Past, ValueIndex
from daytwo.executor.results import Exporter, ResultStore, Services, create_app
from daytwo.executor.sandbox import COLD, Kind, Sandboxes, Tier, detect, offered_profiles, turns
from daytwo.executor.settings import ExecutorSettings
from daytwo.executor.state import StateStore
from daytwo.executor.step import Replayer, Rooms, StepRunner
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.secretfile import read_or_create_key, read_or_create_token
from daytwo.wire.identity import identify
from daytwo.wire.pack import PackHead
from daytwo.wire.principal import LOCAL_OWNER, Principal
from daytwo.wire.result import ApprovalView
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Offer

LEDGER_ORIGIN = "daytwo.local/executor"
STOP_SECONDS = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Parts:
    """What both `serve` and `enrol` need."""

    database: Database
    ledger: SqliteLedger
    key: SigningKey
    outbox: Outbox


def serve(settings: ExecutorSettings, introduce: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGINT or SIGTERM.  A part that fails ends the process: the supervisor starts it afresh.

    Sandboxes get warm from the first moment that they may, while the control plane is still on its way.

    Args:
        settings: the executor's.
        introduce: returns once there is a control plane that this executor is enrolled with.

    Raises:
        Unavailable: `not_enrolled`; or `sandbox_unavailable`, where the hostile self-test gets anywhere.
        DaytwoError: as `choose_environment` says.
    """
    guard = guarded_by(settings.policy_file)
    tested = local_sandboxes(
        default_environment(), COLD, Tier(settings.tier), without_landlock=settings.without_landlock
    )
    try:
        tested.require()
    finally:
        tested.close()
    environments = open_environments(settings, lambda: backend.environments_in_use())  # noqa: PLW0108 - made below
    backend = local_sandboxes(
        default_environment(),
        least=Tier(settings.tier),
        environments=environments,
        devices=detect(settings.device_folder),
        without_landlock=settings.without_landlock,
    )
    _warm(backend, settings.org_id, default_environment(), (Kind.REAL,) if settings.environments.lock else tuple(Kind))
    guard.launch()
    try:
        introduce()
        enrolment = read_enrolment(settings.enrolment_file)
        environment = choose_environment(settings, environments)
        _warm(backend, settings.org_id, environment, tuple(Kind))
        growth = Growth(environment, environments, guard.policy.packages.deny)
        turns.be_short()  # sandboxes wait for this process
        anyio.run(_serve, settings, enrolment, growth, guard, backend)
    finally:
        guard.close()
        backend.close()


def _warm(backend: Sandboxes, org_id: str, environment: Environment, kinds: tuple[Kind, ...]) -> None:
    """The catalog reads data in the default environment, whichever programs have."""
    for kind in kinds:
        backend.warm(org_id, kind, environment.requested_as)


async def _serve(
    settings: ExecutorSettings, enrolment: link.Enrolled, growth: Growth, guard: Guard, backend: Sandboxes
) -> None:
    client = LinkClient(settings.control_url, enrolment.token, key=enrolment.key)
    parts = _open(settings)
    app, worker, works = _wire(settings, parts, client, backend, guard, growth)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=STOP_SECONDS,
        server_header=False,
    )
    try:
        async with anyio.create_task_group() as group:
            for work in (worker.run, *works):
                group.start_soon(work)
            _leave_signals_to_uvicorn()
            server = _Server(config)
            group.start_soon(server.end_when_told, worker, settings.drain_seconds)
            await server.serve()
            group.cancel_scope.cancel()
    finally:
        await client.close()
        parts.database.close()


def _leave_signals_to_uvicorn() -> None:
    """It raises a signal again after its own orderly end: ignored then, so that the parts end in order, too."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


class _Server(uvicorn.Server):
    """Told to end (SIGTERM), it serves on until its worker has ended what it has; a second signal ends it at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = anyio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self._told.is_set():
            self._told.set()
        else:
            super().handle_exit(sig, frame)

    async def end_when_told(self, worker: Worker, drain_seconds: float) -> None:
        await self._told.wait()
        if drain_seconds:
            log.info("executor.draining", seconds=drain_seconds)
            await worker.drain(drain_seconds)
        self.should_exit = True


def enrol(settings: ExecutorSettings, token: str) -> str:
    """Enrols this executor with a one-time token.  Returns its id."""
    parts = _open(settings)

    async def go() -> link.Enrolled:
        return await link.enrol(
            parts.outbox, parts.key, settings.control_url, settings.results_url, token, settings.enrolment_file
        )

    try:
        return anyio.run(go).executor_id
    finally:
        parts.database.close()


def rotate(settings: ExecutorSettings) -> str:
    """Takes a new link token.  Returns the executor's id."""
    parts = _open(settings)
    try:
        return anyio.run(link.rotate, parts.outbox, settings.enrolment_file).executor_id
    finally:
        parts.database.close()


def _open(settings: ExecutorSettings) -> _Parts:
    database = Database(settings.database_file)
    key = read_or_create_key(settings.key_file)
    ledger = SqliteLedger(LEDGER_ORIGIN, key)
    with database.transaction() as connection:
        ledger.create(connection)
    return _Parts(database, ledger, key, Outbox(database, settings.org_id))


def _wire(
    settings: ExecutorSettings,
    parts: _Parts,
    client: LinkClient,
    backend: Sandboxes,
    guard: Guard,
    growth: Growth,
) -> tuple[FastAPI, Worker, tuple[Callable[[], Coroutine[Any, Any, None]], ...]]:
    """The application, its worker, and what else works beside it until it is cancelled."""
    database, ledger = parts.database, parts.ledger
    catalog = Catalog(database, backend, parts.key, settings.org_id)
    budget = Budget(database, ledger, catalog.paths, settings.session_bits, settings.dataset_bits, settings.window_days)
    approvals = Approvals(database, ledger)
    results = ResultStore(settings.directory / "results", database, settings.org_id)

    state = StateStore(settings.directory / "state")
    state.sweep()
    verdicts = Verdicts(database, ledger, guard)
    rooms = Rooms(
        catalog=catalog,
        sandbox=backend,
        review=verdicts.review,
        approvals=approvals,
        rehearser=rehearser(backend, settings.directory),
        budget=budget,
        mint=Mint(database, ledger),
        openings=Openings(database, ledger, budget.lineage, lambda name: catalog.signed(name).sheet),
        release=Release() if settings.release == "grid" else Release.at_once(),
        results=results,
        state=state,
        stand_ins=StandIns(database),
        growth=growth,
        device_folder=settings.device_folder,
        approved_start=settings.state.approved_start,
    )

    async def decided(_: ApprovalView) -> None:
        worker.deliver_decisions()

    journal = Journal(database)

    def offer() -> Offer:
        return Offer(profiles=offered_profiles(settings.device_folder), environment=growth.base.content_digest)

    def carry(head: PackHead, sessions: Collection[str], by: Principal) -> None:
        budget.carry(head, sessions, by)
        journal.adopt(sessions, head.org_id, head.root_session)

    def needed() -> set[tuple[str, int]]:
        return journal.needed(approvals.waiting())

    chains = {"real": state, "rehearsal": rehearsed_state(settings.directory)}
    run_task = StepRunner(rooms).run
    worker = Worker(client, parts.outbox, journal, settings.org_id, run_task, budget.debited, approvals, offer)
    terms = Terms(
        every=timedelta(hours=settings.state.collect_hours),
        grace=timedelta(days=settings.state.grace_days),
        turned_away=timedelta(days=settings.state.turned_away_days),
    )
    packer = Packer(chains, parts.key, settings.org_id, journal.root_of, budget.spent)
    replicator = Replicator(
        settings.state.replica,
        packer,
        journal.executions,
        lambda session: recollected(session, lambda one: [Committed(*found) for found in journal.committed(one)]),
        terms.every,
    )
    retention = Retention(client, parts.outbox, tuple(chains.values()), needed, terms)
    services = Services(
        owner=LOCAL_OWNER,
        catalog=catalog,
        store=results,
        exporter=Exporter(backend, settings.org_id, settings.directory / "exports"),
        receipts=Receipts(database, ledger, budget, results.read),
        desk=Desk(
            catalog.confidential,
            ValueIndex(database, backend, settings.org_id),
            Past(journal.family, results.of_sessions, journal.programs),
            Questions(database, ledger),
        ),
        approvals=approvals,
        state=state,
        packer=packer,
        replica=replicator.view,
        unpacker=Unpacker(
            chains,
            parts.key.public,
            settings.org_id,
            catalog.signed,
            growth.begun_in,
            carry,
            settings.directory / "arriving",
        ),
        database=database,
        ledger=ledger,
        on_sheet=worker.publish,
        on_decision=decided,
        building=lambda: growth.build,
        identify=lambda challenge: identify(parts.key, settings.results_url, challenge),
        collect=lambda dry_run: retention.collect(dry_run=dry_run),
        replay=Replayer(rooms, journal.executed, settings.directory / "replays").replay,
    )
    passes = FullPasses(catalog, worker.publish_until_heard)
    app = create_app(services, read_or_create_token(settings.token_file))
    return app, worker, (passes.run, retention.run, replicator.run)
