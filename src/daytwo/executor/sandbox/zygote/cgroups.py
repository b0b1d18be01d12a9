"""Control groups, where this machine lets us make them: the hard bound on all that a sandbox holds.

Version 1 as root, version 2 where it was delegated.  The keeper makes a group and opens its list of processes; the
zygote joins through that descriptor, because joining is slow (12 ms were measured), and the child is born there; its
bound is written when the child has its fit and the zygote has left.  A keeper's folder is locked for as long as the
keeper lives, so that another one, wherever in the hierarchy it starts, knows which folders nobody comes back to.  Of
version 2 the files are tested; no sandbox of
ours has run in such a group with its memory bounded yet.
Source: cgroups(7), Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from contextlib import suppress

from . import files

_MOUNTS = "/proc/self/mountinfo"
_OWN = "/proc/self/cgroup"
_CONTROLLERS_BELOW = "cgroup.subtree_control"
_PREFIX = "daytwo-"


class Group:
    """A memory cgroup of one child."""

    def __init__(self, path: str, *, version: int) -> None:
        self._path = path
        self._version = version
        os.mkdir(path, 0o755)  # noqa: PTH102 - see `files`

    def door(self) -> int:
        """A descriptor; who writes `0` to it joins."""
        return os.open(f"{self._path}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)

    def bound(self, total_bytes: int) -> None:
        if self._version == 1:
            files.write(f"{self._path}/memory.limit_in_bytes", str(total_bytes))
            return
        for name, text in (("memory.max", str(total_bytes)), ("memory.swap.max", "0"), ("memory.oom.group", "1")):
            files.write(f"{self._path}/{name}", text)

    def has_killed(self) -> bool:
        """Whether the kernel ended a process of the group for want of memory."""
        name = "memory.oom_control" if self._version == 1 else "memory.events"
        words = files.read_if_there(f"{self._path}/{name}").split()
        return words[words.index(b"oom_kill") + 1] != b"0" if b"oom_kill" in words else False

    def remove(self) -> None:
        _remove(self._path)


class Groups:
    """The groups of one keeper, in a folder of its own that ends with it."""

    def __init__(self, home: str, *, version: int) -> None:
        self._version = version
        self._numbers = itertools.count(1)
        self._folder = f"{home}/{_PREFIX}{os.getpid()}"
        _remove(self._folder)  # of an earlier process of this number
        os.mkdir(self._folder, 0o755)  # noqa: PTH102 - see `files`
        try:
            self._lock = _locked(self._folder)
            if version == 2:
                with suppress(OSError):  # it is so already, or home holds processes
                    files.write(f"{home}/{_CONTROLLERS_BELOW}", "+memory")
                files.write(f"{self._folder}/{_CONTROLLERS_BELOW}", "+memory")
            self.new().remove()
        except OSError:
            self.remove()
            raise

    def new(self) -> Group:
        return Group(f"{self._folder}/{next(self._numbers)}", version=self._version)

    def remove(self) -> None:
        _remove(self._folder)


def find() -> Groups | None:
    """Where memory groups can be made, or None."""
    own, mounts = (files.read_if_there(path).decode() for path in (_OWN, _MOUNTS))
    for version, home in homes(own, mounts):
        try:
            return Groups(home, version=version)
        except OSError:
            continue
    return None


def sweep() -> None:
    """Removes what keepers left, anywhere in the hierarchies, that were killed together with their sandboxes."""
    for line in files.read_if_there(_MOUNTS).decode().splitlines():
        kind, _, options = line.partition(" - ")[2].split(" ", 2)
        if kind == "cgroup2" or (kind == "cgroup" and "memory" in options.split(",")):
            sweep_below(line.split()[4])


def sweep_below(top: str) -> None:
    for path, names, _ in os.walk(top):
        for name in [name for name in names if name.startswith(_PREFIX)]:
            names.remove(name)
            if _is_abandoned(path, name):
                _remove(f"{path}/{name}")


def _is_abandoned(path: str, name: str) -> bool:
    """Whether its keeper is dead: no process of that number here, and no lock, which keepers elsewhere hold, too."""
    pid = name.removeprefix(_PREFIX)
    if not pid.isdigit() or os.path.exists(f"/proc/{pid}"):  # noqa: PTH110 - see `files`
        return False
    try:
        os.close(_locked(f"{path}/{name}"))
    except OSError:
        return False
    return True


def _locked(path: str) -> int:
    """A descriptor that locks a folder until it is closed.

    Raises:
        OSError: where another one does.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def homes(own: str, mounts: str) -> list[tuple[int, str]]:
    """Where groups may be made: version and folder.

    A group of version 2 that holds processes bounds no groups below it; then those beside our own may do.

    Args:
        own: what /proc/self/cgroup says.
        mounts: what /proc/self/mountinfo says.
    """
    groups = [line.split(":", 2) for line in own.splitlines()]
    found = []
    for line in mounts.splitlines():
        place, _, rest = line.partition(" - ")
        root, point = place.split()[3:5]
        kind, _, options = rest.split(" ", 2)
        for number, controllers, path in groups:
            if kind == "cgroup" and "memory" in options.split(",") and "memory" in controllers.split(","):
                found.append((1, _below(point, root, path)))
            elif kind == "cgroup2" and number == "0" and not controllers:
                home = _below(point, root, path)
                found += [(2, folder) for folder in (home, home.rpartition("/")[0]) if folder.startswith(point)]
    return found


def _below(point: str, root: str, path: str) -> str:
    return f"{point}/{path.removeprefix(root).strip('/')}".rstrip("/")


def _remove(path: str) -> None:
    """A group, and those in it; one that the kernel still counts processes in stays for the next sweep."""
    try:
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.path)
        os.rmdir(path)  # noqa: PTH106 - see `files`
    except OSError:
        return
