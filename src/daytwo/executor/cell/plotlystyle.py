"""The default template of plotly's figures: the series of `inks`, on a clear ground.

The page that draws a figure gives it the inks of the reader's screen; a figure with a template or a ground of its own
is drawn as its program made it.
"""

from __future__ import annotations

from types import ModuleType

from .inks import SERIES

NAME = "daytwo"
CLEAR = "rgba(0,0,0,0)"
_AXIS = {"automargin": True, "zeroline": False, "ticks": "", "title": {"standoff": 12}}

_CELLS = {"fill": {"color": CLEAR}, "align": "left"}


def make_default(module: ModuleType) -> None:
    """Registers the template in `plotly.io` and has every new figure use it."""
    module.templates[NAME] = {
        "layout": {
            "colorway": list(SERIES),
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "font": {"size": 13, "family": "system-ui, sans-serif"},
            "title": {"x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 12}},
            "margin": {"l": 56, "r": 24, "t": 56, "b": 48},
            "separators": ".,",
            "xaxis": _AXIS | {"showgrid": False},
            "yaxis": dict(_AXIS),
            "colorscale": {"sequential": "Viridis", "diverging": "RdBu"},
            "hoverlabel": {"align": "left"},
        },
        "data": {"table": [{"header": dict(_CELLS), "cells": dict(_CELLS)}]},
    }
    module.templates.default = NAME
