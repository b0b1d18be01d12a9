"""One HTTP origin with its own bearer token, and the translation of its answers into daytwo's errors.

Proxies and credentials of the environment are ignored: a token goes to the origin it belongs to and nowhere else.
Redirects are not followed for the same reason.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
from pydantic import BaseModel, ValidationError

from daytwo.sdk.bearer import Bearer
from daytwo.wire.errors import Bug, DaytwoError, ErrorBody, Retryable, error_from
from daytwo.wire.protocol import KEY_HEADER, PROTOCOL_HEADER, PROTOCOL_VERSION

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
REGISTER_SECONDS = 700.0
"""Profiling a large file takes its time: the executor ends it after ten minutes."""
EXPORT_SECONDS = 630.0
"""Converting a large table, too; the executor gives up a little earlier."""
REPLAY_SECONDS = 7_500.0
"""A step takes as long as its profile allows, and waits for the one that is run again before it."""
PROGRESS_SECONDS = 5.0
STREAM_SILENCE_SECONDS = 45.0
"""An event stream pings every 15 seconds; three missed pings are a dead connection."""
ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.2
"""Doubled from attempt to attempt, with jitter: about six seconds in all, as long as a plane takes to be back."""


@dataclass(frozen=True)
class OriginSettings:
    """Where an origin is, the token that it alone accepts, and the key that it has to prove before it gets that."""

    url: str
    token: str = field(repr=False)
    key: str | None = None


class Origin:
    """Requests to one origin.

    Args:
        settings: the address and its token.
        name: `control` or `executor`; the code of a failed connection is `{name}_unreachable`.
        transport: stands in for the network in tests.
        sleep: stands in for the clock in tests.
    """

    def __init__(
        self,
        settings: OriginSettings,
        name: str,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._sleep = sleep
        self.settings = settings
        self.url = settings.url.rstrip("/")
        self._bearer = Bearer(self.url, settings.token, settings.key)
        self._http = httpx2.Client(
            base_url=self.url,
            auth=self._bearer,
            headers={PROTOCOL_HEADER: str(PROTOCOL_VERSION)},
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
            # Loading the authorities' certificates takes 50 ms, which a plain-text loopback origin never uses.
            verify=self.url.startswith("https:"),
            follow_redirects=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | dict[str, Any] | None = None,
        content: bytes | None = None,
        query: dict[str, str | int] | None = None,
        headers: dict[str, str] | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> httpx2.Response:
        """The origin's answer, where it is a good one; the error that it stands for is raised otherwise.

        A body goes as JSON; `content` is JSON already and goes as these bytes.
        """
        with self._translated():
            response = self._http.request(
                method,
                path,
                json=body.model_dump(mode="json") if isinstance(body, BaseModel) else body,
                content=content,
                headers=({"Content-Type": "application/json"} if content is not None else {}) | (headers or {}),
                params=query,
                timeout=httpx2.Timeout(answer_seconds, connect=CONNECT_SECONDS),
            )
        raise_for(response)
        return response

    def send_file(self, path: str, body: Iterable[bytes], media_type: str, query: dict[str, str]) -> httpx2.Response:
        """As `request`, with a file as the body, which is read as it goes."""
        with self._translated():
            response = self._http.post(
                path,
                content=body,
                params=query,
                headers={"Content-Type": media_type},
                timeout=httpx2.Timeout(EXPORT_SECONDS, connect=CONNECT_SECONDS),
            )
        raise_for(response)
        return response

    def repeat(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | dict[str, Any] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        """As `request`, through passing faults: repeated under one idempotency key, so that it is done once."""
        headers = {KEY_HEADER: secrets.token_hex(16)}
        pause = FIRST_PAUSE_SECONDS
        for _ in range(ATTEMPTS - 1):
            try:
                return self.request(method, path, body=body, content=content, headers=headers)
            except Retryable:
                self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
                pause *= 2
        return self.request(method, path, body=body, content=content, headers=headers)

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        silence_seconds: float = STREAM_SILENCE_SECONDS,
        posted: BaseModel | None = None,
    ) -> Iterator[httpx2.Response]:
        """A body that is read as it comes: of a GET, or of a POST where something is posted."""
        timeout = httpx2.Timeout(silence_seconds, connect=CONNECT_SECONDS)
        method, said = ("GET", None) if posted is None else ("POST", posted.model_dump(mode="json"))
        with (
            self._translated(),
            self._http.stream(method, path, headers=headers, json=said, timeout=timeout) as response,
        ):
            if response.status_code >= httpx2.codes.MULTIPLE_CHOICES:
                response.read()
                raise_for(response)
            yield response

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx2.TimeoutException as error:
            raise Retryable(
                f"{self.name}_unreachable", f"The {self.name} at {self.url} did not answer in time."
            ) from error
        except httpx2.TransportError as error:
            self._bearer.forget()
            raise Retryable(
                f"{self.name}_unreachable",
                f"There is no connection to the {self.name} at {self.url}. `daytwo status` says what runs.",
            ) from error


def raise_for(response: httpx2.Response) -> None:
    """Raises the daytwo error that a bad answer stands for."""
    if response.is_success:
        return
    raise error_of(response)


def error_of(response: httpx2.Response) -> DaytwoError:
    try:
        return error_from(response.status_code, ErrorBody.model_validate_json(response.content))
    except ValidationError:
        return Bug(
            "unexpected_answer",
            f"{response.request.url.host}:{response.request.url.port} answered with status {response.status_code} "
            "and no daytwo error. Is something else listening there?",
        )
