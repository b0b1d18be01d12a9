"""Axes that can be read: thousands marked, millions in short, labels that do not run into each other.

Only what a program left to matplotlib is touched: a formatter or a rotation of its own stays.
"""

from __future__ import annotations

import itertools
from typing import Any

THOUSANDS_FROM = 10_000
"""Four digits stay together, as years do."""
SHORT = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
LABELS_LIMIT = 20
"""Names of categories along one axis; of more, every so-and-so-many-th is written."""
SLANT_DEGREES = 35


def make_legible(figure: Any) -> None:
    """Formats the ticks of all axes of the figure, then thins out or slants names that overlap."""
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _mark_thousands(axis)
    figure.draw_without_rendering()
    for axes in figure.axes:
        _turn_grid(axes)
        _thin_out(axes.xaxis)
        _thin_out(axes.yaxis)
    figure.draw_without_rendering()
    for axes in figure.axes:
        _slant(axes.xaxis, figure)


def figures(values: list[float]) -> list[str]:
    """The labels of ticks at these values; all of one form, no two alike."""
    largest = max(map(abs, values), default=0.0)
    for unit, mark in SHORT:
        if largest >= unit:
            short = [f"{value / unit:.4g}{mark}" if value else "0" for value in values]
            if len(set(short)) == len(set(values)):
                return [_minus(label) for label in short]
    step = min((abs(b - a) for a, b in itertools.pairwise(values) if a != b), default=largest or 1.0)
    places = next((places for places in range(8) if round(step, places) == step or step >= 10), 8)
    mark = "," if largest >= THOUSANDS_FROM else ""
    return [_minus(f"{value:{mark}.{places}f}") for value in values]


def _minus(label: str) -> str:
    return label.replace("-", "\N{MINUS SIGN}")


def _mark_thousands(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, ScalarFormatter

    formatter = axis.get_major_formatter()
    if type(formatter) is not ScalarFormatter or not axis.isDefault_majfmt or axis.get_scale() != "linear":
        return
    low, high = sorted(axis.get_view_interval())
    seen = [float(value) for value in axis.get_majorticklocs() if low <= value <= high]
    if max(map(abs, seen), default=0) < THOUSANDS_FROM:
        return
    labels = dict(zip(seen, figures(seen), strict=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: labels.get(float(value), "")))


def _thin_out(axis: Any) -> None:
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedLocator

    if not isinstance(axis.get_major_locator(), StrCategoryLocator):
        return
    places = list(axis.get_majorticklocs())
    every = -(-len(places) // LABELS_LIMIT)
    if every > 1:
        axis.set_major_locator(FixedLocator(places[::every]))


def _turn_grid(axes: Any) -> None:
    """Lines of the grid measure: beside horizontal bars they stand upright."""
    from matplotlib import rcParams
    from matplotlib.category import StrCategoryLocator

    names_are_upright = isinstance(axes.yaxis.get_major_locator(), StrCategoryLocator)
    numbers_lie = not isinstance(axes.xaxis.get_major_locator(), StrCategoryLocator)
    if names_are_upright and numbers_lie and rcParams["axes.grid.axis"] == "y":
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x")


def _slant(axis: Any, figure: Any) -> None:
    """Slants the labels of a horizontal axis where they overlap and the program has not turned them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    labels = [label for label in axis.get_ticklabels() if label.get_visible() and label.get_text()]
    if any(label.get_rotation() for label in labels):
        return
    # A figure that a snapshot kept comes back with a canvas that cannot draw.
    canvas = figure.canvas if hasattr(figure.canvas, "get_renderer") else FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()
    boxes = sorted((label.get_window_extent(renderer) for label in labels), key=lambda box: box.x0)
    if any(one.x1 > other.x0 for one, other in itertools.pairwise(boxes)):
        for label in labels:
            label.set(rotation=SLANT_DEGREES, ha="right", rotation_mode="anchor")
