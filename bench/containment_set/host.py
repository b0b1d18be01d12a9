"""The host's state as one digest: what a hostile program must not have changed.

Only what nothing else on a machine changes by itself: settings, accounts, mounts, the interpreter and the packages
(by size, times, mode and owner of every file; whatever ran from them may have been changed by a program), and data.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

_SETTINGS = (
    *("/etc/passwd", "/etc/group", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"),
    *("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname"),
    *("/proc/sys/kernel/modprobe", "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/panic"),
    *("/proc/sys/user/max_user_namespaces", "/proc/sys/vm/overcommit_memory", "/proc/sys/net/ipv4/ip_forward"),
    *("/proc/self/mountinfo", "/proc/self/cgroup", "/proc/self/limits", "/proc/filesystems", "/proc/swaps"),
)
_CLOCK_ROUNDING_SECONDS = 60


def host_digest(*data: Path) -> str:
    """A digest of this machine's state and of the whole content of `data`."""
    digest = hashlib.sha256()
    for line in _lines(data):
        digest.update(line + b"\n")
    return digest.hexdigest()


def _lines(data: tuple[Path, ...]) -> Iterator[bytes]:
    for name in _SETTINGS:
        path = Path(name)
        yield path.read_bytes() if path.exists() else b"-"
    yield str(round((time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)) / _CLOCK_ROUNDING_SECONDS)).encode()
    for top in (Path(sys.base_prefix), Path(sysconfig.get_path("platlib"))):
        yield from _tree(top)
    for path in data:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            yield _entry(os.lstat(file), str(file))
            if file.is_file():
                yield file.read_bytes()


def _tree(top: Path) -> Iterator[bytes]:
    for folder, names, files in os.walk(top):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(files):
            path = os.path.join(folder, name)  # noqa: PTH118 - tens of thousands of them
            yield _entry(os.lstat(path), path)


def _entry(status: os.stat_result, path: str) -> bytes:
    kept = (status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_size, status.st_mtime_ns)
    return f"{path} {kept}".encode()
