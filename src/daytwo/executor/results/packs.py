"""The routes by which a session leaves for another home, and arrives from one: as one file, for the person alone."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from daytwo.executor.results.services import Services
from daytwo.wire.errors import Invalid, Unavailable
from daytwo.wire.pack import MEDIA_TYPE, SIGNED_BY_HEADER, SessionRecord
from daytwo.wire.snapshot import ReplicaView

FILE_LIMIT_BYTES = 128 * 1024**3


def add_packs(app: FastAPI, services: Services) -> None:
    @app.post("/v1/sessions/{session}/pack")
    async def pack(session: str, record: SessionRecord) -> StreamingResponse:
        if record.session != session:
            raise Invalid("record_malformed", "The record is of another session.")
        content = await anyio.to_thread.run_sync(services.packer.pack, record)
        return StreamingResponse(content, media_type=MEDIA_TYPE, headers={SIGNED_BY_HEADER: services.packer.signed_by})

    @app.get("/v1/sessions/{session}/replica")
    def replica(session: str) -> ReplicaView:
        return services.replica(session)

    @app.post("/v1/sessions/unpack", status_code=201)
    async def unpack(request: Request, signed_by: str | None = None) -> SessionRecord:
        with tempfile.TemporaryDirectory(dir=services.unpacker.folder) as name:
            file = Path(name) / "pack"
            try:
                await _receive(request, file)
                return await anyio.to_thread.run_sync(services.unpacker.unpack, file, signed_by, services.owner)
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                raise Unavailable(
                    "disk_full", "The executor's disk is too full for this pack: free some of it, then unpack again."
                ) from error


async def _receive(request: Request, file: Path) -> None:
    received = 0
    with file.open("xb") as sink:
        async for piece in request.stream():
            received += len(piece)
            if received > FILE_LIMIT_BYTES:
                raise Invalid("pack_too_large", f"A pack has at most {FILE_LIMIT_BYTES >> 30} GiB.")
            await anyio.to_thread.run_sync(sink.write, piece)
