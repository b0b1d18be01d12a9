"""The executors of an organisation: enrolment, presence, what they offer, draining, revocation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, func, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.dispatch.matching import Standing
from daytwo.control.identity.tokens import issue_token, redeem_enrolment_token, revoke_tokens, rotate_token
from daytwo.control.storage import ledger
from daytwo.control.storage.notify import notify
from daytwo.control.storage.tables import executors, tasks
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.errors import Conflict, Denied, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.principal import Principal, PrincipalKind
from daytwo.wire.run import ExecutorView
from daytwo.wire.signing import PublicKey
from daytwo.wire.task import Claim, Departure, Enrolled, Enrolment

PRESENCE_SECONDS = 40
"""An executor polls every 25 s at the latest; one not heard of for longer than this is absent."""
CANDIDATES_LIMIT = 100


async def enrol(connection: AsyncConnection, token: str, enrolment: Enrolment) -> Enrolled:
    """Admits an executor that brings a one-time token; the same key again gets the same id and a new link token."""
    org_id = (await redeem_enrolment_token(connection, token)).org_id
    PublicKey.from_text(enrolment.public_key)
    found = await connection.execute(
        upsert(executors)
        .values(
            executor_id=new_id("executor"),
            org_id=org_id,
            name=enrolment.name,
            public_key=enrolment.public_key,
            results_url=enrolment.results_url,
            created_at=now(),
        )
        .on_conflict_do_update(
            index_elements=["org_id", "public_key"],
            set_={"name": enrolment.name, "results_url": enrolment.results_url},
        )
        .returning(executors.c.executor_id, executors.c.revoked_at)
    )
    executor_id, revoked_at = found.one()
    if revoked_at is not None:
        raise Denied("executor_revoked", "This executor's key was revoked: enrol with a new home, under a new key.")
    principal = Principal(org_id=org_id, kind=PrincipalKind.EXECUTOR, id=executor_id)
    link_key = None if enrolment.link_key is None else PublicKey.from_text(enrolment.link_key)
    link_token = await issue_token(connection, principal, "link", link_key)
    body = {"name": enrolment.name, "public_key": enrolment.public_key, "link_key": enrolment.link_key}
    await _note(connection, principal, "executor.enrolled", executor_id, body)
    return Enrolled(executor_id=executor_id, org_id=org_id, token=link_token)


async def rotate(connection: AsyncConnection, executor: Principal, key: PublicKey | None) -> Enrolled:
    """A new link token, bound to this key, for an executor that brings its present one."""
    token = await rotate_token(connection, executor, "link", key)
    link_key = None if key is None else key.text()
    await _note(connection, executor, "executor.rotated", executor.id, {"link_key": link_key})
    return Enrolled(executor_id=executor.id, org_id=executor.org_id, token=token)


async def revoke(connection: AsyncConnection, author: Principal, executor_id: str) -> None:
    """Shuts an executor out at once and for good: its token is worth nothing, and its key cannot enrol again.

    What its sessions hold stays with it; their runs wait.

    Raises:
        Missing: `executor_not_found`.
    """
    changed = await connection.execute(
        update(executors)
        .where(executors.c.executor_id == executor_id, executors.c.org_id == author.org_id)
        .values(revoked_at=func.coalesce(executors.c.revoked_at, now()), last_seen=None)
        .returning(executors.c.executor_id)
    )
    if changed.first() is None:
        raise _not_found(executor_id)
    shut_out = Principal(org_id=author.org_id, kind=PrincipalKind.EXECUTOR, id=executor_id)
    await revoke_tokens(connection, shut_out, "link")
    await _note(connection, author, "executor.revoked", executor_id, {})


async def drain(connection: AsyncConnection, author: Principal, executor_id: str, *, off: bool) -> None:
    """Has an executor take no new task, until this is taken back; what it has it may end.

    Raises:
        Missing: `executor_not_found`.
    """
    changed = await connection.execute(
        update(executors)
        .where(executors.c.executor_id == executor_id, executors.c.org_id == author.org_id)
        .values(draining_since=None if off else func.coalesce(executors.c.draining_since, now()))
        .returning(executors.c.executor_id)
    )
    if changed.first() is None:
        raise _not_found(executor_id)
    await notify(connection, "task", executor_id)
    await _note(connection, author, "executor.admitted" if off else "executor.drained", executor_id, {})


async def seen(connection: AsyncConnection, executor: Principal) -> None:
    """Notes that an executor is there."""
    await connection.execute(
        update(executors).where(executors.c.executor_id == executor.id).values(last_seen=func.now())
    )


async def started(connection: AsyncConnection, executor: Principal, asked: Claim) -> None:
    """Notes which process of an executor asks for work, and what it offers.

    A new process means a restart: the old claims are free at once, and the old process's leaving is over.
    """
    changed = await connection.execute(
        update(executors)
        .where(executors.c.executor_id == executor.id, executors.c.instance.is_distinct_from(asked.instance))
        .values(
            instance=asked.instance,
            leaving_instance=None,
            profiles=null() if asked.offer is None else list(asked.offer.profiles),
            environment=None if asked.offer is None else asked.offer.environment,
        )
        .returning(executors.c.executor_id)
    )
    if changed.first() is not None:
        await _free_claims(connection, executor)


async def leaving(connection: AsyncConnection, executor: Principal, departure: Departure) -> None:
    """Notes that a process of an executor claims no more; once it is gone, what it held is free and it is away."""
    gone = {"last_seen": None} if departure.gone else {}
    changed = await connection.execute(
        update(executors)
        .where(executors.c.executor_id == executor.id, executors.c.instance == departure.instance)
        .values(leaving_instance=departure.instance, **gone)
        .returning(executors.c.executor_id)
    )
    if changed.first() is not None and departure.gone:
        await _free_claims(connection, executor)


async def _free_claims(connection: AsyncConnection, executor: Principal) -> None:
    await connection.execute(
        update(tasks)
        .where(tasks.c.executor_id == executor.id, tasks.c.status == "claimed")
        .values(lease_until=func.now() - timedelta(seconds=1))
    )


async def refuse_replaced(connection: AsyncConnection, executor: Principal, instance: str) -> None:
    """A claim that a process left open when it died must not take tasks from the process that came after it.

    Raises:
        Conflict: `executor_replaced`.
    """
    found = await connection.execute(
        select(executors.c.instance).where(executors.c.executor_id == executor.id).with_for_update()
    )
    if found.scalar_one() != instance:
        raise Conflict(
            "executor_replaced",
            "Another process of this executor has asked for work since. If both live, stop one of them.",
        )


def _not_found(executor_id: str) -> Missing:
    return Missing("executor_not_found", f"There is no executor {executor_id}: `daytwo executor list` shows them.")


IS_PRESENT = func.coalesce(executors.c.last_seen > func.now() - timedelta(seconds=PRESENCE_SECONDS), False)
IS_DRAINING = func.coalesce(executors.c.draining_since, executors.c.leaving_instance).is_not(None)
STANDING = (
    executors.c.executor_id,
    executors.c.name,
    IS_PRESENT.label("is_present"),
    IS_DRAINING.label("is_draining"),
    executors.c.revoked_at.is_not(None).label("is_revoked"),
    executors.c.profiles,
    executors.c.environment.label("offered_environment"),
)
"""The columns that `standing_of` reads."""


def standing_of(row: RowMapping) -> Standing:
    return Standing(
        executor_id=row["executor_id"],
        name=row["name"],
        is_present=row["is_present"],
        is_draining=row["is_draining"],
        is_revoked=row["is_revoked"],
        profiles=None if row["profiles"] is None else tuple(row["profiles"]),
        environment=row["offered_environment"],
    )


async def standing(connection: AsyncConnection, executor_id: str) -> Standing:
    """What is known of one executor."""
    found = await connection.execute(select(*STANDING).where(executors.c.executor_id == executor_id))
    return standing_of(found.mappings().one())


async def list_executors(connection: AsyncConnection, org_id: str) -> list[ExecutorView]:
    found = await connection.execute(
        select(executors).where(executors.c.org_id == org_id).order_by(executors.c.executor_id)
    )
    return [_view(row) for row in found.mappings()]


def _view(row: RowMapping) -> ExecutorView:
    last_seen: datetime | None = row["last_seen"]
    fresh = last_seen is not None and datetime.now(UTC) - last_seen < timedelta(seconds=PRESENCE_SECONDS)
    shown = None if last_seen is None else last_seen.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return ExecutorView(
        executor=row["executor_id"],
        name=row["name"],
        results_url=row["results_url"],
        connected=fresh,
        last_seen_at=shown,
        revoked_at=row["revoked_at"],
        draining=(row["draining_since"] or row["leaving_instance"]) is not None or None,
        profiles=row["profiles"],
        environment=row["environment"],
        public_key=row["public_key"],
    )


async def candidates(connection: AsyncConnection, org_id: str) -> list[Standing]:
    """The executors that a session without data may go to: those first that are there and take work.

    Raises:
        Missing: `no_executor`.
    """
    found = await connection.execute(
        select(*STANDING)
        .where(executors.c.org_id == org_id, executors.c.revoked_at.is_(None))
        .order_by(executors.c.last_seen.desc().nulls_last())
        .limit(CANDIDATES_LIMIT)
    )
    standings = [standing_of(row) for row in found.mappings()]
    if not standings:
        raise Missing("no_executor", "No executor is enrolled yet: run `daytwo up`, or `daytwo executor enroll`.")
    return sorted(standings, key=lambda one: (not one.is_present, one.is_draining))


async def _note(
    connection: AsyncConnection, actor: Principal, kind: str, subject: str, body: Mapping[str, object]
) -> None:
    event = LedgerEvent(org_id=actor.org_id, at=now(), actor=actor, kind=kind, subject=subject, body=dict(body))
    await ledger.append(connection, event)
