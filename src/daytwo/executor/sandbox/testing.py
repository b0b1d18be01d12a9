"""For tests: runs requests as the present user and, where that is root, as an ordinary user too.

Trials go to an executor's process as lines of JSON, and come back so.  The ordinary user (of a host uid of its own)
gets to an interpreter, packages and sources that lie below folders of root's through binds in a mount namespace that
ends with that process: nothing is copied, nothing stays.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import anyio

from daytwo.executor.environments import Environment, default_environment, environment_at
from daytwo.executor.sandbox.profiles import PROFILES
from daytwo.executor.sandbox.request import Cancel, Kind, Mount, Profile, SandboxRequest, Tier
from daytwo.executor.sandbox.sandboxes import Sandboxes
from daytwo.executor.sandbox.zygote import kernel
from daytwo.wire.errors import DaytwoError
from daytwo.wire.identifiers import LOCAL_ORG

ORDINARY_UID = 64200
_PACKAGES = Path(__file__).parents[3]


class Identity(StrEnum):
    """Who runs the executor."""

    ROOT = "root"
    ORDINARY = "ordinary"
    BARRED = "barred"
    """An ordinary user who may make no user namespace."""


IDENTITIES = (Identity.ROOT, Identity.ORDINARY) if os.geteuid() == 0 else (Identity.ORDINARY,)
"""Those that a sandbox works for and that the present user can be."""


@dataclass(frozen=True)
class Trial:
    """A script to run in a sandbox, and what the executor does meanwhile."""

    source: str
    profile: Profile = PROFILES["small"]
    mounts: tuple[tuple[str, str], ...] = ()
    tier: str = "standard"
    org_id: str = LOCAL_ORG
    kind: str = "real"
    cancel_on_output: bool = False
    """Cancel as soon as the script writes to the channel."""
    fail_on_output: bool = False
    """The sink raises as soon as the script writes to the channel."""
    announce_output: bool = False
    """A line `output` comes as soon as the script writes to the channel."""
    padding_bytes: int = 0
    """Added to the job, behind the source."""


@dataclass(frozen=True)
class TrialResult:
    """What came of it: an ending, or an error's code and message."""

    ending: str = ""
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""
    channel: bytes = b""
    wall_ms: int = 0
    peak_rss_bytes: int = 0
    error: str = ""
    message: str = ""
    cancel_seconds: float = 0.0
    """From the cancellation to the answer."""
    left_behind: list[str] = field(default_factory=list)
    """Open files, children and mounts that the executor has after the run and did not have before."""


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may enter, which pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="daytwo-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


class TrialExecutor:
    """An executor's process that runs one trial after another, until it is closed or killed."""

    def __init__(self, identity: Identity, folder: Path) -> None:
        command = [sys.executable, "-m", __name__, "serve"]
        if identity is not Identity.ROOT:
            command[-1:] = ["become", identity, str(folder)]
        environment = {"PYTHONPATH": str(_PACKAGES), "PATH": "/usr/bin:/bin"}
        self.identity = identity
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )

    def run(self, trial: Trial) -> TrialResult:
        self.start(trial)
        return self.result()

    def start(self, trial: Trial) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(trial)) + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        """The next line it says: `output` for a trial that announces it, or an answer."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def result(self) -> TrialResult:
        answer = json.loads(self.line())
        return TrialResult(**answer | {"channel": base64.b64decode(answer["channel"])})

    def close(self) -> None:
        self.process.__exit__(None, None, None)


@contextmanager
def trial_executor(identity: Identity) -> Iterator[TrialExecutor]:
    with open_folder() as folder:
        executor = TrialExecutor(identity, folder)
        try:
            yield executor
        finally:
            executor.close()


def _become(identity: Identity, place: Path) -> None:
    """Goes on as this user, in a new interpreter."""
    command, variables = [sys.executable], dict(os.environ)
    if os.geteuid() == 0:
        command, variables = _give_up_root(place)
        command += ["-S", "-m", __spec__.name, "serve", str(place)]
    else:
        command += ["-m", __spec__.name, "serve"]
    if identity is Identity.BARRED:
        uid = os.getuid()
        kernel.unshare(kernel.CLONE_NEWUSER, "user namespace")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", "utf-8")
        Path("/proc/sys/user/max_user_namespaces").write_text("0", "utf-8")
    os.execve(command[0], command, variables)  # noqa: S606 - no shell is meant


def _give_up_root(place: Path) -> tuple[list[str], dict[str, str]]:
    """Shows an ordinary user what it needs below `place`, and becomes it; returns how to start Python there."""
    environment = default_environment()
    kernel.unshare(kernel.CLONE_NEWNS, "mount namespace")
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("none", str(place), "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=0755")
    for name, source in (("py", environment.base_prefix), ("env", environment.site_packages), ("src", _PACKAGES)):
        (place / name).mkdir()
        kernel.mount(str(source), str(place / name), None, kernel.MS_BIND | kernel.MS_REC)
    os.setgroups([])
    os.setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
    os.setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
    kernel.prctl("dumpable", kernel.PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map is root's
    python = place / "py" / environment.base_python.relative_to(environment.base_prefix)
    return [str(python)], {
        "PYTHONPATH": f"{place}/src:{place}/env",
        "LD_LIBRARY_PATH": f"{place}/py/lib",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _environment(place: Path | None) -> Environment:
    if place is None:
        return default_environment()
    prefix = place / "py"
    python = Path(sys.executable)
    return environment_at("moved", python=python, base_python=python, base_prefix=prefix, site_packages=place / "env")


class _Meddler:
    """The sink of a trial, and what it does to the execution."""

    def __init__(self, trial: dict[str, Any]) -> None:
        self._trial = trial
        self.cancel = Cancel()
        self.received = bytearray()
        self.cancelled_seconds: float | None = None

    def take(self, piece: bytes) -> None:
        if self._trial["announce_output"] and not self.received:
            _say("output")
        self.received += piece
        if self._trial["fail_on_output"]:
            raise ValueError("the sink does not like this")
        if self._trial["cancel_on_output"] and not self.cancel.requested:
            self.cancelled_seconds = time.monotonic()
            self.cancel.request()


async def _run(backend: Sandboxes, trial: dict[str, Any]) -> dict[str, Any]:
    job = json.dumps({"source": trial["source"], "padding": " " * trial["padding_bytes"]}).encode()
    request = SandboxRequest(
        module="cell.script",
        job=job,
        profile=Profile(**trial["profile"]),
        org_id=trial["org_id"],
        kind=Kind(trial["kind"]),
        tier=Tier(trial["tier"]),
        mounts=tuple(Mount(Path(source), target) for source, target in trial["mounts"]),
    )
    meddler = _Meddler(trial)
    before = _holdings()
    try:
        result = await backend.run(request, meddler.take, meddler.cancel)
    except DaytwoError as error:
        return {
            "error": error.code,
            "message": error.message,
            "channel": "",
            "left_behind": sorted(_holdings() - before),
        }
    since = meddler.cancelled_seconds
    return {
        "ending": result.ending,
        "exit_code": result.exit_code,
        "stdout": result.stdout.decode("utf-8", "replace"),
        "stderr": result.stderr.decode("utf-8", "replace"),
        "channel": base64.b64encode(meddler.received).decode("ascii"),
        "wall_ms": result.wall_ms,
        "peak_rss_bytes": result.peak_rss_bytes,
        "cancel_seconds": time.monotonic() - since if since is not None else 0.0,
        "left_behind": sorted(_holdings() - before),
    }


async def _serve(place: Path | None) -> None:
    packages = _PACKAGES if place is None else place / "src"
    backend = Sandboxes(_environment(place), packages / "daytwo" / "executor" / "cell")
    for line in sys.stdin:
        trial = json.loads(line)
        backend.warm(trial["org_id"], Kind(trial["kind"]))  # its keeper is no left-over of the run
        _say(json.dumps(await _run(backend, trial)))
    backend.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _holdings() -> set[str]:
    """This process's open files, children and mounts."""
    held = {f"mount {line}" for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()}
    held |= {f"child {pid}" for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()}
    for link in Path("/proc/self/fd").iterdir():
        try:
            held.add(f"file {link.readlink()}")
        except OSError:
            continue
    return held


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["become", name, folder_name]:
            _become(Identity(name), Path(folder_name))
        case ["serve", *folders]:
            anyio.run(_serve, Path(folders[0]) if folders else None)
