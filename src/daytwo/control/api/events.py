"""A run's events as a resumable stream: every event once, in order, from where the client left off.

Subscribe, read, then follow: a wake-up that comes between reading and waiting is not lost, and a slow poll finds what
a lost notification would have hidden.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from daytwo.control.api.door import Person, State
from daytwo.control.api.state import ControlState
from daytwo.control.runs import records
from daytwo.control.storage.notify import wait_for
from daytwo.wire.errors import Invalid

EVENT_BATCH = 200
POLL_SECONDS = 2.0
PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30

routes = APIRouter(prefix="/v1")


@routes.get("/runs/{run_id}/events")
async def events(
    run_id: str,
    person: Person,
    state: State,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int, Query(ge=0)] = 0,
) -> EventSourceResponse:
    """Server-sent events: `id` is the event's number; ends after the event that ends the run."""
    async with state.database.connect() as connection:
        run = await records.view(connection, person.org_id, run_id)
        last_seq = await records.last_seq(connection, run_id)
    if last_event_id is not None:
        if not last_event_id.isascii() or not last_event_id.isdigit():
            raise Invalid("bad_event_id", "Last-Event-ID is the number of the last event that you saw.")
        after = int(last_event_id)
    if after > last_seq:
        raise Invalid(
            "event_from_future",
            f"Run {run_id} has {last_seq} events so far and none of number {after}: follow it from one that it has. "
            "Was the control plane restored from a backup?",
        )
    return EventSourceResponse(
        _follow(state, run.run, after), ping=PING_SECONDS, send_timeout=SEND_TIMEOUT_SECONDS, sep="\n"
    )


async def _follow(state: ControlState, run_id: str, after: int) -> AsyncIterator[ServerSentEvent]:
    with state.notifications.subscribed("run", run_id) as woken:
        while not state.notifications.is_closing:
            async with state.database.connect() as connection:
                # Asked first: an event that commits with the run's end is then in the batch, or in the next.
                over = await records.is_over(connection, run_id)
                batch = await records.events_after(connection, run_id, after, EVENT_BATCH)
            for event in batch:
                after = event.seq
                yield ServerSentEvent(id=str(event.seq), event=event.kind, data=json.dumps(event.model_dump()))
            if over and not batch:
                return
            if not batch:
                await wait_for(woken, POLL_SECONDS)
