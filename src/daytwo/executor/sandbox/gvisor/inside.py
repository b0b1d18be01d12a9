"""The first process inside gVisor: starts the program without a privilege, tells its streams apart, reaps, ends.

It is root of the sandbox and keeps only what it needs for that: to become the program's user in a child, and to kill.
When it ends, gVisor ends all that is left.  Started as `python -I -S inside.py ORDER`; its standard input goes to the
program untouched.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import shutil
import signal
import sys
from contextlib import suppress
from typing import NoReturn

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - no pathlib here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from daytwo.executor.sandbox.gvisor import frames
    from daytwo.executor.sandbox.gvisor.order import Inside
    from daytwo.executor.sandbox.zygote import beginning, interpreter, kernel, limits, report, seccomp
else:
    from gvisor import frames
    from zygote import beginning, interpreter, kernel, limits, report, seccomp

_STATUS_FD = 4
_EVERY_DESCRIPTOR = 0x7FFFFFFF
_LAST_CAPABILITY_LIMIT = 64
_POLL_MS = 200


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    order: Inside = json.loads(sys.argv[1])
    readers, writers = zip(*(os.pipe() for _ in range(4)), strict=True)
    try:
        _tidy(order["devices"])
        program = os.fork()
        if program == 0:
            _be_program(order, list(writers))
        for descriptor in (0, *writers):
            os.close(descriptor)
        _sort(program, dict(zip(readers, range(4), strict=True)))
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the keeper hears of it
        _tell(report.failure(error))
    finally:
        os._exit(0)


def _tidy(devices: list[str]) -> None:
    """Takes away what gVisor adds to every sandbox, and what /proc shows of this process: it writes the frames."""
    kernel.unmount("/sys")
    sealed = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("none", f"/proc/{os.getpid()}", "tmpfs", sealed)
    for name in os.listdir("/dev"):  # noqa: PTH208 - see above
        path = f"/dev/{name}"
        if path in devices or name in {"shm", "fd", "stdin", "stdout", "stderr"}:
            continue
        if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114 - see above
            with suppress(kernel.Refused):
                kernel.unmount(path)
            shutil.rmtree(path)
        else:
            os.unlink(path)  # noqa: PTH108 - see above


def _be_program(order: Inside, writers: list[int]) -> NoReturn:
    try:
        os.setsid()
        high = [os.dup2(writer, 100 + place) for place, writer in enumerate(writers)]
        for descriptor, number in zip(high, (1, 2, 3, _STATUS_FD), strict=True):
            os.dup2(descriptor, number)
        os.set_inheritable(_STATUS_FD, False)
        kernel.close_range(_STATUS_FD + 1, _EVERY_DESCRIPTOR)
        for number in range(_LAST_CAPABILITY_LIMIT):
            with suppress(kernel.Refused):  # above the last that there is
                kernel.prctl("bounding set", kernel.PR_CAPBSET_DROP, number)
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
        kernel.prctl("no_new_privs", kernel.PR_SET_NO_NEW_PRIVS, 1)
        limits.impose(os.getpid(), order["limits"], None)
        limits.place(os.getpid(), set(sorted(os.sched_getaffinity(0))[: order["limits"]["cpus"]]), None)
        for path in order["check_readable"]:
            beginning.check_readable(path)
        os.chdir(order["home"])
        sys.path[:] = [path for path in sys.path if path not in order["path"]] + order["path"]
        seccomp.install()
        interpreter.renew()
        interpreter.seed(order["seed"])
        main = importlib.import_module(order["module"]).main
        sys.argv = [order["module"], *order["arguments"]]
    except BaseException as error:  # noqa: BLE001 - the boundary of a process, before the program: nothing has run
        report.write(_STATUS_FD, report.failure(error))
        os._exit(1)
    report.write(_STATUS_FD, {"event": "started"})
    os.close(_STATUS_FD)
    interpreter.end_with(main)


def _sort(program: int, kinds: dict[int, int]) -> None:
    """Frames what the program writes until it has ended and nobody holds its pipes."""
    poll = select.poll()
    for reader in kinds:
        poll.register(reader, select.POLLIN)
    ended = False
    while kinds:
        for reader, _ in poll.poll(_POLL_MS):
            piece = os.read(reader, frames.LIMIT_BYTES)
            if not piece:
                poll.unregister(reader)
                kind = kinds.pop(reader)
                if kind == frames.STATUS:
                    continue
            else:
                _write(frames.encode(kinds[reader], piece))
        if not ended:
            ended = _has_ended(program)
    while not ended:
        ended = _has_ended(program, wait=True)


def _has_ended(program: int, *, wait: bool = False) -> bool:
    """Reaps; when the program itself has ended, tells how and kills what it has left."""
    while True:
        try:
            pid, status = os.waitpid(-1, 0 if wait else os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False
        if pid == program:
            code = os.waitstatus_to_exitcode(status)
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            _tell({"event": "ended", "exit": code if code >= 0 else None, "signal": -code if code < 0 else None})
            return True


def _tell(event: dict[str, object]) -> None:
    _write(frames.encode(frames.STATUS, json.dumps(event).encode("ascii") + b"\n"))


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(1, left) :]


if __name__ == "__main__":
    main()
