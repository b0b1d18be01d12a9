"""What this machine can do for sandboxes, found by trying it: `daytwo doctor`'s checks and a hostile self-test."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from typing import Protocol

import anyio

from daytwo.executor.sandbox.profiles import PROFILES
from daytwo.executor.sandbox.request import Cancel, Ending, Kind, SandboxRequest, SandboxResult, Sink
from daytwo.executor.sandbox.zygote import landlock, syscalls
from daytwo.wire.errors import Unavailable
from daytwo.wire.identifiers import LOCAL_ORG


class Backend(Protocol):
    """What runs requests."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


@dataclass(frozen=True)
class Check:
    """One thing that was tried.  `mend` says what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    mend: str | None = None


_HOSTILE = """
import ctypes, json, os, socket
tried = {}
def attempt(name, act):
    try:
        act()
        tried[name] = True
    except (OSError, AttributeError):
        tried[name] = False
libc = ctypes.CDLL(None, use_errno=True)
def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_UNIX"):
    attempt(f"a socket of {family}", lambda: socket.socket(getattr(socket, family)))
attempt("a user namespace", lambda: called(libc.unshare(0x10000000)))
attempt("a mount", lambda: called(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)))
attempt("tracing a process", lambda: called(libc.ptrace(16, 1, 0, 0)))
attempt("writing to the system", lambda: open("/usr/lib/x", "w"))
attempt("writing to the interpreter", lambda: open("/py/lib/x", "w"))
attempt("host accounts", lambda: open("/etc/shadow"))
status = open("/proc/self/status").read()
tried["seeing other processes"] = {name for name in os.listdir("/proc") if name.isdigit()} != {str(os.getpid())}
tried["a capability"] = "CapEff:\\t0000000000000000" not in status or "CapBnd:\\t0000000000000000" not in status
print(json.dumps(tried))
"""


def check_machine(backend: Backend) -> list[Check]:
    """Tries isolation, then attacks it."""
    machine = platform.machine()
    try:
        syscalls.numbers(machine)
    except syscalls.UnknownArchitecture:
        return [Check("sandbox", ok=False, detail=f"No filter for {machine}", mend="Use x86-64 or arm64.")]
    try:
        result = anyio.run(_self_test, backend)
    except Unavailable as error:
        return [Check("sandbox", ok=False, detail=error.code, mend=error.message)]
    return [
        Check(
            "sandbox", ok=True, detail="tier standard, backend native: own user, pid, mount, net, ipc, uts namespaces"
        ),
        _landlock(landlock.abi()),
        _verdict(result),
    ]


async def _self_test(backend: Backend) -> SandboxResult:
    job = json.dumps({"source": _HOSTILE}).encode("utf-8")
    request = SandboxRequest("cell.script", job, PROFILES["small"], org_id=LOCAL_ORG, kind=Kind.REAL)
    return await backend.run(request, lambda _: None, Cancel())


def _landlock(abi: int) -> Check:
    detail = f"ABI {abi}" if abi else "not in this kernel; the read-only tree and the filter stand without it"
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
