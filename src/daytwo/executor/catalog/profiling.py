"""Runs `cell.reading.profile` in a sandbox; turns its answer into a `Profile`, or into what is wrong with the files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from pydantic import ValidationError

from daytwo.executor.catalog.files import DataFile
from daytwo.executor.catalog.profile import NOTE_CHARACTERS, NOTES_LIMIT, Profile, TableProfile
from daytwo.executor.cell.frames import BadFrameError, FrameReader
from daytwo.executor.cell.reading.sampling import Size
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
from daytwo.wire.result import DateOrder, Stage
from daytwo.wire.sheet import slug

K = 10
"""Occurrences below which nothing about a group of values is written down."""
PROFILE_LIMIT_BYTES = 64 * 1024 * 1024
MESSAGE_CHARACTERS = 1_000
FULL_PASS_SECONDS = 6 * 3600.0
PROGRESS_LIMIT_BYTES = 4 * 1024**2
"""A frame a second for as long as a full pass may last."""
COMPUTE = Compute(
    name="profiling",
    cpus=2,
    memory_bytes=2 * 1024**3,
    disk_bytes=1024**3,
    inodes=65_536,
    wall_seconds=600.0,
    cpu_seconds=1_300,
    output_bytes=PROFILE_LIMIT_BYTES + PROGRESS_LIMIT_BYTES,
    stream_bytes=64 * 1024,
    processes=64,
)
FULL_PASS = replace(
    COMPUTE, name="full pass", cpus=1, wall_seconds=FULL_PASS_SECONDS, cpu_seconds=int(FULL_PASS_SECONDS)
)
"""In the background: it leaves a core to programs."""
_PROBLEMS = frozenset({"file_empty", "not_a_table", "workbook_locked"})


Tell = Callable[[Stage, float | None], None]
"""Takes the stage that reading has come to, and the share of it that is done."""


class Backend(Protocol):
    """The sandbox, as this room needs it."""

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult: ...


def mounts(dataset: str, files: Sequence[DataFile]) -> tuple[Mount, ...]:
    """Where each file lies inside a sandbox: /data/<dataset>/<n><suffix>, so that no file name gets in."""
    return tuple(Mount(file.path, f"/data/{dataset}/{number}{file.suffix}") for number, file in enumerate(files))


@dataclass(frozen=True)
class Order:
    """What to read, and how."""

    org_id: str
    """Whose data it is."""
    dataset: str
    files: Sequence[DataFile]
    table_names: Sequence[str]
    """For each file, the name of its table where it is one of its own."""
    sample: Size | None
    """How data that is larger is sampled; None: it is read whole, in the background."""
    date_order: DateOrder | None = None


async def take_profile(backend: Backend, order: Order, tell: Tell) -> Profile:
    """Profiles files.

    Args:
        backend: the sandbox to do it in.
        order: what to read.
        tell: is told how far it has come.

    Raises:
        Invalid: `file_empty`, `not_a_table`, `profiling_memory`, `profiling_timeout`.
        Unavailable: from the sandbox.
        Bug: `profiling_failed`.
    """
    bound = mounts(order.dataset, order.files)
    compute = COMPUTE if order.sample else FULL_PASS
    job = {
        "dataset": order.dataset,
        "files": [
            {"path": mount.target, "kind": file.kind, "table": name}
            for mount, file, name in zip(bound, order.files, order.table_names, strict=True)
        ],
        "k": K,
        "memory_bytes": compute.memory_bytes,
        "cpus": compute.cpus,
        "sample": asdict(order.sample) if order.sample else None,
        "date_order": order.date_order,
    }
    answer = _Answer([(mount.target, str(mount.source)) for mount in bound], tell)
    reader = FrameReader(answer)
    request = SandboxRequest(
        module="cell.reading.profile",
        job=json.dumps(job).encode(),
        profile=compute,
        org_id=order.org_id,
        kind=Kind.REAL,
        mounts=bound,
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
    profile = _validated(answer.payload, len(order.files))
    return profile.model_copy(update={"date_order": order.date_order})


class _Answer:
    """Collects the frames of one profiling run.  What does not belong there ends it."""

    def __init__(self, paths: Sequence[tuple[str, str]], tell: Tell) -> None:
        """`paths`: each file as it is called inside the sandbox, and as its owner knows it."""
        self._paths = paths
        self._tell = tell
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
        elif kind == "progress":
            self._tell(*_progress(header))
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


def _progress(header: dict[str, Any]) -> tuple[Stage, float | None]:
    stage, share = header.get("stage"), header.get("share")
    if stage not in set(Stage):
        raise BadFrameError("a stage that there is not")
    return Stage(stage), float(share) if isinstance(share, int | float) and 0 <= share <= 1 else None


def _validated(payload: bytearray, files: int) -> Profile:
    try:
        profile = Profile.model_validate_json(bytes(payload))
    except ValidationError as error:
        raise Bug("profiling_failed", "The profiler's answer is no profile: nothing of it is used.") from error
    named = [index for table in profile.tables for index in table.files] + [reject.file for reject in profile.rejects]
    if any(not 0 <= index < files for index in named):
        raise Bug("profiling_failed", "The profiler's answer names a file that there is not.")
    notes = tuple(note[:NOTE_CHARACTERS] for note in profile.notes[:NOTES_LIMIT])
    return Profile(tables=_renamed(profile.tables), notes=notes, rejects=profile.rejects, sampled=profile.sampled)


def _renamed(tables: Sequence[TableProfile]) -> tuple[TableProfile, ...]:
    """The tables under names that may leave.  What refers to a table by its file's name follows it, or is dropped."""
    taken: set[str] = set()
    named = [table.model_copy(update={"name": free_name(slug(table.name), taken)}) for table in tables]
    called = Counter(table.name for table in tables)
    found = {old.name: new for old, new in zip(tables, named, strict=True) if called[old.name] == 1}
    return tuple(
        table.model_copy(
            update={
                "references": tuple(
                    (column, found[to].name, key)
                    for column, to, key in table.references
                    if to in found and _has(table, column) and _has(found[to], key)
                )
            }
        )
        for table in named
    )


def _has(table: TableProfile, name: str) -> bool:
    return any(column.name == name for column in table.columns)


def free_name(wanted: str, taken: set[str]) -> str:
    """The name, or the first of `name_2`, `name_3`, … that is not taken; takes it."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted[:56]}_{number}"
    taken.add(name)
    return name
