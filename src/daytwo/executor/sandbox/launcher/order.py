"""What the executor orders of the launcher: JSON on the control pipe, one line.  Typing only, no run-time import."""

from __future__ import annotations

from typing import TypedDict


class Source(TypedDict):
    """A host file or directory and where it stands, read-only, inside the sandbox."""

    source: str
    target: str
    own: bool
    """Ours or the caller's: made readable for the sandbox's user by an idmapped mount where root runs the executor."""
    device: bool


class Limits(TypedDict):
    cpus: int
    cpu_seconds: int
    memory_bytes: int
    address_space_bytes: int
    processes: int
    file_bytes: int
    open_files: int


class Order(TypedDict):
    uid: int
    """Of the sandbox on the host, where root runs the executor."""
    sources: list[Source]
    links: list[tuple[str, str]]
    """Symbolic links: where it points, where it stands."""
    scratch: dict[str, int]
    """Writable in-memory file systems and their size in bytes."""
    scratch_inodes: int
    """Of each of them."""
    files: dict[str, str]
    """Small text files."""
    check_readable: list[str]
    executable: list[str]
    """Trees that programs may be executed from."""
    limits: Limits
    command: list[str]
    environment: dict[str, str]
