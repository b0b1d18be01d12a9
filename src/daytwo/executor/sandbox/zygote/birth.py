"""From the keeper to the zygote: a warden that gives up root, and the first process of the zygote's pid namespace.

The zygote is the root of its user namespace, and that is all it is root of.  What it executes at the end of this is the
environment's interpreter, inside the finished tree, with a clean environment and two open sockets:
its own, and that of its nurse.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
from typing import NamedTuple

from . import files, kernel, limits, messages, root
from .nurse import NURSE_FD
from .report import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Plan
    from .trees import Tree

ZYGOTE_FD = 3
"""The zygote's socket to the keeper."""
_EVERY_DESCRIPTOR = 0xFFFFFFFF
_CAP_SYS_ADMIN = 21


def privileged(uid: int) -> int | None:
    """Sees to it that the keeper may mount and enter namespaces: as root, or as the root of its own.

    Returns who the zygote is to become: this user where root runs the executor, else None, which is the keeper's own.
    """
    if os.geteuid() == 0:
        if not _has_capability(_CAP_SYS_ADMIN):
            raise kernel.Refused("root without CAP_SYS_ADMIN")
        return uid
    enter_user_namespace()
    kernel.unshare(kernel.CLONE_NEWNS, "mount namespace")
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_SLAVE)  # what the host mounts later is seen
    return None


def _has_capability(number: int) -> bool:
    _, _, rest = files.read("/proc/self/status").partition(b"CapEff:")
    return bool(int(rest.split()[0], 16) >> number & 1)


def enter_user_namespace() -> None:
    """Makes the caller the root of a user namespace of its own, in which its user is the only one."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER, "user namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        files.write(f"/proc/self/{name}", text)


class Born(NamedTuple):
    """What the keeper holds of a zygote."""

    zygote: socket.socket
    """On which it says that it is warm, takes orders to fork, and tells of its children's ends."""
    nurse: socket.socket
    words: int
    """A pipe with its last words."""


def bear(plan: Plan, trees: list[Tree], *, uid: int | None) -> Born:
    """Starts the zygote of a plan.

    Args:
        plan: the plan.
        trees: its sources, opened.
        uid: who it becomes, where root runs the executor; None where the caller is in its user namespace already.
    """
    (zygote, theirs), (nurse, nurses) = messages.pair(), messages.pair()
    words, said = os.pipe()
    if os.fork() == 0:
        zygote.close()
        nurse.close()
        os.dup2(said, 2)
        _ward(plan, trees, uid, theirs, nurses)
    theirs.close()
    nurses.close()
    os.close(said)
    for tree in trees:
        tree.close()
    return Born(zygote, nurse, words)


def _ward(plan: Plan, trees: list[Tree], uid: int | None, channel: socket.socket, nurse: socket.socket) -> None:
    """Never returns.  Stays, so that the zygote has a parent to die with."""
    try:
        if uid is not None:
            _give_up_root(uid)
            enter_user_namespace()
        kernel.die_with_parent()
        kernel.unshare(kernel.CLONE_NEWPID, "pid namespace")
        alive, kept = os.pipe()
        zygote = os.fork()
        if zygote == 0:
            os.close(kept)
            _become_zygote(plan, trees, channel, nurse, alive)
        channel.close()
        nurse.close()
        for tree in trees:
            tree.close()
        os.waitpid(zygote, 0)
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it, nothing runs
        messages.send(channel, failure(error))
    finally:
        os._exit(0)


def _give_up_root(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    kernel.prctl("dumpable", kernel.PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map is root's


def _become_zygote(plan: Plan, trees: list[Tree], channel: socket.socket, nurse: socket.socket, alive: int) -> None:
    try:
        os.setsid()
        kernel.die_with_parent()
        if kernel.readable([alive], 0):  # the warden died before we asked to die with it
            os._exit(1)
        namespaces = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
        kernel.unshare(namespaces | kernel.CLONE_NEWCGROUP, "mount, net, ipc, uts and cgroup namespaces")
        kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        root.build(plan, trees)
        limits.apply_common()
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        channel = _alone(channel, nurse)
        inside = json.dumps(plan["inside"])
        os.execve(plan["command"][0], [*plan["command"], inside], plan["environment"])  # noqa: S606
    except BaseException as error:  # noqa: BLE001 - as above
        messages.send(channel, failure(error))
    finally:
        os._exit(1)


def _alone(channel: socket.socket, nurse: socket.socket) -> socket.socket:
    """The two channels at their numbers, inherited; every other descriptor but the first three is closed."""
    high = fcntl.fcntl(nurse.detach(), fcntl.F_DUPFD, NURSE_FD + 1)  # not where the other is to stand
    os.dup2(channel.detach(), ZYGOTE_FD)
    os.dup2(high, NURSE_FD)
    kernel.close_range(NURSE_FD + 1, _EVERY_DESCRIPTOR)
    return socket.socket(fileno=ZYGOTE_FD)
