"""The executor's own origin for people: datasets, results, receipts, approvals and the ledger.

Nothing here passes through the control plane.  Every route stands behind `door.Door`; files are sent as attachments,
but for PNG images, which cannot carry markup.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from daytwo.executor.results.door import Door, refusal
from daytwo.executor.results.exports import exported
from daytwo.executor.results.links import Links
from daytwo.executor.results.packs import add_packs
from daytwo.executor.results.pages import add_pages
from daytwo.executor.results.services import Services
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Bug, DaytwoError, Invalid, Missing
from daytwo.wire.figures import TableFigures
from daytwo.wire.identifiers import is_id
from daytwo.wire.identity import Challenge, Identity
from daytwo.wire.question import CheckedQuestion, Question, SentQuestion
from daytwo.wire.release import Release
from daytwo.wire.replay import StepReplay
from daytwo.wire.result import (
    ApprovalRequestDecision,
    ApprovalView,
    Build,
    DatasetView,
    Reading,
    Receipt,
    RegisterDataset,
    RunResult,
    TableFormat,
    TableName,
)
from daytwo.wire.retention import Collect, Collected
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.snapshot import SnapshotView

_MEDIA_TYPES = {
    ".png": "image/png",
    ".arrow": "application/vnd.apache.arrow.file",
    ".json": "application/json",
}

DatasetName = Annotated[str, Path(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]


class Health(BaseModel):
    status: str = "ok"


def create_app(services: Services, token: str) -> FastAPI:
    """The results server.

    Args:
        services: the rooms behind it.
        token: the bearer token of this origin.

    Raises:
        Bug: `no_token`, where the token is empty.
    """
    if not token:
        raise Bug("no_token", "The results server does not start without a token.")
    app = FastAPI(title="daytwo executor", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Door, token=token, hosts=services.hosts)
    _add_errors(app)
    _add_datasets(app, services)
    _add_questions(app, services)
    _add_results(app, services)
    add_packs(app, services)
    add_pages(app, services, Links(time.monotonic))
    _add_approvals(app, services)
    _add_ledger(app, services)

    @app.get("/healthz")
    def healthz() -> Health:
        return Health()

    @app.get("/v1/identity")
    def identity(challenge: Challenge) -> Identity:
        """The proof that this is the executor that holds its key; asked for before a token is sent, so without one."""
        return services.identify(challenge)

    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(DaytwoError)
    async def known(_request: Request, error: DaytwoError) -> Response:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return refusal(Invalid("invalid_request", f"The request does not fit: {where}: {first['msg']}."))

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        if error.status_code == Missing.http_status:
            return refusal(Missing("not_found", "There is nothing at this address."))
        response = refusal(Invalid("invalid_request", str(error.detail)))
        response.status_code = error.status_code
        return response


def _add_datasets(app: FastAPI, services: Services) -> None:
    catalog = services.catalog

    @app.post("/v1/datasets", status_code=201)
    async def register(request: RegisterDataset) -> DatasetView:
        view = await catalog.register(request, services.owner)
        await services.on_sheet(view.signed)
        return view

    @app.get("/v1/datasets")
    def list_datasets() -> list[DatasetView]:
        return list(catalog.list(services.owner.org_id))

    @app.get("/v1/readings")
    async def readings() -> list[Reading]:
        return list(catalog.readings())

    @app.get("/v1/datasets/{name}")
    def get_dataset(name: DatasetName) -> DatasetView:
        return catalog.get(name)

    @app.get("/v1/datasets/{name}/sheet")
    def get_sheet(name: DatasetName) -> Response:
        """The very bytes that leave for the control plane."""
        return Response(canonical_bytes(catalog.signed(name)), media_type="application/json")

    @app.get("/v1/datasets/{name}/figures")
    def get_figures(name: DatasetName) -> tuple[TableFigures, ...]:
        return catalog.figures(name)

    @app.post("/v1/datasets/{name}/sign")
    async def sign(name: DatasetName, asked: Release) -> SignedSheet:
        signed = await catalog.sign(name, asked, services.owner)
        await services.on_sheet(signed)
        return signed


def _add_questions(app: FastAPI, services: Services) -> None:
    @app.post("/v1/questions/check")
    async def check(question: Question) -> CheckedQuestion:
        """Before a client posts a question to the control plane."""
        return await services.desk.check(question, services.owner)

    @app.post("/v1/runs/{run}/question", status_code=204)
    def sent(run: str, question: SentQuestion) -> None:
        if not is_id(run, "run"):
            raise Missing("run_not_found", "A question becomes a run: name that. `daytwo runs list` shows the runs.")
        services.desk.sent(run, question, services.owner)


def _add_results(app: FastAPI, services: Services) -> None:
    @app.get("/v1/runs/{run}/results")
    def results(run: str) -> RunResult:
        return services.store.read(run)

    @app.get("/v1/runs/{run}/artefacts/{step}/{file}")
    def artefact(run: str, step: int, file: str) -> Response:
        path = services.store.artefact(run, step, file)
        inline = path.suffix == ".png"
        name = f"{run}-{step}-{path.name}"  # an identifier, a number and a name that the store chose: safe in a header
        return FileResponse(
            path,
            media_type=_MEDIA_TYPES[path.suffix],
            filename=name,
            content_disposition_type="inline" if inline else "attachment",
        )

    @app.get("/v1/runs/{run}/exports/{step}/{table}.{form}")
    async def export(run: str, step: int, table: TableName, form: TableFormat) -> Response:
        return await exported(services.store, services.exporter, run, step, table, form)

    @app.get("/v1/runs/{run}/building")
    async def building(run: str) -> list[Build]:
        """The environment that is being built for this run right now, if there is one, for whoever waits for it."""
        build = services.building()
        return [build] if build is not None and build.run == run else []

    @app.post("/v1/runs/{run}/steps/{step}/replay")
    async def replay(run: str, step: int) -> StepReplay:
        return await services.replay(run, step)

    @app.get("/v1/sessions/{session}/snapshots/{ordinal}")
    def snapshot(session: str, ordinal: int) -> SnapshotView:
        return services.state.view(session, ordinal)

    @app.post("/v1/sessions/collect")
    async def collect(asked: Collect) -> Collected:
        return await services.collect(asked.dry_run)

    @app.get("/v1/runs/{run}/receipt")
    def receipt(run: str) -> Receipt:
        return services.receipts.receipt(run)


def _add_approvals(app: FastAPI, services: Services) -> None:
    @app.get("/v1/approvals")
    def list_approvals() -> list[ApprovalView]:
        return list(services.approvals.list())

    @app.get("/v1/approvals/{approval}")
    def get_approval(approval: str) -> ApprovalView:
        return services.approvals.get(approval)

    @app.post("/v1/approvals/{approval}")
    async def decide(approval: str, decision: ApprovalRequestDecision) -> ApprovalView:
        view = services.approvals.decide(approval, decision.approve, decision.reason, services.owner)
        await services.on_decision(view)
        return view


def _add_ledger(app: FastAPI, services: Services) -> None:
    @app.get("/v1/ledger/export")
    def export() -> Response:
        with services.database.transaction() as connection:
            lines = list(services.ledger.export(connection))

        def stream() -> Iterator[str]:
            for line in lines:
                yield line.rstrip("\n") + "\n"

        return StreamingResponse(stream(), media_type="application/x-ndjson")

    @app.get("/v1/ledger/checkpoint")
    def checkpoint() -> Response:
        with services.database.transaction() as connection:
            return PlainTextResponse(services.ledger.checkpoint(connection))
