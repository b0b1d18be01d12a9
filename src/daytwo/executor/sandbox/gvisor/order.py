"""What the executor tells the keeper, and the keeper init: JSON.  Typing only, no run-time import."""

from __future__ import annotations

from typing import TypedDict

from daytwo.executor.sandbox.zygote.order import Limits, Source


class Inside(TypedDict):
    """What init is told."""

    uid: int
    module: str
    arguments: list[str]
    path: list[str]
    """Where the program imports from, after the standard library."""
    home: str
    seed: int | None
    check_readable: list[str]
    devices: list[str]
    limits: Limits


class Scratch(TypedDict):
    """A writable in-memory file system, of the host's kernel, which counts inodes, too: gVisor's own does not."""

    source: str
    """Where it is mounted for gVisor, in the keeper's own mount namespace."""
    target: str
    bytes: int
    inodes: int


class Strong(TypedDict):
    """What the keeper is told."""

    runsc: str
    uid: int
    """Of the sandbox on the host and inside it."""
    sources: list[Source]
    links: list[tuple[str, str]]
    files: dict[str, str]
    scratch: list[Scratch]
    memory_bytes: int
    configuration: dict[str, object]
    """The OCI bundle's `config.json`."""
