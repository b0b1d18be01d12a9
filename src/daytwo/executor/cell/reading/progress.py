"""How far profiling has come, in a frame a second: a stage out of a closed list, and the present query's share.

`{"kind": "progress", "stage": …, "share": 0.42}`; a share of None is an unknown one.  Nothing of the data is in it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

TELL_SECONDS = 1.0
SAMPLE, COLUMNS, FIGURES = "sample", "columns", "figures"
STAGES = (SAMPLE, COLUMNS, FIGURES)
"""Taking a sample; finding the columns, over every row; measuring them."""


class Progress:
    """Tells from a thread of its own while it is entered; outside of that, nothing is told.

    Args:
        tell: takes a frame's header.
        every_seconds: between two frames.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None], every_seconds: float = TELL_SECONDS) -> None:
        self._tell = tell
        self._every_seconds = every_seconds
        self._stage: str | None = None
        self._connection: DuckDBPyConnection | None = None
        self._ended = threading.Event()
        self._teller = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._teller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._teller.join()

    def watch(self, connection: DuckDBPyConnection) -> None:
        """Shares are those of this connection's queries from here on."""
        connection.execute("set enable_progress_bar = true")
        connection.execute("set enable_progress_bar_print = false")
        self._connection = connection

    def stage(self, stage: str) -> None:
        self._stage = stage

    def _run(self) -> None:
        while not self._ended.wait(self._every_seconds):
            if self._stage is not None:
                self._tell({"kind": "progress", "stage": self._stage, "share": self._share()})

    def _share(self) -> float | None:
        percent = self._connection.query_progress() if self._connection is not None else -1.0
        return round(percent / 100, 2) if 0 <= percent <= 100 else None
