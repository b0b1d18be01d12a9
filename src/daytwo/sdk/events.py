"""A run's events, each once and in order, through cut connections and restarts of the control plane.

The stream resumes with `Last-Event-ID`; what a server repeats is dropped, a gap is a bug and raised as one.
Spec: https://html.spec.whatwg.org/multipage/server-sent-events.html, docs/explanation/runs.md.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import httpx2
from pydantic import ValidationError

from daytwo.sdk.origin import STREAM_SILENCE_SECONDS, Origin
from daytwo.wire.errors import Bug, Retryable
from daytwo.wire.run import RunEvent, RunView

TERMINAL_KINDS = frozenset({"run.succeeded", "run.failed", "run.cancelled"})
BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_LIMIT_SECONDS = 2.0
OUTAGE_LIMIT_SECONDS = 120.0
"""How long the control plane may stay away before following it ends, where nobody said."""
OUTAGE_TOLD_SECONDS = 5.0
"""How long an outage lasts before it is told; then each time that it has lasted twice as long."""


def follow(
    origin: Origin,
    run: str,
    after: int = 0,
    *,
    outage_limit_seconds: float = OUTAGE_LIMIT_SECONDS,
    on_outage: Callable[[float], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RunEvent]:
    """The events after number `after`, up to and including the terminal one.

    Args:
        origin: the control plane.
        run: the run's id.
        after: the number of the last event that the caller has seen.
        outage_limit_seconds: how long the control plane may stay away; infinity for a caller that a person can stop.
        on_outage: told, now and then, for how many seconds it has been away.
        clock: the present in seconds.
        sleep: waits.

    Raises:
        Retryable: `control_unreachable`, after `outage_limit_seconds` without a connection.
        Invalid: `event_from_future`, where the run has no event of number `after` yet.
    """
    outage = _Outage(outage_limit_seconds, on_outage, clock, sleep)
    was_over = False
    while True:
        before = after
        try:
            for event in _stream(origin, run, after):
                outage.end()
                if event.seq <= after:
                    continue
                if event.seq != after + 1:
                    raise Bug("event_gap", f"Run {run}: event {event.seq} came after event {after}.")
                after = event.seq
                yield event
                if event.kind in TERMINAL_KINDS:
                    return
            if was_over and after == before:
                # Followed from after its last event.  Over was asked before the stream: nothing can have been missed.
                return
            was_over = run_is_over(origin, run)
        except Retryable:
            if outage.is_too_long:
                raise
        outage.pause()
        if outage.is_too_long:
            raise Retryable("control_unreachable", f"The control plane ended the events of run {run} again and again.")


class _Outage:
    """How long no event has come, and how long to wait before asking again."""

    def __init__(
        self,
        limit_seconds: float,
        tell: Callable[[float], None] | None,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._limit_seconds = limit_seconds
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self.end()

    def end(self) -> None:
        self._since: float | None = None
        self._backoff_seconds = BACKOFF_FIRST_SECONDS
        self._told_at_seconds = OUTAGE_TOLD_SECONDS

    @property
    def seconds(self) -> float:
        return 0.0 if self._since is None else self._clock() - self._since

    @property
    def is_too_long(self) -> bool:
        return self.seconds > self._limit_seconds

    def pause(self) -> None:
        if self._since is None:
            self._since = self._clock()
        if self._tell is not None and self.seconds >= self._told_at_seconds:
            self._tell(self.seconds)
            self._told_at_seconds *= 2
        # Clients that one restart cut off together come back at different moments.
        self._sleep(self._backoff_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
        self._backoff_seconds = min(self._backoff_seconds * 2, BACKOFF_LIMIT_SECONDS)


def so_far(origin: Origin, run: str, after: int = 0, *, silence_seconds: float = 1.0) -> Iterator[RunEvent]:
    """The events that there are now: the stream is left when it says nothing for `silence_seconds`."""
    try:
        yield from _stream(origin, run, after, silence_seconds)
    except Retryable as error:
        if not isinstance(error.__cause__, httpx2.ReadTimeout):
            raise


def run_is_over(origin: Origin, run: str) -> bool:
    return RunView.model_validate_json(
        origin.request("GET", f"/v1/runs/{run}").content, extra="ignore"
    ).status.is_terminal


def _stream(
    origin: Origin, run: str, after: int, silence_seconds: float = STREAM_SILENCE_SECONDS
) -> Iterator[RunEvent]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    with origin.stream(f"/v1/runs/{run}/events", headers=headers, silence_seconds=silence_seconds) as response:
        for message in httpx2.EventSource(response):
            if not message.data:
                continue
            try:
                yield RunEvent.model_validate_json(message.data, extra="ignore")
            except ValidationError as error:
                raise Bug("unexpected_answer", f"The control plane sent an event of run {run} that is none.") from error
