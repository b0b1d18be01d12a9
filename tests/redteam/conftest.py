"""An executor in this process, so that a hostile control plane is a function call and a hostile program some bytes."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.catalog import Catalog
from daytwo.executor.database import Database
from daytwo.executor.environments import default_environment
from daytwo.executor.gate import Budget, Mint, Outbox, Release
from daytwo.executor.guard import Approvals
from daytwo.executor.link import Journal
from daytwo.executor.results import ResultStore
from daytwo.executor.sandbox import Sandboxes
from daytwo.executor.sandbox.request import Cancel, Ending, Kind, SandboxResult, Tier
from daytwo.executor.serve import rehearser
from daytwo.executor.state import StateStore
from daytwo.executor.step import Rooms, StepRunner
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.result import RegisterDataset
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Task, TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

ALLOW = Verdict(verdict=Ruling.ALLOW, rules_version="test")


@dataclass
class ScriptedSandbox:
    """A sandbox whose program wrote `channel` and ended so: the outer edge, where the attacker stands.

    It does so beside real data; in rehearsal, where there is nothing to steal, it keeps still.
    """

    channel: bytes = b""
    ending: Ending = Ending.OK
    failure: Exception | None = None
    requests: list = field(default_factory=list)

    async def run(self, request, sink, _cancel):
        if request.kind is Kind.REHEARSAL:
            return self._result(Ending.OK)
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        ending = self.ending
        try:
            for start in range(0, len(self.channel), 1 << 16):
                sink(self.channel[start : start + (1 << 16)])
        except Exception:  # noqa: BLE001 -- the contract of Sink
            ending = Ending.KILLED
        return self._result(ending)

    @staticmethod
    def _result(ending):
        return SandboxResult(
            ending=ending,
            exit_code=0,
            stdout=b"",
            stderr=b"",
            wall_ms=1,
            peak_rss_bytes=0,
            tier=Tier.STANDARD,
            backend="scripted",
        )


class Executor:
    """The rooms of an executor around a sandbox, the native one by default; guard lets everything pass.

    `answer` is all that the control plane would be sent of a task.
    """

    def __init__(self, folder: Path, key: SigningKey, native: Sandboxes, sandbox=None):
        self.folder = folder
        self.database = Database(folder / "executor.sqlite")
        ledger = SqliteLedger("daytwo/test", key)
        with self.database.transaction() as connection:
            ledger.create(connection)
        self.scripted = sandbox
        self.journal = Journal(self.database)
        self.outbox = Outbox(self.database, "local")
        self.catalog = Catalog(self.database, native, key, "local")
        self.budget = Budget(self.database, ledger)
        self.approvals = Approvals(self.database, ledger)
        self.results = ResultStore(folder / "results", self.database, "local")

        backend = sandbox or native
        self.runner = StepRunner(
            Rooms(
                catalog=self.catalog,
                sandbox=backend,
                review=lambda *_: ALLOW,
                approvals=self.approvals,
                rehearser=rehearser(backend, folder),
                budget=self.budget,
                mint=Mint(self.database, ledger),
                release=Release.at_once(),
                results=self.results,
                state=StateStore(folder / "state"),
            )
        )

    def register(self, path):
        return anyio.run(self.catalog.register, RegisterDataset(paths=(str(path),)), LOCAL_OWNER).signed

    def answer(self, request):
        """The completion of a task, and the very bytes in which it leaves."""
        self.journal.accept(Task(task_id=request.task_id, epoch=1, request=request))
        root = self.journal.root_session(request)
        execution = self.journal.start(request.task_id)
        completion = anyio.run(partial(self.runner.run, request, root, execution, Cancel()))
        bits = self.budget.debited(request.task_id)
        return completion, self.outbox.completion(completion, request, bits).body


@pytest.fixture(scope="session")
def native():
    """One for all executors of this session: its zygotes import the libraries once."""
    backend = Sandboxes(default_environment(), Path(cell.__file__).parent)
    yield backend
    backend.close()


@pytest.fixture
def make_executor(tmp_path, native):
    """Executors, each with a folder of its own, that share one key: what they sign may be compared."""
    made, key = [], SigningKey.generate()

    def make(sandbox=None):
        made.append(Executor(tmp_path / f"executor{len(made)}", key, native, sandbox))
        return made[-1]

    yield make
    for executor in made:
        executor.database.close()


@pytest.fixture
def make_task():
    def make(session=None, sheets=(), **more):
        session = session or new_id("session")
        return TaskRequest(
            **{
                "org_id": "local",
                "run_id": new_id("run"),
                "session_id": session,
                "segment": 1,
                "step": 1,
                "program": "x = 1",
                "datasets": tuple(DatasetRef(name=one.sheet.dataset, sheet_digest=one.digest) for one in sheets),
                "alphabet": Alphabet.STANDARD,
                "insist": True,
                "base_session": session,
                "base_snapshot": 0,
                "next_snapshot": 1,
                "on_behalf_of": LOCAL_OWNER,
            }
            | more
        )

    return make


@pytest.fixture
def scripted():
    return ScriptedSandbox
