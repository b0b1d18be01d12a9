"""`check(condition, "label")`: the one-bit assertions of a program that a model may learn.

Bit i belongs to the i-th call in the order of the source, the first eight only.  It is 1 where that call was reached
and true each time.
"""

from __future__ import annotations

import ast
import types
from typing import Any

from .compiled import FILE_NAME, Compiled
from .places import Places

CHECKS = 8


class Checks:
    """Raises (on construction) SyntaxError where a label is not a literal text."""

    def __init__(self, program: Compiled) -> None:
        self._places = Places(program, "check", CHECKS)
        for call in self._places.calls:
            _require_literal_label(call, program)
        self._results: dict[int, bool] = {}

    def record(self, condition: Any, caller: types.FrameType) -> None:
        """Takes one call: `condition` as truth, `caller` the frame that made it."""
        holds = bool(condition)
        bit = self._places.number(caller)
        if bit is not None:
            self._results[bit] = self._results.get(bit, True) and holds

    @property
    def mask(self) -> int:
        return sum(1 << bit for bit, holds in self._results.items() if holds)


def _require_literal_label(call: ast.Call, program: Compiled) -> None:
    labels = call.args[1:2] or [keyword.value for keyword in call.keywords if keyword.arg == "label"]
    if not labels or not isinstance(labels[0], ast.Constant) or not isinstance(labels[0].value, str):
        line = program.lines[call.lineno - 1].rstrip("\n")
        raise SyntaxError(
            "check() needs a label that is a literal text: check(condition, 'no order lost')",
            (FILE_NAME, call.lineno, call.col_offset + 1, line),
        )
