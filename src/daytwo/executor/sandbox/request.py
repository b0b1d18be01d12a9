"""What is asked of a sandbox and what it answers: the one interface that every backend fits, remote ones too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Tier(StrEnum):
    """The isolation that a step ran under.  Never downgraded silently."""

    STANDARD = "standard"
    STRONG = "strong"


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
    wall_seconds: float
    output_bytes: int
    """Of the channel; stdout and stderr are cut at `stream_bytes` each."""
    stream_bytes: int
    processes: int


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
    tier: Tier = Tier.STANDARD
    mounts: tuple[Mount, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class SandboxResult:
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
