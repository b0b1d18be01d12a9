"""The account: the debits that were made, and what sessions and payers have spent by them.

A row is written once and never changed.  A payer is a dataset's name, or one of its paths, which ends in a slash as no
name does.  Every function works inside its caller's transaction.
Source: docs/explanation/disclosure.md, section 4.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

from daytwo.executor.gate.debit import Debit
from daytwo.wire.pack import PackHead
from daytwo.wire.principal import Principal
from daytwo.wire.task import TaskRequest

SCHEMA = """
create table if not exists gate_debits (
    task_id text not null,
    execution integer not null,
    org_id text not null,
    root_session text not null,
    session_id text not null,
    run_id text not null,
    step integer not null,
    actor text not null,
    alphabet text not null,
    bits real not null,
    at text not null,
    primary key (task_id, execution)
);
create index if not exists gate_debits_by_session on gate_debits (root_session);
create index if not exists gate_debits_by_member on gate_debits (session_id);
create index if not exists gate_debits_by_run on gate_debits (run_id);
create table if not exists gate_dataset_debits (
    task_id text not null,
    execution integer not null,
    org_id text not null,
    root_session text not null,
    dataset text not null, -- its name, or one of its paths, which end in a slash
    bits real not null,
    at text not null,
    primary key (task_id, execution, dataset),
    foreign key (task_id, execution) references gate_debits (task_id, execution)
);
create index if not exists gate_dataset_debits_by_dataset on gate_dataset_debits (org_id, dataset, at);
create index if not exists gate_dataset_debits_by_session on gate_dataset_debits (root_session);
create table if not exists gate_observations (
    task_id text not null,
    execution integer not null,
    symbol text not null,
    at text not null,
    primary key (task_id, execution),
    foreign key (task_id, execution) references gate_debits (task_id, execution)
);
"""

ARRIVED = "arrived: "
"""Before what a session brings along: a task, and a dataset of its lineage, that were never here."""


def is_path(payer: str) -> bool:
    return payer.startswith("/")


def enter(connection: Connection, debit: Debit, request: TaskRequest, payers: Collection[str], at: str) -> None:
    """Writes a debit, and what each payer pays for it."""
    connection.execute(
        "insert into gate_debits values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            debit.task_id,
            debit.execution,
            debit.org_id,
            debit.root_session,
            request.session_id,
            debit.run_id,
            request.step,
            debit.actor.id,
            debit.alphabet.value,
            debit.bits,
            at,
        ),
    )
    connection.executemany(
        "insert into gate_dataset_debits values (?, ?, ?, ?, ?, ?, ?)",
        [
            (debit.task_id, debit.execution, debit.org_id, debit.root_session, payer, debit.bits, at)
            for payer in sorted(payers)
        ],
    )


def enter_arrival(
    connection: Connection, head: PackHead, session: str, payers: Collection[str], by: Principal, at: str
) -> float | None:
    """Writes what a session that arrives has spent elsewhere; None where it was written before."""
    bits = head.bits_spent if session == head.record.session else 0.0
    row = (f"{ARRIVED}{session}", 1, head.org_id, head.root_session)
    made = connection.execute(
        "insert or ignore into gate_debits values (?, ?, ?, ?, ?, '', 0, ?, '', ?, ?)", (*row, session, by.id, bits, at)
    )
    connection.executemany(
        "insert or ignore into gate_dataset_debits values (?, ?, ?, ?, ?, ?, ?)",
        [(*row, payer, bits, at) for payer in sorted(payers)],
    )
    return bits if made.rowcount else None


def debited(connection: Connection, task_id: str) -> tuple[float, int]:
    """The bits that a task has paid, and for how many executions."""
    row = connection.execute(
        "select coalesce(sum(bits), 0.0) as bits, count(*) as executions from gate_debits where task_id = ?", (task_id,)
    ).fetchone()
    return float(row["bits"]), int(row["executions"])


def paid_by(connection: Connection, debit: Debit) -> str | None:
    """The root session that paid for an execution; None where nobody did."""
    row = connection.execute(
        "select root_session from gate_debits where task_id = ? and execution = ?", (debit.task_id, debit.execution)
    ).fetchone()
    return None if row is None else str(row["root_session"])


def is_observed(connection: Connection, debit: Debit) -> bool:
    """Whether an execution has its Observation."""
    key = (debit.task_id, debit.execution)
    row = connection.execute("select 1 from gate_observations where task_id = ? and execution = ?", key).fetchone()
    return row is not None


def is_of_another_root(connection: Connection, session_id: str, root_session: str) -> bool:
    """Whether a session has paid under another root."""
    row = connection.execute(
        "select 1 from gate_debits where session_id = ? and root_session <> ? limit 1", (session_id, root_session)
    ).fetchone()
    return row is not None


def last_debit(connection: Connection) -> str:
    """When the latest debit was made; empty where none was."""
    row = connection.execute("select coalesce(max(at), '') as at from gate_debits").fetchone()
    return str(row["at"])


def session_spent(connection: Connection, root_session: str) -> float:
    row = connection.execute(
        "select coalesce(sum(bits), 0.0) as spent from gate_debits where root_session = ?", (root_session,)
    ).fetchone()
    return float(row["spent"])


def lineage(connection: Connection, root_session: str) -> set[str]:
    """Every payer for which this session or a fork of its root has paid."""
    rows = connection.execute(
        "select distinct dataset from gate_dataset_debits where root_session = ?", (root_session,)
    ).fetchall()
    return {row["dataset"] for row in rows}


def payer_spent(connection: Connection, org_id: str, payer: str, now: str, window: timedelta) -> float:
    """What was paid within a window under this name; or under this path, a folder around it or anything inside it."""
    since = datetime.strptime(now, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) - window
    row = connection.execute(
        "select coalesce(sum(bits), 0.0) as spent from (select distinct task_id, execution, bits"
        " from gate_dataset_debits where org_id = :org_id and at > :since and (dataset = :payer or :is_path"
        " and substr(dataset, 1, 1) = '/'"
        " and (substr(dataset, 1, length(:payer)) = :payer or substr(:payer, 1, length(dataset)) = dataset)))",
        {
            "org_id": org_id,
            "since": since.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "payer": payer,
            "is_path": is_path(payer),
        },
    ).fetchone()
    return float(row["spent"])
