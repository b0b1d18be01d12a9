"""The zygotes of an executor, one for each organisation, kind, environment and set of devices: started and ended.

A zygote's children share its layout of addresses, so it is replaced by age and by count.  The least recently used ones
end when there are too many; one that died is started afresh for the next run.  The executor never forks itself: a
keeper (see `zygote`) is executed, holds the zygote, and ends when this process lets go of its socket, however it does.
"""

from __future__ import annotations

import socket
import subprocess
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio

from daytwo.executor.environments import Environment
from daytwo.executor.sandbox.plan import keeper_command, keeper_environment, make_plan
from daytwo.executor.sandbox.request import Kind
from daytwo.executor.sandbox.unavailable import SandboxUnavailable
from daytwo.executor.sandbox.zygote import messages
from daytwo.executor.sandbox.zygote.order import Feature, Plan

ZYGOTES_LIMIT = 16
FIRST_UID = 64118
"""On the host, where root runs the executor: nobody's, below every distribution's dynamic ranges.  A zygote has one of
`ZYGOTES_LIMIT` from here on to itself, so that no limit or count that the kernel keeps by user joins two of them."""
LIBRARIES = ("numpy", "pandas", "pyarrow", "duckdb", "matplotlib.pyplot", "matplotlib.font_manager", "threadpoolctl")
CELL = ("cell.program", "cell.script", "cell.reading.profile", "cell.writing.convert")
_KEEPER_END_LIMIT_SECONDS = 5.0

FindEnvironment = Callable[[str | None], Environment]


@dataclass(frozen=True)
class Warmth:
    """How ready sandboxes are kept.

    Attributes:
        pool: parked children of each zygote; 0 forks on demand.
        libraries: what a zygote imports once, of what its environment has.
        runs: after which a zygote is replaced.
        age_seconds: after which a zygote is replaced.
    """

    pool: int = 2
    libraries: tuple[str, ...] = LIBRARIES
    runs: int = 1_000
    age_seconds: float = 3_600.0


COLD = Warmth(pool=0, libraries=())
"""For a tool that runs one program: nothing is imported that the program does not ask for."""


@dataclass(frozen=True)
class Key:
    """What executions must have in common to come from one zygote."""

    org_id: str
    kind: Kind
    environment: str | None
    devices: tuple[Path, ...] = ()


class Zygote:
    """A keeper's process, seen from the executor."""

    def __init__(self, environment: Environment, plan: Plan) -> None:
        self.uid = plan["uid"]
        self.runs = 0
        self.in_flight = 0
        self.begun_seconds = self.used_seconds = time.monotonic()
        self._control, theirs = messages.pair()
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                    keeper_command(environment, theirs.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=keeper_environment(environment),
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                self._control.close()
                raise SandboxUnavailable(f"No sandbox: its keeper did not start: {error}. Is Python whole?") from error
        self._process = process
        self._finalizer = weakref.finalize(self, _end, process, self._control)
        messages.send(self._control, plan)
        self._control.setblocking(False)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    async def ask(self, descriptors: list[int]) -> None:
        """Hands a run's pipes to the keeper.

        Raises:
            ConnectionError: where the keeper is gone; then nothing of the run has begun.
        """
        self.runs += 1
        self.used_seconds = time.monotonic()
        while True:
            try:
                messages.send(self._control, {"event": "run"}, descriptors)
            except BlockingIOError:
                await anyio.wait_writable(self._control)
            else:
                return

    def let_go(self) -> None:
        """Ends it and every sandbox that came of it, soon."""
        self._control.close()

    def close(self) -> None:
        """Ends it and every sandbox that came of it; waits for that."""
        self._finalizer()


def _end(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    control.close()
    try:
        process.wait(_KEEPER_END_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Zygotes:
    """Finds the zygote of a key, starting or replacing it where that is due.

    Args:
        find_environment: the environment of a digest; of None, the one that comes with this installation.
        cell_source: the folder of the package `cell`.
        warmth: how ready to be.
        without_landlock: whether a kernel that lacks it will do.
    """

    def __init__(
        self, find_environment: FindEnvironment, cell_source: Path, warmth: Warmth, *, without_landlock: bool
    ) -> None:
        self._find_environment = find_environment
        self._cell_source = cell_source
        self._warmth = warmth
        self._without_landlock = without_landlock
        self._live: dict[Key, Zygote] = {}
        self._retired: list[Zygote] = []

    def find(self, key: Key) -> Zygote:
        """The zygote for the next run of this key.

        Raises:
            SandboxUnavailable: where its keeper does not start.
        """
        found = self._live.get(key)
        if found is not None and self._is_due(found):
            self.discard(found)
            found = None
        if found is None:
            found = self._live[key] = self._start(key)
        return found

    def discard(self, zygote: Zygote) -> None:
        """Asks no more of it; it ends with the last run that it has."""
        for key in [key for key, live in self._live.items() if live is zygote]:
            del self._live[key]
            self._retired.append(zygote)
        self.sweep()

    def environments(self) -> set[str]:
        """The digests of the environments that sandboxes stand on now."""
        return {key.environment for key in self._live if key.environment is not None}

    def sweep(self) -> None:
        """Ends the retired that have nothing left to do."""
        for zygote in [retired for retired in self._retired if not retired.in_flight]:
            self._retired.remove(zygote)
            zygote.close()

    def close(self) -> None:
        zygotes = (*self._live.values(), *self._retired)
        for zygote in zygotes:
            zygote.let_go()
        for zygote in zygotes:
            zygote.close()
        self._live.clear()
        self._retired.clear()

    def _is_due(self, zygote: Zygote) -> bool:
        age_seconds = time.monotonic() - zygote.begun_seconds
        return not zygote.is_alive or zygote.runs >= self._warmth.runs or age_seconds > self._warmth.age_seconds

    def _must_have(self, key: Key) -> list[Feature]:
        """What the machine is refused for lacking: two organisations need a bound that no burst passes."""
        needed: list[Feature] = [] if self._without_landlock else ["landlock"]
        return [*needed, "memory cgroup"] if any(other.org_id != key.org_id for other in self._live) else needed

    def _start(self, key: Key) -> Zygote:
        idle = sorted((live for live in self._live.values() if not live.in_flight), key=lambda live: live.used_seconds)
        if len(self._live) + len(self._retired) >= ZYGOTES_LIMIT:
            if not idle:
                raise SandboxUnavailable(
                    f"{ZYGOTES_LIMIT} kinds of sandboxes are in use at once. Try again when a program has ended."
                )
            self.discard(idle[0])
        environment = self._find_environment(key.environment)
        known = environment.import_names
        libraries = tuple(name for name in self._warmth.libraries if name.partition(".")[0] in known)
        taken = {zygote.uid for zygote in (*self._live.values(), *self._retired)}
        plan = make_plan(
            environment,
            self._cell_source,
            kind=key.kind,
            uid=min(set(range(FIRST_UID, FIRST_UID + ZYGOTES_LIMIT)) - taken),
            modules=(*libraries, *CELL),
            pool=self._warmth.pool,
            devices=key.devices,
            must_have=self._must_have(key),
        )
        return Zygote(environment, plan)
