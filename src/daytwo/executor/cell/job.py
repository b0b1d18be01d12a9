"""The job of one execution: what the executor hands to `cell.program` on standard input, as one JSON object."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
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
class Sentences:
    """What libraries may be told to have said, and what of the program may fill the holes (`cell.templates`)."""

    holes: dict[str, str]
    """Each template's kind of hole, empty for none, in the order of the encoding."""
    fillers: tuple[dict[str, list[str]], ...]
    """For each statement, by kind."""

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Sentences:
        return cls(said["holes"], tuple(said["fillers"]))

    def place(self, template: str) -> int:
        return list(self.holes).index(template)

    def hole(self, template: str, statement: int, named: str) -> int:
        """Which filler of a statement `named` is, from 1; 0 where it is none."""
        by_kind = self.fillers[statement] if statement < len(self.fillers) else {}
        known = by_kind.get(self.holes[template], [])
        return known.index(named) + 1 if named in known else 0


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
    withheld: frozenset[str] = frozenset()
    """Columns, casefolded, of which `resolve` looks nothing up."""
    typed: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Values for which questions hold stand-ins, as `cell.typed` reads them."""
    sentences: Sentences | None = None
    """None where nobody is told what a library said: in a rehearsal, whose traceback is told whole."""
    data_only: bool = False
    """Of the snapshot before, only what is data is read."""
    seed: bytes | None = None
    """Of what the program draws; None for the kernel's own randomness.  A rehearsal has its own."""

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
            withheld=frozenset(said.get("withheld", ())),
            typed=said.get("typed", {}),
            sentences=Sentences.from_json(said["sentences"]) if said.get("sentences") else None,
            data_only=bool(said.get("data_only")),
            seed=bytes.fromhex(said["seed"]) if said.get("seed") else None,
            **folders,
        )
