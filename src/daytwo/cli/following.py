"""Events with a clock: what comes next from a run, or None when nothing came for a moment.

The stream is read by a thread of its own, so that whoever waits can tell the time, and Ctrl-C is heard at once.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from daytwo.sdk.events import follow
from daytwo.sdk.origin import Origin, OriginSettings
from daytwo.wire.run import RunEvent

TICK_SECONDS = 0.25
QUEUE_LIMIT = 1_000


def ticking(control: OriginSettings, run: str) -> Iterator[RunEvent | None]:
    """A run's events until it is over; None every `TICK_SECONDS` without one."""
    found: queue.Queue[RunEvent | Exception | None] = queue.Queue(QUEUE_LIMIT)

    def read() -> None:
        try:
            with Origin(control, "control") as origin:
                for event in follow(origin, run):
                    found.put(event)
            found.put(None)
        except Exception as error:  # noqa: BLE001  # handed to the thread that waits, which raises it
            found.put(error)

    threading.Thread(target=read, name=f"events-{run}", daemon=True).start()
    while True:
        try:
            item = found.get(timeout=TICK_SECONDS)
        except queue.Empty:
            yield None
            continue
        if item is None:
            return
        if isinstance(item, Exception):
            raise item
        yield item
