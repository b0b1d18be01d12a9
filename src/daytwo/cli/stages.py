"""The live stages of a command, on standard error: a moving line on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from daytwo.cli import terminal
from daytwo.wire.run import RunEvent
from daytwo.wire.verdict import Ruling

if TYPE_CHECKING:
    from rich.status import Status


class Stages(Protocol):
    def __call__(self, text: str) -> None: ...

    def aside(self) -> AbstractContextManager[None]:
        """While something else is written."""


class _MovingLine:
    """Each stage takes the place of the one before; what begins when the line has ended is a line of its own."""

    def __init__(self, status: Status) -> None:
        self._status: Status | None = status

    def __call__(self, text: str) -> None:
        from rich.text import Text

        if self._status is None:
            terminal.note(text)
        else:
            self._status.update(Text(terminal.printable(text, one_line=True)))

    @contextmanager
    def aside(self) -> Iterator[None]:
        if self._status is not None:
            self._status.stop()
        yield
        if self._status is not None:
            self._status.start()

    def end(self) -> None:
        self._status = None


class _PlainLines:
    """A line for each stage, with the time since the first."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, text: str) -> None:
        terminal.note(f"… {time.monotonic() - self._started:5.1f} s  {text}")

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()


class _Quiet:
    def __call__(self, text: str) -> None:
        del text

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()


@contextmanager
def stages(*, quiet: bool) -> Iterator[Stages]:
    """Shows each stage as it begins."""
    if quiet:
        yield _Quiet()
    elif sys.stderr.isatty():
        with terminal.console(stderr=True).status("starting") as status:
            moving = _MovingLine(status)
            try:
                yield moving
            finally:
                moving.end()
    else:
        yield _PlainLines()


_TEXTS = {
    "run.queued": "queued",
    "run.planning": "planning step {step}",
    "step.planned": "planned step {step}: {intent}",
    "step.dispatched": "step {step} is on its way to the executor",
    "step.claimed": "step {step} runs next to the data, after a rehearsal on mock rows",
    "step.rehearsed": "rehearsal of step {step}: {outcome}",
    "step.observed": "step {step} ended: {outcome}",
    "step.denied": "guard refused step {step} ({rules}); the model is told why",
    "run.waiting": "waiting: {message}",
    "run.resumed": "goes on",
    "run.continued": "goes on",
    "run.succeeded": "succeeded",
    "run.failed": "failed",
    "run.cancelled": "cancelled",
}


_FOR_REVIEW = "guard asks that a person read step {step} ({rules})"


class _Data(dict[str, object]):
    """What an event of another version leaves out is a question mark, not an error."""

    def __missing__(self, key: str) -> str:
        return "?"


def stage_of(event: RunEvent) -> str:
    """An event as a stage for a person."""
    data = {
        name: ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        for name, value in event.data.items()
    }
    text = _TEXTS.get(event.kind, event.kind)
    if event.kind == "step.denied" and data.get("verdict") == Ruling.REVIEW:
        text = _FOR_REVIEW
    return text.format_map(_Data(data))
