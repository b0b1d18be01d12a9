"""How long a state takes to be looked at grows with what programs kept of the data: it must not delay what leaves."""

import os
import threading

from daytwo.executor.sandbox.request import Kind
from daytwo.executor.state.writer import MANIFEST
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Outcome

LATE_SECONDS = 60


class WhileItIsLookedAt:
    """Real sandboxes, and a manifest that is read only once a rehearsal has begun."""

    def __init__(self, native):
        self.native = native
        self.manifest = None
        self.rehearsed_meanwhile = False

    def hold_back(self, path):
        self.content = path.read_bytes()
        path.unlink()
        os.mkfifo(path)
        self.manifest = path

    def let_go(self):
        path, self.manifest = self.manifest, None
        with path.open("wb") as reader:
            path.unlink()
            path.write_bytes(self.content)
            reader.write(self.content)

    async def run(self, request, sink, cancel):
        if self.manifest is not None and request.kind is Kind.REHEARSAL:
            self.rehearsed_meanwhile = True
            self.let_go()
        return await self.native.run(request, sink, cancel)

    def holding(self, profile):
        return self.native.holding(profile)


def test_a_program_is_rehearsed_while_its_state_is_looked_at(make_executor, make_task, native):
    sandbox = WhileItIsLookedAt(native)
    executor = make_executor(sandbox)
    session = new_id("session")
    assert executor.answer(make_task(session))[0].symbol.observation().outcome is Outcome.OK
    (manifest,) = (executor.folder / "state").rglob(MANIFEST)
    sandbox.hold_back(manifest)
    late = threading.Timer(LATE_SECONDS, sandbox.let_go)
    late.start()
    second, _ = executor.answer(make_task(session, step=2, base_snapshot=1, next_snapshot=2, program="say(x)"))
    late.cancel()
    assert sandbox.rehearsed_meanwhile
    assert second.symbol.observation().outcome is Outcome.OK


def test_a_damaged_state_costs_nothing(make_executor, make_task, native):
    executor = make_executor(native)
    session = new_id("session")
    executor.answer(make_task(session))
    (manifest,) = (executor.folder / "state").rglob(MANIFEST)
    manifest.write_bytes(b"{")
    task = make_task(session, step=2, base_snapshot=1, next_snapshot=2)
    completion, _ = executor.answer(task)
    assert [finding.rule for finding in completion.verdict.findings] == ["snapshot-damaged"]
    assert completion.symbol is None
    assert executor.budget.debited(task.task_id) == 0
