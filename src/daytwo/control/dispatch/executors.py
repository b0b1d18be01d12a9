"""The executors of an organisation: enrolment, presence, and the signed sheets that they publish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.identity.tokens import issue_token, redeem_enrolment_token, revoke_tokens, rotate_token
from daytwo.control.storage import ledger
from daytwo.control.storage.tables import executors, sheets, tasks
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.errors import Conflict, Denied, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.principal import Principal, PrincipalKind
from daytwo.wire.run import ExecutorView
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.signing import PublicKey
from daytwo.wire.task import Enrolled, Enrolment

PRESENCE_SECONDS = 40
"""An executor polls every 25 s at the latest; one not heard of for longer than this is absent."""


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
    link_token = await issue_token(connection, principal, "link")
    body = {"name": enrolment.name, "public_key": enrolment.public_key}
    await _note(connection, principal, "executor.enrolled", executor_id, body)
    return Enrolled(executor_id=executor_id, org_id=org_id, token=link_token)


async def rotate(connection: AsyncConnection, executor: Principal) -> Enrolled:
    """A new link token for an executor that brings its present one."""
    token = await rotate_token(connection, executor, "link")
    await _note(connection, executor, "executor.rotated", executor.id, {})
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
        raise Missing("executor_not_found", f"There is no executor {executor_id}: `daytwo executor list` shows them.")
    shut_out = Principal(org_id=author.org_id, kind=PrincipalKind.EXECUTOR, id=executor_id)
    await revoke_tokens(connection, shut_out, "link")
    await _note(connection, author, "executor.revoked", executor_id, {})


async def seen(connection: AsyncConnection, executor: Principal) -> None:
    """Notes that an executor is there."""
    await connection.execute(
        update(executors).where(executors.c.executor_id == executor.id).values(last_seen=func.now())
    )


async def started(connection: AsyncConnection, executor: Principal, instance: str) -> None:
    """Notes which process of an executor asks for work.  A new one means a restart: the old claims are free at once."""
    changed = await connection.execute(
        update(executors)
        .where(executors.c.executor_id == executor.id, executors.c.instance.is_distinct_from(instance))
        .values(instance=instance)
        .returning(executors.c.executor_id)
    )
    if changed.first() is not None:
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


async def is_present(connection: AsyncConnection, executor_id: str) -> bool:
    found = await connection.execute(
        select(executors.c.last_seen > func.now() - timedelta(seconds=PRESENCE_SECONDS)).where(
            executors.c.executor_id == executor_id
        )
    )
    return bool(found.scalar_one_or_none())


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
    )


async def publish_sheet(connection: AsyncConnection, executor: Principal, signed: SignedSheet) -> None:
    """Keeps an executor's newest sheet of a dataset.

    Raises:
        Denied: the sheet is another organisation's or not signed by this executor.
        Conflict: `dataset_elsewhere`, where another executor holds a dataset of that name.
    """
    found = await connection.execute(select(executors.c.public_key).where(executors.c.executor_id == executor.id))
    signed.verify(PublicKey.from_text(found.scalar_one()))
    if signed.sheet.org_id != executor.org_id:
        raise Denied("wrong_organisation", "A sheet can be published only to its own organisation.")
    held = await connection.execute(
        select(sheets.c.executor_id)
        .where(sheets.c.org_id == executor.org_id, sheets.c.dataset == signed.sheet.dataset)
        .with_for_update()
    )
    holder = held.scalar_one_or_none()
    if holder not in (None, executor.id):
        raise Conflict(
            "dataset_elsewhere",
            f"Another executor already holds a dataset named {signed.sheet.dataset}: register it under another name.",
        )
    row = {
        "executor_id": executor.id,
        "digest": signed.digest,
        "version": signed.sheet.version,
        "signed": signed.model_dump(mode="json"),
        "received_at": now(),
    }
    await connection.execute(
        upsert(sheets)
        .values(org_id=executor.org_id, dataset=signed.sheet.dataset, **row)
        .on_conflict_do_update(index_elements=["org_id", "dataset"], set_=row)
    )
    body = {"digest": signed.digest, "version": signed.sheet.version, "level": signed.sheet.level.value}
    await _note(connection, executor, "sheet.published", signed.sheet.dataset, body)


async def sheets_of(
    connection: AsyncConnection, org_id: str, names: tuple[str, ...] | None = None
) -> list[tuple[str, SignedSheet]]:
    """The newest signed sheets with their executor's id: those named, in that order, or all that can be read.

    Raises:
        Missing: `dataset_not_found`, naming the datasets there are.
        Conflict: `dataset_outdated`, where another version of daytwo wrote the sheet.
    """
    found = await connection.execute(select(sheets).where(sheets.c.org_id == org_id).order_by(sheets.c.dataset))
    known: dict[str, tuple[str, SignedSheet]] = {}
    outdated: set[str] = set()
    for row in found.mappings():
        try:
            known[row["dataset"]] = row["executor_id"], SignedSheet.model_validate(row["signed"])
        except ValidationError:
            outdated.add(row["dataset"])
    if names is None:
        return list(known.values())
    for name in names:
        if name in outdated:
            raise Conflict(
                "dataset_outdated",
                f"The sheet of {name} is of another version of daytwo: `daytwo data add` its files registers it anew.",
            )
        if name not in known:
            there = ", ".join(known) or "none yet"
            raise Missing(
                "dataset_not_found", f"There is no dataset {name} (there are: {there}). `daytwo data add` adds one."
            )
    return [known[name] for name in names]


async def any_executor(connection: AsyncConnection, org_id: str) -> str:
    """An executor for a session without data.  Raises `Missing` (`no_executor`)."""
    found = await connection.execute(
        select(executors.c.executor_id)
        .where(executors.c.org_id == org_id, executors.c.revoked_at.is_(None))
        .order_by(executors.c.last_seen.desc().nulls_last())
        .limit(1)
    )
    executor_id: str | None = found.scalar_one_or_none()
    if executor_id is None:
        raise Missing("no_executor", "No executor is enrolled yet: run `daytwo up`, or `daytwo executor enroll`.")
    return executor_id


async def _note(
    connection: AsyncConnection, actor: Principal, kind: str, subject: str, body: Mapping[str, object]
) -> None:
    event = LedgerEvent(org_id=actor.org_id, at=now(), actor=actor, kind=kind, subject=subject, body=dict(body))
    await ledger.append(connection, event)
