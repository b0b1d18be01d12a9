"""What lets a client in at an origin: its token, which goes to nobody who has not proven to hold the origin's key.

The proof is asked for before the first request and again after one that got no answer: another process may listen at
the address then.  It is a signature over a challenge of the client's and the address (`daytwo.wire.identity`).
"""

from __future__ import annotations

import secrets
from collections.abc import Generator

import httpx2
from pydantic import ValidationError

from daytwo.wire.errors import Denied, Retryable
from daytwo.wire.identity import Identity, check_identity
from daytwo.wire.signing import PublicKey


class Bearer(httpx2.Auth):
    """Adds the token to each request.

    Args:
        url: the origin's, as it knows itself.
        token: "" for a client that has none.
        key: what the origin has to prove that it holds; None where its owner does not know it.
    """

    def __init__(self, url: str, token: str, key: str | None) -> None:
        self._url = url
        self._token = token
        self._key = None if key is None else PublicKey.from_text(key)
        self._is_proven = False

    def forget(self) -> None:
        """The connection was lost."""
        self._is_proven = False

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Yields the request for a proof, where there has to be one, and then the request.

        Raises:
            Denied: `executor_not_proven`; the request and its token were not sent.
            Retryable: `executor_unreachable`, where it failed to answer; neither were they.
        """
        if self._key is not None and not self._is_proven:
            challenge = secrets.token_hex(16)
            place = httpx2.URL(self._url).copy_with(path="/v1/identity", params={"challenge": challenge})
            answer = yield httpx2.Request("GET", place, extensions=request.extensions)
            answer.read()
            self._check(self._key, answer, challenge)
            self._is_proven = True
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def _check(self, key: PublicKey, answer: httpx2.Response, challenge: str) -> None:
        if answer.is_server_error:
            raise Retryable("executor_unreachable", f"The executor at {self._url} answered {answer.status_code}.")
        try:
            check_identity(Identity.model_validate_json(answer.content), key, self._url, challenge)
        except (ValidationError, Denied) as error:
            raise Denied(
                "executor_not_proven",
                f"What answers at {self._url} does not hold the executor's key, or is reached under another address "
                "than the one that it knows. Nothing was sent there: see what listens at that address, and "
                "`daytwo status`.",
            ) from error
