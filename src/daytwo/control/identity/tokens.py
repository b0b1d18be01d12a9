"""Bearer tokens of the control plane: 256 random bits, stored as their SHA-256, each for one audience.

A token of one audience opens no other door.  `owner`: the person who runs this installation.  `link`: an enrolled
executor; it is bound to the executor's key (`wire.proof`).  `enrol`: admits one executor, once, within
`ENROLMENT_MINUTES`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.storage.tables import organisations, tokens
from daytwo.secretfile import new_token
from daytwo.wire.errors import Unauthenticated
from daytwo.wire.message import now
from daytwo.wire.principal import LOCAL_OWNER, Principal, PrincipalKind
from daytwo.wire.signing import PublicKey

Audience = Literal["owner", "link", "enrol"]

ENROLMENT_MINUTES = 15
ROTATION_MINUTES = 10
TOKEN_LIMIT_CHARACTERS = 512
_NEWCOMER = "newcomer"
"""Who redeems an enrolment token: an executor that has no id yet."""


def token_hash(token: str) -> str:
    """SHA-256 in hexadecimal.  Enough for random tokens; never for passwords."""
    return hashlib.sha256(token.encode()).hexdigest()


async def ensure_organisation(connection: AsyncConnection, org_id: str) -> None:
    await connection.execute(
        insert(organisations).values(org_id=org_id, created_at=now()).on_conflict_do_nothing(index_elements=["org_id"])
    )


async def ensure_owner(connection: AsyncConnection, token: str) -> None:
    """Makes this the owner's one token: a replaced token file revokes the token that it held before."""
    await ensure_organisation(connection, LOCAL_OWNER.org_id)
    await connection.execute(
        delete(tokens).where(
            tokens.c.org_id == LOCAL_OWNER.org_id,
            tokens.c.audience == "owner",
            tokens.c.principal_id == LOCAL_OWNER.id,
            tokens.c.token_hash != token_hash(token),
        )
    )
    await _store(connection, LOCAL_OWNER, "owner", token)


async def issue_token(
    connection: AsyncConnection, principal: Principal, audience: Audience, key: PublicKey | None = None
) -> str:
    """A new token that does not expire; shown once, only its hash is kept.  `key`: what it is bound to."""
    token = new_token()
    await _store(connection, principal, audience, token, key=key)
    return token


async def rotate_token(
    connection: AsyncConnection,
    principal: Principal,
    audience: Audience,
    key: PublicKey | None = None,
    clock: Callable[[], str] = now,
) -> str:
    """A new token in the place of the old ones, which live on for `ROTATION_MINUTES`: an answer may get lost."""
    await connection.execute(
        update(tokens)
        .where(*_of(principal, audience), tokens.c.expires_at.is_(None))
        .values(expires_at=_later(clock(), ROTATION_MINUTES))
    )
    return await issue_token(connection, principal, audience, key)


async def revoke_tokens(connection: AsyncConnection, principal: Principal, audience: Audience) -> None:
    """Ends all of a principal's tokens of one audience at once."""
    await connection.execute(delete(tokens).where(*_of(principal, audience)))


def _of(principal: Principal, audience: Audience) -> tuple[ColumnElement[bool], ...]:
    return (
        tokens.c.org_id == principal.org_id,
        tokens.c.principal_id == principal.id,
        tokens.c.audience == audience,
    )


async def issue_enrolment_token(connection: AsyncConnection, org_id: str, clock: Callable[[], str] = now) -> str:
    """A token with which one executor may enrol, once, within `ENROLMENT_MINUTES`."""
    token = new_token()
    newcomer = Principal(org_id=org_id, kind=PrincipalKind.EXECUTOR, id=_NEWCOMER)
    await _store(connection, newcomer, "enrol", token, expires_at=_later(clock(), ENROLMENT_MINUTES))
    return token


async def redeem_enrolment_token(connection: AsyncConnection, token: str, clock: Callable[[], str] = now) -> Principal:
    """Uses an enrolment token up; answers a principal that carries its organisation.

    Raises:
        Unauthenticated: `bad_token`, where it is unknown, used or too old.
    """
    present = clock()
    found = await connection.execute(
        update(tokens)
        .where(
            tokens.c.token_hash == _checked_hash(token),
            tokens.c.audience == "enrol",
            tokens.c.used_at.is_(None),
            tokens.c.expires_at > present,
        )
        .values(used_at=present)
        .returning(tokens.c.org_id)
    )
    org_id = found.scalar_one_or_none()
    if org_id is None:
        raise Unauthenticated(
            "bad_token",
            f"This enrolment token is unknown, used or older than {ENROLMENT_MINUTES} minutes: make another.",
        )
    return Principal(org_id=org_id, kind=PrincipalKind.EXECUTOR, id=_NEWCOMER)


@dataclass(frozen=True)
class Holder:
    """Who holds a token, and the key that has to sign whatever comes with it."""

    principal: Principal
    key: PublicKey | None


async def principal_of(
    connection: AsyncConnection, token: str, audience: Audience, clock: Callable[[], str] = now
) -> Principal:
    """Whose token this is, where it is bound to no key; raises as `holder_of` does."""
    return (await holder_of(connection, token, audience, clock)).principal


async def holder_of(
    connection: AsyncConnection, token: str, audience: Audience, clock: Callable[[], str] = now
) -> Holder:
    """Whose token this is, and the key that it is bound to.

    Raises:
        Unauthenticated: `bad_token`, where it is unknown, expired, or another audience's.
    """
    found = await connection.execute(
        select(tokens).where(tokens.c.token_hash == _checked_hash(token), tokens.c.audience == audience)
    )
    row = found.one_or_none()
    if row is None or row.used_at is not None or (row.expires_at is not None and row.expires_at <= clock()):
        raise _bad_token()
    principal = Principal(org_id=row.org_id, kind=row.principal_kind, id=row.principal_id)
    return Holder(principal, None if row.public_key is None else PublicKey.from_text(row.public_key))


async def _store(
    connection: AsyncConnection,
    principal: Principal,
    audience: Audience,
    token: str,
    *,
    expires_at: str | None = None,
    key: PublicKey | None = None,
) -> None:
    await connection.execute(
        insert(tokens)
        .values(
            token_hash=token_hash(token),
            org_id=principal.org_id,
            audience=audience,
            principal_kind=principal.kind.value,
            principal_id=principal.id,
            public_key=None if key is None else key.text(),
            created_at=now(),
            expires_at=expires_at,
        )
        .on_conflict_do_nothing(index_elements=["token_hash"])
    )


def _checked_hash(token: str) -> str:
    if len(token) > TOKEN_LIMIT_CHARACTERS or not token.isascii():
        raise _bad_token()
    return token_hash(token)


def _bad_token() -> Unauthenticated:
    return Unauthenticated(
        "bad_token", "The token is not valid here: the file `control/token` in the home holds yours."
    )


def _later(timestamp: str, minutes: int) -> str:
    moment = datetime.fromisoformat(timestamp).astimezone(UTC) + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
