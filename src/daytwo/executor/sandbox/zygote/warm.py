"""The zygote: imports once, checks that it is fit to be copied, and forks a child whenever the keeper asks.

It runs inside the finished tree, without a network or a secret, and as long as its keeper lives.  A process with a
second thread is not fit: a fork copies the locks that the thread holds, and not the thread.  Between two forks it waits
in the control group that its next child is to have, which so is born there: to join one takes 12 ms.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys

from . import beginning, child, interpreter, kernel, messages, pages, seccomp
from .birth import ZYGOTE_FD
from .report import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Inside


_CELL = "cell"


def main() -> None:
    """Never returns."""
    channel = socket.socket(fileno=ZYGOTE_FD)
    try:
        inside: Inside = json.loads(sys.argv.pop())
        for path in inside["check_readable"]:
            beginning.check_readable(path)
        environment = dict(os.environ)
        with interpreter.without_exits_of_packages():
            for module in inside["modules"]:
                _import(module)
        interpreter.seed(inside["seed"])
        os.environ.clear()
        os.environ.update(environment)  # without what libraries have put there for themselves
        _serve(channel, inside)
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it, nothing runs
        messages.send(channel, failure(error))
    finally:
        os._exit(1)


def _import(module: str) -> None:
    """What of an environment does not let itself be imported is left to the programs that want it."""
    try:
        importlib.import_module(module)
    except Exception:
        if module.partition(".")[0] == _CELL:
            raise


def _serve(channel: socket.socket, inside: Inside) -> None:
    _require_one_thread()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # a handler of Python's would let a program interrupt its init
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps; the keeper sees the end by a pidfd
    for drives_devices in {False, bool(inside["devices"])}:
        seccomp.compiled(drives_devices=drives_devices)
    gc.collect()
    pages.fill_holes()
    gc.freeze()
    pages.gather()
    messages.send(channel, {"event": "warm"})
    while (order := messages.receive(channel)).message is not None:
        if order.message["event"] == "enter":
            (door,) = order.descriptors
            os.write(door, b"0")
            os.close(door)
            messages.send(channel, {"event": "entered"})
            continue
        _require_one_thread()
        kernel.setns(own, kernel.CLONE_NEWPID, "return to the zygote's pid namespace")
        kernel.unshare(kernel.CLONE_NEWPID, "pid namespace")
        if kernel.fork() == 0:
            child.live(inside, order.descriptors, hurry=order.message["hurry"])
        for descriptor in order.descriptors:
            os.close(descriptor)


def _require_one_thread() -> None:
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - see `files`
    if threads != 1:
        raise kernel.Refused("one thread in the zygote", detail=f"it has {threads}")
