"""A child of the zygote: locks itself, parks, and runs one program.

The order is the lock: cgroup and pid namespace (it is born in its own), the other namespaces, own `/proc` and scratch,
inner user namespace, no capability, no new privileges, Landlock, the system call filter.  A parked child has no
privilege left and one open socket, which it closes before it runs anything.  Its init (see `nurse`) has no privilege
and is not dumpable, so the program can neither look into it nor, being in its pid namespace, kill it.  Its parent is
the zygote, outside that namespace, which tells the keeper of its end.
"""

from __future__ import annotations

import os
import signal
import socket
from typing import NoReturn

from . import drill, files, interpreter, kernel, landlock, messages, report, root, seccomp
from .beginning import KEEPER_FD, STATUS_FD, get_ready, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Inside

_EVERY_DESCRIPTOR = 0xFFFFFFFF
_INSIDE_ID = 1000


def live(inside: Inside, descriptors: list[int], *, hurry: bool) -> NoReturn:
    """The whole life of a child, right after the fork.

    Args:
        inside: what it knows.
        descriptors: the socket to the keeper.
        hurry: a run waits for it, so it parks without a drill.
    """
    keeper = _alone(descriptors)
    try:
        _set_up(inside, keeper)
        order = _park(inside, keeper, hurry=hurry)
        take(order.descriptors, keeper)
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it, nothing runs
        messages.send(keeper, report.failure(error))
        os._exit(1)
    try:
        main = get_ready(order.message)
    except BaseException as error:  # noqa: BLE001 - as above
        report.write(STATUS_FD, report.failure(error))
        os._exit(1)
    report.write(STATUS_FD, {"event": "started"})
    os.close(STATUS_FD)
    interpreter.end_with(main)


def _alone(descriptors: list[int]) -> socket.socket:
    """Leaves nothing open but the first three descriptors and the socket to the keeper."""
    keeper, *_ = descriptors
    os.dup2(keeper, KEEPER_FD, inheritable=False)
    kernel.close_range(KEEPER_FD + 1, _EVERY_DESCRIPTOR)
    return socket.socket(fileno=KEEPER_FD)


def _set_up(inside: Inside, keeper: socket.socket) -> None:
    os.setsid()
    namespaces = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    kernel.unshare(namespaces | kernel.CLONE_NEWCGROUP, "mount, net, ipc, uts and cgroup namespaces")
    root.freshen(inside["scratch"])
    mounts = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    kernel.unshare(kernel.CLONE_NEWUSER, "inner user namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_INSIDE_ID} 0 1"), ("gid_map", f"{_INSIDE_ID} 0 1")):
        files.write(f"/proc/self/{name}", text)
    kernel.drop_all_capabilities()
    kernel.prctl("no_new_privs", kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl("dumpable", kernel.PR_SET_DUMPABLE, 1)  # else its /proc/self is root's
    messages.send(keeper, {"event": "born"}, [mounts])
    os.close(mounts)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    landlock.restrict(inside["scratch"], inside["executable"], inside["devices"])
    seccomp.install(drives_devices=bool(inside["devices"]))


def _park(inside: Inside, keeper: socket.socket, *, hurry: bool) -> messages.Received:
    """Until its run's order comes."""
    interpreter.renew()
    if inside["seed"] is None:  # else the zygote's is meant to be its children's
        interpreter.seed(None)
    if not hurry:
        drill.run(inside["modules"])
    messages.send(keeper, {"event": "parked"})
    order = messages.receive(keeper)
    if order.message is None:
        os._exit(1)
    return order
