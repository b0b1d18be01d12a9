"""The routes for people: sessions, runs, datasets, executors, models, ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import PlainTextResponse, StreamingResponse
from sqlalchemy import func, select

from daytwo.control.api.door import Person, Spoken, State
from daytwo.control.dispatch import executors, sheets
from daytwo.control.identity.tokens import issue_enrolment_token
from daytwo.control.models import CallContext, ModelInfo, TestReport
from daytwo.control.runs import lifecycle, record, records, retention, sessions
from daytwo.control.storage import ledger
from daytwo.control.storage.database import transaction
from daytwo.control.storage.tables import model_calls
from daytwo.wire.errors import Invalid
from daytwo.wire.message import Message, said_in
from daytwo.wire.pack import SessionRecord
from daytwo.wire.protocol import KEY_HEADER, KEY_LIMIT_CHARACTERS
from daytwo.wire.run import ExecutorView, NewRun, NewSession, RunView, SessionView
from daytwo.wire.sheet import SignedSheet

PAGE_LIMIT = 500

routes = APIRouter(prefix="/v1")

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
Key = Annotated[str | None, Header(alias=KEY_HEADER, min_length=16, max_length=KEY_LIMIT_CHARACTERS)]
"""A client's word for one request: repeated under the same key, it is done once and answered again."""


class RewindTo(Message):
    """The run whose state a session goes back to."""

    run: str


class ModelName(Message):
    model: str


class Usage(Message):
    """What the calls of one model used."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    estimated: bool


class EnrolmentToken(Message):
    token: str


@routes.post("/sessions", status_code=201)
async def create_session(new: NewSession, person: Person, state: State, key: Key = None) -> SessionView:
    async with transaction(state.database, "session") as connection:
        return await sessions.create(connection, person, new, key)


@routes.get("/sessions")
async def list_sessions(person: Person, state: State, limit: Limit = 50) -> list[SessionView]:
    async with state.database.connect() as connection:
        return await sessions.views(connection, person.org_id, limit)


@routes.get("/sessions/{session_id}")
async def show_session(session_id: str, person: Person, state: State) -> SessionView:
    async with state.database.connect() as connection:
        return await sessions.view(connection, person.org_id, session_id)


@routes.post("/sessions/{session_id}/fork", status_code=201)
async def fork_session(session_id: str, person: Person, state: State, key: Key = None) -> SessionView:
    async with transaction(state.database, "fork") as connection:
        return await sessions.fork(connection, person, session_id, key)


@routes.post("/sessions/{session_id}/rewind")
async def rewind_session(session_id: str, to: RewindTo, person: Person, state: State) -> SessionView:
    async with transaction(state.database, "rewind") as connection:
        return await sessions.rewind(connection, person, session_id, to.run)


@routes.delete("/sessions/{session_id}", status_code=204)
async def delete_session(session_id: str, person: Person, state: State) -> None:
    async with transaction(state.database, "delete") as connection:
        await retention.delete(connection, person, session_id)


@routes.get("/sessions/{session_id}/record")
async def record_session(session_id: str, person: Person, state: State) -> SessionRecord:
    """What another control plane needs for the session to go on there."""
    async with state.database.begin() as connection:
        return await record.record_of(connection, person.org_id, session_id)


@routes.post("/sessions/records", status_code=201)
async def take_in_session(recorded: SessionRecord, person: Person, state: State) -> SessionView:
    """Makes a session of another control plane one of this."""
    async with transaction(state.database, "unpack") as connection:
        return await record.take_in(connection, person, recorded)


@routes.post("/sessions/{session_id}/runs", status_code=202)
async def create_run(
    session_id: str, new: NewRun, person: Person, state: State, spoken: Spoken, key: Key = None
) -> RunView:
    """Accepts a run and returns at once; its events tell the rest."""
    model = new.model or state.gateway.default_model()
    state.gateway.check(model)
    if model.startswith("replay:") and new.replay is None:
        raise Invalid("replay_missing", "A replay needs its lines: the client sends the file's content as `replay`.")
    async with transaction(state.database, "accept") as connection:
        return said_in(
            spoken, await lifecycle.accept(connection, person, session_id, new, model, key, due_limit=state.due_limit)
        )


@routes.get("/runs")
async def list_runs(
    person: Person, state: State, spoken: Spoken, session: str | None = None, limit: Limit = 50
) -> list[RunView]:
    async with state.database.connect() as connection:
        return [said_in(spoken, view) for view in await records.views(connection, person.org_id, session, limit)]


@routes.get("/runs/{run_id}")
async def show_run(run_id: str, person: Person, state: State, spoken: Spoken) -> RunView:
    async with state.database.connect() as connection:
        return said_in(spoken, await records.view(connection, person.org_id, run_id))


@routes.post("/runs/{run_id}/cancel")
async def cancel_run(run_id: str, person: Person, state: State, spoken: Spoken) -> RunView:
    async with transaction(state.database, "cancel") as connection:
        return said_in(spoken, await lifecycle.cancel(connection, person, run_id))


@routes.post("/runs/{run_id}/resume")
async def resume_run(run_id: str, person: Person, state: State, spoken: Spoken, key: Key = None) -> RunView:
    async with transaction(state.database, "resume") as connection:
        return said_in(spoken, await lifecycle.resume(connection, person, run_id, key))


@routes.get("/datasets")
async def list_datasets(person: Person, state: State) -> list[SignedSheet]:
    async with state.database.connect() as connection:
        return [signed for _, signed in await sheets.newest(connection, person.org_id)]


@routes.get("/executors")
async def list_executors(person: Person, state: State, spoken: Spoken) -> list[ExecutorView]:
    async with state.database.connect() as connection:
        return [said_in(spoken, view) for view in await executors.list_executors(connection, person.org_id)]


@routes.post("/executors/{executor_id}/revoke", status_code=204)
async def revoke_executor(executor_id: str, person: Person, state: State) -> None:
    async with transaction(state.database, "revoke") as connection:
        await executors.revoke(connection, person, executor_id)


@routes.post("/executors/{executor_id}/drain", status_code=204)
async def drain_executor(executor_id: str, person: Person, state: State) -> None:
    """It takes no new task; what it has it may end."""
    async with transaction(state.database, "drain") as connection:
        await executors.drain(connection, person, executor_id, off=False)


@routes.delete("/executors/{executor_id}/drain", status_code=204)
async def admit_executor(executor_id: str, person: Person, state: State) -> None:
    """It takes new tasks again."""
    async with transaction(state.database, "drain") as connection:
        await executors.drain(connection, person, executor_id, off=True)


@routes.post("/executors/tokens", status_code=201)
async def create_enrolment_token(person: Person, state: State) -> EnrolmentToken:
    """A token with which one executor may enrol, once."""
    async with state.database.begin() as connection:
        return EnrolmentToken(token=await issue_enrolment_token(connection, person.org_id))


@routes.get("/models")
async def list_models(_: Person, state: State) -> list[ModelInfo]:
    return list(state.gateway.list())


@routes.post("/models/test")
async def test_model(name: ModelName, person: Person, state: State) -> TestReport:
    return await state.gateway.test(name.model, CallContext(org_id=person.org_id))


@routes.get("/models/usage")
async def usage(person: Person, state: State) -> list[Usage]:
    async with state.database.connect() as connection:
        found = await connection.execute(
            select(
                model_calls.c.model,
                func.count().label("calls"),
                func.sum(model_calls.c.input_tokens).label("input_tokens"),
                func.sum(model_calls.c.output_tokens).label("output_tokens"),
                func.bool_or(model_calls.c.estimated).label("estimated"),
            )
            .where(model_calls.c.org_id == person.org_id)
            .group_by(model_calls.c.model)
            .order_by(model_calls.c.model)
        )
        return [Usage(**row) for row in found.mappings()]


@routes.get("/ledger/export")
async def export_ledger(person: Person, state: State) -> StreamingResponse:
    """All leaves of the organisation with a checkpoint over them, as JSON lines."""
    await ledger.sequence(state.database, person.org_id, state.ledger_origin, state.ledger_key)

    async def lines() -> AsyncIterator[str]:
        async for line in ledger.export(state.database, person.org_id):
            yield line + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@routes.get("/ledger/checkpoint")
async def ledger_checkpoint(person: Person, state: State) -> PlainTextResponse:
    """The newest signed checkpoint, as a C2SP signed note."""
    note = await ledger.sequence(state.database, person.org_id, state.ledger_origin, state.ledger_key)
    return PlainTextResponse(note)
