"""The routes for executors: enrol, publish sheets, claim by long-poll, heartbeat, complete.

Nothing here accepts more than the link's typed messages, and no reply depends on data.
"""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response

from daytwo.control.api.door import Executor, LinkHolder, State, bearer_of, require_proof
from daytwo.control.dispatch import executors, sheets, tasks
from daytwo.control.runs import retention
from daytwo.control.storage.database import transaction
from daytwo.control.storage.notify import wait_for
from daytwo.wire.protocol import PROTOCOL_HEADER, check_protocol
from daytwo.wire.retention import NamedSnapshots
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.signing import PublicKey
from daytwo.wire.task import (
    ApprovalDecision,
    Claim,
    Completion,
    Departure,
    Enrolled,
    Enrolment,
    Heartbeat,
    HeartbeatReply,
    Rotation,
    Task,
)

LONG_POLL_SECONDS = 25.0
CLAIM_POLL_SECONDS = 2.0

routes = APIRouter(prefix="/link/v1")


@routes.post("/enrol")
async def enrol(enrolment: Enrolment, request: Request, state: State) -> Enrolled:
    check_protocol(request.headers.get(PROTOCOL_HEADER), peer="executor")
    if enrolment.link_key is not None:
        await require_proof(request, PublicKey.from_text(enrolment.link_key))
    async with transaction(state.database, "enrol") as connection:
        return await executors.enrol(connection, bearer_of(request), enrolment)


@routes.post("/rotate")
async def rotate(asked: Rotation, holder: LinkHolder, state: State) -> Enrolled:
    """A new token; one that is bound to a key is followed by one that is."""
    key = holder.key if asked.link_key is None else PublicKey.from_text(asked.link_key)
    async with transaction(state.database, "rotate") as connection:
        return await executors.rotate(connection, holder.principal, key)


@routes.post("/sheets", status_code=204)
async def publish_sheet(signed: SignedSheet, executor: Executor, state: State) -> None:
    async with transaction(state.database, "sheet") as connection:
        await executors.seen(connection, executor)
        await sheets.publish(connection, executor, signed)


@routes.post("/claim", response_model=Task, responses={204: {"description": "No task came up in time."}})
async def claim(asked: Claim, request: Request, executor: Executor, state: State) -> Task | Response:
    """A task for this executor, or 204 after about 25 s; none is claimed for an executor that has hung up."""
    deadline = time.monotonic() + LONG_POLL_SECONDS
    async with state.database.begin() as connection:
        await executors.started(connection, executor, asked)
    with state.notifications.subscribed("task", executor.id) as woken:
        while True:
            async with transaction(state.database, "claim") as connection:
                await executors.refuse_replaced(connection, executor, asked.instance)
                await executors.seen(connection, executor)
                task = await tasks.claim(connection, executor, state.run_hooks, asked.offer)
            if task is not None:
                return task
            left = deadline - time.monotonic()
            if left <= 0 or state.notifications.is_closing:
                return Response(status_code=204)
            await wait_for(woken, min(CLAIM_POLL_SECONDS, left))
            if await request.is_disconnected():
                return Response(status_code=204)


@routes.post("/departure", status_code=204)
async def depart(departure: Departure, executor: Executor, state: State) -> None:
    """An executor's process claims no more, or is gone."""
    async with transaction(state.database, "departure") as connection:
        await executors.leaving(connection, executor, departure)


@routes.post("/heartbeat")
async def heartbeat(beat: Heartbeat, executor: Executor, state: State) -> HeartbeatReply:
    async with transaction(state.database, "heartbeat") as connection:
        await executors.seen(connection, executor)
        return HeartbeatReply(cancel=await tasks.heartbeat(connection, executor, beat))


@routes.post("/complete", status_code=204)
async def complete(completion: Completion, executor: Executor, state: State) -> None:
    async with transaction(state.database, "complete") as connection:
        await executors.seen(connection, executor)
        await tasks.complete(connection, executor, completion, state.run_hooks)


@routes.post("/retention")
async def named(executor: Executor, state: State) -> NamedSnapshots:
    """What this executor has to keep."""
    async with state.database.connect() as connection:
        return await retention.named(connection, executor)


@routes.post("/approvals", status_code=204)
async def decide(decision: ApprovalDecision, executor: Executor, state: State) -> None:
    async with transaction(state.database, "decide") as connection:
        await executors.seen(connection, executor)
        await tasks.decide(connection, executor, decision, state.run_hooks)
