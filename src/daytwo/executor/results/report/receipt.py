"""The receipt of a run as a page: what its person saw beside what the model saw, and every message that left.

One file that holds all it shows, runs no script and fetches nothing.  It holds the answer, so it is its person's; what
stands on the right is all that anybody else got.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from daytwo.executor.results.report.page import Artefact, Page, Room, environment, picture, source
from daytwo.executor.results.report.policy import page_policy
from daytwo.legible import count, legible
from daytwo.seen import (
    CHANNELS,
    QUESTION,
    SHEET,
    asked_in_words,
    held_back_in_words,
    in_words,
    opened_in_words,
    sheets_of,
)
from daytwo.wire.canonical import digest_bytes
from daytwo.wire.column import ColumnSheet, Level
from daytwo.wire.message import now
from daytwo.wire.rehearsal import Rehearsal, RehearsalOutcome
from daytwo.wire.result import Outbound, Receipt, ResultTable, RunResult, StepResult
from daytwo.wire.run import RunView, StepView
from daytwo.wire.sheet import SchemaSheet, SignedSheet
from daytwo.wire.task import Completion

ROWS_SHOWN = 5
COLUMNS_SHOWN = 8


@dataclass(frozen=True)
class Mark:
    """Something that a reader of the receipt must not overlook."""

    text: str
    is_alarm: bool


def receipt_page(run: RunView, result: RunResult, receipt: Receipt, artefact: Artefact) -> Page:
    """The page.

    Args:
        run: as the control plane tells of it; the person's own client brought it.
        result: what the run showed.
        receipt: of that run.
        artefact: finds the files of charts.
    """
    style = source("page.css") + source("receipt.css")
    policy = page_policy(style, (), draws=False)
    room = Room()
    steps = {step.step: step for step in result.steps}
    html = (
        environment()
        .get_template("receipt.html")
        .render(
            run=run,
            receipt=receipt,
            made_at=now(),
            marks=marks(receipt),
            asked=asked_in_words(receipt),
            question=_as_posted(receipt) or run.question,
            sheets=[_sheet(sheet) for sheet in sheets_of(receipt)],
            signed=_signed(receipt),
            steps=[_step(step, steps.get(step.step), artefact, room) for step in run.steps],
            held_back=held_back_in_words(receipt),
            results=sum(one.count for one in receipt.held_back),
            messages=[_message(message) for message in receipt.outbound],
            versions=_versions(receipt),
            leaves=[(leaf, json.loads(leaf.leaf)) for leaf in receipt.ledger],
            css=Markup(style),  # noqa: S704 -- our own style sheet
            policy=policy,
        )
    )
    return Page(html, policy)


def marks(receipt: Receipt) -> tuple[Mark, ...]:
    """What the page says first."""
    sheets = sheets_of(receipt)
    made = [
        Mark(
            f"{sheet.dataset} was released at level open until {sheet.expires}: its outputs may reach the model.", True
        )
        for sheet in sheets
        if sheet.level is Level.OPEN
    ]
    opened = opened_in_words(receipt)
    if opened is not None:
        made.append(Mark(opened, is_alarm=True))
    if receipt.question is None or receipt.question.held:
        made.append(Mark(asked_in_words(receipt), is_alarm=True))
    labelled = [sheet.dataset for sheet in sheets if any(_labels(sheet))]
    if labelled:
        made.append(Mark(f"The labels that the owner of {', '.join(labelled)} ticked were told to the model.", False))
    if not any(mark.is_alarm for mark in made):
        made.insert(0, Mark("No value of the data reached the model or the control plane beyond these bits.", False))
    return tuple(made)


def _labels(sheet: SchemaSheet) -> list[str]:
    return [label for table in sheet.tables for column in table.columns for label in column.labels or ()]


def _as_posted(receipt: Receipt) -> str | None:
    bodies = [message.body for message in receipt.outbound if message.channel == QUESTION]
    return str(json.loads(bodies[0])["question"]) if bodies else None


def _signed(receipt: Receipt) -> list[SignedSheet]:
    return [SignedSheet.model_validate_json(one.body) for one in receipt.outbound if one.channel == SHEET]


def _sheet(sheet: SchemaSheet) -> dict[str, Any]:
    return {
        "dataset": sheet.dataset,
        "version": sheet.version,
        "level": sheet.level,
        "tables": [
            {"name": table.name, "columns": [(column.name, column.type, told(column)) for column in table.columns]}
            for table in sheet.tables
        ],
    }


def told(column: ColumnSheet) -> str:
    """What a sheet tells of a column beside its name and type."""
    facts: list[str] = [str(fact) for fact in (column.uniqueness, column.sign, column.case, column.form) if fact]
    if column.null_share is not None:
        facts.append(f"missing: {column.null_share}")
    if column.masks:
        facts.append(f"written like {', '.join(column.masks)}")
    if column.magnitude is not None:
        facts.append(f"size from 10^{column.magnitude[0]} to 10^{column.magnitude[1]}")
    if column.span is not None:
        facts.append(f"{column.span.first} to {column.span.last}")
    if column.labels:
        facts.append(f"values: {', '.join(column.labels)}")
    return "; ".join(facts)


def _step(step: StepView, shown: StepResult | None, artefact: Artefact, room: Room) -> dict[str, Any]:
    return {
        "number": step.step,
        "intent": step.intent,
        "program": step.program,
        "verdict": step.verdict.verdict if step.verdict else "not reviewed",
        "rehearsal": _rehearsed(step.rehearsal),
        "observation": in_words(step.observation) if step.observation else "nothing: it did not run on the data",
        "opened": json.dumps(step.opened.model_dump(mode="json"), ensure_ascii=False, indent=2)
        if step.opened
        else None,
        "says": shown.says if shown else (),
        "tables": [_table(table) for table in shown.tables] if shown else [],
        "charts": [_chart(shown, chart.file, chart.title, artefact, room) for chart in shown.charts] if shown else [],
        "stdout": shown.stdout if shown else "",
        "traceback": shown.traceback if shown else None,
    }


def _rehearsed(rehearsal: Rehearsal) -> str:
    if rehearsal.outcome is RehearsalOutcome.NOT_REHEARSED:
        return "none"
    doubt = f" ({rehearsal.doubt})" if rehearsal.doubt else ""
    return f"{rehearsal.outcome}{doubt}, on made-up rows"


def _table(table: ResultTable) -> dict[str, Any]:
    columns = legible(table, ROWS_SHOWN)[:COLUMNS_SHOWN]
    rows = range(min(ROWS_SHOWN, len(table.rows)))
    return {
        "title": table.title or f"Table {table.name[1:]}",
        "columns": columns,
        "rows": [[column.cells[row] for column in columns] for row in rows],
        "size": f"{count(table.row_count, 'row')} of {count(len(table.columns), 'column')}",
    }


def _chart(step: StepResult, file: str, title: str | None, artefact: Artefact, room: Room) -> dict[str, Any]:
    content = room.read(artefact(step.step, file)) if file.endswith(".png") else None
    return {"title": title, "picture": picture(content) if content else None}


def _message(message: Outbound) -> dict[str, Any]:
    body = message.body.encode("utf-8")
    return {
        "channel": message.channel,
        "about": CHANNELS[message.channel],
        "at": message.at,
        "bytes": len(body),
        "bits": message.bits,
        "digest": digest_bytes(body),
        "body": message.body,
        "readable": json.dumps(json.loads(message.body), ensure_ascii=False, indent=2),
    }


def _versions(receipt: Receipt) -> list[tuple[str, str]]:
    completions = [
        Completion.model_validate_json(one.body)
        for one in receipt.outbound
        if one.channel not in {QUESTION, SHEET, "approval"}
    ]
    said = {
        "Executor": [f"daytwo {receipt.version}"],
        "Guard's rules": [one.verdict.rules_version for one in completions],
        "Packages": list(receipt.environments),
        "Sandbox": [one.tier for one in completions if one.tier],
        "Alphabet of Observations": [str(one.symbol.alphabet) for one in completions if one.symbol],
    }
    return [(name, ", ".join(dict.fromkeys(values))) for name, values in said.items() if values]
