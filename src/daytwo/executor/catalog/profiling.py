"""Runs `cell.reading.profile` in a sandbox; turns its answer into a `Profile`, or into what is wrong with the files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import ValidationError

from daytwo.executor.catalog.files import DataFile
from daytwo.executor.catalog.profile import NOTE_CHARACTERS, NOTES_LIMIT, Profile
from daytwo.executor.cell.frames import BadFrameError, FrameReader
from daytwo.executor.sandbox.request import (
    Cancel,
    Ending,
    Kind,
    Mount,
    SandboxRequest,
    SandboxResult,
    Sink,
)
from daytwo.executor.sandbox.request import Profile as Compute
from daytwo.wire.errors import Bug, Invalid
from daytwo.wire.sheet import slug

K = 10
"""Occurrences below which nothing about a group of values is written down."""
PROFILE_LIMIT_BYTES = 64 * 1024 * 1024
MESSAGE_CHARACTERS = 1_000
COMPUTE = Compute(
    name="profiling",
    cpus=2,
    memory_bytes=2 * 1024**3,
    disk_bytes=1024**3,
    inodes=65_536,
    wall_seconds=600.0,
    cpu_seconds=1_300,
    output_bytes=PROFILE_LIMIT_BYTES + 1024**2,
    stream_bytes=64 * 1024,
    processes=64,
)
_PROBLEMS = frozenset({"file_empty", "not_a_table"})


class Backend(Protocol):
    """The sandbox, as this room needs it."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


def mounts(dataset: str, files: Sequence[DataFile]) -> tuple[Mount, ...]:
    """Where each file lies inside a sandbox: /data/<dataset>/<n><suffix>, so that no file name gets in."""
    return tuple(Mount(file.path, f"/data/{dataset}/{number}{file.suffix}") for number, file in enumerate(files))


async def take_profile(
    backend: Backend, org_id: str, dataset: str, files: Sequence[DataFile], table_names: Sequence[str]
) -> Profile:
    """Profiles the files.

    Args:
        backend: the sandbox to do it in.
        org_id: whose data it is.
        dataset: its name.
        files: all of one kind.
        table_names: for each file, the name of its table where it is one of its own.

    Raises:
        Invalid: `file_empty`, `not_a_table`, `profiling_memory`, `profiling_timeout`.
        Unavailable: from the sandbox.
        Bug: `profiling_failed`.
    """
    bound = mounts(dataset, files)
    job = {
        "dataset": dataset,
        "kind": files[0].kind,
        "files": [
            {"path": mount.target, "kind": file.kind, "table": name}
            for mount, file, name in zip(bound, files, table_names, strict=True)
        ],
        "k": K,
        "memory_bytes": COMPUTE.memory_bytes,
        "cpus": COMPUTE.cpus,
    }
    answer = _Answer([(mount.target, str(mount.source)) for mount in bound])
    reader = FrameReader(answer)
    request = SandboxRequest(
        "cell.reading.profile", json.dumps(job).encode(), COMPUTE, org_id=org_id, kind=Kind.REAL, mounts=bound
    )
    result = await backend.run(request, reader.feed, Cancel())
    if answer.problem is not None:
        raise answer.problem
    if result.ending is Ending.MEMORY:
        raise Invalid(
            "profiling_memory", "The data needs more memory to be profiled than 2 GiB: split it, or use Parquet."
        )
    if result.ending is Ending.TIMEOUT:
        raise Invalid("profiling_timeout", "The data takes too long to profile: split it, or convert it to Parquet.")
    if result.ending is not Ending.OK or not answer.is_complete:
        raise Bug("profiling_failed", f"The profiler stopped ({result.ending}): run `daytwo doctor`, then report this.")
    return _validated(answer.payload, len(files))


class _Answer:
    """Collects the frames of one profiling run.  What does not belong there ends it."""

    def __init__(self, paths: Sequence[tuple[str, str]]) -> None:
        """`paths`: each file as it is called inside the sandbox, and as its owner knows it."""
        self._paths = paths
        self.payload = bytearray()
        self.problem: Invalid | None = None
        self.is_complete = False
        self._in_profile = False

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        kind = header["kind"]
        self._in_profile = kind == "profile"
        if payload_bytes > (PROFILE_LIMIT_BYTES if self._in_profile and not self.payload else 0):
            raise BadFrameError("more than a profile")
        if kind == "problem":
            code = header.get("code")
            message = self._told(str(header.get("message"))[:MESSAGE_CHARACTERS], header.get("file"))
            self.problem = Invalid(code if code in _PROBLEMS else "not_a_table", message)
        elif kind == "end":
            self.is_complete = True

    def _told(self, message: str, file: object) -> str:
        for inside, path in self._paths:
            message = message.replace(inside, path)
        known = isinstance(file, int) and 0 <= file < len(self._paths)
        return f"{self._paths[file][1]}: {message}" if isinstance(file, int) and known else message

    def chunk(self, data: bytes) -> None:
        self.payload += data

    def end(self) -> None:
        self._in_profile = False


def _validated(payload: bytearray, files: int) -> Profile:
    try:
        profile = Profile.model_validate_json(bytes(payload))
    except ValidationError as error:
        raise Bug("profiling_failed", "The profiler's answer is no profile: nothing of it is used.") from error
    named = [index for table in profile.tables for index in table.files] + [reject.file for reject in profile.rejects]
    if any(not 0 <= index < files for index in named):
        raise Bug("profiling_failed", "The profiler's answer names a file that there is not.")
    notes = tuple(note[:NOTE_CHARACTERS] for note in profile.notes[:NOTES_LIMIT])
    taken: set[str] = set()
    tables = tuple(table.model_copy(update={"name": free_name(slug(table.name), taken)}) for table in profile.tables)
    return Profile(tables=tables, notes=notes, rejects=profile.rejects)


def free_name(wanted: str, taken: set[str]) -> str:
    """The name, or the first of `name_2`, `name_3`, … that is not taken; takes it."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted[:56]}_{number}"
    taken.add(name)
    return name
