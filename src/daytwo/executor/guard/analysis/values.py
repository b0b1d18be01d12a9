"""What an expression may stand for: a small lattice of sets.

An expression has a set of values.  The empty set means that it is not reached yet; `UNKNOWN` in a set means "and
anything else that analysis does not name".  Everything dangerous comes from outside of a program and so has a dotted
name: sets keep those apart and let go of constants first (ADR 0009).
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import Final

HOLE: Final = "\ufffc"
"""Stands, in a text, for a part that is only known when the program runs."""
TEXTS_LIMIT: Final = 24
NUMBERS_LIMIT: Final = 4
"""How many constants one expression is told to be; more fade into `HOLE` and `UNKNOWN`."""
NAMED_LIMIT: Final = 128
MADE_LIMIT: Final = 32
VALUES_LIMIT: Final = 400
DOTS_LIMIT: Final = 8
TEXT_LIMIT_CHARACTERS: Final = 100_000

Constant = str | bytes | int | float | complex | bool | None


@dataclass(frozen=True, slots=True)
class Known:
    """A constant.  A text may hold `HOLE`s."""

    value: Constant


@dataclass(frozen=True, slots=True)
class Named:
    """Something from outside of the program: `os.system`, `builtins.eval`, `cell.sql`, `duckdb.connect().execute`."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a call of something named gave back: `Made("open")` is an open file."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Place:
    """A path object; its text may hold `HOLE`s."""

    path: str


@dataclass(frozen=True, slots=True)
class Space:
    """The mapping behind something named: `vars(os)`, `os.__dict__`, `globals()` (of `""`)."""

    dotted: str


@dataclass(frozen=True, slots=True, eq=False)
class _At:
    """A value that a node of the program makes; every time the same."""

    node: ast.AST

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, _At) and self.node is other.node

    def __hash__(self) -> int:
        return hash((type(self), id(self.node)))


class Box(_At):
    """A container."""

    __slots__ = ()


class Own(_At):
    """A function, lambda or class of the program."""

    __slots__ = ()


class Instance(_At):
    """An object of one of the program's classes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a constant, a place, a container, an object or a namespace."""

    receiver: Known | Place | Box | Instance | Space
    name: str
    function: Own | None = None


@dataclass(frozen=True, slots=True)
class Getter:
    """`operator.attrgetter("a.b")`, or `operator.methodcaller("a")`, which calls what it gets."""

    path: str
    calls: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything that has no name here: the data of the analysis, mostly."""


Value = Known | Named | Made | Place | Space | Box | Own | Instance | Method | Getter | Unknown
Values = frozenset[Value]

UNKNOWN: Final = Unknown()
NOTHING: Final[Values] = frozenset()
ANYTHING: Final[Values] = frozenset({UNKNOWN})


class TooComplexError(ValueError):
    """The program is nested too deeply, is too large, or means too much to be reviewed."""


def one(value: Value) -> Values:
    return frozenset((value,))


def bounded(values: Values) -> Values:
    """The same within the limits: constants and results fade; too many names are too complex."""
    if len(values) <= NUMBERS_LIMIT:
        return values
    kinds = Counter(map(_kind, values))
    if kinds["named"] > NAMED_LIMIT or len(values) > VALUES_LIMIT:
        raise TooComplexError
    if kinds["made"] > MADE_LIMIT:
        values = frozenset(value for value in values if not isinstance(value, Made)) | ANYTHING
    if kinds["text"] > TEXTS_LIMIT:
        return faded(values)
    if kinds["number"] > NUMBERS_LIMIT:
        return frozenset(value for value in values if not _is_number(value)) | ANYTHING
    return values


_KINDS: Final[dict[type, str]] = {Place: "text", Named: "named", Space: "named", Made: "made"}


def _kind(value: Value) -> str:
    if isinstance(value, Known):
        return "number" if _is_number(value) else "text"
    return _KINDS.get(type(value), "other")


def faded(values: Values) -> Values:
    """The same without constants."""
    rest = frozenset(value for value in values if not isinstance(value, Known | Place))
    has_text = any(isinstance(value, Place) or not _is_number(value) for value in values - rest)
    return rest | {Known(HOLE), UNKNOWN} if has_text else rest | ANYTHING


def _is_number(value: Value) -> bool:
    return isinstance(value, Known) and not isinstance(value.value, str | bytes)


def texts(values: Values) -> list[str]:
    """The texts and paths among values, in a stable order."""
    found = [value.value for value in values if isinstance(value, Known) and isinstance(value.value, str)]
    found += [value.path for value in values if isinstance(value, Place)]
    return sorted(found)


def names(values: Values) -> list[str]:
    """The dotted names among values, in a stable order."""
    return sorted(value.dotted for value in values if isinstance(value, Named))


def is_wholly_known(values: Values) -> bool:
    """Whether values are all texts without holes."""
    return bool(values) and all(
        isinstance(value, Known) and isinstance(value.value, str) and HOLE not in value.value for value in values
    )


def constants(values: Values) -> list[Constant]:
    """The constants that values are, in a stable order; none where they may be anything else."""
    if not values or not all(isinstance(value, Known) for value in values):
        return []
    return sorted(
        (value.value for value in values if isinstance(value, Known)), key=lambda one: (str(type(one)), str(one))
    )
