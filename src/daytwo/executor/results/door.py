"""The door of the results server: who may come in, and what every answer carries.

Pure ASGI, so that it stands before everything else: a Host that is not ours is turned away (DNS rebinding), a bearer
token is compared in constant time, and every answer, errors too, carries headers that leave a browser nothing to
fetch, frame, sniff or keep.  Reports alone are opened by links (`links`) and state what their own page may do.  There
is no CORS: pages of other origins read nothing here.  What nobody foresaw is logged by its kind alone and answered as
a bug.
"""

from __future__ import annotations

import hashlib
import hmac

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daytwo.wire.errors import Bug, DaytwoError, Denied, Unauthenticated

_LOG = structlog.get_logger(__name__)

OPEN_PATHS = frozenset({"/healthz", "/v1/identity"})
PAGES = "/reports/"
"""What lies below is opened by links, which its routes check (`pages`)."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def refusal(error: DaytwoError) -> JSONResponse:
    """The answer that an error becomes."""
    return JSONResponse(error.body().model_dump(), status_code=error.http_status)


class Door:
    """Guards an ASGI application.

    Args:
        app: the application behind it.
        token: the bearer token of this origin; no other audience's.
        hosts: names, without port, by which this origin is reached beside the loopback ones.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._token = _fingerprint(token)
        self._hosts = LOOPBACK_HOSTS | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        error = self._objection(scope)
        app = self._app if error is None else refusal(error)
        try:
            await app(scope, receive, send_guarded)
        except Exception as unforeseen:  # the request boundary
            _LOG.error("request_failed", path=scope["path"], error=type(unforeseen).__name__)
            if begun:
                raise
            bug = refusal(Bug("bug", "The executor failed on this request; its log names the error."))
            await bug(scope, receive, send_guarded)

    def _objection(self, scope: Scope) -> DaytwoError | None:
        headers = Headers(scope=scope)
        if _host_name(headers.get("host", "")) not in self._hosts:
            return Denied("bad_host", "This address is not one by which the executor is reached; use its own URL.")
        if scope["path"] in OPEN_PATHS or scope["path"].startswith(PAGES):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(_fingerprint(token), self._token):
            return Unauthenticated("bad_token", "Bring the executor's own token: `Authorization: Bearer …`.")
        return None


def _host_name(host: str) -> str:
    """The Host header without its port, in lower case."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def _fingerprint(token: str) -> bytes:
    """Of equal length whatever the token, so that comparing takes equal time."""
    return hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
