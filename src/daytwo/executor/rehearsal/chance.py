"""Chance that is no chance: numbers that depend on a seed and on what they are for, and on nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Item = TypeVar("_Item")


class Chance:
    """Draws for one purpose: another purpose, or a further column, does not change what is drawn for this one."""

    def __init__(self, seed: int, *purpose: str) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, *(zlib.crc32(part.encode()) for part in purpose)]))

    def integers(self, low: int, high: int, size: int | tuple[int, ...]) -> NDArray[np.int64]:
        """From `low` up to but not `high`; both within 64 bits."""
        return self._generator.integers(low, high, size, dtype=np.int64)

    def floats(self, size: int) -> NDArray[np.float64]:
        """From 0 up to but not 1."""
        return self._generator.random(size)

    def order(self, size: int) -> list[int]:
        """The numbers below `size`, shuffled."""
        return [int(number) for number in self._generator.permutation(size)]

    def some(self, items: Sequence[_Item], count: int) -> list[_Item]:
        """So many of the items: each at least once, where there are enough places."""
        places: NDArray[Any] = np.arange(count) % len(items)
        return [items[place] for place in self._generator.permutation(places).tolist()]
