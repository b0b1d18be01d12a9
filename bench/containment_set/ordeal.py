"""Ordeals: attempts that are about an execution as a whole, each an execution of its own.

A probe asks whether a call works; an ordeal asks whether the executor gets rid of a program that will not end, that
floods, or that takes all it can get.  Each names the endings that are right for it and how long it may take at most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from daytwo.executor.sandbox import PROFILES, Profile
from daytwo.executor.sandbox.testing import TrialResult

_MIB = 1 << 20
_SMALL = replace(PROFILES["small"], wall_seconds=20.0)
_SHORT = replace(_SMALL, wall_seconds=1.0)
_NARROW = replace(_SMALL, disk_bytes=4 * _MIB, inodes=1024, processes=20)
_LITTLE_MEMORY = replace(_SMALL, memory_bytes=128 * _MIB)
_SLACK_SECONDS = 2.0
"""What may pass between the end of a program's time and the answer."""


def _anything(_: TrialResult) -> bool:
    return True


@dataclass(frozen=True)
class Ordeal:
    """One hostile execution.

    `endings` are those that are right; `holds` looks at what it said.  A program that counts what it got prints it.
    """

    family: str
    name: str
    source: str
    endings: tuple[str, ...] = ("ok",)
    profile: Profile = field(default=_SMALL)
    holds: Callable[[TrialResult], bool] = _anything
    cancel_on_output: bool = False

    def outcome(self, result: TrialResult) -> str:
        """`contained`, or what is wrong with how it ended."""
        if result.error:
            return f"not run: {result.error}"
        if result.left_behind:
            return f"left behind: {', '.join(result.left_behind)[:200]}"
        if result.ending not in self.endings:
            return f"ended {result.ending}: {(result.stdout + result.stderr)[-200:]!r}"
        if result.wall_ms > (self.profile.wall_seconds + _SLACK_SECONDS) * 1000:
            return f"took {result.wall_ms} ms"
        if result.cancel_seconds > 1:
            return f"went on for {result.cancel_seconds:.1f} s after it was cancelled"
        return "contained" if self.holds(result) else f"said {result.stdout[-200:]!r}"


def _counted(limit: int) -> Callable[[TrialResult], bool]:
    """What it printed is a number that is not above the limit."""
    return lambda result: 0 < int(result.stdout.split()[0]) <= limit


def _until_refused(act: str, setup: str = "pass", times: int = 200_000) -> str:
    """Does something again and again until the kernel says no; prints how often it worked."""
    return (
        f"import mmap, os, signal, socket, subprocess, sys, threading, time\n{setup}\ncount = 0\ntry:\n"
        f"    while count < {times}:\n        {act}\n        count += 1\n"
        "except (OSError, RuntimeError, MemoryError, ValueError) as error:\n    pass\n"
        "os.write(1, f'{count}\\n'.encode())\nos._exit(0)"
    )


_IGNORE_ALL = (
    "import os, signal, time\nfor number in range(1, 65):\n    try: signal.signal(number, signal.SIG_IGN)\n"
    "    except (OSError, ValueError): pass\n"
)

_PROCESSES = (
    Ordeal(
        "fork bombs",
        "forks until refused",
        _until_refused("os.fork() or signal.pause()"),
        profile=_NARROW,
        holds=_counted(20),
    ),
    Ordeal(
        "fork bombs",
        "every process forks",
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        ("timeout",),
        replace(_NARROW, wall_seconds=1.0),
    ),
    Ordeal(
        "fork bombs",
        "parents end, children go on",
        "import os\nwhile True:\n    try:\n        if os.fork(): os._exit(0)\n    except OSError: pass",
        ("ok", "timeout", "killed"),
        replace(_NARROW, wall_seconds=1.0),
    ),
    Ordeal(
        "fork bombs",
        "threads until refused",
        _until_refused("threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"),
        profile=_NARROW,
        holds=_counted(20),
    ),
    Ordeal(
        "fork bombs",
        "interpreters until refused",
        _until_refused("held.append(subprocess.Popen([sys.executable, '-c', 'input()']))", "held = []"),
        profile=_NARROW,
        holds=_counted(20),
    ),
    Ordeal(
        "fork bombs",
        "children that are never waited for",
        _until_refused("os.fork() or os._exit(0)", times=5_000),
        profile=_NARROW,
        holds=_counted(20),
    ),
    Ordeal(
        "daemonising",
        "a daemon with a session of its own",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    for number in range(100):\n        try: os.close(number)\n        except OSError: pass\n"
        "    while True: time.sleep(99)\nos.wait()",
    ),
    Ordeal(
        "daemonising",
        "a child that holds every pipe",
        "import os, signal\nif os.fork() == 0: signal.pause()",
    ),
    Ordeal(
        "daemonising",
        "children that ignore every signal",
        _IGNORE_ALL + "for _ in range(8):\n    if os.fork() == 0:\n        while True: time.sleep(99)",
    ),
)

_TIME = (
    Ordeal("timeouts", "burns time, ignoring every signal", _IGNORE_ALL + "while True: pass", ("timeout",), _SHORT),
    Ordeal("timeouts", "sleeps, ignoring every signal", _IGNORE_ALL + "time.sleep(99)", ("timeout",), _SHORT),
    Ordeal("timeouts", "stops itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", ("timeout",), _SHORT),
    Ordeal(
        "timeouts",
        "closes all that it holds, then sleeps",
        "import os, time\nos.closerange(0, 1024)\ntime.sleep(99)",
        ("timeout",),
        _SHORT,
    ),
    Ordeal("timeouts", "computes without giving way", "2 ** (2 ** 33)", ("timeout", "memory", "error"), _SHORT),
    Ordeal("timeouts", "matches without end", "import re\nre.match('(a+)+$', 'a' * 64 + 'b')", ("timeout",), _SHORT),
    Ordeal(
        "timeouts",
        "burns time in many processes",
        "import os\nfor _ in range(6): os.fork()\nwhile True: pass",
        ("timeout",),
        replace(_SHORT, processes=80),
    ),
    Ordeal(
        "timeouts",
        "goes on after it was cancelled",
        _IGNORE_ALL + "os.write(3, b'x')\nwhile True: pass",
        ("killed",),
        cancel_on_output=True,
    ),
    Ordeal(
        "timeouts",
        "goes on in many processes after it was cancelled",
        _IGNORE_ALL + "for _ in range(4): os.fork()\nos.write(3, b'x')\nwhile True: time.sleep(1)",
        ("killed",),
        cancel_on_output=True,
    ),
)


def _streams_are_cut(result: TrialResult) -> bool:
    return len(result.stdout) <= _SHORT.stream_bytes and len(result.stderr) <= _SHORT.stream_bytes


_FLOODS = (
    *(
        Ordeal(
            "floods",
            f"10 GB to {name}",
            f"import os\npiece = bytes(1 << 20)\nfor _ in range(10_000): os.write({number}, piece)",
            ("ok", "timeout", "killed"),
            replace(_SHORT, wall_seconds=4.0),
            _streams_are_cut,
        )
        for number, name in ((1, "standard output"), (2, "standard error"))
    ),
    Ordeal(
        "floods",
        "10 GB to the channel",
        "import os\npiece = bytes(1 << 20)\nfor _ in range(10_000): os.write(3, piece)",
        ("killed",),
        replace(_SMALL, output_bytes=4 * _MIB),
        lambda result: len(result.channel) <= 4 * _MIB,
    ),
    Ordeal(
        "floods",
        "every pipe at once, from many processes",
        "import os\nfor _ in range(3): os.fork()\nwhile True:\n"
        "    for number in (1, 2, 3): os.write(number, bytes(65536))",
        ("killed", "timeout"),
        replace(_SHORT, output_bytes=4 * _MIB),
        _streams_are_cut,
    ),
    Ordeal(
        "floods",
        "a pipe that is never read",
        "import os, threading\nreader, writer = os.pipe()\nwhile True: os.write(writer, bytes(65536))",
        ("timeout",),
        _SHORT,
    ),
    Ordeal("floods", "no newline, no text", "import os\nos.write(1, bytes(range(256)) * 4096)", ("ok",)),
    Ordeal("floods", "escape sequences", "print('\\x1b]0;title\\x07\\x1b[2J\\x1bP+q\\x1b\\\\')", ("ok",)),
    Ordeal("floods", "recurses until it breaks", "def f(): return f()\nf()", ("error", "killed")),
    Ordeal(
        "floods",
        "a traceback without end",
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return f(n + 1)\nf(0)",
        ("error", "killed", "memory", "timeout"),
        _SHORT,
        holds=_streams_are_cut,
    ),
)

_DISK = (
    *(
        Ordeal(
            "disk fill",
            f"fills {folder}",
            _until_refused("os.write(file, piece)", f"file = os.open('{folder}/f', 66)\npiece = bytes(1 << 20)"),
            profile=_NARROW,
            holds=_counted(4),
        )
        for folder in ("/tmp", "/workspace", "/dev/shm")
    ),
    *(
        Ordeal(
            "disk fill",
            f"many files in {folder}",
            _until_refused(f"open(f'{folder}/{{count}}', 'wb').write(bytes(65536))"),
            profile=_NARROW,
            holds=_counted(64),
        )
        for folder in ("/tmp", "/workspace", "/dev/shm")
    ),
    Ordeal(
        "disk fill",
        "one file larger than the disk",
        _until_refused("os.truncate(path, 1 << (20 + count))", "path = '/tmp/f'\nopen(path, 'w').close()"),
        profile=_NARROW,
        holds=_counted(3),
    ),
    Ordeal(
        "disk fill",
        "files without names",
        _until_refused(
            "files.append(os.open('/tmp', os.O_TMPFILE | os.O_RDWR)); os.write(files[-1], bytes(1 << 20))", "files = []"
        ),
        profile=_NARROW,
        holds=lambda result: int(result.stdout) <= 4,  # the tier `strong` has none
    ),
    Ordeal(
        "disk fill",
        "reserves without writing",
        _until_refused(
            "os.posix_fallocate(os.open(f'/tmp/{count}', 66), 0, 1 << 20)",
        ),
        profile=_NARROW,
        holds=_counted(4),
    ),
    *(
        Ordeal(
            "inode fill",
            f"{name} in {folder}",
            _until_refused(act.format(folder=folder), "open('/tmp/a', 'w').close()"),
            profile=_NARROW,
            holds=_counted(1024),
        )
        for folder in ("/tmp", "/workspace", "/dev/shm")
        for name, act in (
            ("empty files", "os.close(os.open(f'{folder}/{{count}}', 66))"),
            ("folders", "os.mkdir(f'{folder}/{{count}}')"),
            ("symbolic links", "os.symlink('x' * 200, f'{folder}/{{count}}')"),
        )
    ),
    Ordeal(
        "inode fill",
        "hard links",
        _until_refused("os.link('/tmp/a', f'/tmp/{count}')", "open('/tmp/a', 'w').close()"),
        profile=_NARROW,
        holds=_counted(1024),
    ),
    Ordeal(
        "inode fill",
        "folders in folders",
        _until_refused("os.mkdir('d'); os.chdir('d')", "os.chdir('/tmp')"),
        profile=_NARROW,
        holds=_counted(1024),
    ),
)

_MEMORY = (
    Ordeal("memory fill", "one process, at once", "bytearray(3 << 30)", ("memory",)),
    Ordeal(
        "memory fill",
        "one process, piece by piece",
        "held = []\nwhile True: held.append(bytes(1 << 20))",
        ("memory",),
        _LITTLE_MEMORY,
    ),
    Ordeal(
        "memory fill",
        "shared by mapping",
        "import mmap, time\nheld = []\nfor _ in range(5):\n    held.append(mmap.mmap(-1, 40 << 20))\n"
        "    held[-1].write(b'x' * (40 << 20))\ntime.sleep(99)",
        ("memory",),
        _LITTLE_MEMORY,
    ),
    Ordeal(
        "memory fill",
        "spread over processes",
        "import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        held = b'x' * (40 << 20)\n"
        "        time.sleep(99)\ntime.sleep(99)",
        ("memory",),
        _LITTLE_MEMORY,
    ),
    Ordeal(
        "memory fill",
        "reserved, not used",
        _until_refused("held.append(mmap.mmap(-1, 1 << 30))", "held = []", times=1000),
        profile=_LITTLE_MEMORY,
        holds=_counted(4),
    ),
    Ordeal(
        "memory fill",
        "in the kernel, as pipes",
        _until_refused(
            "pipe = os.pipe(); os.set_blocking(pipe[1], False); held.append(pipe); os.write(pipe[1], bytes(65536))",
            "held = []",
        ),
        holds=_counted(512),
    ),
    Ordeal(
        "memory fill",
        "in the kernel, as socket pairs",
        _until_refused(
            "pair = socket.socketpair(); pair[0].setblocking(False); held.append(pair); pair[0].send(bytes(65536))",
            "held = []",
        ),
        holds=_counted(512),
    ),
    Ordeal(
        "memory fill",
        "in the kernel, as descriptors in flight",
        _until_refused(
            "socket.send_fds(pair[0], [b'x'], [file] * 200)",
            "pair = socket.socketpair()\nfile = os.dup(1)\npair[0].setblocking(False)",
        ),
        ("ok", "timeout", "memory"),  # the tier `strong` lets them fly until time or memory is over
        holds=lambda result: result.ending != "ok" or int(result.stdout) <= 512,
    ),
    *(
        Ordeal(
            "descriptor tables",
            name,
            _until_refused(f"held.append({act})", "import select\nheld = []"),
            holds=_counted(1024),
        )
        for name, act in (
            ("duplicates", "os.dup(1)"),
            ("open files", "open('/py/bin/python3', 'rb')"),
            ("event queues", "select.epoll()"),
            ("threads' stacks", "mmap.mmap(-1, 8 << 20)"),
        )
    ),
)

ORDEALS: tuple[Ordeal, ...] = (*_PROCESSES, *_TIME, *_FLOODS, *_DISK, *_MEMORY)
