"""The colours of charts, and a chart drawn once more for dark screens.

`matplotlibrc` draws with these inks on a light ground.  A second picture has the dark inks in their place and is
otherwise the same: colours of the cycle can be read on both grounds, and what a program colours itself keeps its
colour.  Where such a colour would vanish on the dark ground, or where the program chose a ground of its own, there is
no second picture: people then see the light one on every screen, as the program meant it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

GROUND = "#fdfdfe"
DARK: dict[str, str] = {
    GROUND: "#151a21",
    "#1f2934": "#e9edf2",  # titles and texts
    "#3e4c5a": "#c5cdd7",  # names of axes and series
    "#52606e": "#a9b4c0",  # labels of ticks
    "#9aa5b2": "#5f6b79",  # axes and ticks
    "#e4e7ec": "#2a323c",  # grid
}
"""Light ink → dark ink.  None is a colour with a name: a program's own white or black is not taken for one."""
SERIES = (
    "#3578d4", "#d9731a", "#2a9d6e", "#d2475a", "#8a63d2", "#1f98a8", "#b5762f", "#cc5a9c", "#7d8794", "#8d8f22",
)  # fmt: skip
"""The cycle: each stands out from both grounds by at least 3 to 1 (WCAG 2.2, 1.4.11)."""

VANISHES = 2.0
"""The contrast to the dark ground below which a colour cannot be seen."""

_PARTS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
_EXACT = 1.5 / 255
Undo = Callable[[], None]


class _UnfitError(Exception):
    """The figure has no dark picture."""


@contextmanager
def dark(figure: Any) -> Iterator[bool]:
    """The figure in dark inks, if it can be; its own colours again afterwards."""
    undo: list[Undo] = []
    try:
        try:
            _check_grounds(figure)
            for artist in set(figure.findobj()):
                _redraw(artist, undo)
        except (_UnfitError, AttributeError, TypeError, ValueError):  # artists of a program's own may be anything
            yield False
        else:
            yield True
    finally:
        for restore in reversed(undo):
            restore()


def contrast(one: Any, other: Any) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _check_grounds(figure: Any) -> None:
    """A ground that the program chose is meant for its own inks, and ours would not be read on it."""
    from matplotlib.text import Text

    patches = [figure.patch, *(axes.patch for axes in figure.axes)]
    patches += [text.get_bbox_patch() for text in figure.findobj(Text)]
    for patch in patches:
        is_drawn = patch is not None and patch.get_visible() and patch.get_fill() and patch.get_facecolor()[3] > 0
        if is_drawn and _ink(patch.get_facecolor()) != GROUND:
            raise _UnfitError


def _redraw(artist: Any, undo: list[Undo]) -> None:
    """Exchanges the inks of an artist; `undo` gets what restores them."""
    from matplotlib.collections import Collection, LineCollection, PathCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    if isinstance(artist, Text | Line2D):
        parts = [part for part in _PARTS if part not in {"facecolor", "edgecolor"}]
    elif isinstance(artist, Patch | Collection):
        parts = ["facecolor", "edgecolor"]
    else:
        return
    if not artist.get_visible() or (isinstance(artist, Text) and not artist.get_text().strip()):
        return
    is_area = isinstance(artist, Collection) and not isinstance(artist, LineCollection | PathCollection)
    if is_area and artist.get_array() is not None:
        return  # its colours are values, and lie beside each other, not on the ground
    # All are read before one is put: the colours of markers may follow the line's.
    values = {part: getattr(artist, f"get_{part}")() for part in parts if hasattr(artist, f"get_{part}")}
    for part, value in values.items():
        _exchange(value, getattr(artist, f"set_{part}"), undo)


def _exchange(value: Any, put: Callable[[Any], None], undo: list[Undo]) -> None:
    from matplotlib.colors import to_rgba, to_rgba_array

    if isinstance(value, str) and value in {"none", "auto", "face"}:
        return
    colours = to_rgba_array(value)
    made = colours.copy()
    for row, colour in enumerate(colours):
        ink = _ink(colour)
        if ink is not None:
            made[row] = to_rgba(DARK[ink], colour[3])
        elif colour[3] > 0 and contrast(colour, to_rgba(DARK[GROUND])) < VANISHES:
            raise _UnfitError
    if (made != colours).any():
        single = len(made) == 1
        undo.append(lambda: put(value))
        put(tuple(made[0]) if single else made)


def _ink(colour: np.ndarray | tuple[float, ...]) -> str | None:
    """The light ink that a colour is."""
    from matplotlib.colors import to_rgb

    for ink in DARK:
        if all(abs(part - own) < _EXACT / 2 for part, own in zip(to_rgb(ink), colour, strict=False)):
            return ink
    return None


def _luminance(colour: Any) -> float:
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
