"""What is asked of a sandbox and what it answers: the one interface that every backend fits, remote ones too.

A request says all that a backend needs and nothing of how it does it.  A backend on other machines (a Kubernetes pod
with a RuntimeClass) ships `job` and the mounts' content to where its sandbox runs, hands what the program writes to
file descriptor 3 to the sink piece by piece, and keeps sandboxes apart by `org_id` and `kind` as the local ones do: a
pool, a node or a warm process that has served one pair never serves another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from pathlib import Path


class Tier(StrEnum):
    """The isolation that a step ran under.  Never downgraded silently."""

    STANDARD = "standard"
    STRONG = "strong"


class Kind(StrEnum):
    """What an execution may have seen.  The two share no process, user, scratch or warm interpreter."""

    REHEARSAL = "rehearsal"
    """A program on mock rows: all that it prints may go to a model, so it must be provably free of data."""
    REAL = "real"
    """Anything that touches what its owner has not released: a program, the profiling of a file, a rendering."""


class Ending(StrEnum):
    """How an execution ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    KILLED = "killed"


@dataclass(frozen=True)
class Profile:
    """The compute that an execution may use; every figure is enforced."""

    name: str
    cpus: int
    memory_bytes: int
    disk_bytes: int
    """Of each writable in-memory file system (workspace, /tmp)."""
    inodes: int
    """Of each writable in-memory file system."""
    wall_seconds: float
    cpu_seconds: int
    """Of each process.  The wall clock bounds them all."""
    output_bytes: int
    """Of the channel; stdout and stderr are cut at `stream_bytes` each."""
    stream_bytes: int
    processes: int
    """Threads included."""
    gpu: int = 0
    """Devices, or slices of one, that the execution has to itself."""


@dataclass(frozen=True)
class Mount:
    """A host file or directory, bound read-only at an absolute path inside the sandbox."""

    source: Path
    target: str


@dataclass(frozen=True)
class SandboxRequest:
    """One execution: a module of the cell, run by the environment's interpreter as `python -m {module}`.

    `job` is what it reads from standard input (JSON, no secrets).
    """

    module: str
    job: bytes
    profile: Profile
    _: KW_ONLY
    org_id: str
    """Whose execution it is.  No two organisations share a warm process, a pool or a device."""
    kind: Kind
    environment: str | None = None
    """The content hash of the environment; None for the one that comes with this installation."""
    tier: Tier = Tier.STANDARD
    mounts: tuple[Mount, ...] = ()
    arguments: tuple[str, ...] = ()
    devices: tuple[Path, ...] = ()
    """Host device nodes, bound in under their own names: those of the profile's `gpu`."""


@dataclass(frozen=True)
class SandboxResult:
    """What came of an execution; `tier` is the one that it had, and `backend` names who gave it."""

    ending: Ending
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    wall_ms: int
    peak_rss_bytes: int
    tier: Tier
    backend: str


Sink = Callable[[bytes], None]
"""Receives what the sandboxed process writes to file descriptor 3, as it comes.  An exception ends the execution."""


@dataclass
class Cancel:
    """A flag that ends a running execution within a second: outcome `killed`."""

    requested: bool = field(default=False)

    def request(self) -> None:
        self.requested = True
