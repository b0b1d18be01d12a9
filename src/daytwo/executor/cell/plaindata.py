"""Reading variables as data alone, for a program that a person approved.

A pickle is a program: what an earlier step kept could run code of its own in the middle of a program that was approved.
Here a pickle may name nothing but what makes data (tables, arrays, numbers, texts, dates and what holds them), may set
no attribute of what it names, and is interpreted by code that can be read.  Any other one is left unopened.
What the data says is still what the earlier step chose to keep.
Source: docs/adr/0022-approved-programs-start-from-data.md.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable
from typing import Any

from . import arrays, pickles
from .handle import Handle
from .pickles import references

NAMED = {
    "builtins": "bytearray complex dict frozenset list range set slice tuple",
    "collections": "Counter OrderedDict defaultdict deque",
    "copyreg": "__newobj__",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "uuid": "UUID",
    "zoneinfo": "ZoneInfo",
    "numpy": "dtype ndarray",
    "numpy._core.multiarray": "_reconstruct scalar",
    "pandas": "ArrowDtype BooleanDtype Categorical CategoricalDtype CategoricalIndex DataFrame DatetimeIndex "
    "DatetimeTZDtype Float32Dtype Float64Dtype Index Int16Dtype Int32Dtype Int64Dtype Int8Dtype IntervalDtype "
    "IntervalIndex MultiIndex NA PeriodDtype PeriodIndex RangeIndex Series StringDtype TimedeltaIndex UInt16Dtype "
    "UInt32Dtype UInt64Dtype UInt8Dtype",
    "pandas.arrays": "ArrowExtensionArray ArrowStringArray BooleanArray DatetimeArray FloatingArray IntegerArray "
    "IntervalArray PeriodArray StringArray TimedeltaArray",
    "pandas._libs.arrays": "__pyx_unpickle_NDArrayBacked",
    "pandas._libs.internals": "_unpickle_block",
    "pandas._libs.tslibs.nattype": "_nat_unpickle",
    "pandas._libs.tslibs.offsets": "Day Hour Minute Second MonthBegin MonthEnd QuarterBegin QuarterEnd Week YearBegin "
    "YearEnd BusinessDay",
    "pandas._libs.tslibs.timedeltas": "_timedelta_unpickle",
    "pandas._libs.tslibs.timestamps": "_unpickle_timestamp",
    "pandas.core.indexes.base": "_new_Index",
    "pandas.core.indexes.datetimes": "_new_DatetimeIndex",
    "pandas.core.indexes.interval": "_new_IntervalIndex",
    "pandas.core.indexes.period": "_new_PeriodIndex",
    "pandas.core.indexes.timedeltas": "_new_TimedeltaIndex",
    "pandas.core.internals.managers": "BlockManager SingleBlockManager",
    "polars.dataframe.frame": "DataFrame",
    "pyarrow.lib": "_reconstruct_table _restore_array chunked_array decimal128 dictionary field list_ map_ py_buffer "
    "schema struct time32 time64 timestamp type_for_alias",
    arrays.__name__: "edge owner scoped series_of set_state view",
}
_NAMED = {module: frozenset(names.split()) for module, names in NAMED.items()}


class NotDataError(Exception):
    """A pickle that is more than data; the message says what it names."""


class DataUnpickler(pickle._Unpickler):  # noqa: SLF001 -- the one in Python: C's has no hold for `_build`
    """Reads what is data alone; raises `NotDataError` at the first that is not."""

    dispatch = dict(pickle._Unpickler.dispatch)  # noqa: SLF001, RUF012 -- a copy

    def __init__(
        self,
        stream: memoryview,
        buffers: Iterable[Any],
        names: dict[str, Any],
        make_handle: Callable[[Any], Handle],
    ) -> None:
        super().__init__(io.BytesIO(stream), buffers=buffers)
        self._own = references(names, make_handle)
        self.words: set[str] = set()
        """Of functions read, which are none."""

    def find_class(self, module: str, name: str) -> Any:
        if module == pickles.__name__ and name in self._own:
            return self._own[name]
        if (module, name) == ("builtins", "getattr"):
            return _part_of_a_zone
        if name not in _NAMED.get(module, ()):
            raise NotDataError(f"{module}.{name}")
        found = super().find_class(module, name)
        return _array_of_no_objects(found) if module == arrays.__name__ and name in {"owner", "view"} else found

    def _build(self) -> None:
        """Sets the state of an object that this pickle made: of nothing that it only named."""
        if callable(self.stack[-2]):  # type: ignore[attr-defined]  # a machine in Python, which no stub declares
            raise NotDataError("a change to what it names")
        super().load_build()  # type: ignore[misc]  # as above

    dispatch[pickle.BUILD[0]] = _build  # type: ignore[assignment]  # it holds functions of the class above


def _part_of_a_zone(kind: Any, name: str) -> Any:
    """How a time zone comes back from its key; `getattr` for nothing else."""
    import zoneinfo

    if kind is not zoneinfo.ZoneInfo or name != "_unpickle":
        raise NotDataError("builtins.getattr")
    return zoneinfo.ZoneInfo._unpickle  # type: ignore[attr-defined]  # noqa: SLF001 - what its pickles name


def _array_of_no_objects(make: Callable[..., Any]) -> Callable[..., Any]:
    """An array over given memory, unless that memory would be taken for addresses of objects."""

    def made(*arguments: Any) -> Any:
        if any(getattr(argument, "hasobject", False) for argument in arguments):
            raise NotDataError("an array of objects over raw memory")
        return make(*arguments)

    return made
