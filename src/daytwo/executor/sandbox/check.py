"""What this machine can do for sandboxes, found by trying it: `daytwo doctor`'s checks and a hostile self-test."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from typing import Protocol

import anyio

from daytwo.executor.sandbox.profiles import PROFILES
from daytwo.executor.sandbox.request import Cancel, Ending, Kind, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.zygote import landlock, syscalls
from daytwo.wire.errors import Unavailable
from daytwo.wire.identifiers import LOCAL_ORG


class Backend(Protocol):
    """What runs requests of a tier, on this machine or on others."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


@dataclass(frozen=True)
class Check:
    """One thing that was tried.  `mend` says what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    mend: str | None = None


_HOSTILE = """
import ctypes, fcntl, json, os, resource, socket, subprocess
tried = {}
def attempt(name, act):
    try:
        tried[name] = act() is not False
    except (OSError, AttributeError, ValueError):
        tried[name] = False
libc = ctypes.CDLL(None, use_errno=True)
def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
def run_from(folder):
    open(folder + "/x", "w").write("#!/py/bin/python3")
    os.chmod(folder + "/x", 0o755)
    return subprocess.run([folder + "/x"]).returncode == 0
for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_UNIX"):
    attempt(f"a socket of {family}", lambda: socket.socket(getattr(socket, family)))
attempt("a user namespace", lambda: called(libc.unshare(0x10000000)))
attempt("a mount", lambda: called(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)))
attempt("another root", lambda: os.chroot("/tmp"))
attempt("tracing a process", lambda: called(libc.ptrace(16, 1, 0, 0)))
attempt("killing the first process", lambda: os.kill(1, 9) or os.getppid() != 1)
attempt("another filter", lambda: called(libc.prctl(22, 2, 0, 0, 0)))
attempt("another user", lambda: os.setuid(0))
attempt("typing into a terminal", lambda: fcntl.ioctl(0, 0x5412, b"x"))
attempt("a device", lambda: os.mknod("/tmp/device", 0o60600, os.makedev(8, 1)))
attempt("the disk", lambda: os.open("/dev/vda", os.O_RDONLY))
attempt("writing to the system", lambda: open("/usr/lib/x", "w"))
attempt("writing to the interpreter", lambda: open("/py/lib/x", "w"))
attempt("running what it wrote", lambda: run_from("/workspace"))
attempt("host accounts", lambda: open("/etc/shadow"))
attempt("the host's free blocks", lambda: os.statvfs("/"))
attempt("a higher limit", lambda: resource.setrlimit(resource.RLIMIT_NPROC, (10_000, 10_000)))
open_files = set(map(int, os.listdir("/proc/self/fd")))
attempt("more open files", lambda: len(open_files - {0, 1, 2, 3}) > 1)
status = open("/proc/self/status").read()
others = {name for name in os.listdir("/proc") if name.isdigit()} - {"1", str(os.getpid())}
tried["seeing other processes"] = others != set()
tried["a capability"] = "CapEff:\\t0000000000000000" not in status or "CapBnd:\\t0000000000000000" not in status
print(json.dumps(tried))
"""


def check_machine(backend: Backend, tier: Tier = Tier.STANDARD) -> list[Check]:
    """Tries isolation in a tier, then attacks it."""
    machine = platform.machine()
    try:
        syscalls.numbers(machine)
    except syscalls.UnknownArchitecture:
        return [Check("sandbox", ok=False, detail=f"No filter for {machine}", mend="Use x86-64 or arm64.")]
    try:
        result = anyio.run(_self_test, backend, tier)
    except Unavailable as error:
        return [Check("sandbox", ok=False, detail=error.code, mend=error.message)]
    return [
        Check("sandbox", ok=True, detail=f"tier {result.tier}, backend {result.backend}"),
        *([_landlock(landlock.abi())] if tier is Tier.STANDARD else []),
        _verdict(result),
    ]


async def _self_test(backend: Backend, tier: Tier) -> SandboxResult:
    job = json.dumps({"source": _HOSTILE}).encode("utf-8")
    request = SandboxRequest("cell.script", job, PROFILES["small"], org_id=LOCAL_ORG, kind=Kind.REAL, tier=tier)
    return await backend.run(request, lambda _: None, Cancel())


def _landlock(abi: int) -> Check:
    detail = f"ABI {abi}" if abi else "not in this kernel, as `without_landlock` accepts"
    return Check("landlock", ok=True, detail=detail)


def _verdict(result: SandboxResult) -> Check:
    """Anything but a full list of failed attempts is a failed self-test."""
    name, mend = (
        "hostile self-test",
        "Do not serve from this machine; report it with the output of `daytwo doctor --json`.",
    )
    try:
        tried: dict[str, bool] = json.loads(result.stdout)
    except ValueError:
        return Check(name, ok=False, detail=f"ended {result.ending} without an answer", mend=mend)
    succeeded = sorted(attempt for attempt, worked in tried.items() if worked)
    if succeeded or not tried or result.ending is not Ending.OK:
        return Check(name, ok=False, detail=f"possible inside: {', '.join(succeeded)}", mend=mend)
    return Check(name, ok=True, detail=f"{len(tried)} attempts, all refused")
