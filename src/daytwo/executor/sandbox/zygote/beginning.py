"""From an order to a program's first line: a parked child takes the run's pipes and looks whether all is there.

The socket to the keeper stands where the program's channel will: taking the one closes the other.
"""

from __future__ import annotations

import errno
import importlib
import os
import stat
import sys

from . import interpreter, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .order import Go

KEEPER_FD = CHANNEL_FD = 3
STATUS_FD = 4
_EVERY_DESCRIPTOR = 0xFFFFFFFF
_READ_CHECK_LIMIT_ENTRIES = 2_000


def take(descriptors: list[int], keeper: socket.socket) -> None:
    """Takes the run's descriptors and leaves nothing else open, the socket to the keeper least of all."""
    status, *standard = descriptors  # each above 3: 0 to 3 are taken
    if status != STATUS_FD:
        os.dup2(status, STATUS_FD)
    os.set_inheritable(STATUS_FD, False)
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
    keeper.detach()
    kernel.close_range(STATUS_FD + 1, _EVERY_DESCRIPTOR)


def get_ready(go: Go) -> Callable[[], object]:
    for path in go["check_readable"]:
        check_readable(path)
    os.environ.update(go["variables"])
    os.chdir(go["home"])
    interpreter.widen(go["cpus"])
    module = importlib.import_module(go["module"])
    sys.argv = [go["module"], *go["arguments"]]
    main: Callable[[], object] = module.main
    return main


def check_readable(top: str) -> None:
    """Refuses a source that the sandbox's user cannot read, looking at no more than a few thousand entries."""
    left = _READ_CHECK_LIMIT_ENTRIES
    pending = [top]
    while pending and left > 0:
        path = pending.pop()
        left -= 1
        mode = os.lstat(path).st_mode
        wanted = os.R_OK | os.X_OK if stat.S_ISDIR(mode) else os.R_OK
        if not stat.S_ISLNK(mode) and not os.access(path, wanted):
            raise kernel.Refused(path, errno.EACCES, code="data_unreadable")
        if stat.S_ISDIR(mode):
            with os.scandir(path) as entries:
                pending += [entry.path for entry, _ in zip(entries, range(left), strict=False)]
