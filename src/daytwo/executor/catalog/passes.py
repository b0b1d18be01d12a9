"""Full passes: data that was registered by a sample of it is read to its end in the background.

What is owed is what the catalog's records say, so a restart loses nothing but the work on the pass under way.  The
result is a new version of the sheet where that differs, which the control plane is told of, however long that takes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from daytwo.executor.catalog.records import Dataset, PassState
from daytwo.executor.catalog.view import has_changed
from daytwo.wire.errors import DaytwoError
from daytwo.wire.sheet import SignedSheet

log = structlog.get_logger(__name__)


class Owing(Protocol):
    """The catalog, as this module needs it."""

    def datasets(self) -> list[Dataset]: ...

    async def complete(self, name: str) -> None: ...

    def signed(self, name: str) -> SignedSheet: ...

    def published(self, name: str) -> None: ...

    async def owing(self) -> None: ...


class FullPasses:
    """Makes the passes that are owed, one at a time.

    Args:
        catalog: knows what is owed.
        publish: sends a sheet until it is heard.
    """

    def __init__(self, catalog: Owing, publish: Callable[[SignedSheet], Awaitable[object]]) -> None:
        self._catalog = catalog
        self._publish = publish

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            datasets = self._catalog.datasets()
            for name in unpublished(datasets):
                await self._tell(name)
            names = owed(datasets)
            if names:
                await self._catalog.complete(names[0])
            else:
                await self._catalog.owing()

    async def _tell(self, name: str) -> None:
        try:
            await self._publish(self._catalog.signed(name))
        except DaytwoError as error:
            # It will not be heard better another time: registering the data again shows the person why.
            log.warning("catalog.sheet_refused", dataset=name, code=error.code)
        self._catalog.published(name)


def owed(datasets: Sequence[Dataset]) -> list[str]:
    """The datasets that only a sample was read of, and whose files are still those."""
    return [
        dataset.name
        for dataset in datasets
        if dataset.profile.sampled is not None and dataset.full_pass is None and not has_changed(dataset)
    ]


def unpublished(datasets: Sequence[Dataset]) -> list[str]:
    """The datasets whose sheet came out of a full pass that the control plane was not told of."""
    return [
        dataset.name
        for dataset in datasets
        if dataset.full_pass is not None and dataset.full_pass.state is PassState.UNPUBLISHED
    ]
