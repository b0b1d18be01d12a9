"""matplotlib's back end in the cell: draws like Agg; `plt.show()` shows what is open to the person.

matplotlib loads it by name (`MPLBACKEND`), so it may import matplotlib.
"""

from __future__ import annotations

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from .charts import show_open_figures


class FigureManager(FigureManagerBase):
    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:  # noqa: ARG003 -- matplotlib's signature
        show_open_figures()

    def show(self) -> None:
        """`fig.show()`: the figure is open, so it is shown at the end."""


class FigureCanvas(FigureCanvasAgg):
    manager_class = FigureManager
