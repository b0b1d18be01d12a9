"""Runs one command under a user id that may have no passwd entry: `python -I -S launch.py UID GID COMMAND…`.

initdb refuses to run for a user id that the passwd file does not name.  Instead of touching the machine's file, the
command gets a mount namespace of its own in which a copy with one more line lies over `/etc/passwd`.  Root needs
CAP_SYS_ADMIN for that, an ordinary user a user namespace (mapped to their own id).  See unshare(2), mount(2).

A script of its own, on the standard library alone: namespaces and user ids are changed before exec, which is not safe
in a forked copy of a process with threads.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
import tempfile
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000

PASSWD = Path("/etc/passwd")
EXIT_NO_NAMESPACE = 71
"""The kernel does not allow the namespace; the reason is on stderr."""


def main(arguments: list[str]) -> None:
    uid, gid, command = int(arguments[0]), int(arguments[1]), arguments[2:]
    if not _has_entry(uid):
        try:
            _give_entry(uid, gid)
        except OSError as error:
            sys.stderr.write(f"no private passwd file: {error}\n")
            raise SystemExit(EXIT_NO_NAMESPACE) from error
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606 (the caller's command, as it is, without a shell)


def _has_entry(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _give_entry(uid: int, gid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)

    def call(name: str, *arguments: object) -> None:
        if getattr(libc, name)(*arguments) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{name}: {os.strerror(number)}")

    if os.geteuid() == 0:
        call("unshare", CLONE_NEWNS)
    else:
        call("unshare", CLONE_NEWUSER | CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    call("mount", None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    with tempfile.NamedTemporaryFile() as entries:
        entries.write(PASSWD.read_bytes().rstrip(b"\n") + f"\ndaytwo:x:{uid}:{gid}::/:/bin/false\n".encode())
        entries.flush()
        os.fchmod(entries.fileno(), 0o644)
        call("mount", os.fsencode(entries.name), bytes(PASSWD), None, ctypes.c_ulong(MS_BIND), None)


if __name__ == "__main__":
    main(sys.argv[1:])
