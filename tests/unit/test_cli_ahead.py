"""Results are shown as soon as they are there, and once."""

from contextlib import contextmanager

import pytest

from daytwo.cli import answer
from daytwo.wire.errors import Retryable
from daytwo.wire.result import Build, RunResult, StepResult

RUN = "run_01m82cgszde08pxbc0jh25q6z8"


class Results:
    """An executor's results, as a client fetches them."""

    def __init__(self, *steps: StepResult) -> None:
        self.steps = steps
        self.builds: list[Build] = []

    def building(self, run: str) -> list[Build]:
        return self.builds

    def results(self, run: str) -> RunResult:
        if not self.steps:
            raise Retryable("executor_unreachable", "The executor does not answer.")
        return RunResult(run=run, steps=self.steps)


class Line:
    """Stages that count how often something was written beside them."""

    def __init__(self) -> None:
        self.asides = 0
        self.stages: list[str] = []

    def __call__(self, text: str) -> None:
        self.stages.append(text)

    @contextmanager
    def aside(self):
        self.asides += 1
        yield


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "LOOK_SECONDS", 0.0)


def step(number: int, outcome: str = "ok") -> StepResult:
    return StepResult(step=number, outcome=outcome, says=(f"step {number}",))


@pytest.mark.usefixtures("at_once")
def test_each_step_is_shown_once_and_only_when_it_ended_well(capsys: pytest.CaptureFixture[str]) -> None:
    ahead, line = answer.Ahead(), Line()
    client = Results(step(1), step(2, "running"))
    ahead.look(client, RUN, line)
    ahead.look(client, RUN, line)
    assert (capsys.readouterr().out, line.asides) == ("step 1\n", 1)
    client.steps = (step(1), step(2), step(3, "error"))
    ahead.look(client, RUN, line)
    assert capsys.readouterr().out == "step 2\n"
    ahead.show(RUN, (step(1), step(2), step(4)))
    assert capsys.readouterr().out == "step 4\n"


@pytest.mark.usefixtures("at_once")
def test_an_executor_that_is_away_is_looked_for_again(capsys: pytest.CaptureFixture[str]) -> None:
    ahead, line, client = answer.Ahead(), Line(), Results()
    ahead.look(client, RUN, line)
    assert line.asides == 0
    client.steps = (step(1),)
    ahead.look(client, RUN, line)
    assert capsys.readouterr().out == "step 1\n"


def test_it_does_not_ask_all_the_time() -> None:
    ahead, line, client = answer.Ahead(), Line(), Results(step(1))
    ahead.look(client, RUN, line)
    assert line.asides == 0


@pytest.mark.usefixtures("at_once")
def test_a_run_that_waits_for_a_package_says_so() -> None:
    ahead, line = answer.Ahead(), Line()
    client = Results(step(1, "running"))
    client.builds = [Build(run=RUN, packages=("lifelines",)), Build(run=RUN, packages=("arch",), said="Prepared 2")]
    ahead.look(client, RUN, line)
    assert line.stages == [
        "adding lifelines to what programs run with: looking for wheels",
        "adding arch to what programs run with: Prepared 2",
    ]


@pytest.mark.usefixtures("at_once")
def test_a_run_that_goes_on_behind_its_answer_says_why_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead, line, client = answer.Ahead(), Line(), Results(step(1))
    ahead.look(client, RUN, line)
    ahead.look(client, RUN, line)
    assert line.stages == []  # it waits for the gate's next early moment, as most runs do
    monkeypatch.setattr(answer.time, "monotonic", lambda: ahead._looked + answer.PATIENCE_SECONDS)
    ahead.look(client, RUN, line)
    ahead.look(client, RUN, line)
    assert ["its time tells the model nothing" in stage for stage in line.stages] == [True]
