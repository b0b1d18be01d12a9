"""What guard knows of the world outside of a program (`facts.yaml`): which name touches what.

Facts are no judgments: a policy decides what is allowed.  Members of the standard library are looked up in the real
modules, so that `random._os` is told to be `os`; those modules are imported only if they are without effect.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType, ModuleType
from typing import Any, Final

from daytwo.executor.guard.analysis.values import NOTHING, UNKNOWN, Named, Place, Values, one
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.yaml_text import parse_yaml

RULES_VERSION: Final = "4"
"""Changes with every rule and every entry of `facts.yaml`; verdicts of different versions may differ."""

CELL_NAMES: Final = ("check", "data", "resolve", "say", "show", "sql", "typed", "workspace")
"""What a program finds without an import (docs/reference/cell.md)."""

METHODS_LIMIT: Final = 2
"""`a().b()` is told from `a()`, `a().b().c()` is not: chains of methods would make ever new names."""
STANDARD_LIBRARY: Final = frozenset(sys.stdlib_module_names)
HARMLESS: Final = "harmless"
_REAL: Final = {"posixpath": "os.path", "ntpath": "os.path", "posix": "os"}
_BUILTINS: Final = frozenset(dir(builtins)) | {"__builtins__", "__file__"}
_CUSTOMARY: Final = {"np": "numpy", "pd": "pandas", "pl": "polars", "plt": "matplotlib.pyplot", "px": "plotly.express"}
"""What a variable of an earlier step is taken for, by its name."""
_CARRIERS: Final = frozenset({"builtins.getattr", "builtins.globals", "builtins.locals", "builtins.vars"})
"""Harmless themselves; handed on as values, they carry names out of sight."""


@dataclass(frozen=True)
class ModuleFacts:
    """One entry of `modules`."""

    itself: str
    rest: str
    exact: dict[str, str]
    patterns: tuple[tuple[str, str], ...]

    def of(self, member: str) -> str:
        found = self.exact.get(member)
        if found is not None:
            return found
        return next((what for pattern, what in self.patterns if fnmatchcase(member, pattern)), self.rest)


@dataclass(frozen=True)
class FileFacts:
    roots: tuple[str, ...]
    prefixes: tuple[str, ...]
    names: frozenset[str]
    members: frozenset[str]
    sensitive: tuple[str, ...]
    trusted: tuple[str, ...]


@dataclass(frozen=True)
class SqlFacts:
    statements: dict[str, Capability]
    functions: frozenset[str]
    secrets: frozenset[str]
    methods: frozenset[str]
    foreign: dict[str, str]
    """Functions of other databases, and duckdb's own for the same."""


@dataclass(frozen=True)
class CommandFacts:
    """Words that are commands, of a shell or a notebook."""

    harmless: frozenset[str]
    commands: dict[str, Capability]
    extensions: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """The tables of `facts.yaml`."""

    modules: dict[str, ModuleFacts]
    harmless: frozenset[str]
    analysis: frozenset[str]
    disguises: frozenset[str]
    genuine: frozenset[str]
    anywhere: dict[str, Capability]
    called: dict[str, Capability]
    """Like `anywhere`, where it is called."""
    climbing: frozenset[str]
    hooks: frozenset[str]
    files: FileFacts
    environment_harmless: frozenset[str]
    frames_keeping: frozenset[str]
    """Methods of a dataset's frame that keep its columns."""
    frames_grouping: frozenset[str]
    sql: SqlFacts
    shell: CommandFacts
    magics: CommandFacts
    gateways: frozenset[str]

    def what(self, dotted: str) -> str:
        """What a dotted name touches: a capability, a condition such as `file_paths`, or `harmless`."""
        return _what(self, dotted)

    def is_known(self, top: str) -> bool:
        """Whether somebody has judged this module."""
        return top in self.modules or top in self.harmless or top in self.analysis

    def __hash__(self) -> int:
        return id(self)


@lru_cache(maxsize=8_192)
def _what(facts: Facts, dotted: str) -> str:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        entry = facts.modules.get(".".join(parts[:length]))
        if entry is None:
            continue
        if length == len(parts):
            return entry.itself
        for end in range(len(parts), length, -1):
            member = ".".join(parts[length:end])
            found = entry.of(member)
            if found != entry.rest:
                return found
        return entry.rest
    return HARMLESS


class World:
    """The outside of one program: facts, and what earlier programs of its session left.

    Args:
        facts: what names touch.
        known_names: variables that are left.
        known_modules: the modules that some of them are, as the sandbox says; that is believed where it counts against
            the program.
    """

    def __init__(
        self, facts: Facts, known_names: frozenset[str], known_modules: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._facts = facts
        self._known_names = known_names
        self._known_modules = known_modules

    def member(self, dotted: str, name: str) -> str:
        """See `analysis.Outside`."""
        plain = name.lstrip("_")
        own = f"{dotted}.{name}"
        if "(" in dotted or own in self._facts.modules or own in self._facts.genuine:
            return own
        top = dotted.partition(".")[0]
        if top in STANDARD_LIBRARY:
            return _standard(dotted, name)
        if plain in self._facts.disguises and (top != plain or dotted == plain):
            return "builtins" if plain == "bltns" else plain
        return own

    def made(self, dotted: str) -> str | None:
        """See `analysis.Outside`: a method's result is told apart once; a frame with its columns stays what it is."""
        if dotted.count("()") < METHODS_LIMIT:
            return dotted
        frame, _, method = dotted.rpartition("().")
        if dotted.startswith("cell.data") and method in self._facts.frames_keeping:
            return frame
        is_grouped = dotted.count("()") == METHODS_LIMIT and method in self._facts.frames_grouping
        return dotted if dotted.startswith("cell.data") and is_grouped else None

    def is_gateway(self, dotted: str) -> bool:
        """See `analysis.Outside`."""
        if dotted in self._facts.gateways or dotted in _CARRIERS:
            return True
        found = self._facts.what(dotted)
        return found != HARMLESS

    def free(self, name: str) -> Values:
        """See `analysis.Outside`."""
        if name in self._known_names and name not in CELL_NAMES:
            return NOTHING
        if name == "workspace":
            return one(Place("/workspace"))
        if name in CELL_NAMES:
            return one(Named(f"cell.{name}"))
        return one(Named(f"builtins.{name}")) if name in _BUILTINS else NOTHING

    def left(self, name: str) -> Values:
        """See `analysis.Outside`."""
        if name not in self._known_names:
            return NOTHING
        module = self._known_modules.get(name)
        if module is not None and self.is_gateway(module):
            return frozenset({Named(module)})
        guess = _CUSTOMARY.get(name) or (name if self._facts.is_known(name) else None)
        return frozenset({UNKNOWN, Named(guess)} if guess else {UNKNOWN})


@cache
def _standard(dotted: str, name: str) -> str:
    """A member of the standard library; a module goes by its own name."""
    own = f"{dotted}.{name}"
    facts = load_facts()
    if dotted == "builtins" or facts.what(dotted) not in {HARMLESS, "file_paths"}:
        return own
    try:
        held: Any = importlib.import_module(dotted.partition(".")[0])
        for part in own.split(".")[1:]:
            held = getattr(held, part)
    except Exception:  # noqa: BLE001 -- whatever a module does when it is asked, the name stays what it is
        return own
    if isinstance(held, ModuleType) and not held.__name__.startswith(dotted.partition(".")[0]):
        return _REAL.get(held.__name__, held.__name__)
    return own


@cache
def load_facts() -> Facts:
    """The facts of this version."""
    text = files(__package__).joinpath("facts.yaml").read_text("utf-8")
    read: dict[str, Any] = parse_yaml(text)
    modules = {name: _module(entry) for name, entry in read["modules"].items()}
    places, statements = read["files"], read["sql"]
    anywhere: dict[str, Capability] = {}
    called: dict[str, Capability] = {}
    for capability, names in read["anywhere"].items():
        table = called if capability.startswith("called_") else anywhere
        table.update(dict.fromkeys(names, Capability(capability.removeprefix("called_"))))
    return Facts(
        modules=modules,
        harmless=frozenset(read["harmless"]),
        analysis=frozenset(read["analysis"]),
        disguises=frozenset(read["disguises"]),
        genuine=frozenset(read["genuine"]),
        anywhere=anywhere,
        called=called,
        climbing=frozenset(read["climbing"]),
        hooks=frozenset(read["hooks"]),
        files=FileFacts(
            roots=tuple(places["roots"]),
            prefixes=tuple(places["prefixes"]),
            names=frozenset(places["names"]),
            members=frozenset(places["members"]),
            sensitive=tuple(places["sensitive"]),
            trusted=tuple(places["trusted"]),
        ),
        environment_harmless=frozenset(read["environment_harmless"]),
        frames_keeping=frozenset(read["frames"]["keeping"]),
        frames_grouping=frozenset(read["frames"]["grouping"]),
        sql=SqlFacts(
            statements={words: Capability(name) for words, name in statements["statements"].items()},
            functions=frozenset(statements["functions"]),
            secrets=frozenset(statements["secrets"]),
            methods=frozenset(statements["methods"]),
            foreign=statements["foreign"],
        ),
        shell=_commands(read["shell"]),
        magics=_commands(read["magics"]),
        gateways=_gateways(modules),
    )


def _commands(table: dict[str, Any]) -> CommandFacts:
    commands = {name: Capability(what) for what, names in table["commands"].items() for name in names}
    return CommandFacts(frozenset(table["harmless"]), commands, frozenset(table.get("extensions", ())))


def _module(entry: str | dict[str, Any]) -> ModuleFacts:
    if isinstance(entry, str):
        return ModuleFacts(entry, entry, {}, ())
    exact: dict[str, str] = {}
    patterns: list[tuple[str, str]] = []
    for what, members in entry.items():
        if what in {"self", "rest"}:
            continue
        for member in members:
            if "*" in member:
                patterns.append((member, what))
            else:
                exact[member] = what
    return ModuleFacts(entry.get("self", HARMLESS), entry.get("rest", HARMLESS), exact, tuple(patterns))


def _gateways(modules: dict[str, ModuleFacts]) -> frozenset[str]:
    """Every module that has something that matters in it or below it."""
    found: set[str] = set()
    for name, entry in modules.items():
        kinds = {entry.itself, entry.rest, *entry.exact.values(), *(what for _, what in entry.patterns)}
        if kinds - {HARMLESS}:
            parts = name.split(".")
            found.update(".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return frozenset(found)
