"""Figures of Plotly as a sandbox delivers them, made safe to show, by an allowlist.

A figure must not phone home: no key that carries an address, no kind of trace that fetches maps, no markup but
bold, italics and line breaks.  Source: docs/explanation/disclosure.md, section 6.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

DEPTH_LIMIT = 40

TRACES = frozenset(
    {
        "bar", "barpolar", "box", "candlestick", "carpet", "cone", "contour", "contourcarpet", "funnel", "funnelarea",
        "heatmap", "histogram", "histogram2d", "histogram2dcontour", "icicle", "indicator", "isosurface", "mesh3d",
        "ohlc", "parcats", "parcoords", "pie", "sankey", "scatter", "scatter3d", "scattercarpet", "scattergl",
        "scatterpolar", "scatterpolargl", "scattersmith", "scatterternary", "splom", "streamtube", "sunburst",
        "surface", "table", "treemap", "violin", "volume", "waterfall",
    }
)  # fmt: skip
"""Kinds of traces that draw from their own numbers; maps and images are not among them."""

_TOP = ("data", "layout", "frames")
_DROPPED_KEYS = frozenset(
    {
        "images", "source", "href", "url", "src", "updatemenus", "mapbox", "map", "geo", "topojson", "topojsonURL",
        "plotlyServerURL", "accesstoken", "meta", "customdata_url", "config",
    }
)  # fmt: skip
_KEPT_TAG = re.compile(r"</?(?:b|i|br|em|strong|sub|sup|u|s|extra)\s*/?>", re.IGNORECASE)


class UnsafeFigureError(ValueError):
    """The chart cannot be shown; the message says why, for a person."""


def safe_plotly(specification: bytes) -> bytes:
    """A Plotly figure with nothing in it that a browser would fetch or follow.

    Raises:
        UnsafeFigureError: where it is no figure, or draws with a kind of trace that is not allowed.
    """
    try:
        figure = json.loads(specification)
    except (ValueError, RecursionError) as error:
        raise UnsafeFigureError("it is no JSON") from error
    if not isinstance(figure, dict) or not isinstance(figure.get("data"), list):
        raise UnsafeFigureError("it is no Plotly figure")
    frames = figure.get("frames") or []
    if not isinstance(frames, list):
        raise UnsafeFigureError("it is no Plotly figure")
    _check_traces(figure["data"])
    for frame in frames:
        _check_traces(frame.get("data", []) if isinstance(frame, dict) else None)
    kept = {key: _safe(figure[key], 0) for key in _TOP if figure.get(key) is not None}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _check_traces(traces: Any) -> None:
    if not isinstance(traces, list) or not all(isinstance(trace, dict) for trace in traces):
        raise UnsafeFigureError("it is no Plotly figure")
    for trace in traces:
        kind = trace.get("type", "scatter")
        if not isinstance(kind, str) or kind not in TRACES:
            raise UnsafeFigureError("it draws with a kind of trace that is not shown, such as a map or an image")


def _safe(value: Any, depth: int) -> Any:
    if depth > DEPTH_LIMIT:
        raise UnsafeFigureError("it is nested too deeply")
    if isinstance(value, str):
        return _inert(value)
    if isinstance(value, list):
        return [_safe(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _safe(item, depth + 1) for key, item in value.items() if key not in _DROPPED_KEYS}
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no other word for it
    return value


def _inert(text: str) -> str:
    """The text with its markup made visible, but for a few tags without attributes."""
    if "<" not in text:
        return text
    pieces, end = [], 0
    for tag in _KEPT_TAG.finditer(text):
        pieces += [text[end : tag.start()].replace("<", "&lt;"), tag.group()]
        end = tag.end()
    return "".join(pieces) + text[end:].replace("<", "&lt;")
