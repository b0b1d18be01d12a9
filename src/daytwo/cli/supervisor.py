"""The supervisor behind `up`: database, control plane and executor as separate processes, started again when they die.

All three start at once, so that their imports overlap; each then waits for its greeting: the control plane for the
database's URL, the executor for the control plane (and, on first use, for a one-time token to enrol with).
Invariants: one supervisor a home; ports stay the same while it lives; no child outlives it (`daytwo.cli.lifeline`).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
from pydantic import ValidationError

from daytwo import __version__
from daytwo.cli import ports, upfile
from daytwo.cli.child import Child
from daytwo.cli.settings import HOST, Settings
from daytwo.sdk import Client, Health, Origin, OriginSettings
from daytwo.secretfile import read_or_create_key
from daytwo.wire.errors import Conflict, DaytwoError, Retryable, Unavailable
from daytwo.wire.protocol import check_protocol

READY_SECONDS = 120.0
"""From the start to both planes answering; the first start of all makes a database."""
POLL_SECONDS = 0.1
HEALTH_SECONDS = 5.0
RESTART_LIMIT = 6
"""How often in a row a process may end before it is of use, until the supervisor gives up.

One that came up and was killed is started again however often that happens.
"""
START_RESTART_LIMIT = 1
"""The same before all were up once: what fails at the start seldom mends."""
STABLE_SECONDS = 30.0
"""After a life this long the next start pauses as briefly as the first."""
BACKOFF_FIRST_SECONDS = 0.2
BACKOFF_LIMIT_SECONDS = 5.0
LEFTOVER_SECONDS = 20.0
"""How long the children of a killed `up` may take to end by themselves."""
USERS_POLL_SECONDS = 0.1

Report = Callable[[str], None]


class Supervisor:
    """Runs the planes of one home until a signal, the end of the lifeline, or a failure that does not mend.

    Args:
        settings: the home, the ports asked for, a database of the user's own.
        report: receives each stage as a line for a person.
        ready: called once, when both planes answer.
        lifeline: end when standard input does and nobody else uses the planes.
    """

    def __init__(
        self, settings: Settings, *, report: Report, ready: Callable[[upfile.Up], None], lifeline: bool
    ) -> None:
        self._settings = settings
        self._report = report
        self._on_ready = ready
        self._lifeline = lifeline
        self._database_url: str | None = settings.database_url.get_secret_value() if settings.database_url else None
        self._has_database = anyio.Event()
        self._has_control = anyio.Event()
        self._has_executor = anyio.Event()
        self._is_up = False

    def run(self) -> None:
        """Blocks until the end.

        Raises:
            Conflict: `already_running`.
            Unavailable: `port_taken`, or the reason for which a process could not be kept alive.
        """
        home = self._settings.home
        upfile.prepare_home(home)
        lock = _take_lock(home)
        try:
            self._choose_ports()
            self._make_children(lock)
            anyio.run(self._supervise)
        finally:
            upfile.remove_up(home)
            os.close(lock)

    def _choose_ports(self) -> None:
        settings = self._settings
        before = upfile.read_ports(settings.home)
        self._control_port = ports.choose(
            HOST, settings.control_port, before.control if before else None, flag="--control-port"
        )
        self._executor_port = ports.choose(
            HOST, settings.executor_port, before.executor if before else None, flag="--executor-port"
        )
        if self._control_port == self._executor_port:
            raise Unavailable("port_taken", "Control plane and executor need two different ports.")
        self._up = upfile.Up(
            pid=os.getpid(),
            control_url=f"http://{HOST}:{self._control_port}",
            executor_url=f"http://{HOST}:{self._executor_port}",
            version=__version__,
            lasting=not self._lifeline,
        )

    def _make_children(self, lock: int) -> None:
        logs, home = self._settings.home / "logs", str(self._settings.home)
        full = os.environ | {"DAYTWO_HOME": home}
        # Neither the data plane nor the database has any use for a model's key.
        bare = {name: value for name, value in full.items() if not _is_for_control_alone(name)}
        self._database = Child(
            "database", ("database", "serve", "--lifeline"), logs, keeps=(lock,), environment=bare, announces=True
        )
        self._control = Child(
            "control",
            ("control", "serve", "--lifeline", "--port", str(self._control_port)),
            logs,
            keeps=(lock,),
            environment=full,
        )
        serve = ("executor", "serve", "--lifeline", "--port", str(self._executor_port))
        self._executor = Child(
            "executor", (*serve, "--control", self._up.control_url), logs, keeps=(lock,), environment=bare
        )

    async def _supervise(self) -> None:
        try:
            async with anyio.create_task_group() as group:
                scope = group.cancel_scope
                group.start_soon(self._stop_on_signal, scope)
                if self._lifeline:
                    group.start_soon(self._stop_on_lifeline, scope)
                if self._database_url is None:
                    self._report("starting the database")
                    group.start_soon(self._keep, self._database, self._bring_up_database)
                else:
                    self._has_database.set()
                self._report("starting control plane and executor")
                group.start_soon(self._keep, self._control, self._bring_up_control)
                group.start_soon(self._keep, self._executor, self._bring_up_executor)
                await self._become_ready()
        except* DaytwoError as errors:
            raise _first(errors) from None
        finally:
            with anyio.CancelScope(shield=True):
                await self._stop()

    async def _become_ready(self) -> None:
        with anyio.move_on_after(READY_SECONDS) as limit:
            await self._has_control.wait()
            self._report("control plane is up")
            await self._has_executor.wait()
            self._report("executor is up")
        if limit.cancelled_caught:
            raise Unavailable(
                "not_ready",
                f"The planes did not answer within {READY_SECONDS:.0f} s. The logs are in {self._control.log.parent}.",
            )
        self._is_up = True
        upfile.write_up(self._settings.home, self._up)
        self._on_ready(self._up)

    async def _keep(self, child: Child, bring_up: Callable[[], Awaitable[None]]) -> None:
        """Starts a child again whenever it ends, with growing pauses, until too many in a row have not come up."""
        failures = quick_ends = 0
        while True:
            started, is_of_use = time.monotonic(), anyio.Event()
            await child.start()
            async with anyio.create_task_group() as group:
                group.start_soon(_then_set, bring_up, is_of_use)
                await child.process.wait()
                group.cancel_scope.cancel()
            failures = 0 if is_of_use.is_set() else failures + 1
            quick_ends = 1 if time.monotonic() - started > STABLE_SECONDS else quick_ends + 1
            why = child.why()
            said_why = not why.code.endswith("_failed")
            # A database of the user's own comes back when its keeper brings it back: nothing is gained by ending.
            is_patient = self._is_up and why.code == "database_unreachable"
            limit = RESTART_LIMIT if self._is_up else START_RESTART_LIMIT
            if (failures > limit and not is_patient) or (said_why and not self._is_up):
                raise why
            self._report(f"{why.code}: starting the {child.name} again")
            await anyio.sleep(min(BACKOFF_FIRST_SECONDS * 2 ** min(quick_ends, 10), BACKOFF_LIMIT_SECONDS))

    async def _bring_up_database(self) -> None:
        await self._database.greet({})
        said = await self._database.announcement()
        while said is None:  # it has ended: `_keep` sees that, and cancels this
            await anyio.sleep_forever()
        self._database_url = str(said["database_url"])
        self._has_database.set()

    async def _bring_up_control(self) -> None:
        await self._has_database.wait()
        await self._control.greet({"database_url": self._database_url})
        await self._answers("control")
        self._has_control.set()

    async def _bring_up_executor(self) -> None:
        await self._has_control.wait()
        token = await anyio.to_thread.run_sync(self._enrolment_token)
        await self._executor.greet({} if token is None else {"enrolment_token": token})
        await self._answers("executor")
        self._has_executor.set()

    def _enrolment_token(self) -> str | None:
        """A one-time token, unless the executor's enrolment is one that the control plane knows.

        While the control plane is away an enrolment counts as known: the link finds out when it is back.
        """
        path = self._settings.home / "executor" / "enrolment.json"
        with client_of(self._settings.home, self._up) as client:
            try:
                enrolled = json.loads(path.read_bytes())["executor_id"]
            except (FileNotFoundError, ValueError, KeyError):
                self._report("enrolling the executor")
                return client.enrolment_token()
            try:
                known = any(view.executor == enrolled for view in client.executors())
            except Retryable:
                known = True
            return None if known else client.enrolment_token()

    async def _answers(self, plane: str) -> None:
        # Another process: there is no event to wait for.
        while not await anyio.to_thread.run_sync(is_answering, self._up, plane, abandon_on_cancel=True):  # noqa: ASYNC110
            await anyio.sleep(POLL_SECONDS)

    async def _stop_on_signal(self, scope: anyio.CancelScope) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            async for _ in signals:
                scope.cancel()

    async def _stop_on_lifeline(self, scope: anyio.CancelScope) -> None:
        descriptor = sys.stdin.fileno()
        while True:
            await anyio.wait_readable(descriptor)
            if not os.read(descriptor, 4096):
                break
        # The lock, once taken, is kept until this process ends: a command that comes now waits for a fresh start.
        while upfile.take(self._settings.home / "users.lock") is None:  # noqa: ASYNC110  # held by other processes
            await anyio.sleep(USERS_POLL_SECONDS)
        scope.cancel()

    async def _stop(self) -> None:
        self._report("stopping")
        # The control plane lets go of the requests that the executor holds open; the database serves it to its end.
        async with anyio.create_task_group() as group:
            group.start_soon(self._executor.stop)
            group.start_soon(self._control.stop)
        await self._database.stop()


async def _then_set(work: Callable[[], Awaitable[None]], done: anyio.Event) -> None:
    await work()
    done.set()


def client_of(home: Path, up: upfile.Up) -> Client:
    """A client of the planes of a home, with its two tokens.

    The executor is pinned by the key that lies in the home beside its token: whatever else listens at its address, or
    is named by the control plane, gets no token.
    """
    executor = home / "executor"
    seed = executor / "signing.key"
    key = read_or_create_key(seed).public.text() if seed.exists() else None
    return Client(
        OriginSettings(up.control_url, _token(home / "control" / "token")),
        OriginSettings(up.executor_url, _token(executor / "token"), key),
    )


def is_answering(up: upfile.Up, plane: str) -> bool:
    """Whether a plane answers and speaks this protocol.

    Raises:
        Incompatible: `protocol_mismatch`.
    """
    url = up.control_url if plane == "control" else up.executor_url
    with Origin(OriginSettings(url, ""), plane) as origin:
        try:
            health = Health.model_validate_json(
                origin.request("GET", "/healthz", answer_seconds=HEALTH_SECONDS).content
            )
        except (Retryable, ValidationError):
            return False
    if health.protocol is not None:
        check_protocol(health.protocol, peer=plane)
    return health.status == "ok"


def _is_for_control_alone(variable: str) -> bool:
    return variable.endswith("_API_KEY") or variable in {"DAYTWO_DATABASE_URL", "DAYTWO_WEBHOOK_SECRET"}


def _token(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return ""


def _take_lock(home: Path) -> int:
    path = home / "up.lock"
    lock = upfile.take(path)
    if lock is None:
        pid = int(path.read_text("ascii") or 0)
        if pid and upfile.is_alive(pid):
            up = upfile.read_up(home)
            where = f", at {up.control_url}" if up else ", and is still starting"
            raise Conflict(
                "already_running",
                f"daytwo is running for {home}: process {pid}{where}. `daytwo down` stops it.",
            )
        lock = upfile.take(path, wait_seconds=LEFTOVER_SECONDS)
        if lock is None:
            raise Unavailable(
                "still_stopping",
                f"An earlier `daytwo` of {home} does not end: `ps -ef | grep daytwo` finds it, `kill` ends it.",
            )
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
    return lock


def _first(errors: BaseExceptionGroup[DaytwoError]) -> DaytwoError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, DaytwoError)
    return error
