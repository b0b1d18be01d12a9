"""What the program's variables, containers and objects may hold, and who must look again when that grows.

Cells only ever grow, so that the order of looking does not matter and the end is reached (ADR 0009).
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Hashable

from daytwo.executor.guard.analysis.scopes import Scope
from daytwo.executor.guard.analysis.values import NOTHING, TooComplexError, Values, bounded, faded

STEPS_LIMIT = 30_000
"""How often statements are looked at in all."""

GROWTHS_LIMIT = 6
"""How often a cell grows before its constants fade: `text += "a"` in a loop has an end all the same."""

Cell = tuple[Hashable, ...]

RAISED: Cell = ("raised",)
ITEMS: Cell = ("items",)
"""What the program puts into containers that it did not make itself."""


def variable(scope: Scope, name: str) -> Cell:
    return ("variable", scope, name)


def content(node: ast.AST, key: Hashable) -> Cell:
    """What a container holds under a constant key."""
    return ("content", node, type(key), key)


def contents(node: ast.AST) -> Cell:
    """All that a container holds."""
    return ("contents", node)


def keys(node: ast.AST) -> Cell:
    """The keys of a dict's literal: what iterating over it gives, too."""
    return ("keys", node)


def loose_content(node: ast.AST) -> Cell:
    """What a container holds under keys that are not known."""
    return ("loose", node)


def attribute(node: ast.AST | None, name: str) -> Cell:
    """What the objects of a class, or those that nobody knows (None), have as an attribute."""
    return ("attribute", node, name)


def returned(node: ast.AST) -> Cell:
    return ("returned", node)


class Memory:
    """The cells, and the statements that wait to be looked at."""

    def __init__(self) -> None:
        self._cells: dict[Cell, Values] = {}
        self._readers: dict[Cell, dict[ast.AST, None]] = {}
        self._growths: dict[Cell, int] = {}
        self._waiting: deque[ast.AST] = deque()
        self._is_waiting: set[ast.AST] = set()
        self._steps = 0
        self.present: ast.AST | None = None
        """The statement that is being looked at."""

    def read(self, cell: Cell) -> Values:
        if self.present is not None:
            self._readers.setdefault(cell, {})[self.present] = None
        return self._cells.get(cell, NOTHING)

    def write(self, cell: Cell, values: Values) -> None:
        before = self._cells.get(cell, NOTHING)
        if values <= before:
            return
        after = bounded(before | values)
        growths = self._growths[cell] = self._growths.get(cell, 0) + 1
        if growths > GROWTHS_LIMIT:
            after = faded(after)
        if after == before:
            return
        self._cells[cell] = after
        for statement in tuple(self._readers.get(cell, ())):
            self.enqueue(statement)

    def holds(self, cell: Cell) -> bool:
        return bool(self._cells.get(cell))

    def enqueue(self, statement: ast.AST) -> None:
        if statement not in self._is_waiting:
            self._is_waiting.add(statement)
            self._waiting.append(statement)

    def next(self) -> ast.AST | None:
        """The next statement to look at.

        Raises:
            TooComplexError: after `STEPS_LIMIT` of them.
        """
        if not self._waiting:
            return None
        self._steps += 1
        if self._steps > STEPS_LIMIT:
            raise TooComplexError
        statement = self._waiting.popleft()
        self._is_waiting.discard(statement)
        return statement
