"""What a program shows, as one Arrow table.

Nothing is imported to look at an object: where its library is not loaded, the object cannot be of its kind.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from .errors import imported

if TYPE_CHECKING:
    import pyarrow as pa

SCALARS = (str, bytes, int, float, complex, bool, type(None))


def is_kind(value: object, *paths: str) -> bool:
    """Whether `value` is an instance of one of the classes `module.name`, of those that are imported."""
    return any(isinstance(value, kind) for path in paths if isinstance(kind := imported(path), type))


def to_arrow(value: Any) -> pa.Table:
    """The table that `value` is, holds, or fits into.

    Raises:
        TypeError: it is nothing like a table.
    """
    import pyarrow as pa

    table = _from_library(value)
    if table is None and hasattr(value, "__arrow_c_stream__"):
        table = pa.table(value)
    if table is None:
        table = _from_python(value)
    if table is None:
        raise TypeError(
            f"show() takes a table, a chart, a list, a dict or a single value, not a {type(value).__name__}."
        )
    return table.replace_schema_metadata(None).rename_columns(_unique(table.column_names))


def _from_library(value: Any) -> pa.Table | None:
    import pyarrow as pa

    if isinstance(value, pa.Table):
        return value
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value])
    if is_kind(value, "duckdb.DuckDBPyRelation"):
        return value.to_arrow_table()
    if is_kind(value, "polars.LazyFrame", "polars.DataFrame", "polars.Series"):
        return _from_polars(value)
    return _from_pandas_family(value)


def _from_polars(value: Any) -> pa.Table:
    if is_kind(value, "polars.Series"):
        value = value.to_frame(value.name or "value")
    return value.lazy().collect().to_arrow()


def _from_pandas_family(value: Any) -> pa.Table | None:
    if is_kind(value, "pandas.io.formats.style.Styler"):
        value = value.data
    elif is_kind(value, "pandas.Series"):
        value = value.to_frame(value.name if value.name is not None else "value")
    elif is_kind(value, "pandas.Index"):
        value = value.to_frame(index=False)
    elif is_kind(value, "numpy.ndarray"):
        value = _from_numpy(value)
    return _from_pandas(value) if is_kind(value, "pandas.DataFrame") else None


def _from_numpy(array: Any) -> Any:
    import pandas as pd

    if array.ndim < 2:
        return pd.DataFrame({"value": array.reshape(-1)})
    return pd.DataFrame(array.reshape(array.shape[0], -1))


def _from_pandas(frame: Any) -> pa.Table:
    """The frame with its index as columns, unless that is only the running number."""
    import pandas as pd
    import pyarrow as pa

    columns = [_label(column) for column in frame.columns]
    series = [frame.iloc[:, position] for position in range(frame.shape[1])]
    if not (isinstance(frame.index, pd.RangeIndex) and frame.index.name is None):
        levels = range(frame.index.nlevels)
        names = [frame.index.names[level] for level in levels]
        columns = ["index" if name is None else _label(name) for name in names] + columns
        series = [frame.index.get_level_values(level).to_series() for level in levels] + series
    return pa.table([_column(values) for values in series], names=columns)


def _label(label: Any) -> str:
    """A column's label as one text; the levels of a MultiIndex in one."""
    return " / ".join(str(part) for part in label if part != "") if isinstance(label, tuple) else str(label)


def _column(series: Any) -> pa.Array:
    """The values as Arrow; as text where Arrow has no type for them, or one that readers do not know."""
    import pyarrow as pa

    try:
        column = pa.Array.from_pandas(series)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([None if _is_missing(value) else str(value) for value in series], pa.string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column.type, pa.BaseExtensionType):
        return pa.array([None if _is_missing(value) else str(value) for value in series], pa.string())
    return column


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _from_python(value: Any) -> pa.Table | None:
    import pandas as pd

    if isinstance(value, SCALARS) or is_kind(
        value, "numpy.generic", "datetime.date", "datetime.time", "datetime.timedelta", "decimal.Decimal"
    ):
        return _from_pandas(pd.DataFrame({"value": [value]}))
    if isinstance(value, dict):
        return _from_pandas(_frame_of_dict(value))
    if isinstance(value, set | frozenset | range) or is_kind(value, "collections.deque"):
        value = list(value)
    if not isinstance(value, list | tuple):
        return None
    if value and all(isinstance(item, dict) for item in value):
        names = list(dict.fromkeys(itertools.chain.from_iterable(value)))
        return _from_pandas(pd.DataFrame({name: [item.get(name) for item in value] for name in names}))
    if value and all(isinstance(item, list | tuple) for item in value) and len({len(item) for item in value}) == 1:
        return _from_pandas(pd.DataFrame([list(item) for item in value]))
    return _from_pandas(pd.DataFrame({"value": pd.Series(list(value), dtype=None if value else "str")}))


def _frame_of_dict(value: dict[Any, Any]) -> Any:
    """Columns, where every value is a column of one length; else a row for each key."""
    import pandas as pd

    def is_column(item: Any) -> bool:
        return isinstance(item, list | tuple) or is_kind(item, "numpy.ndarray", "pandas.Series")

    if value and all(is_column(item) for item in value.values()) and len({len(item) for item in value.values()}) == 1:
        return pd.DataFrame({key: list(item) for key, item in value.items()})
    names, values = [_label(key) for key in value], pd.Series(list(value.values()), dtype=object)
    return pd.DataFrame({"name": names, "value": values})


def _unique(names: list[str]) -> list[str]:
    """The names, each later double with its number: `a`, `a (2)`."""
    taken = set(names)
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        made = name
        while seen[name] > 1 and (made := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        taken.add(made)
        unique.append(made)
    return unique
