"""What a snapshot was begun with, whatever became of it: the environment and the seed of the step that was to make it.

One small file in the snapshot's folder, on the disk before the program runs.  A step that is begun again, after a
crash, keeps its seed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from daytwo.executor.state.durable import sync, write_whole

FILE = "environment"
_SEED_BYTES = 32


@dataclass(frozen=True)
class Beginning:
    """Of one snapshot."""

    environment: str
    """The content digest of the packages."""
    seed: bytes | None
    """Of what the program draws; None for a snapshot of a daytwo that gave none."""

    @classmethod
    def read(cls, folder: Path) -> Beginning | None:
        """What the snapshot in this folder was begun with; None where none was."""
        try:
            return cls.parsed((folder / FILE).read_text("ascii"))
        except FileNotFoundError:
            return None

    @classmethod
    def parsed(cls, text: str) -> Beginning:
        """What such a file says.  Raises ValueError where it is none."""
        environment, _, seed = text.partition("\n")
        return cls(environment, bytes.fromhex(seed) if seed else None)

    @classmethod
    def write(cls, folder: Path, environment: str, seed: bytes | None = None) -> Beginning:
        """Notes it, and syncs all of its path; without a seed the one that is noted already, or a new one."""
        noted = cls.read(folder)
        if seed is None:
            seed = noted.seed if noted is not None and noted.seed is not None else secrets.token_bytes(_SEED_BYTES)
        made = cls(environment, seed)
        if made != noted:
            write_whole(folder / FILE, f"{environment}\n{seed.hex()}".encode("ascii"))
            sync(folder.parent)
            sync(folder.parent.parent)
        return made
