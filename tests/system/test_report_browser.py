"""Reports in a real browser: they look as they should, and hostile results make it ask for nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from daytwo.sdk import Client

from .recorder import Recorder

FAIR = """
import matplotlib.pyplot as plt
import plotly.express as px
orders = data('orders').pandas()
by = orders.groupby('region', as_index=False)['revenue'].agg(['sum', 'mean', 'count'])
say('West leads.')
show(by, title='Revenue by region')
show(px.bar(by, x='region', y='sum', title='Drawn by plotly'))
by.plot.bar(x='region', y='sum', title='Drawn by matplotlib'); plt.show()
plt.plot([1, 2], color='black'); plt.title('In black'); plt.show()
"""
HOSTILE = """
import plotly.graph_objects as go
U = 'http://evil.example/'
T = '<img src="' + U + 'i"><script src="' + U + 's"></script><a href="' + U + '">a</a>![x](' + U + 'm) url(' + U + 'c)'
say(T); say('[link](' + U + ')'); print(T)
show({T: [T, '=WEBSERVICE("' + U + '")', '</td></table><iframe src="' + U + '">']}, title=T)
f = go.Figure(go.Bar(x=[T, 'b'], y=[1, 2], text=[T, T], hovertemplate=T, name=T, customdata=[U, U]))
f.update_layout(title=T, images=[dict(source=U + 'p.png', x=0, y=1, sizex=1, sizey=1)],
    annotations=[dict(text='<a href="' + U + 'n">click</a>', x=0, y=1)], font=dict(family='url(' + U + 'f)'),
    xaxis=dict(title=T, ticktext=[T], tickvals=[0]), legend=dict(title=dict(text=T)), showlegend=True)
show(f, title=T)
g = go.Figure(go.Table(header=dict(values=[T]), cells=dict(values=[[T, U]])))
show(g)
for kind in (go.Scattergeo(lon=[1], lat=[1]), go.Scattermap(lon=[1], lat=[1]), go.Image(source=U + 'i.png')):
    try:
        show(go.Figure(kind))
    except Exception as error:
        print(error)
"""
QUESTION = 'Which leads? <img src="http://evil.example/q"> [x](http://evil.example/q)'


@pytest.fixture(scope="module")
def fair(ask: Callable[[str, str], str]) -> str:
    return ask("Which region leads?", FAIR)


@pytest.fixture(scope="module")
def hostile(ask: Callable[[str, str], str]) -> str:
    return ask(QUESTION, HOSTILE)


def _open(browser: Browser, client: Client, run: str, scheme: str = "light") -> Page:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1100, "height": 900})  # type: ignore[arg-type]
    answer = page.goto(client.report_url(client.run(run)), wait_until="load")
    assert answer is not None
    assert answer.ok
    return page


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_a_report_in_light_and_dark(
    browser: Browser, client: Client, fair: str, tmp_path: Path, scheme: str, is_dark: bool
) -> None:
    refused: list[str] = []
    page = _open(browser, client, fair, scheme)
    page.on("console", lambda message: refused.append(message.text))
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() == "Which region leads?"
    page.locator(".plot .main-svg").first.wait_for()
    assert page.locator(".plot .bars path").count() == 4
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 150) == is_dark
    shown = page.evaluate("[...document.images].map(image => [image.naturalWidth > 500, image.currentSrc.slice(-40)])")
    assert [wide for wide, _ in shown] == [True, True]
    assert page.locator(".on-light").count() == 1
    page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    # plotly.js brings a style sheet for maps; the policy refuses it, and nobody draws a map.
    assert [text for text in refused if not text.startswith("Applying inline style")] == []
    page.close()


def test_a_table_is_sorted_by_its_headings(browser: Browser, client: Client, fair: str) -> None:
    page = _open(browser, client, fair)
    regions = page.locator("section.table").first.locator("tbody td:first-child")
    page.get_by_role("button", name="sum").click()
    assert regions.all_inner_texts() == ["South", "East", "North", "West"]
    page.get_by_role("button", name="sum").click()
    assert regions.all_inner_texts() == ["West", "North", "East", "South"]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.close()


def test_tables_are_downloaded_from_the_report(browser: Browser, client: Client, fair: str, tmp_path: Path) -> None:
    page = _open(browser, client, fair)
    with page.expect_download() as began:
        page.get_by_role("link", name="CSV").click()
    began.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        assert [row["region"] for row in csv.DictReader(file)] == ["East", "North", "South", "West"]
    page.close()


def test_a_link_opens_once_a_reload_is_fine(browser: Browser, client: Client, fair: str) -> None:
    url = client.report_url(client.run(fair))
    page = browser.new_page()
    page.goto(url)
    assert "ticket" not in page.url
    answer = page.reload()
    assert answer is not None
    assert answer.ok
    stranger = browser.new_page()
    for address in (url, page.url):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 401
    assert "--open" in stranger.locator("body").inner_text()
    page.close()
    stranger.close()


def test_the_page_stands_alone_and_reaches_nothing(browser: Browser, client: Client, fair: str) -> None:
    page = _open(browser, client, fair)
    assert page.evaluate("window.origin") == "null"
    for attempt in (
        "fetch('/v1/datasets').then(() => 'reached', () => 'refused')",
        "fetch('http://evil.example/').then(() => 'reached', () => 'refused')",
        """new Promise(done => {
            const picture = new Image();
            picture.onload = () => done('reached');
            picture.onerror = () => done('refused');
            picture.src = 'http://evil.example/x.png';
        })""",
    ):
        assert page.evaluate(attempt) == "refused"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_results_make_no_request(
    browser: Browser, client: Client, recorder: Recorder, hostile: str, scheme: str, tmp_path: Path
) -> None:
    page = _open(browser, client, hostile, scheme)
    home = page.url
    page.locator(".plot .main-svg").first.wait_for()
    assert page.locator(".plot .main-svg").count() >= page.locator(".plot").count() == 5
    page.screenshot(path=tmp_path / "hostile.png", full_page=True)
    for details in page.locator("details").all():
        details.locator("summary").click()
    for heading in page.locator("th button").all():
        heading.click()
    for plot in page.locator(".plot").all():
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        for across in (0.1, 0.3, 0.5, 0.7, 0.9):
            for down in (0.05, 0.3, 0.6, 0.95):
                page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    for text in page.locator(".says p, caption, td").all():
        text.click()
    page.emulate_media(media="print")
    page.screenshot(path=tmp_path / "printed.png", full_page=True)
    assert page.url == home
    assert len(page.context.pages) == 1
    assert page.locator("iframe, object, embed, form, .says a, td a, .plot a").count() == 0
    assert recorder.elsewhere == []
    assert not [address for address in recorder.asked if "evil" in address]
    page.close()


def test_the_recorder_does_see_a_request(browser: Browser, recorder: Recorder) -> None:
    """The positive control: a page without our policy reaches the recorder."""
    page = browser.new_page()
    page.set_content('<img src="http://evil.example/control.png">')
    page.wait_for_load_state("networkidle")
    assert recorder.elsewhere == ["http://evil.example/control.png"]
    recorder.asked.clear()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_receipt_of_hostile_results_is_still(
    browser: Browser, client: Client, recorder: Recorder, hostile: str, scheme: str, tmp_path: Path
) -> None:
    """From its file, as a compliance officer would get it: no request, no script, nothing that leads anywhere."""
    file = tmp_path / "receipt.html"
    file.write_text(client.receipt_page(client.run(hostile)), encoding="utf-8")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1200, "height": 900})  # type: ignore[arg-type]
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(file.as_uri())
    page.screenshot(path=tmp_path / "receipt.png", full_page=True)
    for details in page.locator("details").all():
        details.locator("summary").click()
    for text in page.locator("p, td, pre, h1").all():
        text.click()
    assert page.url == file.as_uri()
    assert len(page.context.pages) == 1
    assert page.locator("script, iframe, object, embed, form, svg, link, a:not(.skip)").count() == 0
    assert page.locator(".yours").count() == page.locator(".theirs").count() >= 3
    sides = [page.locator(side).first.bounding_box() for side in (".yours", ".theirs")]
    assert sides[0] is not None
    assert sides[1] is not None
    assert sides[0]["x"] + sides[0]["width"] <= sides[1]["x"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert recorder.elsewhere == []
    assert not [address for address in recorder.asked if "evil" in address]
    assert refused == []
    page.close()
