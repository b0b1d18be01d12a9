"""The two processes that make a keeper's children, as the keeper sees them: a zygote, which forks, and its nurse.

A child needs three things: the init of a pid namespace, of which the nurse has one ready; the zygote in the control
group that is to be the child's; and an order to fork.
"""

from __future__ import annotations

import itertools
import os
import socket

from . import files, kernel, messages
from .execution import Child, Init
from .moves import Moves
from .report import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .birth import Born
    from .cgroups import Groups

_LAST_WORDS_BYTES = 2_000


class Makers:
    """Orders to both, and what they answer.

    Args:
        born: the sockets to them.
        groups: where children get control groups, if they do.
    """

    def __init__(self, born: Born, groups: Groups | None) -> None:
        self.zygote, self.nurse, self._words = born
        for channel in (self.zygote, self.nurse):
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.zygote_pid = 0
        """0 until it is warm."""
        self._zygote_process = -1
        self.nurse_process = -1
        """Its end, of which its socket does not tell: each init holds a copy of that."""
        self._numbers = itertools.count(1)
        self._init: Init | None = None
        """For the next child; while it is None, the nurse is at it."""
        messages.send(self.nurse, {"event": "init"})
        self._moves = None if groups is None else Moves(groups, self.nurse)

    def is_warm(self, zygote_pid: int) -> None:
        self._zygote_process = os.pidfd_open(zygote_pid)
        self.zygote_pid = zygote_pid

    @property
    def are_ready(self) -> bool:
        """Whether a child can be ordered at once."""
        return self.zygote_pid > 0 and self._init is not None and (self._moves is None or self._moves.is_there)

    def order(self, *, hurry: bool) -> Child:
        """Has the zygote fork a child; `hurry` where a run waits for it."""
        assert self._init is not None
        init, self._init = self._init, None
        ours, theirs = messages.pair_with_names()
        child = Child(next(self._numbers), ours, init, None if self._moves is None else self._moves.take())
        order = {"event": "fork", "hurry": hurry, "number": child.number}
        messages.send(self.zygote, order, [theirs.fileno(), init.process])
        theirs.close()
        messages.send(self.nurse, {"event": "init"})
        return child

    def has_born(self, child: Child) -> None:
        if self._moves is not None:
            self._moves.go_on(leaving=child)

    def has_lost(self, child: Child) -> None:
        """The child is dead; if it never was born, the zygote still waits in its group, for the next one."""
        if self._moves is not None and not child.was_born:
            self._moves.is_there = True

    def hear_nurse(self) -> dict[str, object] | None:
        """Takes what the nurse says; returns it where it is no answer to an order."""
        said = messages.receive(self.nurse)
        if said.message is None:
            return {"event": "gone"}
        event: dict[str, object] = said.message
        match event["event"]:
            case "up":
                self.nurse_process = os.pidfd_open(said.pid)
                return event
            case "init":
                (process,) = said.descriptors
                self._init = Init(process, _pid_of(process))
            case "entered":
                assert self._moves is not None
                self._moves.has_entered()
            case _:
                return event
        return None

    def why_lost(self) -> dict[str, object] | None:
        """Of a nurse that has ended: why no more children can be made; None where the zygote ended, and says it."""
        if kernel.has_hung_up(self.zygote.fileno()):
            return None
        return failure(kernel.Refused("next child", detail="what prepares it was killed; ask once more"))

    def last_words(self) -> str:
        """Of a zygote that has ended."""
        return os.read(self._words, _LAST_WORDS_BYTES).decode("utf-8", "replace").strip()

    def let_go(self) -> None:
        """They end with their sockets, and all their children with them."""
        self.zygote.close()
        self.nurse.close()

    def wait(self) -> None:
        """Until the zygote has ended."""
        if self._zygote_process >= 0:
            kernel.readable([self._zygote_process])


def _pid_of(process: int) -> int:
    """Of a pidfd from another pid namespace: the pid in ours."""
    _, _, rest = files.read(f"/proc/self/fdinfo/{process}").partition(b"\nPid:")
    return int(rest.split()[0])
