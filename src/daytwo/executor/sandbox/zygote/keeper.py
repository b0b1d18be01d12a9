"""The keeper: one process for each zygote, on the host, between it and the executor.

It opens what is mounted, keeps a pool of parked children, fits one to each run, holds the executor's hold on it, counts
its memory, and kills.  It holds the privileges that this needs and runs no code of a program's, nor any library.  When
the executor goes, so does the keeper, and with it the zygote and all that came of it.
"""

from __future__ import annotations

import itertools
import os
import selectors
import signal
import socket
import time
from collections import deque
from typing import Any, NoReturn

from . import birth, cgroups, kernel, landlock, messages, turns
from .execution import Asked, Child, Surroundings
from .makers import Makers
from .parked import Parked
from .processors import Processors
from .report import failure
from .trees import Opener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .order import Fit, Plan, Run

_MEMORY_POLL_SECONDS = 0.2
_REFILL_DELAY_SECONDS = 0.03
"""After a run has begun: its first moments are its own."""
_FORKS_AT_ONCE_LIMIT = 8


def main(control: int) -> NoReturn:
    """Serves the executor on the other end of this socket.  Never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the executor decides when to let go
    os.set_inheritable(control, False)
    executor = socket.socket(fileno=control)
    plan = messages.receive(executor).message
    if plan is not None:
        Keeper(executor, plan).serve()
    os._exit(0)


class Keeper:
    """The loop over everything that may happen; each handler is quick."""

    def __init__(self, executor: socket.socket, plan: Plan) -> None:
        self._executor = executor
        self._plan = plan
        self._failure: dict[str, object] | None = None
        """Why no more runs begin."""
        self._groups: cgroups.Groups | None = None
        self._makers: Makers | None = None
        self._making: list[Child] = []
        self._parked = Parked()
        self._running: list[Child] = []
        self._ending: list[Child] = []
        """Nothing but their init is left of them."""
        self._waiting: deque[tuple[Asked, Run]] = deque()
        self._last_fit: Fit | None = None
        self._refill_at_seconds = 0.0
        self._watch_at_seconds = 0.0
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Until the executor lets go."""
        turns.be_short()
        self._on(self._executor.fileno(), self._hear_executor)
        try:
            self._bear()
        except (kernel.Refused, OSError) as error:
            self._fail(failure(error))
        while self._executor.fileno() >= 0:
            for key, _ in self._selector.select(self._patience_seconds()):
                if self._selector.get_map().get(key.fd) is key:  # else one before it in this round has closed it
                    key.data()
            if self._makers is not None:
                self._watch_memory(self._makers)
                self._refill(self._makers)
        self._end()

    def _bear(self) -> None:
        uid = birth.privileged(self._plan["uid"])
        home = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self._surroundings = Surroundings(home, self._plan["places"], uid, Processors())
        self._groups = cgroups.find()
        found = {"landlock": landlock.abi() > 0, "memory cgroup": self._groups is not None}
        for feature in self._plan["must_have"]:
            if not found[feature]:
                raise kernel.Refused(feature)
        self._opener = Opener(shown_to=uid)
        born = birth.bear(self._plan, self._opener.open(self._plan["sources"]), uid=uid)
        makers = self._makers = Makers(born, self._groups)
        self._on(makers.zygote.fileno(), lambda: self._hear_zygote(makers))
        self._on(makers.nurse.fileno(), lambda: self._hear_nurse(makers))
        cgroups.sweep()  # while the zygote imports

    def _hear_executor(self) -> None:
        said = messages.receive(self._executor)
        if said.message is None:
            self._executor.close()
            return
        asked = Asked(said.descriptors)
        if self._failure is not None:
            asked.refuse(self._failure)
            return
        try:
            self._waiting.append((asked, asked.order()))
        except EOFError:
            asked.close()
            return
        self._assign()

    def _hear_zygote(self, makers: Makers) -> None:
        said = messages.receive(makers.zygote)
        if said.message is None:
            self._off(makers.zygote.fileno())
            step = "start of the environment's interpreter"
            self._fail(failure(kernel.Refused(step, detail=makers.last_words() or "it ended without a word")))
            return
        match said.message["event"]:
            case "warm":
                try:
                    makers.is_warm(said.pid)
                except OSError as error:  # it has just ended
                    self._fail(failure(error))
            case "ended":
                self._note_end(said.message)
            case _:
                self._fail(said.message)

    def _hear_nurse(self, makers: Makers) -> None:
        event = makers.hear_nurse()
        if event is None:
            return
        match event["event"]:
            case "up":
                self._on(makers.nurse_process, lambda: self._lose_nurse(makers))
            case "gone":
                self._off(makers.nurse.fileno())
            case _:
                self._fail(event)

    def _lose_nurse(self, makers: Makers) -> None:
        """What runs goes on; what comes is refused, so that the executor turns to another keeper."""
        self._off(makers.nurse_process)
        event = makers.why_lost()
        if event is not None:
            self._fail(event)

    def _fail(self, event: dict[str, object]) -> None:
        self._failure = self._failure or event
        for asked, _ in self._waiting:
            asked.refuse(self._failure)
        self._waiting.clear()

    def _watch_memory(self, makers: Makers) -> None:
        if self._running and time.monotonic() > self._watch_at_seconds:
            for child in self._running:
                child.watch_memory(makers.zygote_pid)
            self._watch_at_seconds = time.monotonic() + _MEMORY_POLL_SECONDS

    def _refill(self, makers: Makers) -> None:
        """Has as many children made as runs wait for, and in quiet moments as many as the pool lacks; one at a time."""
        if self._failure is not None:
            return
        wanted = len(self._waiting) - len(self._making)
        hurry = wanted > 0
        if not hurry and time.monotonic() >= self._refill_at_seconds:
            self._fit_ahead()
            wanted = self._plan["pool"] - len(self._parked.children) - len(self._making)
        if wanted > 0 and makers.are_ready and len(self._making) < _FORKS_AT_ONCE_LIMIT:
            try:
                child = makers.order(hurry=hurry)
            except OSError as error:
                self._fail(failure(error))
                return
            self._making.append(child)
            self._on(child.channel.fileno(), lambda: self._hear_child(makers, child))
            self._on(child.process, lambda: self._bury(makers, child))

    def _fit_ahead(self) -> None:
        """In a quiet moment: what ran last may well run next."""
        if self._last_fit is None:
            return
        misfit = self._parked.take_misfit(self._last_fit)
        if misfit is not None:
            self._give_up(misfit)
        child = self._parked.to_fit(self._last_fit)
        if child is None:
            return
        try:
            child.fit(self._last_fit, self._surroundings)
        except (kernel.Refused, OSError):  # it has just ended
            self._parked.children.remove(child)
            self._give_up(child)

    def _give_up(self, child: Child) -> None:
        """No run will have it."""
        self._ending.append(child)
        child.kill()

    def _hear_child(self, makers: Makers, child: Child) -> None:
        said = messages.receive(child.channel)
        event = {"event": "gone"} if said.message is None else said.message
        match event["event"]:
            case "born":
                child.is_born(said.pid, said.descriptors[0])
                makers.has_born(child)
            case "parked":
                self._making.remove(child)
                self._parked.children.append(child)
                self._assign()
            case "refused":
                self._fail(event)
            case "gone":
                self._off(child.channel.fileno())

    def _note_end(self, event: dict[str, Any]) -> None:
        """A program has ended; its init has nothing more to wait for."""
        number = event.pop("number")
        child = next((child for child in self._children() if child.number == number), None)
        if child is None:
            return
        child.has_ended(event)
        if child in self._running and child.is_empty():
            self._settle(child)
            self._running.remove(child)
            self._ending.append(child)
        child.kill()

    def _children(self) -> Iterator[Child]:
        return itertools.chain(self._making, self._parked.children, self._running, self._ending)

    def _assign(self) -> None:
        while self._waiting and (child := self._parked.take(self._waiting[0][1]["fit"])) is not None:
            asked, run = self._waiting.popleft()
            self._last_fit = run["fit"]
            if not self._running:
                self._watch_at_seconds = time.monotonic() + _MEMORY_POLL_SECONDS
            self._running.append(child)
            self._on(asked.life, child.kill)
            try:
                child.start(asked, run, self._opener.open(run["mounts"]), self._surroundings)
            except (kernel.Refused, OSError) as error:
                child.asked = asked
                asked.tell(failure(error))
                child.kill()
            self._refill_at_seconds = time.monotonic() + _REFILL_DELAY_SECONDS

    def _bury(self, makers: Makers, child: Child) -> None:
        """Its last process is gone."""
        makers.has_lost(child)
        self._off(child.channel.fileno())
        self._off(child.process)
        for state in (self._making, self._parked.children, self._running, self._ending):
            if child in state:
                state.remove(child)
        self._settle(child)
        child.bury()

    def _settle(self, child: Child) -> None:
        """Nothing of the program is left."""
        if child.asked is not None:
            self._off(child.asked.life)
            child.settle()

    def _end(self) -> None:
        """The zygote ends with its socket, its children with it; what the kernel does not clean up is cleaned up."""
        if self._makers is not None:
            self._makers.let_go()
        for child in self._children():
            child.kill()
            kernel.readable([child.process])
            child.bury()
        if self._makers is not None:
            self._makers.wait()
        if self._groups is not None:
            self._groups.remove()

    def _patience_seconds(self) -> float | None:
        if self._running:
            return _MEMORY_POLL_SECONDS / 2
        if self._makers is None or not self._makers.zygote_pid or self._failure is not None:
            return None
        lacking = self._plan["pool"] > len(self._parked.children) + len(self._making)
        return _REFILL_DELAY_SECONDS if lacking else None

    def _on(self, descriptor: int, react: Callable[[], None]) -> None:
        self._selector.register(descriptor, selectors.EVENT_READ, react)

    def _off(self, descriptor: int) -> None:
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)
