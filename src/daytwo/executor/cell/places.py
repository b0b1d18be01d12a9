"""The calls of one of the cell's names, numbered in the order of the source: which of them is running.

A call is recognised by its position in the program's own code, so that loops and functions need no rewriting of the
program.  `daytwo.wire.names` counts them alike.
"""

from __future__ import annotations

import ast
import types

from .compiled import Compiled, Position, position


class Places:
    """The first `limit` calls of `name`.  A call under another name is none of them."""

    def __init__(self, program: Compiled, name: str, limit: int) -> None:
        self._program = program
        self.calls = sorted(
            (node for node in ast.walk(program.tree) if isinstance(node, ast.Call) and _is_of(node, name)),
            key=lambda call: (call.lineno, call.col_offset),
        )
        self._numbers = {_position_of(call): number for number, call in enumerate(self.calls[:limit])}

    def number(self, caller: types.FrameType) -> int | None:
        """Which of the calls the frame is at."""
        if not self._program.owns(caller.f_code):
            return None
        return self._numbers.get(position(caller.f_code, caller.f_lasti))


def _is_of(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


def _position_of(call: ast.Call) -> Position:
    return call.lineno, call.end_lineno, call.col_offset, call.end_col_offset
