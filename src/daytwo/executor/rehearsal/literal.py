"""A value that a program expects of a column, and what the names of a program stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

DERIVATIONS_LIMIT = 12
"""Through how many derivations a name is followed."""

Value = str | int | float | bool | date


class Use(StrEnum):
    EQUAL = "equal"
    BOUND = "bound"
    """Compared with `<`, `between` and their like."""
    PART = "part"
    """Sought inside a text."""
    SOUGHT = "sought"
    """Looked up by `resolve`, which says itself whether there is such a value."""


@dataclass(frozen=True)
class Literal:
    column: str
    value: Value
    use: Use


@dataclass
class Sources:
    """What names of a program stand for: constants, and columns that others derive from."""

    constants: dict[str, list[Value]] = field(default_factory=dict)
    derived: dict[str, set[str]] = field(default_factory=dict)

    def columns(self, name: str) -> set[str]:
        """The columns that a name stands for in the end; itself among them, for it may be one."""
        found, new = {name}, {name}
        for _ in range(DERIVATIONS_LIMIT):
            new = {base for one in new for base in self.derived.get(one, ())} - found
            if not new:
                break
            found |= new
        return found
