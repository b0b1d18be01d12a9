"""A child of the zygote: the init of its pid namespace, and the program that is forked from it and parks.

The order is the lock: cgroup (it is born in its own), namespaces, own `/proc` and scratch, inner user namespace, no
capability, no new privileges; then, in each of the two, Landlock and the system call filter.  A parked program has no
privilege left and one open socket, which it closes before it runs anything.  Its init is under the same lock, and not
dumpable, so the program can neither look into it nor, being in the same pid namespace, kill it; when it ends, the
kernel kills all that is left.
"""

from __future__ import annotations

import os
import resource
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
_KIB_BYTES = 1024


def live(inside: Inside, descriptors: list[int], *, hurry: bool) -> NoReturn:
    """The whole life of a child, right after the fork.

    Args:
        inside: what it knows.
        descriptors: the socket to the keeper.
        hurry: a run waits for it, so it parks without a drill.
    """
    keeper = _alone(descriptors)
    try:
        program = _set_up(inside, keeper, hurry=hurry)
        messages.send(keeper, _reap_until_end(program))
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it, nothing runs
        messages.send(keeper, report.failure(error))
    finally:
        os._exit(0)


def _alone(descriptors: list[int]) -> socket.socket:
    """Leaves nothing open but the first three descriptors and the socket to the keeper."""
    (keeper,) = descriptors
    os.dup2(keeper, KEEPER_FD, inheritable=False)
    kernel.close_range(KEEPER_FD + 1, _EVERY_DESCRIPTOR)
    return socket.socket(fileno=KEEPER_FD)


def _set_up(inside: Inside, keeper: socket.socket, *, hurry: bool) -> int:
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
    kernel.prctl("not dumpable", kernel.PR_SET_DUMPABLE, 0)
    messages.send(keeper, {"event": "born"}, [mounts])
    os.close(mounts)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = kernel.fork()
    if program == 0:
        _be_program(inside, keeper, hurry=hurry)
    # After the fork, so that the program's Landlock domain is not its init's.
    landlock.restrict([], [], [])
    seccomp.install()
    return program


def _reap_until_end(program: int) -> dict[str, object]:
    """Until the program has ended; says how, and whether it was the last that lived here beside its init."""
    child = 0
    while child != program:
        child, status, usage = os.wait3(0)
    code = os.waitstatus_to_exitcode(status)
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "event": "ended",
        "exit": code if code >= 0 else None,
        "signal": -code if code < 0 else None,
        "peak_rss_bytes": max(usage.ru_maxrss, own.ru_maxrss) * _KIB_BYTES,
        "was_last": _is_alone(),
    }


def _is_alone() -> bool:
    """Whether nothing else lives in the pid namespace: orphans are its init's children, so what lives would show."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue
    except ChildProcessError:
        return True
    return False


def _be_program(inside: Inside, keeper: socket.socket, *, hurry: bool) -> NoReturn:
    try:
        kernel.prctl("dumpable", kernel.PR_SET_DUMPABLE, 1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        landlock.restrict(inside["scratch"], inside["executable"], inside["devices"])
        seccomp.install(drives_devices=bool(inside["devices"]))
        interpreter.renew()
        if inside["seed"] is None:  # else the zygote's is meant to be its children's
            interpreter.seed(None)
        if not hurry:
            drill.run(inside["modules"])
        messages.send(keeper, {"event": "parked"})
        order = messages.receive(keeper)
        if order.message is None:
            os._exit(1)
        take(order.descriptors, keeper)
    except BaseException as error:  # noqa: BLE001 - as above
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
