"""What the executor tells the keeper, and the keeper a child: JSON.  Typing only, no run-time import."""

from __future__ import annotations

from typing import Literal, TypedDict

Feature = Literal["landlock", "memory cgroup"]
"""Of the kernel: what sandboxes can do without, at a price."""


class Source(TypedDict):
    """A host file or directory and where it stands, read-only, inside the sandbox."""

    source: str
    target: str
    own: bool
    """Ours or the caller's: made readable for the sandbox's user by an idmapped mount where root runs the executor."""
    device: bool


class Inside(TypedDict):
    """What of a plan the zygote and its children know: nothing of the host is in it."""

    scratch: list[str]
    """Writable in-memory file systems."""
    check_readable: list[str]
    executable: list[str]
    """Trees that programs may be executed from."""
    devices: list[str]
    """Device nodes of the tree, beside the harmless ones, that programs may drive."""
    modules: list[str]
    """Imported once, before the first fork: the cell's, and of the environment's what lets itself be imported."""
    seed: int | None
    """Of the random generators that a fork copies; None for the kernel's entropy."""


class Plan(TypedDict):
    """What all children of one zygote have in common."""

    uid: int
    """Of the sandboxes on the host, where root runs the executor."""
    sources: list[Source]
    links: list[tuple[str, str]]
    """Symbolic links: where it points, where it stands."""
    places: list[str]
    """Empty directories that a run's mounts may stand in."""
    files: dict[str, str]
    """Small text files."""
    command: list[str]
    """The zygote's own."""
    environment: dict[str, str]
    inside: Inside
    pool: int
    """Parked children that are kept ready."""
    must_have: list[Feature]
    """Refuse where the kernel lacks one of these."""


class Limits(TypedDict):
    cpus: int
    cpu_seconds: int
    memory_bytes: int
    address_space_bytes: int
    total_bytes: int
    """Of everything: processes and scratch.  What a cgroup holds, where there is one."""
    processes: int
    file_bytes: int
    open_files: int


class Fit(TypedDict):
    """What a child is cut to: the same for every run of a profile."""

    scratch: dict[str, int]
    """Size in bytes."""
    scratch_inodes: int
    """Of each of them."""
    limits: Limits


class Run(TypedDict):
    """One execution, executor → keeper."""

    mounts: list[Source]
    fit: Fit
    go: Go


class Go(TypedDict):
    """One execution, keeper → child: nothing of the host is in it."""

    module: str
    arguments: list[str]
    variables: dict[str, str]
    """Added to the environment."""
    cpus: int
    check_readable: list[str]
    home: str
