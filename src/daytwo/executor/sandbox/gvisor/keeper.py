"""The keeper of one strong sandbox: stages the tree, starts runsc, sorts what comes out, watches, kills.

Started as `python -I -S keeper.py CONTROL STATUS JOB STDOUT STDERR CHANNEL` (six inherited descriptors).  The order is
one line on CONTROL; that pipe's end is an order to kill.  The tree is built over /tmp in a mount namespace that ends
with this process, so nothing of it is ever on the host's disk.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - no pathlib here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from daytwo.executor.sandbox.gvisor import frames
    from daytwo.executor.sandbox.gvisor.order import Strong
    from daytwo.executor.sandbox.zygote import files, kernel, memory, report, root, trees
else:
    from gvisor import frames
    from zygote import files, kernel, memory, report, root, trees

_SITE = "/tmp"  # noqa: S108 - only a mount point that every system has
_ROOT, _BUNDLE, _STATE = f"{_SITE}/root", f"{_SITE}/bundle", f"{_SITE}/state"
_SCRATCH_FLAGS = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
_SITE_LIMITS = "size=16m,nr_inodes=65536,mode=0755"
_ORDER_LIMIT_BYTES = 4 << 20
_PIECE_BYTES = 1 << 16
_POLL_MS = 200
_END_LIMIT_MS = 3_000
_LAST_WORDS_BYTES = 2_000
_MEMORY_FILE = "/memfd:runsc-memory"
_BLOCK_BYTES = 512


def main() -> None:
    control, status, job, *streams = (int(argument) for argument in sys.argv[1:7])
    try:
        order = _read_order(control)
        _stage(order)
        Run(order, control, status, job, streams).go()
    except BaseException as error:  # noqa: BLE001 - the boundary of a process: the executor hears of it
        with suppress(BrokenPipeError):
            report.write(status, report.failure(error))
    finally:
        os._exit(0)


def _read_order(control: int) -> Strong:
    text = b""
    while not text.endswith(b"\n"):
        piece = os.read(control, _PIECE_BYTES)
        if not piece or len(text) > _ORDER_LIMIT_BYTES:
            os._exit(1)  # the executor is gone, or is not ours
        text += piece
    order: Strong = json.loads(text)
    return order


def _stage(order: Strong) -> None:
    if os.geteuid() != 0:
        raise kernel.Refused("runsc without root")
    kernel.unshare(kernel.CLONE_NEWNS, "mount namespace")
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    opened = trees.Opener(shown_to=order["uid"]).open(order["sources"])
    kernel.mount("tmpfs", _SITE, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, _SITE_LIMITS)
    for path in (_ROOT, _BUNDLE, _STATE):
        root.make_directory(path)
    for scratch in order["scratch"]:
        root.make_directory(_ROOT + scratch["target"])
        root.make_directory(scratch["source"])
        limits = f"size={scratch['bytes']},nr_inodes={scratch['inodes']},mode=1777"
        kernel.mount("tmpfs", scratch["source"], "tmpfs", _SCRATCH_FLAGS, limits)
    root.stand(_ROOT, opened)
    for points_to, link in order["links"]:
        os.symlink(points_to, _ROOT + link)  # noqa: PTH211 - as above
    for path, text in order["files"].items():
        root.make_directory((_ROOT + path).rpartition("/")[0])
        files.write(_ROOT + path, text)
    files.write(f"{_BUNDLE}/config.json", json.dumps(order["configuration"]))


class Run:
    """From the start of runsc to its end."""

    def __init__(self, order: Strong, control: int, status: int, job: int, streams: list[int]) -> None:
        self._order = order
        self._control = control
        self._targets = [*streams, status]
        self._job = job
        self._decoder = frames.Decoder()
        self._words = bytearray()
        self._base_bytes = 0
        self._peak_bytes = 0
        self._is_over = False
        self._has_told = False

    def go(self) -> None:
        frames_out, frames_in = os.pipe()
        words_out, words_in = os.pipe()
        runsc = self._start(frames_in, words_in)
        for descriptor in (frames_in, words_in, self._job):
            os.close(descriptor)
        poll = select.poll()
        for descriptor in (frames_out, words_out, self._control):
            poll.register(descriptor, select.POLLIN)
        is_open = True
        while is_open:
            for descriptor, _ in poll.poll(_POLL_MS):
                if descriptor == self._control:
                    is_open = False
                    break
                piece = os.read(descriptor, _PIECE_BYTES)
                if descriptor == words_out:
                    self._words = (self._words + piece)[-_LAST_WORDS_BYTES:]
                    if not piece:
                        poll.unregister(words_out)
                elif piece:
                    is_open = self._sort(piece)
                else:
                    is_open = False
            if self._watch_memory(runsc):
                break
        self._end(runsc)

    def _start(self, frames_in: int, words_in: int) -> int:
        runsc = self._order["runsc"]
        options = ["--root", _STATE, "--platform", "ptrace", "--network", "none", "--ignore-cgroups"]
        options += ["--file-access-mounts", "exclusive"]  # nobody but this sandbox sees its scratch
        command = [runsc, *options, "run", "-bundle", _BUNDLE, f"daytwo-{os.urandom(8).hex()}"]
        pid = os.fork()
        if pid == 0:
            try:
                kernel.die_with_parent()
                for number, descriptor in enumerate((self._job, frames_in, words_in)):
                    os.dup2(descriptor, number)
                kernel.close_range(3, 0xFFFFFFFF)
                os.setsid()
                os.execve(runsc, command, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})  # noqa: S606 - no shell is meant
            finally:
                os._exit(127)
        return pid

    def _sort(self, piece: bytes) -> bool:
        """Hands frames on; False where nobody takes them any more."""
        for kind, data in self._decoder.feed(piece):
            self._has_told = self._has_told or kind == frames.STATUS
            try:
                _write(self._targets[kind], data)
            except BrokenPipeError:
                return False
        return True

    def _watch_memory(self, runsc: int) -> bool:
        held = _held_bytes(runsc)
        if not self._has_told:
            self._base_bytes = held
        self._peak_bytes = max(self._peak_bytes, held - self._base_bytes)
        self._is_over = held - self._base_bytes > self._order["memory_bytes"]
        return self._is_over

    def _end(self, runsc: int) -> None:
        """Sees to it that no process of the sandbox is left, then says what it used."""
        process = os.pidfd_open(runsc)
        left = memory.descendants(runsc)
        if self._is_over or not kernel.readable([process], 0):
            for pid in reversed(left):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        kernel.readable([process], _END_LIMIT_MS)
        os.waitpid(runsc, 0)
        with suppress(BrokenPipeError):
            if not self._has_told:
                detail = self._words.decode("utf-8", "replace").strip() or "it said nothing"
                report.write(self._targets[-1], report.failure(kernel.Refused("start of runsc", detail=detail)))
            usage = {"event": "usage", "peak_rss_bytes": self._peak_bytes, "oom": self._is_over}
            report.write(self._targets[-1], usage)


def _held_bytes(runsc: int) -> int:
    """What gVisor holds: the one file with a program's pages, and its own heap, which a program can fill, too."""
    pages = heap = 0
    for pid in memory.descendants(runsc):
        heap += memory.anonymous_bytes(pid)
        folder = f"/proc/{pid}/fd"
        for name in files.names_if_there(folder):
            with suppress(OSError):  # it has just closed it
                if os.readlink(f"{folder}/{name}").startswith(_MEMORY_FILE):  # noqa: PTH115 - no pathlib here
                    pages = max(pages, os.stat(f"{folder}/{name}").st_blocks * _BLOCK_BYTES)  # noqa: PTH116 - as above
    return pages + heap


def _write(target: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(target, left) :]


if __name__ == "__main__":
    main()
