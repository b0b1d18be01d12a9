"""Values of nested types, as JSON: lists, structs and maps of duckdb's notation."""

from __future__ import annotations

import re
from typing import Any

from daytwo.executor.rehearsal.chance import Chance
from daytwo.wire.sheet import ColumnSheet

UNTOLD = "VARCHAR[]"
"""Where a sheet does not tell a nested type."""
ITEMS = 2
DEPTH_LIMIT = 32
_WORDS = ("Kelo", "Marun", "Tiba")
_SCALARS: dict[str, tuple[Any, ...]] = {
    "BOOLEAN": (False, True),
    "DATE": ("2021-03-04", "2022-11-05"),
    "TIME": ("08:30:00", "17:05:00"),
    "TIMESTAMP": ("2021-03-04 08:30:00", "2022-11-05 17:05:00"),
    "DOUBLE": (0.5, 12.25),
    "FLOAT": (0.5, 12.25),
    "DECIMAL": (0, 7),
    "VARCHAR": _WORDS,
    "UUID": ("00000000-0000-4000-8000-000000000001",),
}
_TOKEN = re.compile(r'"(?:[^"]|"")*"|\d+|\w+(?: WITH TIME ZONE)?|[(),\[\]]')


def values(column: ColumnSheet, count: int, chance: Chance) -> list[Any]:
    """Values that JSON can hold, of the column's type."""
    return [value(column.storage or UNTOLD, int(number)) for number in chance.integers(0, 1_000, max(1, count))]


def value(kind: str, number: int) -> Any:
    """One value of a type; `number` tells it from others."""
    tokens = _TOKEN.findall(kind)
    made, _ = _read(tokens, 0, number, 0)
    return made


def _read(tokens: list[str], at: int, number: int, depth: int) -> tuple[Any, int]:
    """A value of the type that begins at a token, and where that type ends."""
    name = tokens[at] if at < len(tokens) and depth < DEPTH_LIMIT else "VARCHAR"
    made: Any
    if name == "STRUCT":
        made, at = _struct(tokens, at + 2, number, depth)
    elif name == "MAP":
        _, at = _read(tokens, at + 2, number, depth + 1)
        inner, at = _read(tokens, at + 1, number, depth + 1)
        made, at = {_WORDS[number % len(_WORDS)].casefold(): inner}, at + 1
    else:
        made, at = _scalar(name, number), at + 1
        if at < len(tokens) and tokens[at] == "(":
            at = tokens.index(")", at) + 1
    while at < len(tokens) and tokens[at] == "[":
        fixed = tokens[at + 1]
        made, at = [made] * (int(fixed) if fixed.isdigit() else ITEMS), at + (3 if fixed.isdigit() else 2)
    return made, at


def _struct(tokens: list[str], at: int, number: int, depth: int) -> tuple[dict[str, Any], int]:
    made: dict[str, Any] = {}
    while at < len(tokens) and tokens[at] != ")":
        if tokens[at] == ",":
            at += 1
            continue
        name = tokens[at].strip('"').replace('""', '"')
        made[name], at = _read(tokens, at + 1, number + len(made), depth + 1)
    return made, at + 1


def _scalar(name: str, number: int) -> Any:
    choice = _SCALARS.get(name) or (_SCALARS["TIMESTAMP"] if name.startswith("TIMESTAMP") else None)
    if choice is not None:
        return choice[number % len(choice)]
    return number % 100 if "INT" in name else _WORDS[number % len(_WORDS)]
