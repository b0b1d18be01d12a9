"""Variables as bytes: cloudpickle, taught what belongs to the cell.

- A function that the program defined keeps living in the program's namespace: after a restore it sees the variables
  of that moment, not copies of the ones it was saved with.  Only private names (`_rate`) travel with it, since they
  are no variables of their own.
- The names that the cell gives, and handles of datasets, are kept as references.
- Memory of arrays and columns stays beside the pickle (protocol 5), so that it can be mapped (`arrays`).
- What belongs to a process is made anew (`resources`), or refused in words for a person.

Pickles are code: they are loaded in a sandbox only, never by the executor.
"""

from __future__ import annotations

import io
import pickle
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cloudpickle

from .arrays import Arrays
from .compiled import words
from .errors import imported
from .handle import Handle
from .resources import reduced

PROTOCOL = 5
BESIDE_BYTES = 64 * 1024
"""Memory of an array or a column from this size on stays out of the pickle."""

UNKEEPABLE = {
    "types.GeneratorType": "a generator that was begun, or is in a closure",
    "types.CoroutineType": "a coroutine",
    "types.AsyncGeneratorType": "a generator",
    "types.FrameType": "a running function",
    "types.TracebackType": "a traceback",
    "io.IOBase": "an open file",
    "mmap.mmap": "an open file",
    "threading.Thread": "a thread",
    "_thread.LockType": "a lock",
    "_thread.RLock": "a lock",
    "threading.Condition": "a lock",
    "socket.socket": "a network connection",
    "sqlite3.Connection": "a database connection",
    "sqlite3.Cursor": "a database connection",
    "duckdb.DuckDBPyConnection": "a database connection",
    "duckdb.DuckDBPyRelation": "an unread query of duckdb (keep its .df() instead)",
    "subprocess.Popen": "a running process",
    "concurrent.futures.Executor": "a pool of workers",
    "multiprocessing.pool.Pool": "a pool of workers",
}
KEEPABLE = ("io.BytesIO", "io.StringIO")


class UnkeepableError(Exception):
    """A value that no snapshot can hold; the message says what it is, for the person."""


class Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle is untyped
    """Writes one value of the program whose namespace is `namespace`; `given` are the cell's own objects, by identity.

    Args:
        kinds: which types need no look, shared by the picklers of one save.
    """

    def __init__(self, namespace: dict[str, Any], given: dict[int, str], kinds: dict[type, bool]) -> None:
        self._stream = io.BytesIO()
        self._buffers: list[memoryview] = []
        super().__init__(self._stream, protocol=PROTOCOL, buffer_callback=self._keeps_inside)
        self._namespace = namespace
        self._given = given
        self._kinds = kinds
        self._arrays = Arrays()

    def parts(self) -> tuple[memoryview, list[memoryview]]:
        """The pickle, and the memory beside it."""
        return self._stream.getbuffer(), self._buffers

    def _keeps_inside(self, buffer: pickle.PickleBuffer) -> bool:
        memory = buffer.raw()
        if memory.nbytes < BESIDE_BYTES:
            return True
        self._buffers.append(memory)
        return False

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if self._kinds.get(kind):
            return NotImplemented
        name = self._given.get(id(obj))
        if name is not None:
            return given, (name,)
        if isinstance(obj, Handle):
            what, content = obj.kept_as
            return (given_source if what == "source" else table_handle), (content,)
        made_anew = self._made_anew(obj)
        if made_anew is not None:
            return made_anew
        if kind not in self._kinds:
            self._kinds[kind] = not (Arrays.looks_at(kind) or issubclass(kind, type | types.FunctionType | Path))
        return super().reducer_override(obj)

    def _made_anew(self, obj: Any) -> Any:
        """What belongs to a process, and memory that others look into."""
        reason = unkeepable(obj)
        if reason is not None:
            made_anew = reduced(obj, self._namespace, program_generator)
            if made_anew is None:
                raise UnkeepableError(reason)
            return made_anew
        return _reduced_cell(obj) if type(obj) is types.CellType else self._arrays.reduce(obj)

    def _dynamic_function_reduce(self, func: types.FunctionType) -> Any:
        make, (code, own_globals, name, defaults, _), (attributes, slots), *rest = super()._dynamic_function_reduce(
            func
        )
        slots["__closure__"] = None  # the cells themselves travel, since other functions may look into them, too
        if func.__globals__ is not self._namespace:
            arguments = (code, own_globals, name, defaults, func.__closure__)
            return make, arguments, (attributes, slots), *rest
        slots["__globals__"] = {
            name: value
            for name, value in slots["__globals__"].items()
            if name.startswith("_") and not name.startswith("__")
        }
        return program_function, (code, func.__closure__), (attributes, slots), *rest


def _reduced_cell(cell: types.CellType) -> Any:
    """Empty first: a function may lie in its own closure."""
    try:
        content = cell.cell_contents
    except ValueError:
        return types.CellType, ()
    return types.CellType, (), (content,), None, None, fill


def fill(cell: types.CellType, state: tuple[Any]) -> None:
    """In a pickle: what a variable of an enclosing function holds."""
    (cell.cell_contents,) = state


def references(names: dict[str, Any], make_handle: Callable[[Any], Handle]) -> dict[str, Callable[..., Any]]:
    """What makes, of references in a pickle, the cell's own objects."""
    return {"given": names.__getitem__, "given_source": names["data"], "table_handle": make_handle}


class Unpickler(pickle.Unpickler):
    """Reads what `Pickler` wrote; `words` collects the names that the functions read may look up."""

    def __init__(
        self,
        stream: memoryview,
        buffers: Iterable[Any],
        namespace: dict[str, Any],
        names: dict[str, Any],
        make_handle: Callable[[Any], Handle],
    ) -> None:
        super().__init__(io.BytesIO(stream), buffers=buffers)
        self._namespace = namespace
        self._own = references(names, make_handle) | {
            "program_function": self._program_function,
            "program_generator": self._program_generator,
        }
        self.words: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name in self._own:
            return self._own[name]
        return super().find_class(module, name)

    def _program_function(self, code: types.CodeType, closure: tuple[types.CellType, ...] | None) -> Any:
        self.words |= words(code)
        return types.FunctionType(code, self._namespace, None, None, closure)

    def _program_generator(self, code: types.CodeType, positional: list[Any], named: dict[str, Any]) -> Any:
        return self._program_function(code, None)(*positional, **named)


def program_generator(code: types.CodeType, positional: list[Any], named: dict[str, Any]) -> Any:
    """In a pickle: a generator of the program that was not begun."""
    return _only_in_a_restore(code, positional, named)


def unkeepable(value: Any) -> str | None:
    """What `value` is, in words, if no snapshot can hold it."""
    if any(type(value) is imported(path) for path in KEEPABLE):
        return None
    for path, reason in UNKEEPABLE.items():
        kind = imported(path)
        if isinstance(kind, type) and isinstance(value, kind):
            return reason
    return None


def _only_in_a_restore(*_: object) -> Any:
    raise RuntimeError("This stands in a pickle for something of the cell; Unpickler puts it there.")


def given(name: str) -> Any:
    """In a pickle: a name that the cell gives."""
    return _only_in_a_restore(name)


def given_source(name: str) -> Any:
    """In a pickle: the handle of a dataset."""
    return _only_in_a_restore(name)


def table_handle(table: Any) -> Any:
    """In a pickle: the handle of a query's answer."""
    return _only_in_a_restore(table)


def program_function(code: types.CodeType, closure: Any) -> Any:
    """In a pickle: a function in the program's namespace."""
    return _only_in_a_restore(code, closure)
