"""An executor in this process: its real rooms around a sandbox, and no link.

What it answers is all that the link would be given to send, so that a hostile control plane is a function call.
Guard lets everything pass and the grid of release stands still: sandbox and gate must hold whatever runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio

from daytwo.executor.catalog import Catalog
from daytwo.executor.database import Database
from daytwo.executor.environments import Environment, Environments, Growth, default_environment
from daytwo.executor.gate import Budget, Mint, Openings, Outbox, Release, StandIns
from daytwo.executor.gate.budget import DATASET_BITS
from daytwo.executor.guard import Approvals
from daytwo.executor.installation import rehearser
from daytwo.executor.link import Journal
from daytwo.executor.results import ResultStore
from daytwo.executor.sandbox import DEVICE_FOLDER, Sandboxes
from daytwo.executor.sandbox.request import Cancel
from daytwo.executor.state import StateStore
from daytwo.executor.step import Rooms, StepRunner
from daytwo.executor.step.runner import Sandbox
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.message import now as wall_clock
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.result import RegisterDataset
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Completion, Task, TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

ALLOW = Verdict(verdict=Ruling.ALLOW, rules_version="test")


class Executor:
    """The rooms of an executor around a sandbox, the native one by default.  Close its `database` at the end."""

    def __init__(
        self,
        folder: Path,
        key: SigningKey,
        native: Sandboxes,
        sandbox: Sandbox | None = None,
        dataset_bits: float = DATASET_BITS,
        device_folder: Path = DEVICE_FOLDER,
        clock: Callable[[], str] = wall_clock,
        release: Release | None = None,
    ) -> None:
        self.folder = folder
        self.database = Database(folder / "executor.sqlite")
        ledger = SqliteLedger("daytwo/test", key)
        with self.database.transaction() as connection:
            ledger.create(connection)
        self.scripted = sandbox
        self._device_folder = device_folder
        self._release = release or Release.at_once()
        self.journal = Journal(self.database)
        self.outbox = Outbox(self.database, "local", clock)
        self.catalog = Catalog(self.database, native, key, "local")
        self.budget = Budget(self.database, ledger, self.catalog.paths, dataset_bits=dataset_bits)
        self.approvals = Approvals(self.database, ledger)
        self.results = ResultStore(folder / "results", self.database, "local")

        self._backend = sandbox or native
        self.mint = Mint(self.database, ledger)
        self.openings = Openings(
            self.database, ledger, self.budget.lineage, lambda name: self.catalog.signed(name).sheet, clock
        )
        self.runs_in(default_environment())

    def runs_in(self, environment: Environment) -> None:
        """As after a restart with other settings."""
        self.runner = StepRunner(
            Rooms(
                catalog=self.catalog,
                sandbox=self._backend,
                review=lambda *_: ALLOW,
                approvals=self.approvals,
                rehearser=rehearser(self._backend, self.folder),
                budget=self.budget,
                mint=self.mint,
                openings=self.openings,
                release=self._release,
                results=self.results,
                state=StateStore(self.folder / "state"),
                stand_ins=StandIns(self.database),
                growth=Growth(environment, Environments(self.folder / "environments")),
                device_folder=self._device_folder,
            )
        )

    def register(self, path: Path) -> SignedSheet:
        return anyio.run(self.catalog.register, RegisterDataset(paths=(str(path),)), LOCAL_OWNER).signed

    def answer(self, request: TaskRequest) -> tuple[Completion, bytes]:
        """The completion of a task, and the very bytes in which it leaves."""
        self.journal.accept(Task(task_id=request.task_id, epoch=1, request=request))
        root = self.journal.root_session(request)
        execution = self.journal.start(request.task_id)
        completion = anyio.run(partial(self.runner.run, request, root, execution, Cancel()))
        bits = self.budget.debited(request.task_id)
        return completion, self.outbox.completion(completion, request, bits).body
