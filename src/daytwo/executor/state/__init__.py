"""Sessions' snapshots at the executor."""

from daytwo.executor.state.manifest import Manifest, StateLimitError
from daytwo.executor.state.store import STATE_TARGET, StateStore
from daytwo.executor.state.writer import Base, SnapshotWriter

__all__ = ["STATE_TARGET", "Base", "Manifest", "SnapshotWriter", "StateLimitError", "StateStore"]
