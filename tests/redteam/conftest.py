"""An executor in this process, so that a hostile control plane is a function call and a hostile program some bytes."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.gate_set.executor import Executor
from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import Sandboxes
from daytwo.executor.sandbox.request import Ending, Kind, SandboxResult, Tier
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import TaskRequest


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

    @contextmanager
    def holding(self, _profile):
        yield ()

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

    def make(sandbox=None, **more):
        made.append(Executor(tmp_path / f"executor{len(made)}", key, native, sandbox, **more))
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
