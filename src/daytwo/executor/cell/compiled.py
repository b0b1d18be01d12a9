"""A program, compiled: its code objects, its statements, and where in it an exception arose.

Code is recognised by the identity of its code object, never by a file name: a program can compile strings of its own
under any name.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import re
import types
from collections.abc import Iterator
from functools import cached_property

FILE_NAME = "<program>"
LAST_STATEMENT = 15
"""Stands for itself and every later one (`wire.observation.STATEMENTS`)."""

SHOWN_CHARACTERS = 160
"""Of a statement."""

Position = tuple[int | None, int | None, int | None, int | None]
"""First line, last line, first column, last column; columns count UTF-8 bytes from 0."""


class Compiled:
    """Raises (on construction) what `compile` raises: SyntaxError, and for odd texts ValueError or RecursionError."""

    def __init__(self, program: str) -> None:
        self.tree = ast.parse(program, FILE_NAME)
        self.code = compile(self.tree, FILE_NAME, "exec", dont_inherit=True)
        self.lines = program.splitlines(keepends=True)
        self._own = {id(code): code for code in nested(self.code)}
        # so that `inspect.getsource`, warnings and numba-like libraries see the text
        linecache.cache[FILE_NAME] = (len(program), None, self.lines, FILE_NAME)

    def owns(self, code: types.CodeType) -> bool:
        return self._own.get(id(code)) is code

    def statement_of(self, error: BaseException) -> int:
        """The index of the top-level statement that was running when the error arose; 0 where none was."""
        found = 0
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code is self.code:
                line, _, column, _ = position(self.code, trace.tb_lasti)
                found = self._statement_at(trace.tb_lineno if line is None else line, column or 0)
            trace = trace.tb_next
        return min(found, LAST_STATEMENT)

    def maker_of(self, name: str) -> str | None:
        """The line and the beginning of the last top-level statement that binds the name."""
        for statement in reversed(self.tree.body):
            if name in bound_names(statement):
                return f"line {statement.lineno}: {self._beginning(statement)}"
        return None

    def _beginning(self, statement: ast.stmt) -> str:
        text = self.lines[statement.lineno - 1].strip()
        return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"

    def _statement_at(self, line: int, column: int) -> int:
        started = [index for index, start in enumerate(self._starts) if start <= (line, column)]
        return started[-1] if started else 0

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return [
            min((node.lineno, node.col_offset) for node in (statement, *getattr(statement, "decorator_list", ())))
            for statement in self.tree.body
        ]


def bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement may bind in its own scope, and a few more where it defines another."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return found


def position(code: types.CodeType, instruction: int) -> Position:
    """Where in the source the instruction at this byte offset comes from."""
    return next(itertools.islice(code.co_positions(), instruction // 2, None), (None, None, None, None))


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code object and all that are defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested(constant)


def words(code: types.CodeType) -> set[str]:
    """Every name that the code could mean: its names, and the words of its texts (SQL, `DataFrame.query`)."""
    found: set[str] = set()
    for part in nested(code):
        found.update(part.co_names)
        for text in _texts(part.co_consts):
            found.update(re.findall(r"\w+", text))
    return found


def _texts(constants: Iterator[object] | tuple[object, ...] | frozenset[object]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple | frozenset):
            yield from _texts(constant)
