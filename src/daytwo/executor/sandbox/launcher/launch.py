"""The outer process: reads the order, gives up root, makes the user and pid namespaces, and stands by until the end.

It stays in the host's mount namespace, holds the executor's life line (the control pipe: its end is an order to
kill), and reports what the sandbox used.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from . import files, first, kernel, memory, trees
from .report import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Order

_INSIDE_ID = 1000
_ORDER_LIMIT_BYTES = 4 << 20
_KIB_BYTES = 1024
_MEMORY_POLL_MS = 200
_CAP_SYS_ADMIN = 21


def main() -> None:
    control, status, channel = (int(argument) for argument in sys.argv[1:4])
    report = Report(status)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would let a program interrupt the first process
    for descriptor in (control, status, channel):
        os.set_inheritable(descriptor, False)
    try:
        order = _read_order(control)
        kills = _oom_kills()
        pid = _start(order, report, control, channel)
        over = _stand_by(pid, control, order["limits"]["memory_bytes"])
        _, _, usage = os.wait4(pid, 0)
        report.event("usage", peak_rss_bytes=usage.ru_maxrss * _KIB_BYTES, oom=over or _oom_kills() > kills)
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the executor hears of it, nothing runs
        report.failure(error)
        os._exit(1)
    os._exit(0)


def _read_order(control: int) -> Order:
    text = b""
    while not text.endswith(b"\n"):
        piece = os.read(control, 1 << 16)
        if not piece or len(text) > _ORDER_LIMIT_BYTES:
            os._exit(1)  # the executor is gone, or is not ours
        text += piece
    order: Order = json.loads(text)
    return order


def _start(order: Order, report: Report, control: int, channel: int) -> int:
    opened = None
    if os.geteuid() == 0:
        if not _has_capability(_CAP_SYS_ADMIN):
            raise kernel.Refused("root without CAP_SYS_ADMIN")
        opened = trees.open_trees(order, shown_to=order["uid"])
        _give_up_root(order["uid"])
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWPID, "user namespace")
    _map_identity(uid, gid)
    kernel.die_with_parent()
    alive, kept = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(kept)
        os.close(control)
        first.run(order, opened, report, channel, alive)
    for descriptor in (0, 1, 2, channel, alive):
        os.close(descriptor)
    for tree in opened or ():
        os.close(tree.descriptor)
    return pid


def _has_capability(number: int) -> bool:
    _, _, rest = files.read("/proc/self/status").partition(b"CapEff:")
    return bool(int(rest.split()[0], 16) >> number & 1)


def _give_up_root(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    kernel.prctl("dumpable", kernel.PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map is root's


def _map_identity(uid: int, gid: int) -> None:
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{_INSIDE_ID} {uid} 1"),
        ("gid_map", f"{_INSIDE_ID} {gid} 1"),
    ):
        files.write(f"/proc/self/{name}", text)


def _stand_by(pid: int, control: int, memory_bytes: int) -> bool:
    """Waits for the sandbox's end, or brings it about: when the executor lets go, or for memory (then returns True)."""
    process = os.pidfd_open(pid)
    while not (ready := kernel.readable([process, control], _MEMORY_POLL_MS)):
        if memory.is_over(pid, memory_bytes):
            signal.pidfd_send_signal(process, signal.SIGKILL)
            return True
    if process not in ready:
        signal.pidfd_send_signal(process, signal.SIGKILL)
    return False


def _oom_kills() -> int:
    """How often the kernel has killed for want of memory since it started; 0 where it does not say."""
    _, _, rest = files.read_if_there("/proc/vmstat").partition(b"\noom_kill ")
    return int(rest.split()[0]) if rest else 0
