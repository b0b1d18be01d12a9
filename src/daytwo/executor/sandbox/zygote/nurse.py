"""The nurse: a copy of the zygote from before its imports, for what has to be done by a small process, or aside.

It makes the `init` of each child's pid namespace: a process without a memory or a privilege of its own, which waits for
the end.  The kernel reaps for it, and kills all that is left in its namespace when the keeper kills it.  And it moves
the zygote from control group to control group, which would hold the zygote up for 12 ms each time.

It lives in the zygote's pid namespace, and so ends with it.  No program shares its memory, or can see it: it is not
dumpable, and so are the inits, which it lends its memory.
"""

from __future__ import annotations

import os
import signal
import socket
from typing import NoReturn

from . import kernel, landlock, messages
from .report import failure

NURSE_FD = 4
"""The nurse's socket to the keeper."""
_ZYGOTE = b"1"
"""The zygote's pid, in the namespace of which it is the first."""


def start() -> None:
    """Forks the nurse.  Its socket is its own from here on."""
    if kernel.fork() == 0:
        _live()
    os.close(NURSE_FD)


def _live() -> NoReturn:
    kernel.close_range(0, NURSE_FD - 1)
    keeper = socket.socket(fileno=NURSE_FD)
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps; an init inherits that
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a handler of Python's would let a program interrupt its init
        own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        kernel.prctl("not dumpable", kernel.PR_SET_DUMPABLE, 0)
        kernel.prctl("no_new_privs", kernel.PR_SET_NO_NEW_PRIVS, 1)
        landlock.restrict([], [], [])
        messages.send(keeper, {"event": "up"})
        while (order := messages.receive(keeper)).message is not None:
            match order.message["event"]:
                case "enter":
                    (door,) = order.descriptors
                    os.write(door, _ZYGOTE)
                    os.close(door)
                    messages.send(keeper, {"event": "entered"})
                case "init":
                    _make_init(keeper, own)
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it, nothing runs
        messages.send(keeper, failure(error))
    finally:
        os._exit(1)


def _make_init(keeper: socket.socket, own: int) -> None:
    kernel.setns(own, kernel.CLONE_NEWPID, "return to the zygote's pid namespace")
    kernel.unshare(kernel.CLONE_NEWPID, "pid namespace")
    process = os.pidfd_open(kernel.start_waiting())
    messages.send(keeper, {"event": "init"}, [process])
    os.close(process)
