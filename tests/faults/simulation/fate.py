"""When the next death comes: after so many points, or at the next of a name."""

from __future__ import annotations

from collections import Counter


class Crashed(BaseException):
    """A plane died at a point.  As with SIGKILL, no `except Exception` of the code under test can catch it."""


class Fate:
    """Watches the points that are reached and lets the planes die at some of them.

    Args:
        gaps: how many points each life lasts; after the last death nobody dies any more.
        point: instead, die once, the first time that this point is reached.
    """

    def __init__(self, gaps: tuple[int, ...] = (), point: str | None = None) -> None:
        self._gaps = list(gaps)
        self._point = point
        self._left = self._gaps.pop(0) if self._gaps else None
        self.reached: Counter[str] = Counter()
        self.deaths: list[str] = []

    def __call__(self, point: str) -> None:
        self.reached[point] += 1
        if point == self._point:
            self._point = None
            self._die(point)
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._left = self._gaps.pop(0) if self._gaps else None
            self._die(point)

    def _die(self, point: str) -> None:
        self.deaths.append(point)
        raise Crashed(point)
