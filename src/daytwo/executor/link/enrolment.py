"""Enrolment: the executor introduces itself once, with a one-time token, and keeps what it got in a 0600 file.

The token that it gets is bound to a key pair that it makes for the link alone: `wire.proof`.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr, ValidationError

from daytwo.executor.gate import Outbox, Outgoing
from daytwo.executor.link.client import Enrolled, LinkClient
from daytwo.secretfile import read_secret, replace_secret
from daytwo.wire.errors import Invalid, Retryable, Unavailable
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Enrolled as EnrolledReply
from daytwo.wire.task import Enrolment, Rotation

PROTOCOL_LOWERED = "protocol_lowered"
"""The control plane speaks the protocol before: it is told again, in that."""
NOT_UNDERSTOOD = "invalid_request"


async def enrol(
    outbox: Outbox, key: SigningKey, control_url: str, results_url: str, token: str, file: Path
) -> Enrolled:
    """Enrols this executor, under a new key pair for the link, and keeps the result in `file`.

    Raises:
        DaytwoError: what the control plane answered, e.g. `bad_token`.
    """
    name = socket.gethostname()[:64] or "executor"

    def introduction(link_key: str | None) -> Outgoing:
        message = Enrolment(name=name, public_key=key.public.text(), results_url=results_url, link_key=link_key)
        return outbox.enrolment(message)

    pair = SigningKey.generate()
    return await _bound(LinkClient(control_url, SecretStr(token), key=pair), control_url, pair, introduction, file)


async def rotate(outbox: Outbox, file: Path) -> Enrolled:
    """Takes a new link token and key pair in the place of the kept ones, which are good for ten more minutes.

    Raises:
        DaytwoError: what the control plane answered, e.g. `bad_token` once the executor was revoked.
    """
    kept = read_enrolment(file)

    def request(link_key: str | None) -> Outgoing:
        return outbox.rotation(Rotation(link_key=link_key))

    client = LinkClient(kept.control_url, kept.token, key=kept.key)
    return await _bound(client, kept.control_url, SigningKey.generate(), request, file)


async def _bound(
    client: LinkClient, control_url: str, pair: SigningKey, message: Callable[[str | None], Outgoing], file: Path
) -> Enrolled:
    """Sends a message that has a token bound to a key pair, and keeps both; protocol 1 binds none."""
    try:
        answer = await _answered(client, pair.public.text(), message)
        is_bound = client.protocol > 1
    finally:
        await client.close()
    seed = base64.b64encode(pair.seed()).decode("ascii") if is_bound else None
    kept = {"control_url": control_url, "link_key": seed, **EnrolledReply.model_validate(answer).model_dump()}
    replace_secret(file, json.dumps(kept))
    return Enrolled.model_validate(kept)


async def _answered(client: LinkClient, link_key: str, message: Callable[[str | None], Outgoing]) -> object | None:
    """Protocol 1 reads a message before it looks at its version, so it may refuse what it does not know as invalid."""
    for spoken in (link_key, None):
        try:
            return await client.send(message(spoken))
        except (Retryable, Invalid) as error:
            if error.code not in {PROTOCOL_LOWERED, NOT_UNDERSTOOD}:
                raise
    return await client.send(message(None))


def read_enrolment(file: Path) -> Enrolled:
    """The kept enrolment.  Raises `Unavailable` (`not_enrolled`)."""
    try:
        return Enrolled.model_validate_json(read_secret(file))
    except (OSError, ValidationError) as error:
        raise Unavailable(
            "not_enrolled",
            "This executor is not enrolled with a control plane: `daytwo executor enroll --control URL --token TOKEN`.",
        ) from error
