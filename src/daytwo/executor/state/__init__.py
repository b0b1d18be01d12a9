"""Sessions' snapshots at the executor."""

from daytwo.executor.state.beginning import FILE as BEGINNING
from daytwo.executor.state.beginning import Beginning
from daytwo.executor.state.blobs import digest_of
from daytwo.executor.state.durable import sync, write_whole
from daytwo.executor.state.garbage import Fate, Garbage
from daytwo.executor.state.manifest import Manifest, StateLimitError
from daytwo.executor.state.store import STATE_TARGET, StateStore
from daytwo.executor.state.writer import Base, SnapshotWriter

__all__ = [
    "BEGINNING",
    "STATE_TARGET",
    "Base",
    "Beginning",
    "Fate",
    "Garbage",
    "Manifest",
    "SnapshotWriter",
    "StateLimitError",
    "StateStore",
    "digest_of",
    "sync",
    "write_whole",
]
