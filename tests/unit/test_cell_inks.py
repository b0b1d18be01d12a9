"""Charts in light and dark: what is exchanged, what stays, and when there is no dark picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.colors import same_color

from daytwo.executor import cell
from daytwo.executor.cell import axes as axes_room
from daytwo.executor.cell.inks import DARK, GROUND, SERIES, contrast, dark

STYLE = Path(cell.__file__).with_name("matplotlibrc")


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with mpl.rc_context(fname=str(STYLE)):
        plt.switch_backend("agg")
        yield
        plt.close("all")


def test_the_style_uses_the_inks_and_the_series() -> None:
    named = [f"#{colour}" for colour in re.findall(r"\b[0-9a-f]{6}\b", STYLE.read_text("utf-8"))]
    assert set(named) == {*DARK, *SERIES}
    with mpl.rc_context(fname=str(STYLE)):
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == list(SERIES)


@pytest.mark.parametrize("colour", SERIES)
def test_a_series_stands_out_from_both_grounds(colour: str) -> None:
    assert contrast(colour, GROUND) >= 3
    assert contrast(colour, DARK[GROUND]) >= 3


@pytest.mark.parametrize("ink", ["#1f2934", "#3e4c5a", "#52606e"])
def test_texts_can_be_read_on_both_grounds(ink: str) -> None:
    assert contrast(ink, GROUND) >= 4.5
    assert contrast(DARK[ink], DARK[GROUND]) >= 4.5


def _bars(axes: Any) -> None:
    axes.bar(["a", "b"], [1, 2])
    axes.set_title("t")


def test_the_dark_picture_has_dark_inks_and_the_figure_its_own_again() -> None:
    figure, axes = plt.subplots()
    _bars(axes)
    axes_room.make_legible(figure)
    (title,) = figure.findobj(lambda artist: getattr(artist, "get_text", str)() == "t")
    before = _pixels(figure)
    with dark(figure) as has_dark:
        assert has_dark
        assert same_color(figure.get_facecolor(), DARK[GROUND])
        assert same_color(title.get_color(), DARK["#1f2934"])
        assert same_color(axes.patches[0].get_facecolor(), SERIES[0])
        assert _pixels(figure)[0, 0, :3].max() < 40
    assert before[0, 0, :3].min() > 200
    assert (_pixels(figure) == before).all()


def _pixels(figure: Any) -> Any:
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).copy()


DRAWN: list[tuple[Callable[[Any], Any], bool]] = [
    (_bars, True),
    (lambda axes: axes.plot([1, 2], color="orange"), True),
    (lambda axes: axes.plot([1, 2], color="black"), False),
    (lambda axes: axes.bar(["a"], [1], color="navy"), False),
    (lambda axes: axes.text(0, 0, "t", color="white"), True),
    (lambda axes: axes.text(0, 0, "t", color="0.2"), False),
    (lambda axes: axes.text(0, 0, "t", bbox={"facecolor": "wheat"}), False),
    (lambda axes: axes.set_facecolor("white"), False),
    (lambda axes: axes.figure.set_facecolor("lightyellow"), False),
    (lambda axes: axes.scatter([1, 2], [1, 2], c=[1, 2]), False),
    (lambda axes: axes.imshow([[1, 2]]), True),
    (lambda axes: axes.boxplot([1, 2, 9]), True),
    (lambda axes: axes.legend(handles=axes.plot([1], label="x"), frameon=True), True),
    (lambda axes: axes.axis("off"), True),
]


@pytest.mark.parametrize(("draw", "expected"), DRAWN)
def test_colours_of_a_program_stay_and_decide(draw: Callable[[Any], Any], expected: bool) -> None:
    figure, axes = plt.subplots()
    draw(axes)
    axes_room.make_legible(figure)
    with dark(figure) as has_dark:
        assert has_dark == expected


def _labels(axis: Any) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        ([0, 50_000], "10,000"),
        ([1_990, 2_024], "2000"),
        ([0, 3_000_000], "1.5M"),
        ([-20_000, 20_000], "\N{MINUS SIGN}10,000"),
        ([0, 4e9], "2B"),
        ([0.1, 0.9], "0.5"),
    ],
)
def test_ticks_mark_thousands_but_not_in_years(values: list[float], seen: str) -> None:
    figure, axes = plt.subplots()
    axes.plot([0, 1], values)
    axes_room.make_legible(figure)
    assert seen in _labels(axes.yaxis)


@given(st.lists(st.floats(-1e18, 1e18), min_size=1, max_size=12, unique=True))
def test_labels_of_ticks_are_of_one_form(values: list[float]) -> None:
    labels = axes_room.figures(values)
    assert len(labels) == len(values)
    assert not any("-" in label for label in labels)


def test_a_formatter_and_a_rotation_of_the_program_stay() -> None:
    figure, axes = plt.subplots()
    axes.bar([f"a rather long name {number}" for number in range(12)], range(0, 120_000, 10_000))
    axes.yaxis.set_major_formatter("{x:.0f} EUR")
    axes.tick_params(axis="x", rotation=80)
    axes_room.make_legible(figure)
    assert "20000 EUR" in _labels(axes.yaxis)
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {80.0}


def test_names_that_would_overlap_are_slanted_and_thinned_out() -> None:
    figure, axes = plt.subplots()
    axes.plot([f"2024-{number:03}" for number in range(200)], range(200))
    axes_room.make_legible(figure)
    shown = axes.get_xticklabels()
    assert len(shown) == axes_room.LABELS_LIMIT
    assert {label.get_rotation() for label in shown} == {float(axes_room.SLANT_DEGREES)}


def test_the_grid_measures_along_the_numbers() -> None:
    figure, axes = plt.subplots()
    axes.barh(["a", "b"], [1, 2])
    axes_room.make_legible(figure)
    assert all(line.get_visible() for line in axes.get_xgridlines())
    assert not any(line.get_visible() for line in axes.get_ygridlines())
