"""What the executor is reading right now, for whoever waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from daytwo.executor.catalog.profiling import Tell
from daytwo.wire.result import Reading, Stage


class Readings:
    """The readings that are under way; each ends with its `of`."""

    def __init__(self) -> None:
        self._begun: dict[int, tuple[Reading, float]] = {}
        self._count = 0

    @contextmanager
    def of(self, dataset: str, paths: Sequence[str], *, whole: bool) -> Iterator[Tell]:
        """One reading; yields what is told how far it has come."""
        self._count += 1
        number = self._count
        begun = time.monotonic()
        self._begun[number] = (Reading(dataset=dataset, paths=tuple(paths), whole=whole, seconds=0), begun)

        def tell(stage: Stage, share: float | None) -> None:
            held, _ = self._begun[number]
            self._begun[number] = (held.model_copy(update={"stage": stage, "share": share}), begun)

        try:
            yield tell
        finally:
            del self._begun[number]

    def all(self) -> list[Reading]:
        present = time.monotonic()
        return [held.model_copy(update={"seconds": present - begun}) for held, begun in self._begun.values()]
