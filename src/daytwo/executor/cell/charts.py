"""Charts: figures of matplotlib become PNG, for light and for dark screens; figures of plotly a reduced specification.

Figures that a program leaves open are shown at its end; `plt.show()` and plotly's `fig.show()` show at once.  Neither
library is imported here: settings reach them by the environment, before a program imports them, or, where the zygote
has imported matplotlib, by its own settings.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from . import axes, inks, plotlystyle
from .outlet import Outlet
from .specification import reduced
from .tables import is_kind

PNG = "image/png"
PLOTLY = "application/vnd.plotly.v1+json"
DOTS_PER_INCH = 144
PIXELS = 24_000_000
"""Of one picture; a larger figure gets fewer dots an inch."""


class Charts:
    """What a program draws, on its way to the person."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def prepare(self, temporary: Path) -> None:
        """Has both libraries draw for this cell."""
        global _open_figures_shown  # noqa: PLW0603 -- matplotlib names its back end by module: one cell a process
        _open_figures_shown = self.show_open_figures
        os.environ["MPLBACKEND"] = f"module://{__package__}.backend"
        os.environ["MATPLOTLIBRC"] = str(Path(__file__).with_name("matplotlibrc"))
        os.environ.setdefault("MPLCONFIGDIR", str(temporary / "matplotlib"))
        if "matplotlib" in sys.modules:
            matplotlib = sys.modules["matplotlib"]
            matplotlib.rc_file(os.environ["MATPLOTLIBRC"])
            matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
        sys.meta_path.insert(0, _AfterImport("plotly.basedatatypes", self._take_plotly_show))
        sys.meta_path.insert(0, _AfterImport("plotly.io", plotlystyle.make_default))

    def take(self, value: Any, title: str | None) -> bool:
        """Shows `value` if it is a chart, and says whether it was."""
        if is_kind(value, "plotly.basedatatypes.BaseFigure"):
            specification = reduced(json.loads(value.to_json()))
            self._outlet.chart(title, PLOTLY, json.dumps(specification, separators=(",", ":")).encode())
            return True
        figure = _matplotlib_figure(value)
        if figure is not None:
            self._show_figure(figure, title)
        return figure is not None

    def show_open_figures(self) -> None:
        """Shows every figure that pyplot holds open, and closes it."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            try:
                if figure.axes or figure.texts or figure.subfigs:
                    self._show_figure(figure, None)
            finally:
                pyplot.close(figure)

    def _show_figure(self, figure: Any, title: str | None) -> None:
        axes.make_legible(figure)
        self._outlet.chart(title, PNG, _picture(figure))
        with inks.dark(figure) as has_dark:
            if has_dark:
                self._outlet.dark_chart(_picture(figure))
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close(figure)  # shown: not once more at the end

    def _take_plotly_show(self, module: ModuleType) -> None:
        def show(figure: Any, *_: Any, **__: Any) -> None:
            self.take(figure, None)

        module.BaseFigure.show = show


def _picture(figure: Any) -> memoryview:
    width, height = figure.get_size_inches()
    dots = min(DOTS_PER_INCH, (PIXELS / max(width * height, 1e-9)) ** 0.5)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dots, bbox_inches="tight")
    return picture.getbuffer()


def show_open_figures() -> None:
    """What `plt.show()` does, for `backend`."""
    _open_figures_shown()


_open_figures_shown: Callable[[], None] = lambda: None  # noqa: E731 -- until a cell prepares its charts


def _matplotlib_figure(value: Any) -> Any:
    """The figure that `value` is or belongs to: axes, arrays of axes (`DataFrame.hist`), grids of seaborn."""
    if is_kind(value, "matplotlib.figure.FigureBase"):
        return value.get_figure(root=True)
    if is_kind(value, "matplotlib.artist.Artist"):
        return value.get_figure(root=True)
    if is_kind(value, "matplotlib.container.Container") and len(value):
        return _matplotlib_figure(value[0])
    if is_kind(value, "numpy.ndarray") and value.dtype == object and value.size:
        return _matplotlib_figure(value.flat[0])
    return value.figure if is_kind(value, "seaborn.axisgrid.Grid") else None


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls back once a module has been imported."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._then = then

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None, /
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_call(module: ModuleType) -> None:
            execute(module)
            self._then(module)

        spec.loader.exec_module = execute_and_call  # type: ignore[method-assign]  # this one loader, for this module
        return spec
