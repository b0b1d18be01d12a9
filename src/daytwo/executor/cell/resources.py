"""What belongs to a process, kept where all of its state can be told: made anew, it is what it was.

- a lock that nobody holds is any new lock; what shares it shares the new one;
- a generator that was not begun is its code and its arguments; one that was is a running function;
- a database of sqlite3 in memory is its pages.  Functions that a program gave it cannot be told: they are gone.

Anything else of the kind is refused, in words for the person (`pickles.UNKEEPABLE`).
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

from .errors import imported

Reduced = tuple[Any, ...]


def reduced(value: Any, namespace: dict[str, Any], generator_of: Callable[..., Any]) -> Reduced | None:
    """As `__reduce__` says; None for what is none of these, or is in the middle of something.

    Args:
        value: any object.
        namespace: the program's.
        generator_of: stands in the pickle for what calls a generator's code in the namespace of a restore.
    """
    if isinstance(value, types.GeneratorType):
        return _generator(value, namespace, generator_of)
    for path, kept in _KINDS.items():
        kind = imported(path)
        if isinstance(kind, type) and type(value) is kind:
            return kept(value)
    return None


def _generator(value: Any, namespace: dict[str, Any], generator_of: Callable[..., Any]) -> Reduced | None:
    frame, code = value.gi_frame, value.gi_code
    if inspect.getgeneratorstate(value) != inspect.GEN_CREATED or frame.f_globals is not namespace or code.co_freevars:
        return None
    given, names = frame.f_locals, list(code.co_varnames)
    positional = [given[name] for name in names[: code.co_argcount]]
    named = {name: given[name] for name in names[code.co_argcount :][: code.co_kwonlyargcount]}
    rest = names[code.co_argcount + code.co_kwonlyargcount :]
    if code.co_flags & inspect.CO_VARARGS:
        positional += given[rest.pop(0)]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        named |= given[rest[0]]
    return generator_of, (code, positional, named)


def _lock(value: Any) -> Reduced | None:
    return None if value.locked() else (new_lock, ())


def _rlock(value: Any) -> Reduced | None:
    if value._is_owned() or not value.acquire(blocking=False):  # noqa: SLF001 -- as `threading.Condition` asks it
        return None
    value.release()
    return new_rlock, ()


def _condition(value: Any) -> Reduced | None:
    return None if value._waiters else (new_condition, (value._lock,))  # noqa: SLF001 -- there is no other way to ask


def _connection(value: Any) -> Reduced | None:
    files = [row[2] for row in value.execute("pragma database_list")]
    if len(files) != 1 or files[0].startswith("/") or value.in_transaction:  # one in memory has no path of its own
        return None
    return new_connection, (value.serialize(), value.isolation_level, value.row_factory)


_KINDS = {
    "_thread.LockType": _lock,
    "_thread.RLock": _rlock,
    "threading.Condition": _condition,
    "sqlite3.Connection": _connection,
}


def new_lock() -> Any:
    """In a pickle: a lock that nobody holds."""
    import threading

    return threading.Lock()


def new_rlock() -> Any:
    """In a pickle: the same, that its holder may take again."""
    import threading

    return threading.RLock()


def new_condition(lock: Any) -> Any:
    """In a pickle: a condition that nobody waits for."""
    import threading

    return threading.Condition(lock)


def new_connection(pages: bytes, isolation_level: Any, row_factory: Any) -> Any:
    """In a pickle: a database in memory."""
    import sqlite3

    connection = sqlite3.connect(":memory:", isolation_level=isolation_level)
    connection.deserialize(pages)
    connection.row_factory = row_factory
    return connection
