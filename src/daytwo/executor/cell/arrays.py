"""Arrays, frames and series in a snapshot: their memory as it lies, beside the pickle and not in it.

- A numpy array's memory leaves the pickle as one buffer, and comes back mapped.  Views stay views: a view is kept as
  a place in the array that it looks into, where somebody else looks into that array, too.
- Within pandas no memory is shared: its objects behave as copies of each other, and know who shares with whom by marks
  that no pickle holds.  Equal memory is stored once all the same.
- polars' series go by Arrow, whose buffers are memory, too.
"""

from __future__ import annotations

import mmap
import pickle
import sys
from collections.abc import Callable
from typing import Any

from .errors import imported
from .tables import is_kind

PANDAS = ("pandas.core.generic.NDFrame", "pandas.Index", "pandas.api.extensions.ExtensionArray")
MANAGED = ("pandas._libs.internals.Block", "pandas.core.internals.managers.SingleBlockManager", "pandas.Index")
"""Of pandas, what holds arrays that others of its kind may hold, too."""
_HELD_BY_ONE = 3
"""References to an array that one view alone looks into: the view's, and two of the code that counts."""

Reduced = tuple[Any, ...]


class Edge:
    """Where the pickler enters or leaves an object of pandas; told apart by identity, so each is pickled."""

    def __init__(self, step: int) -> None:
        self.step = step


class Arrays:
    """Says how objects that hold memory are reduced, in the course of one pickling."""

    def __init__(self) -> None:
        self._inside_pandas = 0

    @staticmethod
    def looks_at(kind: type) -> bool:
        """Whether values of the type may be among them."""
        known = (imported(path) for path in (*PANDAS, *MANAGED, "numpy.ndarray", "polars.Series"))
        return kind is Edge or any(isinstance(base, type) and issubclass(kind, base) for base in known)

    def reduce(self, value: Any) -> Reduced | None:
        """As `__reduce__` says; None for what is none of these."""
        if type(value) is Edge:
            self._inside_pandas += value.step
            return edge, ()
        if is_kind(value, "numpy.ndarray"):
            return self._array(value)
        if is_kind(value, *MANAGED):
            reduced = _unshared(value)
        elif not self._inside_pandas and is_kind(value, *PANDAS):
            reduced = value.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
        else:
            return _series(value) if is_kind(value, "polars.Series") else None
        return reduced if self._inside_pandas else _scoped(reduced)

    def _array(self, array: Any) -> Reduced | None:
        if type(array).__module__ != "numpy" or type(array).__name__ != "ndarray":
            return None
        if array.dtype.hasobject or not array.dtype.itemsize:
            return None
        base = None if self._inside_pandas else _shared_base(array)
        if base is not None:
            offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
            return view, (base, offset, array.shape, array.strides, array.dtype, array.flags.writeable)
        is_writable = self._inside_pandas or array.flags.writeable or _is_mapped(array)
        if not (array.flags.c_contiguous or array.flags.f_contiguous):
            array = array.copy(order="K")
        order = "C" if array.flags.c_contiguous else "F"
        memory = array.reshape(-1, order=order).view("u1")
        return owner, (pickle.PickleBuffer(memory), array.shape, array.dtype, order, is_writable)


def _is_mapped(array: Any) -> bool:
    """Whether its memory is of the snapshot before: read-only by the sandbox's limits then, not by the program."""
    link = array
    while type(link) is type(array):
        link = link.base
    return isinstance(link, memoryview) and isinstance(link.obj, mmap.mmap)


def _unshared(value: Any) -> Reduced:
    """As pandas reduces it, but that its arrays are its own: new objects over the same memory."""
    make, arguments, *rest = value.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
    if is_kind(value, "pandas.Index"):
        kind, parts = arguments
        own = {name: _own(part) if name in {"data", "codes"} else part for name, part in parts.items()}
        return make, (kind, own)
    if is_kind(value, "pandas._libs.internals.Block"):
        values, *placed = arguments
        return make, (_own(values), *placed)
    (*_, state), *_ = rest
    known = state["0.14.1"]
    blocks = [block | {"values": _own(block["values"])} for block in known["blocks"]]
    return make, arguments, ([], [], [], {"0.14.1": known | {"blocks": blocks}})


def _own(values: Any) -> Any:
    return [part[:] for part in values] if isinstance(values, list | tuple) else values[:]


def _shared_base(array: Any) -> Any:
    """The first array below `array` that somebody else holds, if its memory can be told as one piece."""
    link = array.base
    while type(link) is type(array):
        if sys.getrefcount(link) > _HELD_BY_ONE:
            whole = link.flags.c_contiguous or link.flags.f_contiguous
            return link if whole and not link.dtype.hasobject and link.dtype.itemsize else None
        link = link.base
    return None


def _scoped(reduced: Reduced) -> Reduced:
    """The same, with an edge before and after all that is within."""
    make, arguments, *rest = reduced
    state = rest[0] if rest else None
    if isinstance(state, dict) and "_metadata" in state:
        state |= {"_metadata": list(state["_metadata"])}  # every frame has its class's own list there
    made = scoped, (Edge(1), make, arguments, Edge(-1))
    return made if state is None else (*made, (Edge(1), state, Edge(-1)), None, None, set_state)


def _series(series: Any) -> Reduced | None:
    """By Arrow, where that brings back the same type."""
    import polars as pl

    newest = pl.CompatLevel.newest()
    try:
        if pl.Series(series.head(0).to_arrow(compat_level=newest)).dtype != series.dtype:
            return None
        return series_of, (series.name, series.to_arrow(compat_level=newest))
    except (pl.exceptions.PolarsError, ValueError, TypeError, NotImplementedError):
        return None


def edge() -> None:
    """In a pickle: an edge has done its work when it was written."""


def owner(memory: Any, shape: tuple[int, ...], dtype: Any, order: Any, writeable: bool) -> Any:
    """In a pickle: an array with memory of its own."""
    import numpy as np

    array = np.ndarray(shape, dtype, buffer=memory, order=order)
    if array.flags.writeable and not writeable:
        array.flags.writeable = False
    return array


def view(base: Any, offset: int, shape: Any, strides: Any, dtype: Any, writeable: bool) -> Any:
    """In a pickle: an array that looks into another.  Its bounds are numpy's to check."""
    import numpy as np

    memory = base.reshape(-1, order="C" if base.flags.c_contiguous else "F").view("u1")
    array = np.ndarray(shape, dtype, buffer=memory, offset=offset, strides=strides)
    if array.flags.writeable and not writeable:
        array.flags.writeable = False
    return array


def scoped(_enter: None, make: Callable[..., Any], arguments: tuple[Any, ...], _leave: None) -> Any:
    """In a pickle: an object of pandas."""
    return make(*arguments)


def set_state(value: Any, state: tuple[None, Any, None]) -> None:
    """In a pickle: the state of an object of pandas."""
    _, inner, _ = state
    if hasattr(value, "__setstate__"):
        value.__setstate__(inner)
    else:
        value.__dict__.update(inner)


def series_of(name: str, values: Any) -> Any:
    """In a pickle: a series of polars."""
    import polars as pl

    return pl.Series(name, values)
