"""The job of one execution: what the executor hands to `cell.program` on standard input, as one JSON object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OUTPUT_BYTES = 1024 * 1024 * 1024
"""Of the whole channel, where the job names no other limit."""


@dataclass(frozen=True)
class Rehearsing:
    """Makes an execution a rehearsal: over mock rows, in a world that stands still."""

    instant: str
    """What the clock says, RFC 3339."""
    columns: frozenset[str]
    """Every column that a sheet of the session names."""
    known_names: frozenset[str]
    """Variables that earlier steps left."""

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Rehearsing:
        return cls(said["instant"], frozenset(said["columns"]), frozenset(said["known_names"]))


@dataclass(frozen=True)
class Job:
    program: str
    sources: tuple[dict[str, Any], ...]
    """As `sources.attach` reads them; each has the `name` that programs use."""
    state: Path | None
    """A read-only folder: `manifest.json` and `blobs/`."""
    memory_bytes: int
    cpus: int
    workspace: Path = Path("/workspace")
    data: Path = Path("/data")
    temporary: Path = Path("/tmp")  # noqa: S108 -- the sandbox's own, empty at the start
    output_bytes: int = OUTPUT_BYTES
    rehearsing: Rehearsing | None = None

    @classmethod
    def from_json(cls, text: bytes) -> Job:
        said = json.loads(text)
        folders = {name: Path(said[name]) for name in ("workspace", "data", "temporary") if name in said}
        return cls(
            program=said["program"],
            sources=tuple(said["sources"]),
            state=Path(said["state"]) if said["state"] else None,
            memory_bytes=said["memory_bytes"],
            cpus=said["cpus"],
            output_bytes=said.get("output_bytes", OUTPUT_BYTES),
            rehearsing=Rehearsing.from_json(said["rehearsing"]) if said.get("rehearsing") else None,
            **folders,
        )
