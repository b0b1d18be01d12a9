"""The answer to a run: fetched from the executor's origin, kept in `HOME/answers/RUN`, drawn in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daytwo.cli import terminal
from daytwo.cli.document import AskDocument, FileKey, answering, build
from daytwo.sdk import Client
from daytwo.wire.errors import Missing, Retryable
from daytwo.wire.result import Receipt, ResultTable, StepResult
from daytwo.wire.run import RunStatus, RunView

if TYPE_CHECKING:
    from rich.table import Table

ROWS_SHOWN = 20
CELL_WIDTH = 60
CELL_LEAST_WIDTH = 8
"""A column that must be cut below this is left out."""
COLUMN_GAP = 2
HUGE = 1e15
"""From here on a number is written with an exponent."""
_NUMBERS = ("int", "uint", "float", "double", "decimal", "halffloat", "bigint", "hugeint", "smallint", "tinyint")


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


def show(answer: Answer) -> None:
    """Draws an answer: what was said, tables, the failure if there is one, files, and the receipt in two lines."""
    for step in answering(answer.steps):
        for text in step.says:
            terminal.line(text)
        if step.stdout:
            terminal.line(step.stdout.rstrip("\n"))
        for table in step.tables:
            _show_table(table)
        if step.unsaved:
            terminal.note(f"Not kept for the next question: {'; '.join(step.unsaved)}.")
    _show_failure(answer)
    if answer.files:
        names = ", ".join(sorted(path.name for path in answer.files.values()))
        terminal.line(f"\nFiles: {answer.folder} ({names})")
    if answer.receipt is not None:
        terminal.line()
        for text in receipt_lines(answer.receipt):
            terminal.line(text)


def _show_table(table: ResultTable) -> None:
    console = terminal.console()
    made = drawn(table, console.width)
    terminal.line()
    if table.title:
        terminal.line(terminal.printable(table.title, one_line=True))
    console.print(made)
    more = [(table.row_count - ROWS_SHOWN, "row"), (len(table.columns) - len(made.columns), "column")]
    left_out = [terminal.count(number, f"more {noun}") for number, noun in more if number > 0]
    if left_out:
        terminal.line(f"… and {' and '.join(left_out)} in {table.file}")


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


def receipt_lines(receipt: Receipt) -> tuple[str, str]:
    """What left the data plane, in two lines."""
    channels = sorted({message.channel for message in receipt.outbound})
    named = f" ({', '.join(channels)})" if channels else ""
    left = f"{receipt.bytes_out:,} bytes left the executor{named}."
    bits = (
        f"Receipt: {receipt.bits:.1f} bits of disclosure for this run, "
        f"{receipt.bits_spent:.1f} of {receipt.budget_bits:.0f} for the session."
    )
    return bits, f"         {left} `daytwo receipts show {receipt.run}`"


def drawn(table: ResultTable, width: int) -> Table:
    """A table in `width` characters: numbers to the right, long cells cut, the first rows and columns where many."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    names = [terminal.printable(column.name, one_line=True) for column in table.columns]
    rows = [[cell(value) for value in row] for row in table.rows[:ROWS_SHOWN]]
    shown = _columns_in(width, names, rows)
    for column, name in zip(table.columns[:shown], names[:shown], strict=True):
        made.add_column(
            Text(name),
            justify="right" if column.type.lower().startswith(_NUMBERS) else "left",
            overflow="ellipsis",
            max_width=CELL_WIDTH,
        )
    for row in rows:
        made.add_row(*(Text(text) for text in row[:shown]))
    return made


def _columns_in(width: int, names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many columns, from the left, can be read in `width` characters: at least one."""
    used = 0
    for number, name in enumerate(names):
        longest = max([len(name), *(len(row[number]) for row in rows)])
        used += min(longest, CELL_LEAST_WIDTH) + COLUMN_GAP
        if used > width:
            return max(number, 1)
    return len(names)


def cell(value: Any) -> str:
    """A value as a person reads it; what is missing is blank."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:,.2f}" if 1 <= abs(value) < HUGE else f"{value:.4g}"
        case _:
            return terminal.printable(str(value), one_line=True)
