"""A run's events as a resumable stream: every event once, in order, from where the client left off.

Read, subscribe, read again, then follow: a wake-up that comes between reading and waiting is not lost, and a slow poll
finds what a lost notification would have hidden.  Who comes back for the rest of a run that is over is read to once.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from daytwo.control.api.door import Person, State
from daytwo.control.api.state import ControlState
from daytwo.control.runs import records
from daytwo.control.storage.notify import wait_for
from daytwo.wire.errors import Invalid
from daytwo.wire.run import RunEvent

EVENT_BATCH = 200
POLL_SECONDS = 2.0
PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30

STREAM = "text/event-stream"
UNCACHED = {"Cache-Control": "no-store"}

routes = APIRouter(prefix="/v1")


@routes.get("/runs/{run_id}/events")
async def events(
    run_id: str,
    person: Person,
    state: State,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Server-sent events: `id` is the event's number; ends after the event that ends the run."""
    if last_event_id is not None:
        if not last_event_id.isascii() or not last_event_id.isdigit():
            raise Invalid("bad_event_id", "Last-Event-ID is the number of the last event that you saw.")
        after = int(last_event_id)
    first = await _read(state, person.org_id, run_id, after)
    if first.is_last:
        # Nothing will follow: the rest of the stream is a text, without the tasks that keep a stream alive.
        rest = b"".join(_message(event).encode() for event in first.events)
        return Response(rest, media_type=STREAM, headers=UNCACHED)
    stream = _follow(state, person.org_id, run_id, first)
    return EventSourceResponse(stream, ping=PING_SECONDS, send_timeout=SEND_TIMEOUT_SECONDS, sep="\n")


@dataclass(frozen=True)
class Batch:
    """The next events of a run; `seen` is the number of its last, or of the one that the client had seen."""

    events: list[RunEvent]
    seen: int
    is_last: bool


async def _read(state: ControlState, org_id: str, run_id: str, after: int) -> Batch:
    async with state.database.connect() as connection:
        # Asked first: an event that commits with the run's end is then in the batch, or in the next.
        last_seq, over = await records.progress_of(connection, org_id, run_id)
        if after > last_seq:
            raise Invalid(
                "event_from_future",
                f"Run {run_id} has {last_seq} events so far and none of number {after}: follow it from one that it "
                "has. Was the control plane restored from a backup?",
            )
        events = await records.events_after(connection, run_id, after, EVENT_BATCH)
    return Batch(events, events[-1].seq if events else after, over and len(events) < EVENT_BATCH)


async def _follow(state: ControlState, org_id: str, run_id: str, batch: Batch) -> AsyncIterator[ServerSentEvent]:
    with state.notifications.subscribed("run", run_id) as woken:
        is_first = True
        while True:
            for event in batch.events:
                yield _message(event)
            if batch.is_last or state.notifications.is_closing:
                return
            # What committed between the first reading and the subscription woke nobody: it is read again at once.
            if not batch.events and not is_first:
                await wait_for(woken, POLL_SECONDS)
            is_first = False
            batch = await _read(state, org_id, run_id, batch.seen)


def _message(event: RunEvent) -> ServerSentEvent:
    return ServerSentEvent(id=str(event.seq), event=event.kind, data=json.dumps(event.model_dump()), sep="\n")
