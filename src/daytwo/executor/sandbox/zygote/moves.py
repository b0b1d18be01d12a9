"""The zygote's way from control group to control group: it always waits in that of its next child.

So a child is born where it belongs, and nobody waits for it to join.  Until the zygote has entered the next group, a
child's group is not its own: a bound on it could cost the zygote its life.
"""

from __future__ import annotations

import os

from . import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket

    from .cgroups import Group, Groups
    from .execution import Child


class Moves:
    """Orders to the nurse, one at a time.

    Args:
        groups: those of its keeper.
        nurse: the socket on which it takes orders.
    """

    def __init__(self, groups: Groups, nurse: socket.socket) -> None:
        self._groups = groups
        self._nurse = nurse
        self._leaving: Child | None = None
        self.is_there = False
        """Whether the zygote is in a group that no child has yet."""
        self._group = self._order()

    def take(self) -> Group:
        """The group of the child that the zygote is now told to fork."""
        self.is_there = False
        return self._group

    def go_on(self, leaving: Child) -> None:
        """Sends the zygote on, out of the group of the child that it has just forked."""
        self._leaving = leaving
        self._group = self._order()

    def _order(self) -> Group:
        group = self._groups.new()
        door = group.door()
        messages.send(self._nurse, {"event": "enter"}, [door])
        os.close(door)
        return group

    def has_entered(self) -> None:
        self.is_there = True
        child, self._leaving = self._leaving, None
        if child is None:
            return
        try:
            child.owns_group()
        except OSError:  # it holds more than its bound already
            child.kill()
