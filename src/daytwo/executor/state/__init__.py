"""Sessions' snapshots at the executor."""

from daytwo.executor.state.store import STATE_TARGET, SnapshotWriter, StateLimitError, StateStore

__all__ = ["STATE_TARGET", "SnapshotWriter", "StateLimitError", "StateStore"]
