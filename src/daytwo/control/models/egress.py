"""The one door: every byte to any provider goes through `EgressTransport`.

Invariants:
- Only the configured provider's own address is called: scheme, host, port, method and path must be equal to it.
- The audit record is written before the bytes go; without it nothing is sent.
- The key is put in here and nowhere else: vendors' SDKs never hold it, so no error or log of theirs can show it.
- Only the headers that the protocols need go out; an SDK's telemetry and what it reads from the environment do not.
- Redirects, proxies from the environment and answers beyond a size limit are refused.
"""

from __future__ import annotations

import functools
import ssl

import httpx2

from daytwo import __version__
from daytwo.control.models.audit import AuditRecord, AuditSink, CallContext
from daytwo.control.models.faults import ProviderFault, fault_of_status, fault_of_transport, garbage
from daytwo.control.models.settings import ProviderKind, ProviderSettings
from daytwo.wire.canonical import digest_bytes
from daytwo.wire.errors import Denied, Unavailable
from daytwo.wire.message import now

REQUEST_LIMIT_BYTES = 8 * 1024 * 1024
RESPONSE_LIMIT_BYTES = 4 * 1024 * 1024

_METHOD = "POST"
_HEADERS_OUT = ("accept", "content-type", "anthropic-version", "anthropic-beta")
_QUERIES = (b"", b"beta=true")
"""The SDK asks for Anthropic's beta features by the query."""


@functools.cache
def _trust() -> ssl.SSLContext:
    """One context for all connections: making one reads the machine's certificates."""
    return httpx2.create_ssl_context(trust_env=False)


class EgressTransport(httpx2.AsyncBaseTransport):
    """The transport of one call of the gateway (several attempts) to one provider.

    Args:
        provider: whose address is allowed, and whose key is sent.
        model: for the audit record, as `context` is.
        audit: stores the record of each send, or raises.
        timeout: of connecting, reading and writing.
        network: what really sends; by default a connection of its own for this call, closed with it.

    Raises (from `handle_async_request`):
        ProviderFault: for everything but a whole 2xx answer.
    """

    def __init__(
        self,
        provider: ProviderSettings,
        model: str,
        context: CallContext,
        audit: AuditSink,
        timeout: httpx2.Timeout,
        network: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._provider = provider
        self._allowed = provider.endpoint
        self._model = model
        self._context = context
        self._audit = audit
        self._timeout = timeout
        self._is_own = network is None
        self._network = network or httpx2.AsyncHTTPTransport(verify=_trust(), trust_env=False, retries=0)
        self._sends = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        self._check(request, body)
        await self._record(body)
        outgoing = httpx2.Request(
            request.method,
            request.url,
            headers=self._headers(request),
            content=body,
            extensions={"timeout": self._timeout.as_dict()},
        )
        try:
            response = await self._network.handle_async_request(outgoing)
            try:
                answer = await self._read(response)
            finally:
                await response.aclose()
        except httpx2.RequestError as error:
            raise fault_of_transport(self._provider.name, error) from error
        fault = fault_of_status(self._provider.name, response.status_code, response.headers, answer)
        if fault is not None:
            raise fault
        content_type = response.headers.get("content-type", "application/json")
        return httpx2.Response(response.status_code, headers={"content-type": content_type}, content=answer)

    async def aclose(self) -> None:
        if self._is_own:
            await self._network.aclose()

    def _check(self, request: httpx2.Request, body: bytes) -> None:
        path, _, query = request.url.raw_path.partition(b"?")
        asked = (request.method, request.url.scheme, request.url.host, _port(request.url), path)
        allowed = self._allowed
        if asked != (_METHOD, allowed.scheme, allowed.host, _port(allowed), allowed.raw_path) or query not in _QUERIES:
            raise ProviderFault(
                Denied(
                    "egress_denied",
                    f"A call to an address other than {allowed} was refused. Configure a provider to call another.",
                )
            )
        if len(body) > REQUEST_LIMIT_BYTES:
            raise ProviderFault(
                Denied("egress_denied", f"A prompt of more than {REQUEST_LIMIT_BYTES} bytes was refused. Ask for less.")
            )

    async def _record(self, body: bytes) -> None:
        self._sends += 1
        record = AuditRecord(
            at=now(),
            org_id=self._context.org_id,
            run_id=self._context.run_id,
            step=self._context.step,
            attempt=self._sends,
            provider=self._provider.name,
            model=self._model,
            url=str(self._allowed),
            body_digest=digest_bytes(body),
            body_bytes=len(body),
        )
        try:
            await self._audit(record)
        except Exception as error:  # whatever the store's fault is, nothing may be sent without a record
            raise ProviderFault(
                Unavailable(
                    "egress_audit_failed",
                    "Nothing was sent to the model: the audit record could not be written. Check the database.",
                )
            ) from error

    def _headers(self, request: httpx2.Request) -> dict[str, str]:
        headers = {name: request.headers[name] for name in _HEADERS_OUT if name in request.headers}
        # Identity, so that the size limit is about the bytes that come over the network.
        headers |= {"user-agent": f"daytwo/{__version__}", "accept-encoding": "identity"}
        key = self._provider.api_key
        if key is not None and self._provider.kind is ProviderKind.ANTHROPIC:
            headers["x-api-key"] = key.get_secret_value()
        elif key is not None:
            headers["authorization"] = f"Bearer {key.get_secret_value()}"
        return headers

    async def _read(self, response: httpx2.Response) -> bytes:
        answer = bytearray()
        async for chunk in response.aiter_bytes():
            answer += chunk
            if len(answer) > RESPONSE_LIMIT_BYTES:
                raise garbage(self._provider.name, f"it is larger than {RESPONSE_LIMIT_BYTES} bytes")
        return bytes(answer)


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
