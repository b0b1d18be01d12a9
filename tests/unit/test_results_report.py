"""The report: whatever programs made is text in it, and its policy names all that may run."""

from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.results.report import Page, page_of
from daytwo.executor.results.report.page import PICTURES_BYTES, PLOTLY, ROWS_SHOWN
from daytwo.executor.results.report.policy import served_policy
from daytwo.wire.identifiers import new_id
from daytwo.wire.result import Outbound, Receipt, ResultChart, ResultColumn, ResultTable, RunResult, StepResult
from daytwo.wire.run import Rehearsal, RunStatus, RunView, StepView

AT = "2026-01-02T03:04:05.678Z"
RUN, SESSION = new_id("run"), new_id("session")
EVIL = (
    "</title></script><script>alert(1)</script><img src=http://evil.example onerror=x>{{7*7}}'\"<a href=//evil.example>"
)
TEXTS = st.sampled_from([EVIL, "-->", "<!--", "]]>", "</style>", "&lt;script&gt;", "javascript:x"]) | st.text(
    max_size=80
)
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 30


def run_view(text: str = "q") -> RunView:
    step = StepView(step=1, intent=text, program=text, final=True, rehearsal=Rehearsal(outcome="not_rehearsed"))
    return RunView(
        run=RUN,
        session=SESSION,
        status=RunStatus.FAILED,
        reason="out_of_turns",
        message=text,
        question=text or "q",
        model=text,
        profile="small",
        created_at=AT,
        updated_at=AT,
        steps=(step,),
    )


def table(text: str = "t", rows: int = 2, columns: int = 1) -> ResultTable:
    return ResultTable(
        name="t1",
        title=text,
        columns=tuple(ResultColumn(name=text, type="string") for _ in range(columns)),
        rows=tuple((text,) * columns for _ in range(rows)),
        row_count=rows * 10,
        file="t1.arrow",
    )


def result(text: str = "t", **changes: Any) -> RunResult:
    step = StepResult(step=1, outcome="ok", says=(text,), tables=(table(text),), stdout=text, traceback=text)
    return RunResult(run=RUN, steps=(step.model_copy(update=changes),))


def receipt(text: str) -> Receipt:
    return Receipt(
        run=RUN,
        session=SESSION,
        bits=3.7,
        bits_spent=3.7,
        budget_bits=512,
        bytes_out=1,
        outbound=(Outbound(channel="observation", at=AT, body=text),),
        ledger_size=1,
        ledger_root=text,
    )


def rendered(text: str, charts: tuple[ResultChart, ...] = (), files: Path | None = None, **changes: Any) -> Page:
    return page_of(
        run_view(text),
        result(text, charts=charts, **changes),
        receipt(text),
        lambda _, name: (files or Path()) / name,
        f"/reports/{RUN}",
    )


class Outline(HTMLParser):
    """The elements of a page, the attributes that lead somewhere, and what scripts and styles hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.leads: list[str] = []
        self.handlers: list[str] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "data": []}
        self._inside: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.leads += [given[name] or "" for name in ("href", "src", "srcset", "action") if name in given]
        self.handlers += [name for name in given if name.startswith("on")]
        self._inside = {"script": "data" if "type" in given else "script", "style": "style"}.get(tag)
        if self._inside:
            self.texts[self._inside].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside][-1] += data


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


HARMLESS = Outline(rendered("harmless").html)


@settings(max_examples=40)
@given(
    st.sampled_from([EVIL, "-->", "<!--", "]]>", "</style>", "&lt;script&gt;", "javascript:x"]) | st.text(max_size=80)
)
def test_whatever_a_program_or_a_model_says_is_text(text: str) -> None:
    outline = Outline(rendered(text.encode("utf-8", "replace").decode() or "x").html)
    assert outline.tags == HARMLESS.tags
    assert outline.leads == HARMLESS.leads
    assert outline.texts["script"] == HARMLESS.texts["script"]
    assert not outline.handlers


def test_open_data_is_said_before_the_answer() -> None:
    for said, changes in (
        ("12 characters of this answer", {"open_characters": 12, "session_was_open": True}),
        ("Earlier outputs of this session", {"session_was_open": True}),
    ):
        told = receipt("r").model_copy(update=changes)
        html = page_of(run_view(), result(), told, lambda _, name: Path(name)).html
        assert html.index(said) < html.index('class="says"')
    assert "Open data" not in rendered("x").html


def test_links_lead_to_this_origin_alone() -> None:
    assert HARMLESS.leads == ["#answer", *(f"/reports/{RUN}/1/t1.{form}" for form in ("csv", "xlsx", "parquet"))]


def test_the_policy_names_every_script_and_style_and_no_source() -> None:
    page = rendered("x")
    outline = Outline(page.html)
    allowed = dict(part.strip().split(" ", 1) for part in page.policy.split(";"))
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"].split() == [_digest(text) for text in outline.texts["script"]]
    assert allowed["style-src"].split() == [_digest(text) for text in outline.texts["style"]]
    assert "unsafe" not in page.policy
    assert "http" not in page.policy
    assert "sandbox allow-scripts allow-downloads" in served_policy(page.policy)
    assert "allow-same-origin" not in served_policy(page.policy)


def test_a_plot_is_data_and_brings_the_script_that_draws_it(tmp_path: Path) -> None:
    figure = {"data": [{"type": "bar", "name": EVIL}], "layout": {"title": {"text": "<!--<script>"}}}
    (tmp_path / "c1.plotly.json").write_text(json.dumps(figure))
    chart = ResultChart(name="c1", title=EVIL, media_type=PLOTLY, file="c1.plotly.json")
    page = rendered("x", (chart,), tmp_path)
    outline = Outline(page.html)
    (block,) = outline.texts["data"]
    assert json.loads(block) == figure
    assert "<" not in block
    assert len(outline.texts["script"]) == 2
    assert all(_digest(text) in page.policy for text in outline.texts["script"])
    assert "style-src-attr 'unsafe-inline'" in page.policy


def test_pictures_are_held_within_light_and_dark(tmp_path: Path) -> None:
    for name in ("c1.png", "c1.dark.png", "c2.png"):
        (tmp_path / name).write_bytes(PNG + name.encode())
    charts = (
        ResultChart(name="c1", title="t", media_type="image/png", file="c1.png", dark_file="c1.dark.png"),
        ResultChart(name="c2", media_type="image/png", file="c2.png"),
    )
    page = rendered("x", charts, tmp_path)
    pictures = [lead for lead in Outline(page.html).leads if lead.startswith("data:")]
    assert [base64.b64decode(one.partition(",")[2])[len(PNG) :] for one in pictures] == [
        b"c1.dark.png",
        b"c1.png",
        b"c2.png",
    ]
    assert page.html.count("on-light") == 1 + page.html.count(".on-light") + page.html.count('"on-light"')
    assert 'alt="Chart 2"' in page.html


def test_charts_beyond_the_room_for_them_are_named(tmp_path: Path) -> None:
    with (tmp_path / "c1.png").open("wb") as file:
        file.truncate(PICTURES_BYTES + 1)
    page = rendered("x", (ResultChart(name="c1", media_type="image/png", file="c1.png"),), tmp_path)
    assert "kept as a file only" in page.html
    assert len(page.html) < 100_000


def test_a_long_and_wide_table_says_what_is_not_shown() -> None:
    wide = table("t", rows=ROWS_SHOWN + 100, columns=101)
    html = rendered("x", tables=(wide,)).html
    assert "6,000 rows, the first 500 shown, 1 more column in the file." in html


def test_a_page_that_is_a_file_offers_no_downloads() -> None:
    page = page_of(run_view(), result(), None, lambda _, name: Path(name))
    assert Outline(page.html).leads == ["#answer"]


@pytest.mark.parametrize("steps", [(), (StepResult(step=1, outcome="error"),)])
def test_a_run_without_results_has_a_report(steps: tuple[StepResult, ...]) -> None:
    page = page_of(run_view("Ask again."), RunResult(run=RUN, steps=steps), None, lambda _, name: Path(name))
    assert "Ask again." in page.html
