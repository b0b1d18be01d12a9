"""A run whose row a transaction has locked: what becomes of it is gathered, and written by one statement at the end.

That statement holds the row's changes, its events, their ledger leaves, the notifications and what else changes with
the run (`also`): there is no state without its event, and a step costs one round trip for all of them.  Events are
numbered here: the lock makes the run's last number known, so that a reader who sees number n has seen all before it.
Nothing is written where the block fails.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import (
    Insert,
    Integer,
    LargeBinary,
    RowMapping,
    Select,
    Text,
    Update,
    bindparam,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy import update as update_of
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.runs.machine import Trigger, next_status
from daytwo.control.runs.records import run_not_found
from daytwo.control.storage.notify import CHANNEL
from daytwo.control.storage.tables import ledger_leaves, run_events, runs
from daytwo.ledger.event import LedgerEvent
from daytwo.wire.message import now
from daytwo.wire.principal import Principal, PrincipalKind
from daytwo.wire.run import RunStatus

CHANGING = (
    "status", "reason", "message", "segment", "last_seq", "approval_id", "bits_spent", "bits_budget", "resume_key",
    "restarts", "updated_at",
)  # fmt: skip
"""The columns of a run that its life changes."""


class LockedRun:
    """Made by `locked`; `run["column"]` is the column's present value."""

    def __init__(self, row: RowMapping) -> None:
        self._row: dict[str, Any] = dict(row)
        self._events: list[tuple[int, str, str, str]] = []
        self._leaves: list[bytes] = []
        self._topics: dict[str, None] = {}
        self._others: list[Insert | Update] = []
        self._is_changed = False

    def __getitem__(self, name: str) -> Any:
        return self._row[name]

    @property
    def id(self) -> str:
        return str(self._row["run_id"])

    @property
    def status(self) -> RunStatus:
        return RunStatus(self._row["status"])

    def change(self, **values: Any) -> None:
        self._row |= values
        self._is_changed = True

    def record(self, kind: str, data: dict[str, Any], actor: Principal | None = None) -> None:
        """Adds an event, with its ledger leaf."""
        at, seq, org_id = now(), self._row["last_seq"] + 1, self._row["org_id"]
        self.change(last_seq=seq, updated_at=at)
        self._events.append((seq, at, kind, json.dumps(data)))
        leaf = LedgerEvent(
            org_id=org_id,
            at=at,
            actor=actor or Principal(org_id=org_id, kind=PrincipalKind.SERVICE, id="control"),
            kind=kind,
            subject=self.id,
            body={"seq": seq, **data},
        )
        self._leaves.append(leaf.leaf())
        self.wake("run", self.id)

    def move(
        self,
        trigger: Trigger,
        kind: str,
        *,
        reason: str | None = None,
        message: str | None = None,
        data: dict[str, Any] | None = None,
        actor: Principal | None = None,
        **changes: Any,
    ) -> None:
        """Moves the run along the state machine and records it.

        Raises:
            Conflict: `run_moved_on`, where its status does not know the trigger.
        """
        self.change(status=next_status(self.status, trigger).value, reason=reason, message=message, **changes)
        told = {"reason": reason, "message": message} if reason else {}
        self.record(kind, {**told, **(data or {})}, actor)

    def wake(self, topic: str, key: str) -> None:
        """Wakes the waiters for `topic:key` when the transaction commits."""
        self._topics[f"{topic}:{key}"] = None

    def also(self, *statements: Insert | Update) -> None:
        """Adds what is to be written together with the run: rows of other tables, no row by two of them."""
        self._others += statements

    async def _write(self, connection: AsyncConnection) -> None:
        if not (self._is_changed or self._topics or self._others):
            return
        seqs, ats, kinds, data = zip(*self._events, strict=True) if self._events else ((), (), (), ())
        said = {"seqs": seqs, "ats": ats, "kinds": kinds, "data": data, "leaves": self._leaves, "topics": self._topics}
        lists = {name: list(values) for name, values in said.items()}
        own = {f"new_{name}": self._row[name] for name in CHANGING}
        others = [other.cte(f"also_{number}") for number, other in enumerate(self._others)]
        whole = _WRITE.add_cte(*others)
        await connection.execute(whole, own | lists | {"of_run": self.id, "of_org": self._row["org_id"]})


@asynccontextmanager
async def locked(connection: AsyncConnection, run_id: str) -> AsyncIterator[LockedRun]:
    """Locks a run's row until the transaction ends, and writes what was done to it when the block does.

    Raises:
        Missing: `run_not_found`.
    """
    found = await connection.execute(select(runs).where(runs.c.run_id == run_id).with_for_update())
    row = found.mappings().first()
    if row is None:
        raise run_not_found(run_id)
    run = LockedRun(row)
    yield run
    await run._write(connection)  # noqa: SLF001 - the two are one


def _statement() -> Select[Any]:
    run, org = bindparam("of_run", type_=Text), bindparam("of_org", type_=Text)
    moved = update_of(runs).where(runs.c.run_id == run).values({name: bindparam(f"new_{name}") for name in CHANGING})
    event = (
        func.unnest(
            cast(bindparam("seqs"), ARRAY(Integer)),
            cast(bindparam("ats"), ARRAY(Text)),
            cast(bindparam("kinds"), ARRAY(Text)),
            cast(cast(bindparam("data"), ARRAY(Text)), ARRAY(JSONB)),
        )
        .table_valued("seq", "at", "kind", "data")
        .render_derived()
    )
    told = insert(run_events).from_select(
        ["run_id", "seq", "org_id", "at", "kind", "data"],
        select(run, event.c.seq, org, event.c.at, event.c.kind, event.c.data),
    )
    kept = insert(ledger_leaves).from_select(
        ["org_id", "leaf"], select(org, func.unnest(cast(bindparam("leaves"), ARRAY(LargeBinary))))
    )
    topic = func.unnest(cast(bindparam("topics"), ARRAY(Text))).table_valued("topic").render_derived()
    return select(func.pg_notify(CHANNEL, topic.c.topic)).add_cte(
        moved.cte("moved"), told.cte("told"), kept.cte("kept")
    )


_WRITE = _statement()
