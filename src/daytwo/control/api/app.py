"""The control plane's HTTP application."""

from __future__ import annotations

from fastapi import FastAPI

import daytwo
from daytwo.control.api import events, link, people
from daytwo.control.api.door import install_error_handlers
from daytwo.control.api.state import ControlState
from daytwo.wire.errors import ErrorBody
from daytwo.wire.message import Message
from daytwo.wire.protocol import PROTOCOL_VERSION

DOCUMENT_PATH = "/v1/openapi.json"
"""The description of this API that clients are generated from; it needs no token and tells no secret."""


class Health(Message):
    status: str
    version: str
    protocol: int


def create_app(state: ControlState) -> FastAPI:
    """The application over the control plane's running parts."""
    app = FastAPI(
        title="daytwo control plane",
        version=daytwo.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=DOCUMENT_PATH,
        responses={"4XX": {"model": ErrorBody}, "5XX": {"model": ErrorBody}},
    )
    app.state.control = state
    install_error_handlers(app)

    @app.get("/healthz")
    async def healthz() -> Health:
        return Health(status="ok", version=daytwo.__version__, protocol=PROTOCOL_VERSION)

    for router in (people.routes, events.routes, link.routes):
        app.include_router(router)
    return app
