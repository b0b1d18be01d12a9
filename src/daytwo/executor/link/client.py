"""The one way out of the data plane: it sends what the gate minted, to the enrolled control plane, and nothing else.

Redirects are not followed and proxies of the environment are ignored.  Passing faults are retried with jitter; the
same message may arrive twice, which the control plane expects.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Awaitable, Callable

import anyio
import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from daytwo.executor.gate import Outgoing
from daytwo.wire.errors import Bug, DaytwoError, Denied, ErrorBody, Incompatible, Retryable, error_from
from daytwo.wire.message import now as wall_clock
from daytwo.wire.proof import PROOF_HEADER, prove
from daytwo.wire.protocol import PREVIOUS_VERSION, PROTOCOL_HEADER, PROTOCOL_VERSION
from daytwo.wire.signing import SigningKey

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 40.0
"""A claim is held open for 25 s by the control plane."""
RESPONSE_LIMIT_BYTES = 4 * 1024 * 1024
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Enrolled(BaseModel):
    """What the executor keeps of its enrolment (file mode 0600)."""

    model_config = ConfigDict(frozen=True)

    control_url: str
    executor_id: str
    org_id: str
    token: SecretStr
    link_key: SecretStr | None = None
    """The seed, in base64, of the key that the token is bound to; None of a token of protocol 1."""

    @property
    def key(self) -> SigningKey | None:
        return None if self.link_key is None else SigningKey(base64.b64decode(self.link_key.get_secret_value()))


class LinkClient:
    """Sends minted messages.

    Args:
        control_url: the control plane's origin.
        token: the link's bearer token, or a one-time enrolment token.
        transport: another transport, for tests of faults.
        sleep: stands in for the clock in tests.
        clock: the present as an RFC 3339 UTC string.
        key: what the token is bound to, or the enrolment speaks of; it signs each request.
    """

    def __init__(
        self,
        control_url: str,
        token: SecretStr,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        clock: Callable[[], str] = wall_clock,
        key: SigningKey | None = None,
    ) -> None:
        self._key = key
        self._sleep = sleep
        self._clock = clock
        self.protocol = PROTOCOL_VERSION
        """What is spoken with this control plane: its version, where that is the one before."""
        self._client = httpx2.AsyncClient(
            base_url=control_url,
            headers={
                "authorization": f"Bearer {token.get_secret_value()}",
                "content-type": "application/json",
                "accept-encoding": "identity",
            },
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, outgoing: Outgoing) -> object | None:
        """Sends one message, once.  Returns the answer's JSON, or None where it has no body.

        Raises:
            DaytwoError: what the control plane answered, or `Retryable` (`control_unreachable`).
            Retryable: `protocol_lowered`, where it speaks the protocol before: from now on so does this side.
            Denied: `not_open`, where its time is over.
        """
        if type(outgoing) is not Outgoing:
            raise Bug("not_minted", "Only what the gate minted may leave the executor.")
        if outgoing.until is not None and outgoing.until <= self._clock():
            raise Denied("not_open", "The data stopped being open before its output could be sent.")
        try:
            headers = self._headers(outgoing)
            async with self._client.stream(
                outgoing.method, outgoing.path, content=outgoing.body, headers=headers
            ) as response:
                content = await _read(response)
        except httpx2.HTTPError as error:
            self.protocol = PROTOCOL_VERSION  # who comes back may be a later one
            raise Retryable(
                "control_unreachable",
                "The control plane does not answer. Is it running (`daytwo status`), and is its address right?",
            ) from error
        if response.is_success:
            return _json(content) if content else None
        refusal = _error(response.status_code, content)
        if refusal.code == "proof_expired":  # somebody sets the clocks; the message is as good as ever
            refusal = Retryable(refusal.code, refusal.message)
        if isinstance(refusal, Incompatible) and self.protocol == PROTOCOL_VERSION:
            self.protocol = PREVIOUS_VERSION
            refusal = Retryable("protocol_lowered", "The control plane speaks an earlier protocol: trying that.")
        raise refusal

    def _headers(self, outgoing: Outgoing) -> dict[str, str]:
        headers = {PROTOCOL_HEADER: str(self.protocol)}
        if self._key is not None:
            headers[PROOF_HEADER] = prove(self._key, outgoing.method, outgoing.path, outgoing.body, self._clock())
        return headers

    async def send_until_heard(self, outgoing: Outgoing) -> object | None:
        """Sends again and again, with growing pauses, until the control plane gave an answer that stands."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self.send(outgoing)
            except Retryable as error:
                log.info("link.retrying", channel=outgoing.channel, code=error.code)
            await self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _read(response: httpx2.Response) -> bytes:
    """The answer's body, never more of it in memory than the limit: the other side is not trusted."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Retryable("bad_answer", "The control plane's answer is compressed, which was not asked for.")
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > RESPONSE_LIMIT_BYTES:
            raise Retryable("bad_answer", "The control plane's answer is larger than any answer of the link.")
    return bytes(content)


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Retryable("bad_answer", "The control plane answered something that is not JSON.") from error


def _error(status: int, content: bytes) -> DaytwoError:
    if status >= 500:
        return Retryable("control_unreachable", f"The control plane answered {status}.")
    try:
        return error_from(status, ErrorBody.model_validate_json(content))
    except ValidationError:
        return Retryable("bad_answer", f"The control plane answered {status} in a form unknown here.")
