"""Guard's knowledge of modules, names, files and SQL, read once from `policy.toml`; no rule keeps lists of its own."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

RULES_VERSION = "1"
"""Changes with every rule and every entry of `policy.toml`; verdicts of different versions may differ."""

CELL_NAMES = ("check", "data", "resolve", "say", "show", "sql", "workspace")
"""What a program finds without an import (docs/reference/cell.md)."""

STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)


@dataclass(frozen=True)
class DeniedGroup:
    """Why some modules are never allowed, and what to do instead."""

    name: str
    message: str
    repair: str


@dataclass(frozen=True)
class Members:
    """What of a module may be used: all but `without`, or nothing but `only`."""

    only: frozenset[str] | None
    without: frozenset[str]

    def allows(self, name: str) -> bool:
        return name not in self.without and (self.only is None or name in self.only)


@dataclass(frozen=True)
class Policy:
    """The tables of `policy.toml`."""

    harmless: frozenset[str]
    analysis: frozenset[str]
    denied: dict[str, DeniedGroup]
    """Dotted module → why it is denied; holds for everything below it."""
    members: dict[str, Members]
    known_as: dict[str, str]
    instead: dict[str, str]
    builtins: dict[str, str]
    """Name → repair."""
    attributes: frozenset[str]
    dunders: frozenset[str]
    hooks: frozenset[str]
    calls_anywhere: frozenset[str]
    modules_anywhere: frozenset[str]
    file_roots: tuple[str, ...]
    file_prefixes: tuple[str, ...]
    file_names: frozenset[str]
    sql_denied: tuple[tuple[str, ...], ...]
    sql_functions: frozenset[str]
    sql_secrets: frozenset[str]
    sql_methods: frozenset[str]

    def denied_group(self, dotted: str) -> DeniedGroup | None:
        """Why this module, or one that it lies in, is denied."""
        parts = dotted.split(".")
        for length in range(1, len(parts) + 1):
            group = self.denied.get(".".join(parts[:length]))
            if group is not None:
                return group
        return None


@cache
def policy() -> Policy:
    """The one policy of this version."""
    read: dict[str, Any] = tomllib.loads(files(__package__).joinpath("policy.toml").read_text("utf-8"))
    names, places, statements = read["names"], read["files"], read["sql"]
    denied: dict[str, DeniedGroup] = {}
    for name, table in read["denied"].items():
        group = DeniedGroup(name.replace("_", "-"), table["message"], table["repair"])
        denied.update(dict.fromkeys(table["modules"], group))
    return Policy(
        harmless=frozenset(read["modules"]["harmless"]),
        analysis=frozenset(read["modules"]["analysis"]),
        denied=denied,
        members={name: _members(table) for name, table in read["members"].items()},
        known_as=read["packages"]["known_as"],
        instead=read["packages"]["instead"],
        builtins=names["builtins"],
        attributes=frozenset(names["attributes"]),
        dunders=frozenset(names["dunders"]),
        hooks=frozenset(names["hooks"]),
        calls_anywhere=frozenset(names["calls_anywhere"]),
        modules_anywhere=frozenset(names["modules_anywhere"]),
        file_roots=tuple(places["roots"]),
        file_prefixes=tuple(places["prefixes"]),
        file_names=frozenset(places["names"]),
        sql_denied=tuple(tuple(words.split()) for words in statements["denied"]),
        sql_functions=frozenset(statements["functions"]),
        sql_secrets=frozenset(statements["secrets"]),
        sql_methods=frozenset(statements["methods"]),
    )


def _members(table: dict[str, list[str]]) -> Members:
    only = table.get("only")
    return Members(None if only is None else frozenset(only), frozenset(table.get("not", ())))
