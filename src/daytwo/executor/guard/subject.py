"""What a rule is given, and how it states a finding."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from daytwo.executor.guard.program import Program
from daytwo.wire.verdict import Finding, Severity

QUOTE_LIMIT_CHARACTERS = 60
CANDIDATES_LIMIT = 1_000


@dataclass(frozen=True)
class Subject:
    """A program under review, and what is public about the place where it would run."""

    program: Program
    environment_imports: frozenset[str]
    """Top-level modules of the environment."""
    datasets: frozenset[str]
    """Names for `data(…)`; empty where they are not known."""

    def finding(
        self, node: ast.AST, rule: str, message: str, repair: str | None = None, severity: Severity = Severity.ERROR
    ) -> Finding:
        """A finding at a node: an error denies, a warning asks for review, an info does neither."""
        line, column, end_line, end_column = self.program.span(node)
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


Rule = Callable[[Subject], Iterator[Finding]]


def quote(text: str) -> str:
    """A piece of the program, short and on one line."""
    line = "".join(character if character.isprintable() else "?" for character in text)
    return f"`{line[:QUOTE_LIMIT_CHARACTERS]}…`" if len(line) > QUOTE_LIMIT_CHARACTERS else f"`{line}`"


def nearest(name: str, names: Collection[str]) -> str | None:
    """The name that was probably meant, if one is near."""
    candidates = sorted(names)[:CANDIDATES_LIMIT]
    close = difflib.get_close_matches(name.lower()[:QUOTE_LIMIT_CHARACTERS], candidates, n=1, cutoff=0.6)
    return close[0] if close else None
