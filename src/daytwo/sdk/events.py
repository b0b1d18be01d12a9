"""A run's events, each once and in order, through cut connections and restarts of the control plane.

The stream resumes with `Last-Event-ID`; what a server repeats is dropped, a gap is a bug and raised as one.
Spec: https://html.spec.whatwg.org/multipage/server-sent-events.html, docs/explanation/runs.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx2
from pydantic import ValidationError

from daytwo.sdk.origin import Origin
from daytwo.wire.errors import Bug, Retryable
from daytwo.wire.run import RunEvent, RunView

TERMINAL_KINDS = frozenset({"run.succeeded", "run.failed", "run.cancelled"})
BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_LIMIT_SECONDS = 2.0
OUTAGE_LIMIT_SECONDS = 120.0
"""How long the control plane may stay away before following it ends."""


def follow(
    origin: Origin,
    run: str,
    after: int = 0,
    *,
    outage_limit_seconds: float = OUTAGE_LIMIT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RunEvent]:
    """The events after number `after`, up to and including the terminal one.

    Raises:
        Retryable: `control_unreachable`, after `outage_limit_seconds` without a connection.
    """
    backoff = BACKOFF_FIRST_SECONDS
    cut_since: float | None = None
    was_over = False
    while True:
        before = after
        try:
            for event in _stream(origin, run, after):
                backoff, cut_since = BACKOFF_FIRST_SECONDS, None
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
            if cut_since is not None and clock() - cut_since > outage_limit_seconds:
                raise
        cut_since = clock() if cut_since is None else cut_since
        if clock() - cut_since > outage_limit_seconds:
            raise Retryable("control_unreachable", f"The control plane ended the events of run {run} again and again.")
        sleep(backoff)
        backoff = min(backoff * 2, BACKOFF_LIMIT_SECONDS)


def so_far(origin: Origin, run: str, after: int = 0, *, silence_seconds: float = 1.0) -> Iterator[RunEvent]:
    """The events that there are now: the stream is left when it says nothing for `silence_seconds`."""
    try:
        yield from _stream(origin, run, after, silence_seconds=silence_seconds)
    except Retryable as error:
        if not isinstance(error.__cause__, httpx2.ReadTimeout):
            raise


def run_is_over(origin: Origin, run: str) -> bool:
    return RunView.model_validate_json(origin.request("GET", f"/v1/runs/{run}").content).status.is_terminal


def _stream(origin: Origin, run: str, after: int, **limits: float) -> Iterator[RunEvent]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    with origin.stream(f"/v1/runs/{run}/events", headers=headers, **limits) as response:
        for message in httpx2.EventSource(response):
            if not message.data:
                continue
            try:
                yield RunEvent.model_validate_json(message.data)
            except ValidationError as error:
                raise Bug("unexpected_answer", f"The control plane sent an event of run {run} that is none.") from error
