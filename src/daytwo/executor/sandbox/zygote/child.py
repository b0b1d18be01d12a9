"""A child of the zygote: the init of its pid namespace, and the program that is forked from it and parks.

The order is the lock: cgroup, namespaces, own `/proc` and scratch, inner user namespace, no capability, no new
privileges; then, in each of the two, Landlock and the system call filter.  A parked program has no privilege left and
one open socket, which it closes before it runs anything.  Its init is under the same lock, and not dumpable, so the
program can neither look into it nor, being in the same pid namespace, kill it; when it ends, the kernel kills all that
is left.
"""

from __future__ import annotations

import errno
import importlib
import os
import resource
import signal
import socket
import stat
import sys
from typing import NoReturn

from . import files, interpreter, kernel, landlock, messages, report, root, seccomp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .order import Go, Inside

_KEEPER_FD, _CHANNEL_FD, _STATUS_FD = 3, 3, 4
"""The socket to the keeper stands where the program's channel will: taking the one closes the other."""
_EVERY_DESCRIPTOR = 0xFFFFFFFF
_INSIDE_ID = 1000
_KIB_BYTES = 1024
_READ_CHECK_LIMIT_ENTRIES = 2_000


def live(inside: Inside, descriptors: list[int]) -> NoReturn:
    """The whole life of a child, right after the fork: the socket to the keeper, then cgroups to join."""
    keeper = _alone(descriptors)
    try:
        program = _set_up(inside, keeper)
        messages.send(keeper, _reap_until_end(program))
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it, nothing runs
        messages.send(keeper, report.failure(error))
    finally:
        os._exit(0)


def _alone(descriptors: list[int]) -> socket.socket:
    """Joins the cgroups; leaves nothing open but the first three descriptors and the socket to the keeper."""
    keeper, *groups = descriptors
    for group in groups:
        os.write(group, b"0")
    os.dup2(keeper, _KEEPER_FD, inheritable=False)
    kernel.close_range(_KEEPER_FD + 1, _EVERY_DESCRIPTOR)
    return socket.socket(fileno=_KEEPER_FD)


def _set_up(inside: Inside, keeper: socket.socket) -> int:
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
        _be_program(inside, keeper)
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


def _be_program(inside: Inside, keeper: socket.socket) -> NoReturn:
    try:
        kernel.prctl("dumpable", kernel.PR_SET_DUMPABLE, 1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        landlock.restrict(inside["scratch"], inside["executable"], inside["devices"])
        seccomp.install(drives_devices=bool(inside["devices"]))
        interpreter.renew(inside["seed"])
        interpreter.limber(inside["modules"])
        messages.send(keeper, {"event": "parked"})
        order = messages.receive(keeper)
        if order.message is None:
            os._exit(1)
        _take(order.descriptors, keeper)
    except BaseException as error:  # noqa: BLE001 - as above
        messages.send(keeper, report.failure(error))
        os._exit(1)
    try:
        main = _get_ready(order.message)
    except BaseException as error:  # noqa: BLE001 - as above
        report.write(_STATUS_FD, report.failure(error))
        os._exit(1)
    report.write(_STATUS_FD, {"event": "started"})
    os.close(_STATUS_FD)
    interpreter.end_with(main)


def _take(descriptors: list[int], keeper: socket.socket) -> None:
    """Takes the run's descriptors and leaves nothing else open, the socket to the keeper least of all."""
    status, *standard = descriptors  # each above 3: 0 to 3 are taken
    if status != _STATUS_FD:
        os.dup2(status, _STATUS_FD)
    os.set_inheritable(_STATUS_FD, False)
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
    keeper.detach()
    kernel.close_range(_STATUS_FD + 1, _EVERY_DESCRIPTOR)


def _get_ready(go: Go) -> Callable[[], object]:
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
