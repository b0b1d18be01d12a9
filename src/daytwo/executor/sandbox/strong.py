"""The gVisor backend: the tier `strong`, one keeper and one sandbox for each execution (see `gvisor`)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import anyio

from daytwo.executor.environments import Environment
from daytwo.executor.sandbox.execution import Execution
from daytwo.executor.sandbox.gvisor.order import Inside, Scratch, Strong
from daytwo.executor.sandbox.plan import (
    CELL_PARENT,
    PACKAGES,
    WORKSPACE,
    environment_variables,
    keeper_environment,
    make_plan,
    make_run,
    own_source,
)
from daytwo.executor.sandbox.request import Cancel, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.unavailable import SandboxUnavailable, tier_unavailable
from daytwo.executor.sandbox.zygotes import FindEnvironment

BACKEND = "runsc"
GVISOR = Path(__file__).with_name("gvisor")
_UID = 64116
"""On the host and inside: nobody's, below those of the embedded database and of the zygotes."""
_KEEPER_END_LIMIT_SECONDS = 10.0
_CAPABILITIES = ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]
"""Of init, inside gVisor: nothing to the host's kernel."""
_UNCOUNTED_PROCESSES = 1
"""gVisor lets one more through than it says."""
_SCRATCH_SITE = "/tmp/scratch"  # noqa: S108 - of the keeper's own mount namespace
_DEVICES = ("null", "zero", "full", "random", "urandom")


class GvisorBackend:
    """Runs modules of the cell under gVisor's own kernel.

    Args:
        find_environment: the interpreter and packages of a digest; of None, this installation's own.
        cell_source: the folder of the package `cell`, shown inside as such.
    """

    def __init__(self, find_environment: FindEnvironment, cell_source: Path) -> None:
        self._find_environment = find_environment
        self._cell_source = cell_source

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult:
        """One execution, until gVisor has ended.

        Raises:
            Unavailable: `tier_unavailable`, `sandbox_unavailable` or `data_unreadable`; then nothing has run.
        """
        runsc = find_runsc()
        if request.devices:
            raise tier_unavailable("it gives no GPU: ask for the tier `standard`, or for another profile")
        environment = self._find_environment(request.environment)
        order = make_strong(environment, self._cell_source, request, runsc)
        keeper = _Keeper(environment)
        try:
            execution = Execution(keeper.ask, request, sink, cancel, Tier.STRONG, BACKEND)
            return await execution.run(json.dumps(order).encode("ascii") + b"\n")
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(keeper.end)


def find_runsc() -> str:
    """Where runsc is.

    Raises:
        Unavailable: `tier_unavailable`, with what to install or to change.
    """
    runsc = shutil.which("runsc")
    if runsc is None:
        raise tier_unavailable("it needs gVisor's `runsc`: on Debian and Ubuntu, `apt-get install runsc`")
    if os.geteuid() != 0:
        raise tier_unavailable("`runsc` needs an executor that root runs: start it so, on a machine of its own")
    return runsc


class _Keeper:
    """The process of one execution, seen from the executor."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    async def ask(self, descriptors: list[int]) -> None:
        """Starts it with a run's pipes: control, status, job, stdout, stderr, channel."""
        self._process = self._start(descriptors)

    def _start(self, descriptors: list[int]) -> subprocess.Popen[bytes]:
        command = [str(self._environment.base_python), "-I", "-S", str(GVISOR / "keeper.py")]
        try:
            return subprocess.Popen(  # noqa: S603 - our own interpreter and program
                [*command, *map(str, descriptors)],
                stdin=subprocess.DEVNULL,
                pass_fds=descriptors,
                env=keeper_environment(self._environment),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxUnavailable(f"No sandbox: its keeper did not start: {error}. Is Python whole?") from error

    def end(self) -> None:
        """Waits for it: the executor has let go of the run, which ends it."""
        if self._process is None:
            return
        try:
            self._process.wait(_KEEPER_END_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def make_strong(environment: Environment, cell_source: Path, request: SandboxRequest, runsc: str) -> Strong:
    """The keeper's order.

    Raises:
        Bug: `bad_mount`, as for the tier `standard`.
    """
    plan = make_plan(environment, cell_source, kind=request.kind, uid=_UID, modules=(), pool=0)
    run = make_run(request)
    go, fit, limits = run["go"], run["fit"], run["fit"]["limits"]
    scratch: list[Scratch] = [
        {"source": _SCRATCH_SITE + target, "target": target, "bytes": size, "inodes": fit["scratch_inodes"]}
        for target, size in fit["scratch"].items()
    ]
    inside: Inside = {
        "uid": _UID,
        "module": request.module,
        "arguments": list(request.arguments),
        "path": list(PACKAGES),
        "home": WORKSPACE,
        "seed": plan["inside"]["seed"],
        "check_readable": [CELL_PARENT, *go["check_readable"]],
        "devices": [f"/dev/{name}" for name in _DEVICES],
        "limits": limits | {"processes": request.profile.processes - _UNCOUNTED_PROCESSES},
    }
    interpreter = plan["command"][0]
    command = [interpreter, "-P", "-s", "-S", "-B", f"{CELL_PARENT}/{GVISOR.name}/inside.py", json.dumps(inside)]
    return {
        "runsc": runsc,
        "uid": _UID,
        "sources": [
            *(source for source in plan["sources"] if not source["device"]),
            own_source(GVISOR, f"{CELL_PARENT}/{GVISOR.name}"),
            *run["mounts"],
        ],
        "links": plan["links"],
        "files": plan["files"] | {"/etc/passwd": f"sandbox:x:{_UID}:{_UID}:sandbox:{WORKSPACE}:/bin/false\n"},
        "scratch": scratch,
        "memory_bytes": request.profile.memory_bytes,
        "configuration": _configuration(command, environment_variables() | go["variables"], scratch),
    }


def _configuration(command: list[str], variables: dict[str, str], scratch: list[Scratch]) -> dict[str, object]:
    """The bundle's `config.json`, after the OCI runtime specification 1.0.2."""
    none: list[str] = []
    sets = {"bounding": _CAPABILITIES, "effective": _CAPABILITIES, "permitted": _CAPABILITIES}
    process = {
        "user": {"uid": 0, "gid": 0},
        "args": command,
        "env": [f"{name}={value}" for name, value in variables.items()],
        "cwd": "/",
        "capabilities": sets | {"inheritable": none, "ambient": none},
        "rlimits": [
            {"type": f"RLIMIT_{name}", "soft": value, "hard": value}
            for name, value in (("CORE", 0), ("MEMLOCK", 0), ("STACK", 8 << 20))
        ],
    }
    options = ["rbind", "rw", "nosuid", "nodev", "noexec"]
    bounded = [
        {"destination": each["target"], "type": "bind", "source": each["source"], "options": options}
        for each in scratch
    ]
    namespaces = [{"type": name} for name in ("pid", "network", "ipc", "uts", "mount")]
    return {
        "ociVersion": "1.0.2",
        "process": process,
        "root": {"path": "/tmp/root", "readonly": True},  # noqa: S108 - of the keeper's own mount namespace
        "hostname": "sandbox",
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}, *bounded],
        "linux": {"namespaces": namespaces},
    }
