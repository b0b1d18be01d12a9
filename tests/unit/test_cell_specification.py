"""What of a Plotly specification may reach a person's browser."""

from __future__ import annotations

import json
from typing import Any

import plotly.express as px
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.cell.specification import reduced

ADDRESS = "https://exit.example/leak"


def _spec(figure: Any) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(figure.to_json())
    return spec


@pytest.mark.parametrize(
    "figure",
    [
        px.bar(x=["a", "b"], y=[1, 2], title="<b>Sales</b>"),
        px.scatter(x=[1, 2], y=[3, 4], color=["u", "v"], trendline=None),
        px.line(x=[1, 2], y=[3, 4]),
        px.pie(names=["a", "b"], values=[1, 2]),
        px.sunburst(names=["a", "b"], parents=["", "a"], values=[2, 1]),
        px.histogram(x=[1, 1, 2]),
        px.imshow([[1, 2], [3, 4]]),
        px.scatter(x=[1, 2], y=[3, 4], animation_frame=[1, 2]),
        go.Figure(go.Sankey(node={"label": ["a", "b"]}, link={"source": [0], "target": [1], "value": [3]})),
        go.Figure(go.Scatter(x=[ADDRESS], y=[1], text=f"see {ADDRESS}")),
    ],
)
def test_honest_figures_pass_whole(figure: Any) -> None:
    spec = _spec(figure)
    spec["layout"].pop("template", None)
    assert reduced(spec) == spec


@pytest.mark.parametrize(
    "layout",
    [
        {"images": [{"source": ADDRESS}]},
        {"mapbox": {"style": ADDRESS}},
        {"map": {"style": {"sources": {"s": {"tiles": [ADDRESS]}}}}},
        {"map2": {"style": ADDRESS}},
        {"geo": {"scope": ADDRESS}},
        {"template": {"layout": {"images": [{"source": ADDRESS}]}}},
        {"font": {"family": f"x; src: url({ADDRESS})"}},
        {"paper_bgcolor": f"URL ({ADDRESS})"},
        {"title": {"text": f"<a href='{ADDRESS}'>x</a>"}},
        {"title": {"text": f"<A HREF={ADDRESS}>"}},
        {"title": {"text": f"</br ><u><a\nhref='{ADDRESS}'>"}},
        {"title": {"text": f"<img src={ADDRESS} onerror=fetch(1)>"}},
        {"title": {"text": f"<b style='background:url({ADDRESS})'>x</b>"}},
        {"annotations": [{"text": f"<!-- {ADDRESS} --><svg/onload='{ADDRESS}'>"}]},
        {"updatemenus": [{"buttons": [{"args": [{"images[0].source": ADDRESS}]}]}]},
        {"updatemenus": [{"buttons": [{"args": ["images[0].source", ADDRESS]}]}]},
        {"updatemenus": [{"buttons": [{"args": ["images", [{"source": ADDRESS}]]}]}]},
        {"sliders": [{"steps": [{"method": "relayout", "args": [{"images": [{"source": ADDRESS}]}]}]}]},
        {"anything": {"source": ADDRESS}},
        {"anything": {"source": "//exit.example/leak"}},
        {"anything": {"source": "data:image/png;base64,exit.example"}},
        {"anything": {"javascript": "javascript:exit.example"}},
        {f"key {ADDRESS}": 1},
    ],
)
def test_addresses_do_not_pass(layout: dict[str, Any]) -> None:
    spec = {"data": [{"type": "bar", "x": [1]}], "layout": layout, "frames": [{"name": "f", "layout": layout}]}
    assert "exit.example" not in json.dumps(reduced(spec))


@pytest.mark.parametrize(
    "trace",
    [
        {"type": "image", "source": ADDRESS},
        {"type": "scattermapbox", "lat": [1]},
        {"type": "scattermap", "lat": [1]},
        {"type": "choropleth", "geojson": ADDRESS},
        {"type": "scattergeo", "lat": [1]},
        {"type": ["bar"]},
        "bar",
    ],
)
def test_traces_that_fetch_do_not_pass(trace: Any) -> None:
    kept = reduced({"data": [trace, {"x": [1]}], "frames": [{"data": [trace]}, "frame"]})
    assert kept == {"data": [{"x": [1]}], "frames": [{"data": []}]}


@pytest.mark.parametrize("kind", ["image", "scattergeo", "choroplethmap", "densitymapbox", ["scatter", "scattermap"]])
def test_a_button_cannot_turn_a_trace_into_one_that_fetches(kind: Any) -> None:
    def buttons(arguments: Any) -> dict[str, Any]:
        return {"layout": {"updatemenus": [{"buttons": [{"args": arguments}]}]}}

    assert reduced(buttons([{"type": kind, "visible": [True]}])) == buttons([{"visible": [True]}])
    assert reduced(buttons(["type", kind]))["layout"]["updatemenus"] == [{"buttons": [{}]}]
    assert reduced(buttons([["frame"], {"mode": "immediate"}])) == buttons([["frame"], {"mode": "immediate"}])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a < b & c > d", "a &lt; b & c > d"),
        ("<<u>a href='x'>b", "&lt;a href='x'>b"),
        ("<b>B</b><BR/><a href='x'>link</a>", "<b>B</b><BR/>link"),
        ("<b onclick='x'>B", "B"),
        ("<a href='x", "&lt;a href='x"),
        ("%{x}<extra></extra>", "%{x}<extra></extra>"),
    ],
)
def test_texts_keep_the_shape_of_letters_alone(text: str, kept: str) -> None:
    assert reduced({"layout": {"title": {"text": text}}}) == {"layout": {"title": {"text": kept}}}


def test_only_known_sections_pass() -> None:
    assert reduced({"data": [], "config": {"topojsonURL": ADDRESS}, "html": "x"}) == {"data": []}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just("<a href='x'>"), st.just(ADDRESS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["data", "type", "args", "text", "images", "href", "source", "x"]), inner),
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["data", "layout", "frames", "other"]), JSON))
def test_any_specification_is_reduced_for_good(spec: dict[str, Any]) -> None:
    once = reduced(spec)
    assert reduced(once) == once
    text = json.dumps(once)
    assert '"href"' not in text
    assert "<a" not in text
    assert '"images"' not in text
