"""The system calls that Python does not offer, through libc, each raising `Refused` with the step's name.

Numbers and structures: the kernel's UAPI headers (linux/mount.h, linux/prctl.h, linux/capability.h).
"""

from __future__ import annotations

import ctypes
import os
import select
import signal

from . import syscalls

CLONE_VM = 0x00000100
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE = 32, 4096, 16384, 1 << 18, 1 << 19
MNT_DETACH = 2

MADV_COLLAPSE = 25

AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
OPEN_TREE_CLONE = 1
MOVE_MOUNT_F_EMPTY_PATH = 4
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC = 1, 2, 4, 8
MOUNT_ATTR_IDMAP = 0x00100000

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_python = ctypes.PyDLL(None, use_errno=True)
"""The same, called without letting go of the interpreter."""


_WAITING_STACK_BYTES = 16 << 10
_waiting_stack = ctypes.create_string_buffer(_WAITING_STACK_BYTES)
"""Of all that wait: each puts the same few words there, and none comes back for them."""


class Refused(Exception):
    """A step of the set-up did not work, so nothing may run.

    Args:
        step: what was tried, in words; the executor maps it to the command that mends it.
        errno: the kernel's answer, 0 where the refusal is ours.
        code: `sandbox_unavailable` or `data_unreadable`.
    """

    def __init__(self, step: str, errno: int = 0, *, code: str = "sandbox_unavailable", detail: str = "") -> None:
        super().__init__(step)
        self.step = step
        self.errno = errno
        self.code = code
        self.detail = detail


class MountAttributes(ctypes.Structure):
    """`struct mount_attr` of mount_setattr(2)."""

    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def _checked(result: int, step: str) -> int:
    if result < 0:
        raise Refused(step, ctypes.get_errno())
    return result


def syscall(step: str, number: int, *arguments: object) -> int:
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), step)


def number_of(name: str) -> int:
    """The number of a system call on this machine."""
    return syscalls.numbers(os.uname().machine)[name]


def fork() -> int:
    """Forks a process of one thread, without what Python does in the child of one that may have more.

    That copies 900 KB of a zygote; what of it a program needs, `interpreter.renew` does.  Handlers that packages have
    registered for a fork are not called either: they reset threads, and none was ever there.
    """
    return _checked(_python.fork(), "fork")


def start_waiting() -> int:
    """Starts a process that makes one system call, `pause`, and never comes back from it; returns its pid.

    It has no memory of its own, but the caller's, and no privilege: it is in a user namespace of its own, with nothing.
    """
    entry, top = ctypes.cast(_libc.pause, ctypes.c_void_p), ctypes.addressof(_waiting_stack) + _WAITING_STACK_BYTES
    flags = CLONE_VM | CLONE_NEWUSER | signal.SIGCHLD
    return _checked(_libc.clone(entry, ctypes.c_void_p(top & ~15), ctypes.c_int(flags), None), "start of an init")


def unshare(flags: int, step: str) -> None:
    _checked(_libc.unshare(ctypes.c_int(flags)), step)


def setns(namespace: int, kind: int, step: str) -> None:
    _checked(_libc.setns(ctypes.c_int(namespace), ctypes.c_int(kind)), step)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kind_bytes = kind.encode() if kind else None
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), kind_bytes, ctypes.c_ulong(flags), options.encode() or None
    )
    _checked(result, f"mount {kind or target}")


def unmount(path: str) -> None:
    _checked(_libc.umount2(os.fsencode(path), MNT_DETACH), f"unmount {path}")


def open_tree(path: str) -> int:
    """A detached copy of what is mounted at `path`, submounts included."""
    flags = OPEN_TREE_CLONE | os.O_CLOEXEC | AT_RECURSIVE
    return syscall(f"open {path}", number_of("open_tree"), AT_FDCWD, os.fsencode(path), ctypes.c_uint(flags))


def mount_setattr(tree: int, attributes: MountAttributes, step: str) -> None:
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    flags = ctypes.c_uint(AT_EMPTY_PATH | AT_RECURSIVE)
    syscall(step, number_of("mount_setattr"), tree, b"", flags, ctypes.byref(attributes), size)


def move_mount(tree: int, target: str) -> None:
    flags = ctypes.c_uint(MOVE_MOUNT_F_EMPTY_PATH)
    syscall("move_mount", number_of("move_mount"), tree, b"", AT_FDCWD, os.fsencode(target), flags)


def pivot_root_here() -> None:
    """Makes the working directory, a mount point, the root, and lets go of the old one."""
    syscall("pivot_root", number_of("pivot_root"), b".", b".")
    _checked(_libc.umount2(b".", MNT_DETACH), "detach the old root")
    os.chdir("/")


def set_hostname(name: str) -> None:
    _checked(_libc.sethostname(name.encode("ascii"), ctypes.c_size_t(len(name))), "host name")


def prctl(step: str, option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc.prctl(ctypes.c_int(option), *padded), step)


def collapse(start: int, length: int) -> None:
    """Puts the pages of a range together; a kernel that cannot, or finds nothing there, leaves it as it is."""
    _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), ctypes.c_int(MADV_COLLAPSE))


def readable(descriptors: list[int], timeout_ms: int | None = None) -> list[int]:
    """Those that can be read or have come to their end; waits for one."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in poll.poll(timeout_ms)]


def has_hung_up(descriptor: int) -> bool:
    """Whether the other end of a socket is gone, though what it sent may still have to be read."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(0))


def processor() -> int:
    """The number of the one that this runs on now."""
    return _checked(_libc.sched_getcpu(), "number of the processor")


def die_with_parent() -> None:
    prctl("parent death signal", PR_SET_PDEATHSIG, 9)


def close_range(first: int, last: int) -> None:
    syscall("close_range", number_of("close_range"), ctypes.c_uint(first), ctypes.c_uint(last), 0)


def drop_all_capabilities() -> None:
    """Empties the bounding, ambient, inheritable, permitted and effective sets, and locks what could refill them."""
    all_securebits_locked = 0xEF  # every bit and its lock, but KEEP_CAPS itself
    prctl("securebits", PR_SET_SECUREBITS, all_securebits_locked)
    last = 0
    while _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(last), 0, 0, 0) == 0:
        last += 1
    if last == 0:
        raise Refused("capability bounding set", ctypes.get_errno())
    prctl("ambient capabilities", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    empty = (ctypes.c_uint32 * 6)()
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(empty)), "drop capabilities")
