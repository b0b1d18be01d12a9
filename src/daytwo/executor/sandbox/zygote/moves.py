"""The zygote's way from control group to control group: it always waits in that of its next child.

So a child is born where it belongs, and nobody waits for it to join.  Until the zygote has entered the next group, a
child's group is not its own: a bound on it could cost the zygote its life.
"""

from __future__ import annotations

import os
from collections import deque

from . import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket

    from .cgroups import Group, Groups
    from .execution import Child


class Moves:
    """Orders to the zygote, carried out in turn.

    Args:
        groups: those of its keeper.
        zygote: the socket on which it takes orders.
    """

    def __init__(self, groups: Groups, zygote: socket.socket) -> None:
        self._groups = groups
        self._zygote = zygote
        self._leaving: deque[Child | None] = deque()
        self.group = self._order(None)
        """Where the zygote is, or is on its way to: that of the child that it forks next."""

    def go_on(self, leaving: Child) -> None:
        """Sends it on, out of the group of the child that it is told to fork."""
        self.group = self._order(leaving)

    def _order(self, leaving: Child | None) -> Group:
        group = self._groups.new()
        door = group.door()
        messages.send(self._zygote, {"event": "enter"}, [door])
        os.close(door)
        self._leaving.append(leaving)
        return group

    def has_entered(self) -> None:
        """It has carried out the first order that it had not."""
        child = self._leaving.popleft()
        if child is None:
            return
        try:
            child.owns_group()
        except OSError:  # it holds more than its bound already
            child.kill()
