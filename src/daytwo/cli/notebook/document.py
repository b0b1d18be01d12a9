"""A session as a Jupyter notebook (nbformat 4.5): questions and answers as text, programs as cells that run.

Whatever was said or asked stands in Markdown as quoted text, so that nothing of it is a link, a picture or HTML; tables
are HTML made here of escaped cells, for those who read without running.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from daytwo.legible import count, legible
from daytwo.wire.observation import Outcome
from daytwo.wire.result import DatasetView, ResultChart, ResultTable, StepResult
from daytwo.wire.run import RunView, StepView
from daytwo.wire.sheet import callable_names

ROWS_SHOWN = 50
CHART_BYTES = 8 * 1024 * 1024
PLOTLY = "application/vnd.plotly.v1+json"
_MARKS = frozenset("\\`*_{}[]()<>#+-.!|~$&")

Artefact = Callable[[str, int, str], Path | None]
"""The file of a run's step on this machine, if it is here."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One run of a session, with what it showed."""

    view: RunView
    steps: tuple[StepResult, ...]


def notebook(session: str, data: Sequence[DatasetView], runs: Sequence[Told], artefact: Artefact | None) -> Json:
    """The session as a notebook.

    Args:
        session: its id.
        data: its datasets.
        runs: in the order in which they were asked.
        artefact: finds the files of charts; None leaves all outputs out.
    """
    cells = [_markdown(_opening(session, data)), _code(_sources(data)), _code(_names())]
    for told in runs:
        cells += _cells_of(told, artefact)
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }


def _opening(session: str, data: Sequence[DatasetView]) -> str:
    names = ", ".join(view.name for view in data) or "no data"
    return (
        f"# A session of daytwo\n\nSession {_quoted(session)} over {_quoted(names)}. The programs below are those that "
        "ran next to the data. Run the cells in order; edit `SOURCES` where your files lie elsewhere."
    )


def _sources(data: Sequence[DatasetView]) -> str:
    paths = {view.name: list(view.paths) for view in data}
    called = callable_names([view.signed.sheet for view in data])
    lines = [
        f"    {json.dumps(name)}: {{'files': {paths[dataset]!r}, 'table': {table!r}}},"
        for name, (dataset, table) in called.items()
    ]
    return "\n".join(["# Name in programs: the files, and the table in them.", "SOURCES = {", *lines, "}"])


def _names() -> str:
    return resources.files("daytwo.cli.notebook").joinpath("first_cell.txt").read_text("utf-8").rstrip("\n")


def _cells_of(told: Told, artefact: Artefact | None) -> list[Json]:
    shown = {step.step: step for step in told.steps}
    said = [text for step in told.steps if step.outcome == "ok" for text in step.says]
    words = [f"## {_quoted(told.view.question)}"]
    ran = [step for step in told.view.steps if step.observation and step.observation.outcome is Outcome.OK]
    if artefact is not None:
        words += [f"> {_quoted(text)}" for text in said]
    left_out = len(told.view.steps) - len(ran)
    if left_out:
        words.append(f"*{count(left_out, 'step')} that did not end well {'is' if left_out == 1 else 'are'} left out.*")
    cells = [_markdown("\n\n".join(words))]
    for step in ran:
        result = shown.get(step.step)
        outputs = [] if artefact is None or result is None else _outputs(told.view.run, result, artefact)
        cells.append(_code(_commented(step), outputs))
    return cells


def _commented(step: StepView) -> str:
    intent = " ".join(step.intent.split())
    return f"# {intent}\n{step.program.rstrip()}" if intent else step.program.rstrip()


def _outputs(run: str, step: StepResult, artefact: Artefact) -> list[Json]:
    printed = "".join(f"{text}\n" for text in (*step.says, *([step.stdout.rstrip("\n")] if step.stdout else [])))
    outputs: list[Json] = [{"output_type": "stream", "name": "stdout", "text": printed}] if printed else []
    outputs += [_display(_table(table)) for table in step.tables]
    outputs += [_display(found) for chart in step.charts if (found := _chart(run, step.step, chart, artefact))]
    return outputs


def _chart(run: str, step: int, chart: ResultChart, artefact: Artefact) -> Mapping[str, Any] | None:
    path = artefact(run, step, chart.file)
    if path is None or path.stat().st_size > CHART_BYTES:
        return None
    content = path.read_bytes()
    title = {"text/plain": chart.title or "a chart"}
    if chart.media_type == PLOTLY:
        return {PLOTLY: json.loads(content)} | title
    return {"image/png": base64.b64encode(content).decode("ascii")} | title


def _table(table: ResultTable) -> Mapping[str, Any]:
    columns = legible(table, ROWS_SHOWN)
    heads = "".join(f"<th>{html.escape(column.name)}</th>" for column in columns)
    rows = [
        "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
        for row in zip(*(column.cells for column in columns), strict=True)
    ]
    caption = f"<caption>{html.escape(table.title)}</caption>" if table.title else ""
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    more = (
        f"<p>{count(table.row_count, 'row')}, the first {len(rows):,} shown.</p>" if table.row_count > len(rows) else ""
    )
    return {
        "text/html": f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}",
        "text/plain": f"{table.title or table.name}: {count(table.row_count, 'row')}",
    }


def _quoted(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return "".join(f"\\{mark}" if mark in _MARKS else mark for mark in " ".join(text.split()))


def _markdown(text: str) -> Json:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(source: str, outputs: Sequence[Json] = ()) -> Json:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "source": source, "outputs": list(outputs)}


def _display(data: Mapping[str, Any]) -> Json:
    return {"output_type": "display_data", "metadata": {}, "data": dict(data)}
