"""Registering data, with a sign of life while the executor reads it.

The request waits in a thread of its own; this one asks the executor how far it has come.  An executor that answers
neither is given up; so is the wait on Ctrl-C, and where daytwo goes on running, so does the reading: the same command
finds it done.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from daytwo.cli.stages import Stages
from daytwo.sdk import Client
from daytwo.wire.errors import DaytwoError, Retryable
from daytwo.wire.result import DatasetView, Reading, RegisterDataset, Stage

POLL_SECONDS = 0.5
MOVING_SECONDS, LINE_SECONDS = 0.5, 5.0
"""Between two signs of life: on a terminal, where a line moves, and elsewhere."""
SILENCE_SECONDS = 30.0
"""Without a sign of life from the executor."""
DOUBT = "In doubt: "
"""How a note begins whose answer only the person has."""
_DOING = {
    Stage.SAMPLE: "taking a sample",
    Stage.COLUMNS: "finding the columns",
    Stage.FIGURES: "measuring the columns",
}


def registered(
    client: Client, new: RegisterDataset, stage: Stages, *, silence_seconds: float = SILENCE_SECONDS
) -> DatasetView:
    """The dataset once it is registered; `stage` is told how that goes.

    Raises:
        DaytwoError: what the executor answers, or `Retryable` (`executor_silent`).
    """
    what = f"reading {', '.join(Path(path).name for path in new.paths)}"
    stage(what)
    begun = heard = shown = time.monotonic()
    every_seconds = MOVING_SECONDS if sys.stderr.isatty() else LINE_SECONDS
    with client.another() as waiting, client.another() as asking:
        answer = _Answer(waiting, new)
        while not answer.done.wait(POLL_SECONDS):
            try:
                told = _told(asking.readings(), new)
                heard = time.monotonic()
            except DaytwoError:
                told = ""
            if time.monotonic() - heard > silence_seconds:
                raise Retryable(
                    "executor_silent",
                    f"The executor has not answered for {silence_seconds:.0f} seconds while it was {what}: "
                    "`daytwo status` says how it is, `daytwo down` and the same command again start it anew.",
                )
            if time.monotonic() - shown >= every_seconds:
                shown = time.monotonic()
                stage(f"{what}: {told}{shown - begun:.0f} s so far")
        return answer.view()


def notes_of(view: DatasetView) -> tuple[str, ...]:
    """What to say of a dataset beside a question: all when its files were read for it, later only what is in doubt."""
    return view.notes if view.read_now else tuple(text for text in view.notes if text.startswith(DOUBT))


def _told(readings: list[Reading], new: RegisterDataset) -> str:
    """The stage of these files' reading; while another's is under way, that it is waited for."""
    first = [reading for reading in readings if not reading.whole]
    paths = {str(Path(path).resolve()) for path in new.paths}
    own = next((reading for reading in first if set(reading.paths) == paths), None)
    if own is None:
        return f"waiting for {first[0].dataset} to be read, " if first else ""
    return f"{doing(own)}, "


def doing(reading: Reading) -> str:
    """What a reading has come to, e.g. `measuring the columns (40% of this pass)`.

    The first word comes out of its sandbox; on a cold start that is still on its way.
    """
    share = f" ({reading.share:.0%} of this pass)" if reading.share else ""
    return f"{_DOING[reading.stage]}{share}" if reading.stage else "getting a sandbox ready"


class _Answer:
    """The executor's answer, once `done`."""

    def __init__(self, client: Client, new: RegisterDataset) -> None:
        self.done = threading.Event()
        self._found: DatasetView | Exception | None = None
        threading.Thread(target=self._wait, args=(client, new), daemon=True).start()

    def _wait(self, client: Client, new: RegisterDataset) -> None:
        try:
            self._found = client.register(new)
        except Exception as error:  # noqa: BLE001  # handed to the thread that waits, which raises it
            self._found = error
        self.done.set()

    def view(self) -> DatasetView:
        assert self._found is not None
        if isinstance(self._found, Exception):
            raise self._found
        return self._found
