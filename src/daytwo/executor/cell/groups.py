"""Which variables belong together: those that share an object that can change.

Each variable is pickled by itself, and the pickler's memo says which objects that reached.  Variables whose memos have
a changeable object in common are one group, pickled once more as one, so that after a restore they share it still.
An object that is not known to be unchangeable counts as changeable: that makes groups larger, never wrong.
Source: docs/adr/0015-state.md (co-variables, as in Kishu and ElasticNotebook).
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from .errors import imported

UNCHANGEABLE = (
    "builtins.str", "builtins.bytes", "builtins.int", "builtins.float", "builtins.complex", "builtins.bool",
    "builtins.tuple", "builtins.frozenset", "builtins.range", "builtins.slice", "types.NoneType",
    "types.EllipsisType", "types.CodeType", "types.ModuleType", "datetime.date", "datetime.time",
    "datetime.timedelta", "datetime.tzinfo", "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "pathlib.PurePath",
    "re.Pattern", "enum.Enum", "numpy.dtype", "numpy.generic", "pandas.api.extensions.ExtensionDtype",
    "pandas._libs.missing.NAType", "numpy.ufunc", "pandas._libs.tslibs.BaseOffset", "pandas.Index", "pandas.Period",
    "pandas.Interval", "pyarrow.DataType", "pyarrow.Field", "pyarrow.Schema", "pyarrow.Buffer", "pyarrow.Array",
    "pyarrow.ChunkedArray", "pyarrow.Table", "polars.DataType", "pickle.PickleBuffer",
)  # fmt: skip
"""What these hold counts by itself: a tuple of lists is in the memo, and so are the lists."""
ATOMS = frozenset((str, bytes, int, float, complex, bool, type(None)))
CONTAINERS = frozenset((list, dict, set, tuple, frozenset))
PLAIN_LIMIT = 200
"""Objects in a value that is looked through here; a larger one is left to the pickler's memo."""


class Counts(Enum):
    """Whether objects of a type can change, so that two variables that share one belong together."""

    NEVER = 0
    ALWAYS = 1
    UNLESS_IMPORTED = 2
    """What can be called: a library's functions and classes are the same everywhere."""


class Pickling(Protocol):
    """One pickling of one value, with a memo of its own."""

    memo: Any

    def dump(self, obj: Any) -> object: ...

    def parts(self) -> tuple[memoryview, list[memoryview]]: ...


@dataclass
class Group:
    """Variables as bytes: the pickle of one value, or of the tuple of several; its buffers beside it."""

    names: tuple[str, ...]
    stream: memoryview
    buffers: list[memoryview]


@dataclass
class Groups:
    """Groups variables.

    Args:
        pickling: starts a pickling.
        refuse: is told the name of a variable that cannot be pickled, and the exception.
    """

    pickling: Callable[[], Pickling]
    refuse: Callable[[str, Exception], None]
    _apart: list[Group] = field(default_factory=list)
    """Of values that hold nothing changeable."""
    _alone: dict[str, Group] = field(default_factory=dict)
    _memos: list[Pickling] = field(default_factory=list)
    """They stay alive until all is grouped: the place of an object that is gone may be taken by another."""
    _values: dict[str, Any] = field(default_factory=dict)
    _owner: dict[int, str] = field(default_factory=dict)
    """Of each changeable object, the first variable that reached it."""
    _joined: dict[str, str] = field(default_factory=dict)
    """Union-find over names."""
    _kinds: dict[type, Counts] = field(default_factory=dict)

    def of(self, variables: Iterable[tuple[str, Any]]) -> Iterator[Group]:
        """The groups, each in the order of its names."""
        for name, value in variables:
            self._take(name, value)
        yield from self._apart
        together: dict[str, list[str]] = {}
        for name in self._alone:
            together.setdefault(self._root(name), []).append(name)
        for names in together.values():
            group = self._alone[names[0]] if len(names) == 1 else self._as_one(tuple(sorted(names)))
            if group is not None:
                yield group

    def _take(self, name: str, value: Any) -> None:
        reached = _containers(value)
        if reached is not None:
            plain = Group((name,), memoryview(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)), [])
            if not reached:
                self._apart.append(plain)
                return
            self._alone[name] = plain
        else:
            group, pickling = self._pickled((name,), value)
            if group is None:
                return
            self._alone[name] = group
            self._memos.append(pickling)
            reached = self._reached(pickling)
        self._values[name] = value
        self._joined[name] = name
        for identity in reached & self._owner.keys():
            self._joined[self._root(self._owner[identity])] = self._root(name)
        self._owner.update(dict.fromkeys(reached, name))

    def _as_one(self, names: tuple[str, ...]) -> Group | None:
        return self._pickled(names, tuple(self._values[name] for name in names))[0]

    def _pickled(self, names: tuple[str, ...], value: Any) -> tuple[Group | None, Pickling]:
        pickling = self.pickling()
        try:
            pickling.dump(value)
        except Exception as error:  # noqa: BLE001 -- a program's own `__reduce__` may raise anything
            for name in names:
                self.refuse(name, error)
            return None, pickling
        return Group(names, *pickling.parts()), pickling

    def _root(self, name: str) -> str:
        while self._joined[name] != name:
            self._joined[name] = self._joined[self._joined[name]]
            name = self._joined[name]
        return name

    def _reached(self, pickling: Pickling) -> set[int]:
        """The identities of the changeable objects in the memo."""
        known = self._kinds
        reached = set()
        for identity, (_, value) in pickling.memo.copy().items():
            kind = type(value)
            counts = known.get(kind)
            if counts is None:
                counts = known[kind] = _counts(kind)
            if counts is Counts.ALWAYS or (counts is Counts.UNLESS_IMPORTED and not _is_imported(value)):
                reached.add(identity)
        return reached


def _containers(value: Any) -> set[int] | None:
    """The identities of the lists, dicts and sets in a small value that is made of nothing else but atoms."""
    if type(value) in ATOMS:
        return set()
    found: set[int] = set()
    pending, left = [value], PLAIN_LIMIT
    while pending and left > 0:
        one = pending.pop()
        kind = type(one)
        if kind in ATOMS:
            left -= 1
            continue
        if kind not in CONTAINERS or len(one) > left:
            return None
        left -= 1
        if kind not in {tuple, frozenset}:
            found.add(id(one))
        pending.extend(one)
        if kind is dict:
            pending.extend(one.values())
    return None if pending else found


def _counts(kind: type) -> Counts:
    known = (imported(path) for path in UNCHANGEABLE)
    if any(isinstance(base, type) and issubclass(kind, base) for base in known):
        return Counts.NEVER
    can_be_called = any("__call__" in vars(base) for base in kind.__mro__)
    return Counts.UNLESS_IMPORTED if can_be_called and kind.__module__ != "__main__" else Counts.ALWAYS


def _is_imported(value: Any) -> bool:
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    return isinstance(name, str) and getattr(sys.modules.get(str(module)), name, None) is value
