"""A Plotly figure's specification, reduced to what cannot phone home or carry HTML.

A specification reaches a person's browser, and a program that saw the data could write it so that drawing it sends
something out: an image, a map's style or tiles, a link.  So only sections and trace types that draw without a fetch
pass, no key passes that can bear an address, and texts keep no tag but a few for the shape of letters
(design page disclosure.md, 4b).  The page that draws it forbids every fetch besides.
"""

from __future__ import annotations

import re
from typing import Any

SECTIONS = ("data", "layout", "frames")

TRACES = frozenset((
    "bar", "barpolar", "box", "candlestick", "carpet", "cone", "contour", "contourcarpet", "funnel", "funnelarea",
    "heatmap", "histogram", "histogram2d", "histogram2dcontour", "icicle", "indicator", "isosurface", "mesh3d",
    "ohlc", "parcats", "parcoords", "pie", "sankey", "scatter", "scatter3d", "scattercarpet", "scattergl",
    "scatterpolar", "scatterpolargl", "scattersmith", "scatterternary", "splom", "streamtube", "sunburst", "surface",
    "table", "treemap", "violin", "volume", "waterfall",
))  # fmt: skip
"""Of those that exist, all but the maps (they fetch tiles and outlines) and images."""

REFUSED_KEYS = frozenset((
    "accesstoken", "geo", "geojson", "href", "html", "image", "images", "map", "mapbox", "sourceattribution", "src",
    "topojson", "url",
))  # fmt: skip
"""Refused at any depth, with any number behind it (`geo2`), also as a part of a path (`images[0].source`)."""
REFUSED_TYPES = ("choropleth", "density", "image", "scattergeo", "scattermap")
"""How the types of traces that fetch begin, for a button that would change a trace's type."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,4}\])*")
_ADDRESS = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?//|\s*(?:data|javascript|blob|file|vbscript):", re.ASCII)
_STYLE_ADDRESS = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z!?/][^<>]*>")
_LETTER_TAG = re.compile(r"(</?(?:b|i|br|em|strong|sub|sup|extra)\s*/?>)", re.IGNORECASE)
DEPTH = 40


def reduced(figure: dict[str, Any]) -> dict[str, Any]:
    """The part of `figure` (as plain JSON values) that may be shown."""
    kept = {section: figure[section] for section in SECTIONS if section in figure}
    if "data" in kept:
        kept["data"] = _traces(kept["data"])
    if isinstance(kept.get("frames"), list):
        kept["frames"] = [
            frame | ({"data": _traces(frame["data"])} if "data" in frame else {})
            for frame in kept["frames"]
            if isinstance(frame, dict)
        ]
    result: dict[str, Any] = _clean(kept, 0)
    return result


def _traces(traces: Any) -> list[Any]:
    """The traces of a kind that draws without a fetch; a trace without a type is a scatter, or goes on another."""
    if not isinstance(traces, list):
        return []
    return [trace for trace in traces if isinstance(trace, dict) and str(trace.get("type", "scatter")) in TRACES]


def _clean(value: Any, depth: int) -> Any:
    if depth > DEPTH:
        return None
    if isinstance(value, dict):
        return {key: _clean(item, depth + 1) for key, item in value.items() if _is_kept(key, item)}
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    return _text(value) if isinstance(value, str) else value


def _is_kept(key: str, value: Any) -> bool:
    parts = [part.rstrip("0123456789") for part in re.split(r"[.\[\]]", key.lower())]
    if _KEY.fullmatch(key) is None or not REFUSED_KEYS.isdisjoint(parts):
        return False
    if key in {"args", "args2"}:
        return not _sets_by_path(value)
    if parts[-1] in {"text", "name", "label"}:
        return True  # shown as it is, never followed
    if parts[-1] == "type" and any(str(item).startswith(REFUSED_TYPES) for item in _items(value)):
        return False
    return not (isinstance(value, str) and (_ADDRESS.match(value) or _STYLE_ADDRESS.search(value)))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sets_by_path(arguments: Any) -> bool:
    """Whether a button's arguments are an attribute's path and its value: those hide from a look at keys."""
    if not isinstance(arguments, list):
        return True
    return len(arguments) > 1 and isinstance(arguments[0], str) and not isinstance(arguments[1], dict)


def _text(text: str) -> str:
    """The text with the tags that shape letters, without any other; what is left of `<` is a character."""
    parts = _LETTER_TAG.split(text)
    return "".join(part if index % 2 else _TAG.sub("", part).replace("<", "&lt;") for index, part in enumerate(parts))
