"""Randomness that repeats: whatever a program draws is a function of its step's seed.

A step that is run again from the same state draws the same numbers, and so comes to the same end.  The seed of a step
on real data is the executor's secret (`state`): what a program draws cannot be foretold elsewhere.  A process that the
program forks draws other numbers than its parent, the same each time.  What a library draws from the kernel by itself
(duckdb's `random()`, `random.Random()` without a seed) is not reached.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import sys

_PIECE_BYTES = 64


class Stream:
    """Random bytes out of a seed."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._drawn = itertools.count()
        self._forks = 0

    def bytes(self, count: int) -> bytes:
        """As `os.urandom`."""
        if count < 0:
            raise ValueError("negative argument not allowed")
        return hashlib.shake_256(self._seed + next(self._drawn).to_bytes(8, "big")).digest(count)

    def note_fork(self) -> None:
        """In the parent, before a fork: the child will differ from the children before it."""
        self._forks += 1

    def part(self) -> None:
        """In a child: goes another way than its parent."""
        self._seed = hashlib.sha256(self._seed + b"fork" + self._forks.to_bytes(8, "big")).digest()
        self._sow()

    def fix(self) -> None:
        """Makes this what the rest of the process draws from."""
        # numpy's generators without a seed, `secrets` and `uuid4` all draw from here.
        os.urandom = self.bytes
        random._urandom = self.bytes  # type: ignore[attr-defined]  # noqa: SLF001 -- what SystemRandom calls
        os.register_at_fork(before=self.note_fork, after_in_child=self.part)
        self._sow()

    def _sow(self) -> None:
        random.seed(self.bytes(_PIECE_BYTES))
        if "numpy.random" in sys.modules:  # else it draws from here when it is imported
            sys.modules["numpy.random"].seed(int.from_bytes(self.bytes(4), "big"))
        if "polars" in sys.modules:
            sys.modules["polars"].set_random_seed(int.from_bytes(self.bytes(4), "big"))
