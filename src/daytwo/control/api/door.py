"""Authentication at the door: who a request comes from, by bearer token and audience; and errors as people get them."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import DiskFull
from sqlalchemy.exc import DataError, DBAPIError
from starlette.exceptions import HTTPException

from daytwo.control.api.state import ControlState, state_of
from daytwo.control.identity.tokens import Holder, holder_of, principal_of
from daytwo.wire.errors import Bug, DaytwoError, ErrorBody, Invalid, Retryable, Unauthenticated
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.proof import PROOF_HEADER, check_proof
from daytwo.wire.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION, check_protocol
from daytwo.wire.signing import PublicKey

log = structlog.get_logger(__name__)

State = Annotated[ControlState, Depends(state_of)]


def bearer_of(request: Request) -> str:
    """The request's bearer token.  Raises `Unauthenticated` (`no_token`)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no_token", "This needs a bearer token: the file `control/token` in the home holds it.")
    return token.strip()


def _spoken(request: Request) -> int:
    """A client that says which protocol it speaks is held to it; a browser, or a person with curl, gets the present."""
    spoken = request.headers.get(PROTOCOL_HEADER)
    return PROTOCOL_VERSION if spoken is None else check_protocol(spoken, peer="client")


Spoken = Annotated[int, Depends(_spoken)]


async def _person(request: Request, state: State, _: Spoken) -> Principal:
    async with state.database.connect() as connection:
        return await principal_of(connection, bearer_of(request), "owner")


async def _holder(request: Request, state: State) -> Holder:
    check_protocol(request.headers.get(PROTOCOL_HEADER), peer="executor")
    async with state.database.connect() as connection:
        holder = await holder_of(connection, bearer_of(request), "link")
    if holder.key is not None:
        await require_proof(request, holder.key)
    return holder


async def require_proof(request: Request, key: PublicKey) -> None:
    """Refuses a request that this key has not signed; see `wire.proof.check_proof`."""
    proof = request.headers.get(PROOF_HEADER)
    check_proof(key, proof, request.method, request.url.path, await request.body(), now())


async def _executor(holder: Annotated[Holder, Depends(_holder)]) -> Principal:
    return holder.principal


Person = Annotated[Principal, Depends(_person)]
LinkHolder = Annotated[Holder, Depends(_holder)]
Executor = Annotated[Principal, Depends(_executor)]


def install_error_handlers(app: FastAPI) -> None:
    """Every error leaves as an `ErrorBody`; none quotes what was sent."""

    @app.exception_handler(DaytwoError)
    async def daytwo_error(_: Request, error: DaytwoError) -> JSONResponse:
        return _answer(error.http_status, error.body())

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        places = sorted({".".join(str(part) for part in found["loc"]) for found in error.errors()})
        body = ErrorBody(
            code="invalid_request", message=f"The request does not fit its schema at: {', '.join(places)}."
        )
        return _answer(400, body)

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        code = "not_found" if error.status_code == 404 else "http_error"
        return _answer(error.status_code, ErrorBody(code=code, message=str(error.detail)))

    @app.exception_handler(DataError)
    async def no_text(request: Request, error: DataError) -> JSONResponse:
        log.info("api.data_refused", path=request.url.path, error=type(error.orig).__name__)
        refused = Invalid("invalid_request", "The request holds what no text has, such as a NUL: leave it out.")
        return _answer(refused.http_status, refused.body())

    @app.exception_handler(DBAPIError)
    async def database_error(request: Request, error: DBAPIError) -> JSONResponse:
        log.warning("api.database_away", path=request.url.path, error=type(error.orig).__name__)
        if isinstance(error.orig, DiskFull):
            full = Retryable("database_full", "The database's disk is full: make room there, then ask again.")
            return _answer(full.http_status, full.body())
        away = Retryable("database_unreachable", "The database does not answer just now; the request may be repeated.")
        return _answer(away.http_status, away.body())

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        log.error("api.bug", path=request.url.path, exc_info=error)
        return _answer(500, Bug("bug", "daytwo itself failed; the control plane's log says where.").body())


def _answer(status: int, body: ErrorBody) -> JSONResponse:
    return JSONResponse(body.model_dump(), status_code=status)
