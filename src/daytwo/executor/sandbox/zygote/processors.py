"""Which processors a run gets: those with the fewest other runs of this keeper, and among equals first our own.

On the keeper's own processor a child begins as soon as the keeper waits again; another one would have to be woken.
"""

from __future__ import annotations

import os

from . import kernel


class Processors:
    """Counts the runs on each of those that the keeper may use."""

    def __init__(self) -> None:
        self._runs = dict.fromkeys(os.sched_getaffinity(0), 0)

    def take(self, count: int) -> set[int]:
        taken = fewest(self._runs, count, kernel.processor())
        for number in taken:
            self._runs[number] += 1
        return taken

    def give_back(self, taken: set[int]) -> None:
        for number in taken:
            self._runs[number] -= 1


def fewest(runs: dict[int, int], count: int, own: int) -> set[int]:
    """As many processors as asked for, or all there are."""
    return set(sorted(runs, key=lambda number: (runs[number], number != own))[:count])
