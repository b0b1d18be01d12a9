"""The zygote: imports once, checks that it is fit to be copied, and forks a child whenever the keeper asks.

It runs inside the finished tree, without a network or a secret, and as long as its keeper lives.  A process with a
second thread is not fit: a fork copies the locks that the thread holds, and not the thread.  Between two forks it waits
in the control group that its next child is to have, which so is born there, and reaps those that have ended.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys

from . import beginning, child, interpreter, kernel, messages, nurse, pages, seccomp
from .birth import ZYGOTE_FD
from .report import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Inside


_CELL = "cell"
_KIB_BYTES = 1024


def main() -> None:
    """Never returns."""
    channel = socket.socket(fileno=ZYGOTE_FD)
    try:
        nurse.start()
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
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    for drives_devices in {False, bool(inside["devices"])}:
        seccomp.compiled(drives_devices=drives_devices)
    gc.collect()
    pages.fill_holes()
    gc.freeze()
    pages.gather()
    messages.send(channel, {"event": "warm"})
    children = Children(channel)
    while (order := children.next_order()) is not None:
        _require_one_thread()
        _, init = order.descriptors
        try:
            kernel.setns(init, kernel.CLONE_NEWPID, "enter a child's pid namespace")
            pid = kernel.fork()
        except kernel.Refused:
            if not kernel.readable([init], 0):
                raise
            pid = -1  # somebody has killed its init: the keeper sees that, and asks again
        if pid == 0:
            child.live(inside, order.descriptors, hurry=order.message["hurry"])
        if pid > 0:
            children.add(pid, order.message["number"])
        for descriptor in order.descriptors:
            os.close(descriptor)


class Children:
    """Those that the zygote has forked and not yet reaped.  It tells the keeper how each of them ends."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._living: dict[int, tuple[int, int]] = {}

    def add(self, pid: int, number: int) -> None:
        """Minds a child.

        Args:
            pid: its own, here.
            number: the keeper's name for it.
        """
        process = os.pidfd_open(pid)
        self._living[process] = (pid, number)
        self._poll.register(process, select.POLLIN)

    def next_order(self) -> messages.Received | None:
        """The keeper's next order; None where it is gone."""
        while True:
            ready = [descriptor for descriptor, _ in self._poll.poll()]
            for process in self._living.keys() & ready:
                self._bury(process)
            if self._channel.fileno() in ready:
                order = messages.receive(self._channel)
                return order if order.message is not None else None

    def _bury(self, process: int) -> None:
        pid, number = self._living.pop(process)
        self._poll.unregister(process)
        os.close(process)
        _, status, usage = os.wait4(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        ended = {
            "event": "ended",
            "number": number,
            "exit": code if code >= 0 else None,
            "signal": -code if code < 0 else None,
            "peak_rss_bytes": usage.ru_maxrss * _KIB_BYTES,
        }
        messages.send(self._channel, ended)


def _require_one_thread() -> None:
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - see `files`
    if threads != 1:
        raise kernel.Refused("one thread in the zygote", detail=f"it has {threads}")
