"""How long a look at a state takes grows with what programs kept of the data: it is a part of what is paid for."""

import os
import threading

import pytest

from daytwo.executor.gate import Release
from daytwo.executor.gate.release import SLOT_SECONDS
from daytwo.executor.sandbox.request import Kind
from daytwo.executor.state.writer import MANIFEST
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Outcome

LOOK_SECONDS = 3.0


class SlowState:
    """Real sandboxes, a clock that a look at the state alone moves, and a manifest that waits for its reader."""

    def __init__(self, native):
        self.native = native
        self.seconds = 0.0
        self.moments = []
        self.release = Release(lambda: self.seconds, self._sleep)
        self.manifest = None
        self.was_read_before_the_rehearsal_ended = None

    async def _sleep(self, seconds):
        self.moments.append(self.seconds + seconds)

    def hold_back(self, path, content):
        path.unlink()
        os.mkfifo(path)
        self.manifest, self.content = path, content

    def hand_out(self):
        """Waits until somebody reads."""
        with self.manifest.open("wb") as reader:
            self.manifest.unlink()
            self.manifest.write_bytes(self.content)
            self.seconds += LOOK_SECONDS
            reader.write(self.content)

    def is_being_read(self):
        try:
            os.close(os.open(self.manifest, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # ENXIO: nobody reads
            return False
        return True

    async def run(self, request, sink, cancel):
        result = await self.native.run(request, sink, cancel)
        if self.manifest is not None and request.kind is Kind.REHEARSAL:
            self.was_read_before_the_rehearsal_ended = self.is_being_read()
            self.handing_out = threading.Thread(target=self.hand_out)
            self.handing_out.start()
        return result

    def holding(self, profile):
        return self.native.holding(profile)


@pytest.fixture
def house(make_executor, make_task, native):
    """An executor whose session has a state; gives its second step, and a way to hold that state back."""
    state = SlowState(native)
    executor = make_executor(state, release=state.release)
    session = new_id("session")
    assert executor.answer(make_task(session))[0].symbol.observation().outcome is Outcome.OK
    (manifest,) = (executor.folder / "state").rglob(MANIFEST)
    state.moments.clear()
    task = make_task(session, step=2, base_snapshot=1, next_snapshot=2, program="say(x)")
    return executor, state, task, manifest


def test_a_state_is_looked_at_after_the_rehearsal_and_on_the_grid(house):
    executor, state, task, manifest = house
    state.hold_back(manifest, manifest.read_bytes())
    observation = executor.answer(task)[0].symbol.observation()
    assert state.was_read_before_the_rehearsal_ended is False
    assert (observation.outcome, observation.duration_slot) == (Outcome.OK, 1)
    assert state.moments == [SLOT_SECONDS[1]]


def test_a_damaged_state_costs_nothing_and_leaves_at_a_moment_of_its_own(house):
    executor, state, task, manifest = house
    state.hold_back(manifest, b"{")
    completion, _ = executor.answer(task)
    assert [finding.rule for finding in completion.verdict.findings] == ["snapshot-damaged"]
    assert completion.symbol is None
    assert executor.budget.debited(task.task_id) == 0
    assert state.moments == [SLOT_SECONDS[1]]


def test_without_bits_a_large_state_delays_nothing(make_executor, make_task, native):
    state = SlowState(native)
    executor = make_executor(state, release=state.release, dataset_bits=20.0)
    sheet = _registered(executor)
    session = new_id("session")
    executor.answer(make_task(session, sheets=(sheet,)))
    (manifest,) = (executor.folder / "state").rglob(MANIFEST)
    state.moments.clear()
    state.hold_back(manifest, manifest.read_bytes())
    completion, _ = executor.answer(make_task(session, sheets=(sheet,), step=2, base_snapshot=1, next_snapshot=2))
    assert completion.over_budget
    assert state.moments == [SLOT_SECONDS[1]]


def test_a_program_that_fails_in_rehearsal_has_nothing_looked_at(house):
    executor, state, task, manifest = house
    content = manifest.read_bytes()
    state.hold_back(manifest, content)
    failing = task.model_copy(update={"program": "not_there()", "insist": False})
    completion, _ = executor.answer(failing)
    assert completion.symbol is None
    assert state.manifest.is_fifo()
    assert state.manifest.read_bytes() == content  # which lets the thread that hands it out end
    state.handing_out.join()


def _registered(executor):
    path = executor.folder / "orders.csv"
    path.write_text("amount\n" + "".join(f"{n}\n" for n in range(30)))
    return executor.register(path)
