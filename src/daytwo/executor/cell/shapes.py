"""The shapes of the program's variables: name, type, and the columns of a table.  Never a value, never a count of rows.

The real chain and the rehearsal say this in the same words, so that one bit can tell whether they are equal.
"""

from __future__ import annotations

from typing import Any

from .handle import Handle
from .importable import import_path
from .outlet import clean
from .tables import is_kind

VARIABLES_LIMIT = 500
COLUMNS_LIMIT = 200
NAME_LIMIT = 200

Shape = dict[str, Any]


def shapes(namespace: dict[str, Any], given: dict[str, Any]) -> list[Shape]:
    """The program's own variables in the order of their names; modules and private names are left out."""
    own = sorted(
        name
        for name, value in namespace.items()
        if isinstance(name, str) and not name.startswith("_") and name not in given and import_path(value) is None
    )
    return [_shape(name, namespace[name]) for name in own[:VARIABLES_LIMIT]]


def _shape(name: str, value: Any) -> Shape:
    kind = type(value)
    try:
        columns = _columns(value)
    except Exception:  # noqa: BLE001 -- a program's own class may raise anything when looked at
        columns = []
    return {
        "name": clean(name, NAME_LIMIT),
        "type": clean(f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."), NAME_LIMIT),
        "columns": [[clean(label, NAME_LIMIT), clean(what, NAME_LIMIT)] for label, what in columns[:COLUMNS_LIMIT]],
    }


def _columns(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Handle):
        return [(name, str(kind)) for name, kind in zip(value.columns, value.relation.types, strict=True)]
    if is_kind(value, "pandas.DataFrame"):
        return [(str(name), str(kind)) for name, kind in value.dtypes.items()]
    if is_kind(value, "polars.DataFrame"):
        return [(name, str(kind)) for name, kind in value.schema.items()]
    if is_kind(value, "pyarrow.Table"):
        return [(field.name, str(field.type)) for field in value.schema]
    if is_kind(value, "pandas.Series", "polars.Series", "numpy.ndarray"):
        return [(str(getattr(value, "name", "")), str(value.dtype))]
    return []
