"""Why a sandbox cannot be had here, and the command that mends it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from daytwo.wire.errors import Unavailable

_SETTINGS: tuple[tuple[Path, int, str], ...] = (
    (
        Path("/proc/sys/kernel/unprivileged_userns_clone"),
        0,
        "This kernel keeps user namespaces from users; mend it with `sysctl kernel.unprivileged_userns_clone=1`.",
    ),
    (
        Path("/proc/sys/user/max_user_namespaces"),
        0,
        "This kernel allows no user namespaces; mend it with `sysctl user.max_user_namespaces=15000`.",
    ),
    (
        Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
        1,
        "AppArmor keeps user namespaces from users: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` mends it.",
    ),
)
"""A setting, the value that stands in the way, what to do."""

_STEPS = {
    "root without CAP_SYS_ADMIN": "Run the executor as an ordinary user, or give the container `--cap-add SYS_ADMIN`.",
    "memory cgroup": "Two organisations share this executor, so the kernel has to hold memory: run it as root, or "
    "delegate a cgroup with the memory controller to its user (systemd: `Delegate=yes`, `DelegateSubgroup=executor`).",
    "landlock": "Use Linux 5.13 or newer with `landlock` among the kernel's `lsm=`. Where that cannot be, "
    "`without_landlock = true` in daytwo.toml does without this fence; the read-only tree and the filter stand.",
    "mount proc": "In a container, give it a whole /proc: `--security-opt systempaths=unconfined`.",
}


class SandboxUnavailable(Unavailable):
    """This machine cannot isolate a program, so none runs."""

    def __init__(self, message: str) -> None:
        super().__init__("sandbox_unavailable", message)


def tier_unavailable(reason: str) -> Unavailable:
    return Unavailable("tier_unavailable", f"The tier `strong` is not available here: {reason}. Nothing has run.")


def refusal(code: str, step: str, number: int, detail: str = "") -> Unavailable:
    """The error for a keeper's report of a step that failed."""
    if code == "data_unreadable" and number in {errno.ENOENT, errno.ENOTDIR}:
        return Unavailable("data_unreadable", f"There is no file or directory at `{step}`.")
    if code == "data_unreadable" and not number:
        return Unavailable("data_unreadable", f"{step}. Register a file or a directory.")
    if code == "data_unreadable":
        return Unavailable(
            "data_unreadable",
            f"The sandbox's user may not read `{step}`. Mend it with `chmod -R a+rX` on the data.",
        )
    reason = f"{os.strerror(number)} ({errno.errorcode.get(number, number)})" if number else detail or "refused"
    return SandboxUnavailable(f"No sandbox: {step}: {reason}. {mend(step, number)}")


def mend(step: str, number: int) -> str:
    """What a person does about a step that failed, read off this machine's settings."""
    for path, value, remedy in _SETTINGS:
        if _setting(path) == value:
            return remedy
    if step in _STEPS:
        return _STEPS[step]
    if number == errno.ENOSYS:
        return "Use Linux 5.12 or newer."
    if "namespace" in step or number == errno.EPERM:
        return "In a container, let it make namespaces: `--security-opt seccomp=unconfined`."
    return "See `daytwo doctor`."


def _setting(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
