"""The budget: bits are debited for the worst case, durably, before a program runs.

Invariants: a debit is one fsynced transaction and is never taken back; an execution has one debit and one debit yields
one Observation (`gate.mint`); an execution that does not fit leaves nothing behind.  A session pays together with its
forks (their root session), and every dataset that the session ever worked on pays again, because its variables may
still hold that data.  A dataset pays under its name and under the paths that its owner registered: another name for the
same file, or a folder around it, has no budget of its own; of a copy nothing is known.  A debit is dated no earlier
than the one before: a clock set back frees nothing.  Source: docs/explanation/disclosure.md, section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from daytwo.executor.database import Database
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Bug, Conflict, Denied
from daytwo.wire.message import now as wall_clock
from daytwo.wire.names import lookups
from daytwo.wire.observation import Alphabet, bits
from daytwo.wire.pack import PackHead
from daytwo.wire.principal import Principal
from daytwo.wire.task import TaskRequest

SESSION_BITS = 512.0
DATASET_BITS = 4096.0
WINDOW_DAYS = 30
EXECUTIONS_LIMIT = 2
"""A task runs once, and at most once more after a crash; each execution pays."""

_SCHEMA = """
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

_ARRIVED = "arrived: "
"""Before what a session brings along: a task, and a dataset of its lineage, that were never here."""

Paths = Callable[[str], Sequence[str]]
"""The paths that the owner registered under a dataset's name."""


@dataclass(frozen=True)
class Debit:
    """A receipt of bits paid for one execution.  The row in the database counts, not this object."""

    task_id: str
    execution: int
    org_id: str
    run_id: str
    root_session: str
    alphabet: Alphabet
    lookups: int
    """Calls of `resolve` in the program's source that this alphabet tells of."""
    bits: float
    actor: Principal

    @classmethod
    def of(cls, request: TaskRequest, root_session: str, execution: int) -> Debit:
        """What this execution costs; `Budget.debit` makes it count."""
        told = len(lookups(request.program)) if request.alphabet is Alphabet.STANDARD else 0
        return cls(
            task_id=request.task_id,
            execution=execution,
            org_id=request.org_id,
            run_id=request.run_id,
            root_session=root_session,
            alphabet=request.alphabet,
            lookups=told,
            bits=bits(request.alphabet, told),
            actor=request.on_behalf_of,
        )


class Budget:
    """What sessions and datasets may still disclose.

    Args:
        database: where debits are kept.
        ledger: gets one event a debit, in the debit's transaction.
        paths: where a dataset lies.
        session_bits: the budget of a session together with its forks.
        dataset_bits: the budget of a dataset in any `window_days` days.
        window_days: the length of that window.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(
        self,
        database: Database,
        ledger: SqliteLedger,
        paths: Paths,
        session_bits: float = SESSION_BITS,
        dataset_bits: float = DATASET_BITS,
        window_days: int = WINDOW_DAYS,
        clock: Callable[[], str] = wall_clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._paths = paths
        self._session_bits = session_bits
        self._dataset_bits = dataset_bits
        self._window = timedelta(days=window_days)
        self._clock = clock
        database.create(_SCHEMA)

    @property
    def session_bits(self) -> float:
        return self._session_bits

    def debit(self, request: TaskRequest, root_session: str, execution: int) -> Debit:
        """Pays for one execution.  The same execution asked for again is the same debit: it buys one Observation.

        Args:
            request: the task.
            root_session: the session at the root of the forks that this one belongs to.
            execution: 1, or 2 for the one repetition after a crash.

        Raises:
            Denied: `over_budget`, where the session or a dataset cannot pay; `too_many_executions`;
                `wrong_organisation`; `other_lineage`, where it starts from the state of sessions that pay apart.
            Conflict: `observation_exists`, where the execution already has its Observation.
        """
        if request.on_behalf_of.org_id != request.org_id:
            raise Denied("wrong_organisation", "A task acts for a person of another organisation.")
        if not 1 <= execution <= EXECUTIONS_LIMIT:
            raise Denied(
                "too_many_executions",
                "This step was interrupted twice and is not run again. Ask the question anew.",
            )
        debit = Debit.of(request, root_session, execution)
        own = {payer for ref in request.datasets for payer in self._payers(ref.name)}
        with self._database.transaction("debit") as connection:
            if not self._is_paid(connection, debit):
                self._pay(connection, debit, request, own)
        return debit

    def carry(self, head: PackHead, sessions: Collection[str], by: Principal) -> None:
        """Debits what a session that arrives has spent elsewhere, once.

        It arrives with a lineage that no sheet speaks for: none of its output is ever open.
        """
        lineage = {f"{_ARRIVED}{head.key}", *head.record.datasets}
        payers = lineage | {payer for name in head.record.datasets for payer in self._payers(name)}
        with self._database.transaction() as connection:
            at = self._dated(connection)
            for session in sorted(sessions):
                bits = head.bits_spent if session == head.record.session else 0.0
                row = (f"{_ARRIVED}{session}", 1, head.org_id, head.root_session)
                made = connection.execute(
                    "insert or ignore into gate_debits values (?, ?, ?, ?, ?, '', 0, ?, '', ?, ?)",
                    (*row, session, by.id, bits, at),
                )
                connection.executemany(
                    "insert or ignore into gate_dataset_debits values (?, ?, ?, ?, ?, ?, ?)",
                    [(*row, payer, bits, at) for payer in sorted(payers)],
                )
                if made.rowcount:
                    body = {"root_session": head.root_session, "bits": bits, "signed_by": head.key}
                    event = LedgerEvent(
                        org_id=head.org_id, at=at, actor=by, kind="session.unpacked", subject=session, body=body
                    )
                    self._ledger.append(connection, event)

    def spent(self, root_session: str) -> tuple[float, float]:
        """The bits that a session and its forks have spent, and their budget."""
        with self._database.transaction() as connection:
            return _session_spent(connection, root_session), self._session_bits

    def lineage(self, root_session: str) -> set[str]:
        """The names of all datasets that a session and its forks have ever worked on."""
        with self._database.transaction() as connection:
            return {payer for payer in _lineage(connection, root_session) if not _is_path(payer)}

    def debited(self, task_id: str) -> float:
        """The bits that a task has paid, all its executions together."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "select coalesce(sum(bits), 0.0) as bits from gate_debits where task_id = ?", (task_id,)
            ).fetchone()
            return float(row["bits"])

    def executions(self, task_id: str) -> int:
        """How many executions of a task were paid for."""
        with self._database.transaction() as connection:
            row = connection.execute("select count(*) as n from gate_debits where task_id = ?", (task_id,)).fetchone()
            return int(row["n"])

    def dataset_spent(self, org_id: str, dataset: str) -> tuple[float, float]:
        """The bits that a dataset has paid within the window, under whatever name, and its budget."""
        payers = self._payers(dataset)
        with self._database.transaction() as connection:
            return max(self._payer_spent(connection, org_id, payer) for payer in payers), self._dataset_bits

    def _payers(self, dataset: str) -> set[str]:
        """Under what a dataset pays: its name, and each of its paths (which end in `/`, as no name does)."""
        return {dataset, *(f"{Path(path).resolve()}/".replace("//", "/") for path in self._paths(dataset))}

    def _is_paid(self, connection: Connection, debit: Debit) -> bool:
        key = (debit.task_id, debit.execution)
        row = connection.execute(
            "select root_session from gate_debits where task_id = ? and execution = ?", key
        ).fetchone()
        if row is None:
            return False
        if row["root_session"] != debit.root_session:
            raise Bug("root_session_changed", "A paid execution was asked for again under another root session.")
        if connection.execute("select 1 from gate_observations where task_id = ? and execution = ?", key).fetchone():
            raise Conflict(
                "observation_exists", "This execution already has its Observation; it must not run on the same debit."
            )
        return True

    def _pay(self, connection: Connection, debit: Debit, request: TaskRequest, own: set[str]) -> None:
        _refuse_other_lineage(connection, debit, request)
        payers = _lineage(connection, debit.root_session) | own
        self._check(connection, debit, payers)
        at = self._dated(connection)
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
        body = {
            "execution": debit.execution,
            "run": debit.run_id,
            "step": request.step,
            "root_session": debit.root_session,
            "datasets": sorted(payer for payer in payers if not _is_path(payer)),
            "alphabet": debit.alphabet.value,
            "lookups": debit.lookups,
            "bits": debit.bits,
        }
        self._ledger.append(
            connection,
            LedgerEvent(
                org_id=debit.org_id, at=at, actor=debit.actor, kind="gate.debited", subject=debit.task_id, body=body
            ),
        )

    def _dated(self, connection: Connection) -> str:
        """The instant of a debit, never before the one before it."""
        return max(self._clock(), _last_debit(connection))

    def _check(self, connection: Connection, debit: Debit, payers: set[str]) -> None:
        spent = _session_spent(connection, debit.root_session)
        if spent + debit.bits > self._session_bits:
            raise Denied(
                "over_budget",
                f"This session has spent {spent:.1f} of its {self._session_bits:.0f} bits and the next execution costs "
                f"{debit.bits:.1f}. Start a new session, or let the owner of the data raise the budget.",
            )
        for payer in sorted(payers):
            spent = self._payer_spent(connection, debit.org_id, payer)
            if spent + debit.bits > self._dataset_bits:
                raise Denied(
                    "over_budget",
                    f"The dataset `{payer.rstrip('/')}` has spent {spent:.1f} of its {self._dataset_bits:.0f} bits for "
                    f"{self._window.days} days and the next execution costs {debit.bits:.1f}. Wait, or let its owner "
                    "raise the budget.",
                )

    def _payer_spent(self, connection: Connection, org_id: str, payer: str) -> float:
        """What was paid under this name; or under this path, a folder around it or anything inside of it."""
        since = _instant(self._clock()) - self._window
        row = connection.execute(
            "select coalesce(sum(bits), 0.0) as spent from (select distinct task_id, execution, bits"
            " from gate_dataset_debits where org_id = :org_id and at > :since and (dataset = :payer or :is_path"
            " and substr(dataset, 1, 1) = '/'"
            " and (substr(dataset, 1, length(:payer)) = :payer or substr(:payer, 1, length(dataset)) = dataset)))",
            {
                "org_id": org_id,
                "since": since.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
                "payer": payer,
                "is_path": _is_path(payer),
            },
        ).fetchone()
        return float(row["spent"])


def _is_path(payer: str) -> bool:
    return payer.startswith("/")


def _last_debit(connection: Connection) -> str:
    row = connection.execute("select coalesce(max(at), '') as at from gate_debits").fetchone()
    return str(row["at"])


def _session_spent(connection: Connection, root_session: str) -> float:
    row = connection.execute(
        "select coalesce(sum(bits), 0.0) as spent from gate_debits where root_session = ?", (root_session,)
    ).fetchone()
    return float(row["spent"])


def _refuse_other_lineage(connection: Connection, debit: Debit, request: TaskRequest) -> None:
    """State is paid for where it was made: a session that had a life of its own cannot take up another's."""
    other = connection.execute(
        "select 1 from gate_debits where session_id = ? and root_session <> ? limit 1",
        (request.base_session, debit.root_session),
    ).fetchone()
    if request.base_snapshot and other is not None:
        raise Denied(
            "other_lineage",
            "This session would start from the state of another one that it was not forked from. Fork that session.",
        )


def _lineage(connection: Connection, root_session: str) -> set[str]:
    """Every name and path under which this session or a fork of its root has paid."""
    rows = connection.execute(
        "select distinct dataset from gate_dataset_debits where root_session = ?", (root_session,)
    ).fetchall()
    return {row["dataset"] for row in rows}


def _instant(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
