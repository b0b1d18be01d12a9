"""What a rule is given, and how it states a finding."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from daytwo.executor.guard.analysis import Analysis
from daytwo.executor.guard.analysis.scopes import Layout
from daytwo.executor.guard.analysis.values import names
from daytwo.executor.guard.capability import MEANINGS, Capability
from daytwo.executor.guard.facts import Facts
from daytwo.executor.guard.policy import Packages
from daytwo.wire.sheet import SchemaSheet, callable_names
from daytwo.wire.verdict import Finding, Ruling, Severity

QUOTE_LIMIT_CHARACTERS: Final = 60
CANDIDATES_LIMIT: Final = 1_000
SEVERITIES: Final = {Ruling.DENY: Severity.ERROR, Ruling.REVIEW: Severity.WARNING}


@dataclass(frozen=True)
class Subject:
    """A program under review, and what is public about the place where it would run."""

    source: str
    analysis: Analysis
    facts: Facts
    rulings: dict[Capability, Ruling]
    environment_imports: frozenset[str]
    """Top-level modules of the environment."""
    datasets: frozenset[str]
    """Names for `data(…)`; empty where they are not known."""
    packages: Packages
    sheets: tuple[SchemaSheet, ...]
    known_names: frozenset[str]
    is_notebook: bool

    @cached_property
    def lines(self) -> list[bytes]:
        return self.source.encode("utf-8").split(b"\n")

    @cached_property
    def columns(self) -> dict[str, frozenset[str]]:
        """The columns of each table, by what programs call it."""
        tables = {(sheet.dataset, table.name): table for sheet in self.sheets for table in sheet.tables}
        return {
            name: frozenset(column.name for column in tables[place].columns)
            for name, place in callable_names(self.sheets).items()
            if tables[place].columns
        }

    @property
    def layout(self) -> Layout:
        """The nodes of the program, by their kinds."""
        return self.analysis.layout

    @cached_property
    def calls(self) -> dict[ast.Call, list[str]]:
        """Every call, with the dotted names of what it may call, in a stable order."""
        return {call: names(self.analysis.of(call.func)) for call in self.layout.of(ast.Call)}

    def touches(
        self, node: ast.AST, capability: Capability, name: str, message: str | None = None, repair: str | None = None
    ) -> Iterator[Finding]:
        """A finding that a program touches a capability; none where policy allows it."""
        severity = SEVERITIES.get(self.rulings[capability])
        if severity is not None:
            meaning = MEANINGS[capability]
            said = message or f"{quote(name)} {meaning.does}."
            yield self.finding(node, capability.value, said, repair or meaning.repair, severity)

    def finding(
        self, node: ast.AST, rule: str, message: str, repair: str | None = None, severity: Severity = Severity.ERROR
    ) -> Finding:
        """A finding at a node: an error denies, a warning asks for review, an info does neither."""
        line, column, end_line, end_column = self._span(node)
        return Finding(
            rule=rule,
            severity=severity,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            message=message,
            repair=repair,
        )

    def _span(self, node: ast.AST) -> tuple[int, int, int, int]:
        """Line, column, end line and end column, in characters, from 1."""
        while not hasattr(node, "lineno") and node in self.layout.parents:
            node = self.layout.parents[node]
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        end_line = getattr(node, "end_lineno", None) or line
        end_column = getattr(node, "end_col_offset", None)
        return (
            line,
            self._characters(line, column) + 1,
            end_line,
            self._characters(end_line, column if end_column is None else end_column) + 1,
        )

    def _characters(self, line: int, offset: int) -> int:
        if not 0 < line <= len(self.lines):
            return 0
        return len(self.lines[line - 1][:offset].decode("utf-8", "ignore"))


Rule = Callable[[Subject], Iterator[Finding]]


def quote(text: str) -> str:
    """A piece of the program, short and on one line."""
    line = "".join(character if character.isprintable() else "?" for character in text)
    return f"`{line[:QUOTE_LIMIT_CHARACTERS]}…`" if len(line) > QUOTE_LIMIT_CHARACTERS else f"`{line}`"


def nearest(name: str, names: Collection[str], cutoff: float = 0.6) -> str | None:
    """The name that was probably meant, if one is near."""
    wanted = name.lower()[:QUOTE_LIMIT_CHARACTERS]
    candidates = sorted(names)[:CANDIDATES_LIMIT]
    by_lower = {candidate.lower(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(wanted, list(by_lower), n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None
