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
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

from daytwo.executor.database import Database
from daytwo.executor.gate import account
from daytwo.executor.gate.debit import EXECUTIONS_LIMIT, Debit
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Bug, Conflict, Denied
from daytwo.wire.message import now as wall_clock
from daytwo.wire.pack import PackHead
from daytwo.wire.principal import Principal
from daytwo.wire.task import TaskRequest

SESSION_BITS = 512.0
DATASET_BITS = 4096.0
WINDOW_DAYS = 30

Paths = Callable[[str], Sequence[str]]
"""The paths that the owner registered under a dataset's name."""


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
        database.create(account.SCHEMA)

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
        lineage = {f"{account.ARRIVED}{head.key}", *head.record.datasets}
        payers = lineage | {payer for name in head.record.datasets for payer in self._payers(name)}
        with self._database.transaction() as connection:
            at = self._dated(connection)
            for session in sorted(sessions):
                bits = account.enter_arrival(connection, head, session, payers, by, at)
                if bits is not None:
                    body = {"root_session": head.root_session, "bits": bits, "signed_by": head.key}
                    event = LedgerEvent(
                        org_id=head.org_id, at=at, actor=by, kind="session.unpacked", subject=session, body=body
                    )
                    self._ledger.append(connection, event)

    def spent(self, root_session: str) -> tuple[float, float]:
        """The bits that a session and its forks have spent, and their budget."""
        with self._database.transaction() as connection:
            return account.session_spent(connection, root_session), self._session_bits

    def lineage(self, root_session: str) -> set[str]:
        """The names of all datasets that a session and its forks have ever worked on."""
        with self._database.transaction() as connection:
            return {payer for payer in account.lineage(connection, root_session) if not account.is_path(payer)}

    def debited(self, task_id: str) -> float:
        """The bits that a task has paid, all its executions together."""
        with self._database.transaction() as connection:
            return account.debited(connection, task_id)[0]

    def executions(self, task_id: str) -> int:
        """How many executions of a task were paid for."""
        with self._database.transaction() as connection:
            return account.debited(connection, task_id)[1]

    def dataset_spent(self, org_id: str, dataset: str) -> tuple[float, float]:
        """The bits that a dataset has paid within the window, under whatever name, and its budget."""
        payers = self._payers(dataset)
        with self._database.transaction() as connection:
            return max(self._payer_spent(connection, org_id, payer) for payer in payers), self._dataset_bits

    def _payers(self, dataset: str) -> set[str]:
        """Under what a dataset pays: its name, and each of its paths (which end in `/`, as no name does)."""
        return {dataset, *(f"{Path(path).resolve()}/".replace("//", "/") for path in self._paths(dataset))}

    def _is_paid(self, connection: Connection, debit: Debit) -> bool:
        root_session = account.paid_by(connection, debit)
        if root_session is None:
            return False
        if root_session != debit.root_session:
            raise Bug("root_session_changed", "A paid execution was asked for again under another root session.")
        if account.is_observed(connection, debit):
            raise Conflict(
                "observation_exists", "This execution already has its Observation; it must not run on the same debit."
            )
        return True

    def _pay(self, connection: Connection, debit: Debit, request: TaskRequest, own: set[str]) -> None:
        _refuse_other_lineage(connection, debit, request)
        payers = account.lineage(connection, debit.root_session) | own
        self._check(connection, debit, payers)
        at = self._dated(connection)
        account.enter(connection, debit, request, payers, at)
        body = {
            "execution": debit.execution,
            "run": debit.run_id,
            "step": request.step,
            "root_session": debit.root_session,
            "datasets": sorted(payer for payer in payers if not account.is_path(payer)),
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
        return max(self._clock(), account.last_debit(connection))

    def _check(self, connection: Connection, debit: Debit, payers: set[str]) -> None:
        spent = account.session_spent(connection, debit.root_session)
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
        return account.payer_spent(connection, org_id, payer, self._clock(), self._window)


def _refuse_other_lineage(connection: Connection, debit: Debit, request: TaskRequest) -> None:
    """State is paid for where it was made: a session that had a life of its own cannot take up another's."""
    if request.base_snapshot and account.is_of_another_root(connection, request.base_session, debit.root_session):
        raise Denied(
            "other_lineage",
            "This session would start from the state of another one that it was not forked from. Fork that session.",
        )
