"""The first process of a sandbox's pid namespace: builds the tree, locks itself, starts the program, reaps.

When it ends, the kernel kills all that is left in the sandbox.  It is under the same lock as the program, and not
dumpable, so the program can neither look into it nor, being in the same pid namespace, kill it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat

from . import files, kernel, landlock, limits, root, seccomp, trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Order
    from .report import Report

CHANNEL_FD = 3
STARTED_FD = 4
"""The interpreter's first words go here; it is closed before any line of the program runs."""

_EVERY_DESCRIPTOR = 0xFFFFFFFF
_READ_CHECK_LIMIT_ENTRIES = 2_000


def run(order: Order, opened: list[trees.Tree] | None, report: Report, channel: int, alive: int) -> None:
    """Never returns."""
    try:
        program = _start(order, opened, report, channel, alive)
        _reap_until_end(program, report)
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the executor hears of it, nothing runs
        report.failure(error)
    finally:
        os._exit(0)


def _start(order: Order, opened: list[trees.Tree] | None, report: Report, channel: int, alive: int) -> int:
    os.setsid()
    kernel.die_with_parent()
    if kernel.readable([alive], 0):  # the outer process died before we asked to die with it
        os._exit(1)
    kernel.unshare(kernel.CLONE_NEWNS, "mount namespace")
    kernel.unshare(kernel.CLONE_NEWNET, "network namespace")
    kernel.unshare(kernel.CLONE_NEWIPC, "ipc namespace")
    kernel.unshare(kernel.CLONE_NEWUTS, "uts namespace")
    kernel.unshare(kernel.CLONE_NEWCGROUP, "cgroup namespace")
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    _forbid_more_user_namespaces()
    root.build(order, trees.open_trees(order, shown_to=None) if opened is None else opened)
    limits.apply(order["limits"])
    kernel.drop_all_capabilities()
    kernel.prctl("no_new_privs", kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl("not dumpable", kernel.PR_SET_DUMPABLE, 0)
    for path in order["check_readable"]:
        _check_readable(path)
    program = os.fork()
    if program == 0:
        _become_program(order, report, channel)
    _fence(order)
    for descriptor in (0, 1, 2, channel):
        os.close(descriptor)
    return program


def _forbid_more_user_namespaces() -> None:
    """A second lock beside the filter's, which stands alone where a container has made /proc/sys read-only."""
    try:
        files.write("/proc/sys/user/max_user_namespaces", "0")
    except OSError:
        return


def _check_readable(top: str) -> None:
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


def _fence(order: Order) -> None:
    """The last of the lock.  After the fork, so that the program's Landlock domain is not the first process's."""
    landlock.restrict(list(order["scratch"]), order["executable"])
    seccomp.install()


def _become_program(order: Order, report: Report, channel: int) -> None:
    try:
        high = fcntl.fcntl(channel, fcntl.F_DUPFD_CLOEXEC, STARTED_FD + 1)
        os.dup2(fcntl.fcntl(report.descriptor, fcntl.F_DUPFD_CLOEXEC, STARTED_FD + 1), STARTED_FD)
        os.dup2(high, CHANNEL_FD)
        report.descriptor = STARTED_FD
        kernel.close_range(STARTED_FD + 1, _EVERY_DESCRIPTOR)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.chdir(order["environment"]["HOME"])
        _fence(order)
        os.execve(order["command"][0], order["command"], order["environment"])  # noqa: S606 - no shell is meant
    except BaseException as error:  # noqa: BLE001 - the boundary of a process, before the program: nothing has run
        report.failure(error)
    finally:
        os._exit(1)


def _reap_until_end(program: int, report: Report) -> None:
    while True:
        child, status = os.wait()
        if child == program:
            code = os.waitstatus_to_exitcode(status)
            report.event("ended", exit=code if code >= 0 else None, signal=-code if code < 0 else None)
            return
