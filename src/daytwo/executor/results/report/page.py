"""Renders a report.  Every value is escaped by the template; numbers and dates are written as in the terminal."""

from __future__ import annotations

import base64
import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from daytwo.executor.results.report.policy import page_policy
from daytwo.legible import count, legible
from daytwo.seen import answer_in_words, answering, observed_in_words, sheets_in_words
from daytwo.wire.result import Receipt, ResultChart, ResultTable, RunResult, StepResult, TableFormat
from daytwo.wire.run import RunView

ROWS_SHOWN = 500
COLUMNS_SHOWN = 100
PICTURES_BYTES = 48 * 1024 * 1024
"""Of all charts of a report together; further ones are only named."""
PLOTLY = "application/vnd.plotly.v1+json"
FORMATS = {TableFormat.CSV: "CSV", TableFormat.XLSX: "Excel", TableFormat.PARQUET: "Parquet"}

Artefact = Callable[[int, str], Path]
"""The file of a step."""


@dataclass(frozen=True)
class Page:
    html: str
    policy: str
    """What the page may do; the page says so itself, and whoever serves it says it again."""


def page_of(
    run: RunView, result: RunResult, receipt: Receipt | None, artefact: Artefact, files_at: str | None = None
) -> Page:
    """The report of a run.

    Args:
        run: as the control plane tells of it; the person's own client brought it.
        result: what the run showed.
        receipt: what left for it; None where nothing did.
        artefact: finds the files of charts.
        files_at: where tables can be downloaded, as a path on this origin; None in a page that is a file of its own.
    """
    shown = answering(result.steps)
    room = Room()
    steps = [_step(step, artefact, room, files_at) for step in shown]
    draws = any(chart["plot"] for step in steps for chart in step["charts"])
    style = source("page.css")
    scripts = [*([_plotly()] if draws else []), source("page.js")]
    policy = page_policy(style, scripts, draws=draws)
    html = (
        environment()
        .get_template("page.html")
        .render(
            run=run,
            steps=steps,
            receipt=receipt,
            sides=(
                ("the data", "all of it: it is yours", sheets_in_words(receipt)),
                ("the answer", answer_in_words(shown), observed_in_words(run)),
            ),
            css=Markup(style),  # noqa: S704 -- our own style sheet
            scripts=[Markup(script) for script in scripts],  # noqa: S704 -- our own, and plotly's
            policy=policy,
        )
    )
    return Page(html, policy)


class Room:
    """How many bytes of pictures still fit."""

    def __init__(self) -> None:
        self._left = PICTURES_BYTES

    def read(self, path: Path) -> bytes | None:
        size = path.stat().st_size
        if size > self._left:
            return None
        self._left -= size
        return path.read_bytes()


def _step(step: StepResult, artefact: Artefact, room: Room, files_at: str | None) -> dict[str, Any]:
    return {
        "says": step.says,
        "charts": [_chart(step, chart, artefact, room) for chart in step.charts],
        "tables": [_table(step, table, files_at) for table in step.tables],
        "stdout": step.stdout,
        "traceback": step.traceback,
        "unsaved": step.unsaved,
    }


def _chart(step: StepResult, chart: ResultChart, artefact: Artefact, room: Room) -> dict[str, Any]:
    content = room.read(artefact(step.step, chart.file))
    is_plot = chart.media_type == PLOTLY
    dark = room.read(artefact(step.step, chart.dark_file)) if content and chart.dark_file else None
    return {
        "name": f"s{step.step}-{chart.name}",
        "title": chart.title,
        "alt": chart.title or f"Chart {chart.name[1:]}",
        "plot": _data_block(content) if content and is_plot else None,
        "light": picture(content) if content and not is_plot else None,
        "dark": picture(dark) if dark else None,
    }


def _data_block(specification: bytes) -> Markup:
    """JSON that cannot end the element it stands in (HTML, 4.12.1.3: no `<` in a data block)."""
    text = json.dumps(json.loads(specification), ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 -- see above


def picture(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"


def _table(step: StepResult, table: ResultTable, files_at: str | None) -> dict[str, Any]:
    columns = legible(table, ROWS_SHOWN)[:COLUMNS_SHOWN]
    rows = [
        [
            {"text": column.cells[number], "is_number": column.is_number, "key": _key(row[place], column.is_number)}
            for place, column in enumerate(columns)
        ]
        for number, row in enumerate(table.rows[:ROWS_SHOWN])
    ]
    return {
        "title": table.title or f"Table {table.name[1:]}",
        "columns": columns,
        "rows": rows,
        "row_count": table.row_count,
        "hidden_columns": max(len(table.columns) - len(columns), 0),
        "files": [
            {"label": label, "path": f"{files_at}/{step.step}/{table.name}.{form}"} for form, label in FORMATS.items()
        ]
        if files_at
        else [],
    }


def _key(value: Any, is_number: bool) -> str | None:
    """What a column is sorted by, where that is not the text that is shown."""
    return None if not is_number else "" if value is None else str(value)


@cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("daytwo.executor.results.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["count"] = count
    made.filters["moment"] = lambda at: f"{at[:10]} {at[11:16]} UTC"
    made.filters["excerpt"] = lambda text, limit: text if len(text) <= limit else text[: limit - 1] + "…"
    return made


@cache
def source(name: str) -> str:
    return resources.files("daytwo.executor.results.report").joinpath(name).read_text("utf-8")


@cache
def _plotly() -> str:
    """The plotly.js that comes with the plotly of the environment; the package itself is not imported."""
    found = importlib.util.find_spec("plotly")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "package_data" / "plotly.min.js").read_text("utf-8")
