"""Names that nothing defines: told with the name that was probably meant, or with the import that is missing."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import Final

from daytwo.executor.guard.analysis.scopes import Kind
from daytwo.executor.guard.facts import CELL_NAMES, STANDARD_LIBRARY
from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.wire.verdict import Finding

REPAIRS_LIMIT: Final = 100
"""How many names the nearest is looked for: that takes longer than all else."""
_BUILTINS: Final = frozenset(dir(builtins)) | {"__builtins__", "__file__", "__path__", "__annotations__", "__class__"}
_NOTEBOOK: Final = frozenset({"get_ipython", "display", "In", "Out", "_", "__", "exit", "quit"})
_CUSTOMARY: Final = {
    "alt": "altair", "dt": "datetime", "duckdb": "duckdb", "go": "plotly.graph_objects", "gpd": "geopandas",
    "mpl": "matplotlib", "np": "numpy", "nx": "networkx", "pa": "pyarrow", "pc": "pyarrow.compute", "pd": "pandas",
    "pl": "polars", "plt": "matplotlib.pyplot", "pq": "pyarrow.parquet", "px": "plotly.express",
    "sm": "statsmodels.api",
    "smf": "statsmodels.formula.api", "sns": "seaborn", "sp": "scipy", "stats": "scipy.stats", "tf": "tensorflow",
    "xr": "xarray",
}  # fmt: skip
_MEMBERS: Final = {
    "Counter": "collections", "defaultdict": "collections", "date": "datetime", "datetime": "datetime",
    "timedelta": "datetime", "Path": "pathlib", "reduce": "functools", "partial": "functools", "sqrt": "math",
    "Decimal": "decimal", "combinations": "itertools", "dataclass": "dataclasses", "StringIO": "io",
}  # fmt: skip


def names(subject: Subject) -> Iterator[Finding]:
    if subject.analysis.stars:
        return
    bound = {name for scope in {subject.layout.module} for name in scope.bound}
    known = {*CELL_NAMES, *subject.known_names, *_BUILTINS} | (_NOTEBOOK if subject.is_notebook else set())
    repairs = 0
    for node in subject.layout.of(ast.Name):
        assert isinstance(node, ast.Name)
        if not isinstance(node.ctx, ast.Load) or node.id in known:
            continue
        scope = subject.layout.around[node]
        if scope.owner(node.id) is None and not (
            scope.kind is Kind.CLASS and node.id in {"__qualname__", "__module__"}
        ):
            repairs += 1
            repair = _repair(node.id, known | bound) if repairs <= REPAIRS_LIMIT else None
            yield subject.finding(node, "undefined-name", f"The name {quote(node.id)} is not defined.", repair)


def _repair(name: str, known: set[str]) -> str:
    if name in _CUSTOMARY:
        return (
            f"Import it: import {_CUSTOMARY[name]} as {name}"
            if _CUSTOMARY[name] != name
            else f"Import it: import {name}"
        )
    if name in _MEMBERS:
        return f"Import it: from {_MEMBERS[name]} import {name}"
    if name in STANDARD_LIBRARY:
        return f"Import it: import {name}"
    meant = nearest(name, {one for one in known if not one.startswith("_")}, cutoff=0.7)
    return f"Did you mean {meant}?" if meant else "Assign it first, or import it."
