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
CHANGEABLE = frozenset((list, dict, set))
CONTAINERS = CHANGEABLE | {tuple, frozenset}
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
    """Groups variables: `take` them, then ask for those that stand `alone`, and for the rest.

    Args:
        pickling: starts a pickling.
        refuse: is told the name of a variable that cannot be pickled, and the exception.
    """

    pickling: Callable[[], Pickling]
    refuse: Callable[[str, Exception], None]
    _plain: dict[str, bytes] = field(default_factory=dict)
    """Pickles of values that are made of atoms and containers alone."""
    _pickled: dict[str, Group] = field(default_factory=dict)
    _memos: list[Pickling] = field(default_factory=list)
    """They stay alive until all is grouped: the place of an object that is gone may be taken by another."""
    _values: dict[str, Any] = field(default_factory=dict)
    _owner: dict[int, str] = field(default_factory=dict)
    """Of each changeable object, the first variable that reached it."""
    _joined: dict[str, str] = field(default_factory=dict)
    """Union-find over the names that share something."""
    _kinds: dict[type, Counts] = field(default_factory=dict)

    def take(self, variables: Iterable[tuple[str, Any]]) -> None:
        """Takes all variables: only then is known what belongs together."""
        for name, value in variables:
            if type(value) in ATOMS:
                self._plain[name] = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
                continue
            reached = _containers(value)
            if reached is None:
                group, pickling = self._as_group((name,), value)
                if group is None:
                    continue
                self._pickled[name] = group
                self._memos.append(pickling)
                reached = self._reached(pickling)
            else:
                self._plain[name] = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
            self._values[name] = value
            for identity in reached:
                owner = self._owner.setdefault(identity, name)
                if owner != name:
                    self._joined[self._root(owner)] = self._root(name)

    def alone(self) -> dict[str, bytes]:
        """Pickles of the variables that are plain and share nothing."""
        joined = self._joined.keys() | self._joined.values()
        return {name: stream for name, stream in self._plain.items() if name not in joined} if joined else self._plain

    def others(self) -> Iterator[Group]:
        """The other groups, each in the order of its names."""
        together: dict[str, list[str]] = {}
        for name in self._joined.keys() | self._joined.values():
            together.setdefault(self._root(name), []).append(name)
        yield from (group for name, group in self._pickled.items() if self._root(name) not in together)
        for names in together.values():
            names.sort()
            group, _ = self._as_group(tuple(names), tuple(self._values[name] for name in names))
            if group is not None:
                yield group

    def _as_group(self, names: tuple[str, ...], value: Any) -> tuple[Group | None, Pickling]:
        pickling = self.pickling()
        try:
            pickling.dump(value)
        except Exception as error:  # noqa: BLE001 -- a program's own `__reduce__` may raise anything
            for name in names:
                self.refuse(name, error)
            return None, pickling
        return Group(names, *pickling.parts()), pickling

    def _root(self, name: str) -> str:
        while (above := self._joined.get(name, name)) != name:
            self._joined[name] = self._joined.get(above, above)
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
    kind = type(value)
    if kind in ATOMS:
        return set()
    if kind not in CONTAINERS or len(value) > PLAIN_LIMIT:
        return None
    members = [*value, *value.values()] if kind is dict else value
    if ATOMS.issuperset(map(type, members)):  # nearly all are flat, and this is quick
        return {id(value)} if kind in CHANGEABLE else set()
    return _nested_containers(value)


def _nested_containers(value: Any) -> set[int] | None:
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
        if kind in CHANGEABLE:
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
