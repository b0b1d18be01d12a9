"""The answer to a run: fetched from the executor's origin, kept in `HOME/answers/RUN`, drawn in the terminal."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from daytwo.cli import terminal
from daytwo.cli.document import AskDocument, FileKey, build
from daytwo.cli.stages import Stages
from daytwo.cli.tables import drawn, left_out
from daytwo.sdk import Client
from daytwo.seen import QUESTION, answering, opened_in_words
from daytwo.wire.errors import Missing, Retryable
from daytwo.wire.observation import Outcome
from daytwo.wire.result import Receipt, ResultTable, StepResult
from daytwo.wire.run import RunStatus, RunView

LOOK_SECONDS = 0.5
"""Between two looks for results of a run that is under way."""
PATIENCE_SECONDS = 8.0
"""After results, before it is said why their run has not ended; past the gate's early moments, so that few hear it."""


@dataclass(frozen=True)
class Answer:
    """All that a person gets of a run, and where its files are on this machine."""

    view: RunView
    steps: tuple[StepResult, ...]
    receipt: Receipt | None
    folder: Path
    files: Mapping[FileKey, Path]

    def document(self) -> AskDocument:
        return build(self.view, self.steps, self.receipt, self.files)


def fetch(client: Client, view: RunView, home: Path) -> Answer:
    """Brings a run's results here.  Where the executor is away, or knows nothing of the run, there are none."""
    try:
        steps = client.results(view.run).steps
        receipt = client.receipt(view.run)
    except (Missing, Retryable):
        steps, receipt = (), None
    folder = home / "answers" / view.run
    files = _download(client, view.run, answering(steps), folder)
    return Answer(view=view, steps=steps, receipt=receipt, folder=folder, files=files)


def _download(client: Client, run: str, steps: Sequence[StepResult], folder: Path) -> dict[FileKey, Path]:
    files: dict[FileKey, Path] = {}
    taken: set[str] = set()
    for step in steps:
        for file in [table.file for table in step.tables] + [chart.file for chart in step.charts]:
            if Path(file).name != file:
                continue
            name = file if file not in taken else f"s{step.step}-{file}"
            taken.add(name)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            client.download(run, step.step, file, folder / name)
            files[step.step, file] = folder / name
    return files


def show(answer: Answer, ahead: Ahead | None = None) -> None:
    """Draws an answer: what was said, tables, the failure if there is one, files, and the receipt in two lines.

    What `ahead` has shown is not shown again.
    """
    (ahead or Ahead()).show(answer.view.run, answering(answer.steps))
    _show_failure(answer)
    if answer.files:
        names = ", ".join(sorted(path.name for path in answer.files.values()))
        terminal.line(f"\nFiles: {answer.folder} ({names})")
    if answer.receipt is not None:
        terminal.line()
        for text in receipt_lines(answer.receipt):
            terminal.line(text)
        warn_of_opened(answer.receipt)


class Ahead:
    """Shows each step's results once, in order: as soon as they are there, if it is asked before the run is over.

    A person's results need not wait for the moment at which the gate lets the run go on.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._shown: set[int] = set()
        self._looked = time.monotonic()
        self._explained_from: float | None = None
        """When it is to be said why the run goes on; None where nothing is shown, or it was said."""

    def look(self, client: Client, run: str, stage: Stages) -> None:
        """Shows what has ended well since the last look, and what the run waits for at its executor."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        try:
            builds = client.building(run)
            steps = client.results(run).steps
        except (Missing, Retryable):
            builds, steps = [], ()
        self._looked = time.monotonic()
        for wanted in builds:
            stage(
                f"adding {', '.join(wanted.packages)} to what programs run with: {wanted.said or 'looking for wheels'}"
            )
        new = [step for step in steps if step.outcome == Outcome.OK and step.step not in self._shown]
        if new:
            with stage.aside():
                self.show(run, new)
            self._explained_from = self._looked + PATIENCE_SECONDS
        elif self._explained_from is not None and self._looked >= self._explained_from:
            stage("shown in full; the run ends at a moment fixed beforehand, so that its time tells the model nothing")
            self._explained_from = None

    def show(self, run: str, steps: Sequence[StepResult]) -> None:
        for step in steps:
            if step.step not in self._shown:
                self._shown.add(step.step)
                self._show_step(run, step)

    def _show_step(self, run: str, step: StepResult) -> None:
        for text in step.says:
            terminal.line(text)
        if step.stdout:
            terminal.line(step.stdout.rstrip("\n"))
        for table in step.tables:
            _show_table(table, next(self._numbers), run)
        if step.unsaved:
            terminal.note(f"Not kept for the next question: {'; '.join(step.unsaved)}.")


def _show_table(table: ResultTable, number: int, run: str) -> None:
    console = terminal.console()
    terminal.line()
    if table.title:
        terminal.line(terminal.printable(table.title, one_line=True))
    console.print(drawn(table, console.width))
    missing = left_out(table, console.width)
    if missing:
        terminal.line(f"{missing}: daytwo runs export {run} --table {number}")


def _show_failure(answer: Answer) -> None:
    view = answer.view
    if view.status is RunStatus.SUCCEEDED:
        return
    if view.status is RunStatus.FAILED and answer.steps and answer.steps[-1].traceback:
        terminal.line(answer.steps[-1].traceback.rstrip())
    for step in view.steps[-1:]:
        # Where the step was executed after all, a person has approved what guard found.
        for finding in step.verdict.findings if step.verdict and step.observation is None else ():
            terminal.line(f"line {finding.line}: {finding.message} [{finding.rule}]")
    word = {RunStatus.FAILED: "failed", RunStatus.CANCELLED: "was cancelled"}.get(view.status, "waits")
    reason = f" ({view.reason})" if view.reason else ""
    terminal.line(f"The run {word}{reason}{': ' + view.message if view.message else '.'}")


def warn_of_opened(receipt: Receipt) -> None:
    """In red: that output on the data reached the model."""
    said = opened_in_words(receipt)
    if said is not None:
        terminal.alarm(said)


def receipt_lines(receipt: Receipt) -> tuple[str, str]:
    """What left the data plane, in two lines."""
    channels = sorted({message.channel for message in receipt.outbound} - {QUESTION})
    named = f" ({', '.join(channels)})" if channels else ""
    left = f"{receipt.bytes_out:,} bytes left the executor{named}."
    bits = (
        f"Receipt: {receipt.bits:.1f} bits of disclosure for this run, "
        f"{receipt.bits_spent:.1f} of {receipt.budget_bits:.0f} for the session."
    )
    return bits, f"         {left} `daytwo receipts show {receipt.run}`"
