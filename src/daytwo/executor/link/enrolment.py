"""Enrolment: the executor introduces itself once, with a one-time token, and keeps what it got in a 0600 file."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from pydantic import SecretStr, ValidationError

from daytwo.executor.gate import Outbox
from daytwo.executor.link.client import Enrolled, LinkClient
from daytwo.secretfile import read_secret, replace_secret
from daytwo.wire.errors import Unavailable
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Enrolled as EnrolledReply
from daytwo.wire.task import Enrolment


async def enrol(
    outbox: Outbox, key: SigningKey, control_url: str, results_url: str, token: str, file: Path
) -> Enrolled:
    """Enrols this executor and keeps the result in `file`.

    Raises:
        DaytwoError: what the control plane answered, e.g. `bad_token`.
    """
    name = socket.gethostname()[:64] or "executor"
    message = Enrolment(name=name, public_key=key.public.text(), results_url=results_url)
    client = LinkClient(control_url, SecretStr(token))
    try:
        answer = EnrolledReply.model_validate(await client.send(outbox.enrolment(message)))
    finally:
        await client.close()
    kept = {"control_url": control_url, **answer.model_dump()}
    replace_secret(file, json.dumps(kept))
    return Enrolled.model_validate(kept)


async def rotate(outbox: Outbox, file: Path) -> Enrolled:
    """Takes a new link token in the place of the kept one, which is good for ten more minutes.

    Raises:
        DaytwoError: what the control plane answered, e.g. `bad_token` once the executor was revoked.
    """
    enrolled = read_enrolment(file)
    client = LinkClient(enrolled.control_url, enrolled.token)
    try:
        answer = EnrolledReply.model_validate(await client.send(outbox.rotation()))
    finally:
        await client.close()
    kept = {"control_url": enrolled.control_url, **answer.model_dump()}
    replace_secret(file, json.dumps(kept))
    return Enrolled.model_validate(kept)


def read_enrolment(file: Path) -> Enrolled:
    """The kept enrolment.  Raises `Unavailable` (`not_enrolled`)."""
    try:
        return Enrolled.model_validate_json(read_secret(file))
    except (OSError, ValidationError) as error:
        raise Unavailable(
            "not_enrolled",
            "This executor is not enrolled with a control plane: `daytwo executor enroll --control URL --token TOKEN`.",
        ) from error
