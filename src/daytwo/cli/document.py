"""`daytwo ask --json`: the one document that scripts rely on (tests/unit/golden/ask_document.json)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from daytwo.seen import answering
from daytwo.wire.observation import Observation
from daytwo.wire.rehearsal import Doubt, RehearsalOutcome
from daytwo.wire.result import Receipt, ResultTable, StepResult
from daytwo.wire.run import RunStatus, RunView
from daytwo.wire.verdict import Ruling

EndStatus = Literal["succeeded", "failed", "waiting", "cancelled"]
FileKey = tuple[int, str]
"""A step's number and an artefact's file name within it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class AskTable(_Part):
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """At most 1,000."""
    row_count: int
    path: str | None
    """All of it, as an Arrow file on this machine."""


class AskRehearsal(_Part):
    """How the rehearsal went; `runs show --json` has all of it."""

    outcome: RehearsalOutcome
    doubt: Doubt | None = None


class AskStep(_Part):
    intent: str
    program: str
    verdict: Ruling | None
    rehearsal: AskRehearsal
    observation: Observation | None


class AskDocument(_Part):
    run: str
    session: str
    status: EndStatus
    reason: str | None
    says: tuple[str, ...]
    tables: tuple[AskTable, ...]
    charts: tuple[str, ...]
    steps: tuple[AskStep, ...]
    receipt: Receipt | None


def build(
    view: RunView, steps: Sequence[StepResult], receipt: Receipt | None, files: Mapping[FileKey, Path]
) -> AskDocument:
    """The document of a run that ended, or that waits."""
    shown = answering(steps)
    return AskDocument(
        run=view.run,
        session=view.session,
        status=end_status(view.status),
        reason=view.reason,
        says=tuple(text for step in shown for text in step.says),
        tables=tuple(_table(table, files.get((step.step, table.file))) for step in shown for table in step.tables),
        charts=tuple(
            str(files[step.step, chart.file])
            for step in shown
            for chart in step.charts
            if (step.step, chart.file) in files
        ),
        steps=tuple(
            AskStep(
                intent=step.intent,
                program=step.program,
                verdict=step.verdict.verdict if step.verdict else None,
                rehearsal=AskRehearsal(outcome=step.rehearsal.outcome, doubt=step.rehearsal.doubt),
                observation=step.observation,
            )
            for step in view.steps
        ),
        receipt=receipt,
    )


def end_status(status: RunStatus) -> EndStatus:
    """A run that is still under way when it is left counts as waiting: it goes on, or parks, without us."""
    match status:
        case RunStatus.SUCCEEDED:
            return "succeeded"
        case RunStatus.FAILED:
            return "failed"
        case RunStatus.CANCELLED:
            return "cancelled"
        case _:
            return "waiting"


def _table(table: ResultTable, path: Path | None) -> AskTable:
    return AskTable(
        name=table.title or table.name,
        columns=tuple(column.name for column in table.columns),
        rows=table.rows,
        row_count=table.row_count,
        path=str(path) if path else None,
    )
