"""One child as the keeper sees it: forked, parked, fitted to a run, watched, and at its end accounted for."""

from __future__ import annotations

import json
import os
import signal
import socket
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from . import files, kernel, limits, memory, messages, report, root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .cgroups import Group
    from .order import Fit, Run
    from .processors import Processors
    from .trees import Tree

_ORDER_LIMIT_BYTES = 4 << 20
_OUT_OF_MEMORY_KILLS = "/proc/vmstat"


class Surroundings(NamedTuple):
    """What holds for every run of a keeper."""

    home: int
    """The keeper's own mount namespace."""
    places: list[str]
    """Where mounts may stand."""
    owner: int | None
    """The host uid of the sandboxes, where root runs the executor."""
    processors: Processors


class Asked:
    """A run that the executor asks for: its order, and the pipes that go to the child.

    `life` is the executor's hold on the run: when it lets go, the run is to end.
    """

    def __init__(self, descriptors: list[int]) -> None:
        self.life, self.status, *self._standard = descriptors

    def order(self) -> Run:
        """Reads the order, which the executor writes at once.

        Raises:
            EOFError: where it let go first.
        """
        text = b""
        while not text.endswith(b"\n"):
            piece = os.read(self.life, 1 << 16)
            if not piece or len(text) > _ORDER_LIMIT_BYTES:
                raise EOFError
            text += piece
        run: Run = json.loads(text)
        return run

    def for_child(self) -> list[int]:
        return [self.status, *self._standard]

    def hand_over(self) -> None:
        for descriptor in self._standard:
            os.close(descriptor)
        self._standard = []

    def refuse(self, event: dict[str, object]) -> None:
        self.tell(event)
        self.close()

    def tell(self, event: dict[str, object]) -> None:
        try:
            report.write(self.status, event)
        except BrokenPipeError:
            return  # the executor has let go

    def close(self) -> None:
        self.hand_over()
        os.close(self.status)
        os.close(self.life)


class Init(NamedTuple):
    """The first process of a pid namespace that has no other yet."""

    process: int
    """A pidfd."""
    pid: int


class Child:
    """A child from the order to fork until its last process is gone.

    Args:
        number: the keeper's name for it.
        channel: our end of the socket that it holds until its run begins.
        init: that of its pid namespace.
        group: the cgroup that it is born in, where there is one.
    """

    def __init__(self, number: int, channel: socket.socket, init: Init, group: Group | None) -> None:
        self.number = number
        self.channel = channel
        self.process = init.process
        """A pidfd of its init: it ends when nothing is left in the namespace."""
        self.was_born = False
        self.asked: Asked | None = None
        self.fitted: Fit | None = None
        self._group = group
        self._owns_group = False
        self._is_buried = False
        self._mounts = -1
        self._init = init.pid
        self._program = 0
        self._processors: Processors | None = None
        self._taken: set[int] = set()
        self._memory_limit_bytes = 0
        self._is_over = False
        self._kills_before = 0
        self._ended: dict[str, object] = {}
        self._peak_rss_bytes = 0

    def is_born(self, program: int, mounts: int) -> None:
        self.was_born = True
        self._program, self._mounts = program, mounts

    def fit(self, fit: Fit, surroundings: Surroundings) -> None:
        """Cuts the parked child to a profile, once and for good: limits can be lowered, not raised."""
        with self._inside(surroundings):
            root.resize(fit)
        limits.impose(self._program, fit["limits"], surroundings.owner)
        self.fitted = fit
        self._bound()

    def owns_group(self) -> None:
        """The zygote has left the group, whose bound can then cost only its child."""
        self._owns_group = True
        if self._is_buried:
            self._remove_group()
        else:
            self._bound()

    def _bound(self) -> None:
        if self._group is not None and self._owns_group and self.fitted is not None:
            self._group.bound(self.fitted["limits"]["total_bytes"])

    def start(self, asked: Asked, run: Run, trees: list[Tree], surroundings: Surroundings) -> None:
        """Fits the parked child to a run, in so far as it is not, and lets it go.

        Args:
            asked: the run's pipes.
            run: its order.
            trees: its mounts, opened.
            surroundings: what holds for every run.
        """
        self.asked = asked
        if self.fitted != run["fit"]:
            self.fit(run["fit"], surroundings)
        if trees:
            with self._inside(surroundings):
                root.furnish(trees, surroundings.places)
        self._memory_limit_bytes = run["fit"]["limits"]["memory_bytes"]
        if self._group is None:
            self._kills_before = _kernels_kills()
        self._place(run["fit"]["limits"]["cpus"], surroundings)
        messages.send(self.channel, run["go"], asked.for_child())
        asked.hand_over()
        self._close_mounts()

    def _place(self, cpus: int, surroundings: Surroundings) -> None:
        self._processors = surroundings.processors
        self._taken = self._processors.take(cpus)
        limits.place(self._program, self._taken, surroundings.owner)

    def watch_memory(self, zygote: int) -> None:
        if not self._is_over and memory.is_over((self._init, self._program), zygote, self._memory_limit_bytes):
            self._is_over = True
            self.kill()

    def kill(self) -> None:
        """Ends it and all that came of it."""
        if self._program:  # asked twice, the second time of a process that is dying
            self._peak_rss_bytes = max(self._peak_rss_bytes, memory.peak_rss_bytes(self._program))
        with suppress(ProcessLookupError):  # it has just ended
            signal.pidfd_send_signal(self.process, signal.SIGKILL)

    def has_ended(self, event: dict[str, Any]) -> None:
        """The zygote says how the program ended."""
        self._peak_rss_bytes = max(self._peak_rss_bytes, event.pop("peak_rss_bytes"))
        self._ended = event

    def is_empty(self) -> bool:
        """Whether the program, which has ended, has left nobody: what is orphaned is its init's child."""
        return not files.read_if_there(f"/proc/{self._init}/task/{self._init}/children").split()

    def settle(self) -> None:
        """Nothing of the program is left: says what came of the run, and lets go of it."""
        if self.asked is None:
            return
        if self._ended:
            self.asked.tell(self._ended)
        killed = self._group.has_killed() if self._group is not None else _kernels_kills() > self._kills_before
        self.asked.tell({"event": "usage", "peak_rss_bytes": self._peak_rss_bytes, "oom": self._is_over or killed})
        self.asked.close()
        self.asked = None
        if self._processors is not None:
            self._processors.give_back(self._taken)

    def bury(self) -> None:
        """After its last process: lets go of everything."""
        self.settle()
        self._is_buried = True
        if self._owns_group:
            self._remove_group()
        self._close_mounts()
        self.channel.close()
        os.close(self.process)

    @contextmanager
    def _inside(self, surroundings: Surroundings) -> Iterator[None]:
        """Within the child's mount namespace."""
        kernel.setns(self._mounts, kernel.CLONE_NEWNS, "enter a child's mount namespace")
        try:
            yield
        finally:
            kernel.setns(surroundings.home, kernel.CLONE_NEWNS, "leave a child's mount namespace")

    def _remove_group(self) -> None:
        if self._group is not None:
            self._group.remove()

    def _close_mounts(self) -> None:
        if self._mounts >= 0:
            os.close(self._mounts)
            self._mounts = -1


def _kernels_kills() -> int:
    """How often the kernel has killed for want of memory since it started; 0 where it does not say."""
    _, _, rest = files.read_if_there(_OUT_OF_MEMORY_KILLS).partition(b"\noom_kill ")
    return int(rest.split()[0]) if rest else 0
