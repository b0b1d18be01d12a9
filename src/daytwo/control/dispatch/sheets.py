"""The signed sheets that executors publish: the newest of each dataset, at the one executor that holds it."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.storage import ledger
from daytwo.control.storage.tables import executors, sheets
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.errors import Conflict, Denied, Missing
from daytwo.wire.message import now
from daytwo.wire.principal import Principal
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.signing import PublicKey


async def publish(connection: AsyncConnection, executor: Principal, signed: SignedSheet) -> None:
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
    at = now()
    event = LedgerEvent(
        org_id=executor.org_id, at=at, actor=executor, kind="sheet.published", subject=signed.sheet.dataset, body=body
    )
    await ledger.append(connection, event)


async def newest(
    connection: AsyncConnection, org_id: str, names: tuple[str, ...] | None = None
) -> list[tuple[str, SignedSheet]]:
    """The newest signed sheets with their executor's id: those named, in that order, or all that can be read.

    Raises:
        Missing: `dataset_not_found`, naming the datasets there are.
        Conflict: `dataset_outdated`, where another version of daytwo wrote the sheet.
    """
    if names == ():
        return []
    wanted = sheets.c.org_id == org_id if names is None else (sheets.c.org_id == org_id) & sheets.c.dataset.in_(names)
    found = await connection.execute(select(sheets).where(wanted).order_by(sheets.c.dataset))
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
            raise await _not_found(connection, org_id, name)
    return [known[name] for name in names]


async def _not_found(connection: AsyncConnection, org_id: str, name: str) -> Missing:
    there = ", ".join(signed.sheet.dataset for _, signed in await newest(connection, org_id)) or "none yet"
    return Missing("dataset_not_found", f"There is no dataset {name} (there are: {there}). `daytwo data add` adds one.")
