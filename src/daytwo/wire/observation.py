"""The Observation: the only thing about an execution that the control plane or a model may learn.

It is one symbol of a closed, public alphabet.  A symbol is an integer below the alphabet's size, so membership is a
range check and the worst-case information is `log2(size)` bits.  Source: docs/explanation/disclosure.md; the sizes
below are the page's: `standard` 19.6 bits, `brief` 3.7, `verdict` 2.6.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from daytwo.wire.errors import Invalid
from daytwo.wire.message import Message


class Outcome(StrEnum):
    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    DENIED = "denied"
    LOST = "lost"


class Alphabet(StrEnum):
    """Which of the three alphabets was debited."""

    STANDARD = "standard"
    BRIEF = "brief"
    VERDICT = "verdict"


ROW_BUCKETS = 8
"""Rows shown: 0, then < 10, < 100 … < 10^6, and more."""
DURATION_SLOTS = 3
CHECKS = 8
CHECK_MASKS: int = 1 << CHECKS
STATEMENTS = 16
TEMPLATES = 64
HOLES = 8

ERROR_CLASSES: tuple[str, ...] = (
    "other",
    "builtins.AssertionError",
    "builtins.AttributeError",
    "builtins.ImportError",
    "builtins.ModuleNotFoundError",
    "builtins.IndexError",
    "builtins.KeyError",
    "builtins.NameError",
    "builtins.NotImplementedError",
    "builtins.OverflowError",
    "builtins.PermissionError",
    "builtins.FileNotFoundError",
    "builtins.OSError",
    "builtins.RecursionError",
    "builtins.RuntimeError",
    "builtins.StopIteration",
    "builtins.SyntaxError",
    "builtins.TypeError",
    "builtins.UnicodeDecodeError",
    "builtins.ValueError",
    "builtins.ZeroDivisionError",
    "duckdb.BinderException",
    "duckdb.CatalogException",
    "duckdb.ConversionException",
    "duckdb.InvalidInputException",
    "duckdb.ParserException",
    "pandas.errors.MergeError",
    "pandas.errors.ParserError",
    "polars.exceptions.ColumnNotFoundError",
    "polars.exceptions.PolarsError",
    "pyarrow.lib.ArrowInvalid",
    "numpy.linalg.LinAlgError",
)
"""Matched by identity of the class object (then of its bases), never by what a program calls itself."""

_OK_SIZE = ROW_BUCKETS * DURATION_SLOTS * 2 * CHECK_MASKS
_ERROR_SIZE = len(ERROR_CLASSES) * STATEMENTS * TEMPLATES * HOLES * DURATION_SLOTS
_FIXED = (Outcome.TIMEOUT, Outcome.MEMORY, Outcome.DENIED, Outcome.LOST)

SIZES: dict[Alphabet, int] = {
    Alphabet.STANDARD: len(_FIXED) + _OK_SIZE + _ERROR_SIZE,
    Alphabet.BRIEF: len(_FIXED) + 1 + ROW_BUCKETS,
    Alphabet.VERDICT: len(Outcome),
}


def bits(alphabet: Alphabet) -> float:
    """The worst-case information of one Observation, in bits."""
    return math.log2(SIZES[alphabet])


class Observation(Message):
    """What a symbol says.  Fields that its outcome or alphabet does not carry are zero."""

    alphabet: Alphabet
    outcome: Outcome
    rows_bucket: int = Field(default=0, ge=0, lt=ROW_BUCKETS)
    duration_slot: int = Field(default=0, ge=0, lt=DURATION_SLOTS)
    as_rehearsed: bool = False
    checks: int = Field(default=0, ge=0, lt=CHECK_MASKS)
    """Bit i: the program's i-th `check` was reached and every time true."""
    error_class: int = Field(default=0, ge=0, lt=len(ERROR_CLASSES))
    statement: int = Field(default=0, ge=0, lt=STATEMENTS)
    """Index of the failing statement among the program's own top-level statements; the last stands for the rest."""
    template: int = Field(default=0, ge=0, lt=TEMPLATES)
    hole: int = Field(default=0, ge=0, lt=HOLES)

    @model_validator(mode="after")
    def _carries_only_its_own(self) -> Observation:
        if self.model_dump() != Observation.model_construct(**_fields(self.alphabet, self.symbol())).model_dump():
            raise ValueError("an Observation carries a field that its alphabet or outcome does not have")
        return self

    def symbol(self) -> int:
        """The integer that stands for this Observation in its alphabet."""
        if self.alphabet is Alphabet.VERDICT:
            return list(Outcome).index(self.outcome)
        if self.outcome in _FIXED:
            return _FIXED.index(self.outcome)
        if self.alphabet is Alphabet.BRIEF:
            return len(_FIXED) + (0 if self.outcome is Outcome.ERROR else 1 + self.rows_bucket)
        if self.outcome is Outcome.OK:
            number = self.rows_bucket
            for radix, digit in (
                (DURATION_SLOTS, self.duration_slot),
                (2, int(self.as_rehearsed)),
                (CHECK_MASKS, self.checks),
            ):
                number = number * radix + digit
            return len(_FIXED) + number
        number = self.error_class
        for radix, digit in (
            (STATEMENTS, self.statement),
            (TEMPLATES, self.template),
            (HOLES, self.hole),
            (DURATION_SLOTS, self.duration_slot),
        ):
            number = number * radix + digit
        return len(_FIXED) + _OK_SIZE + number

    @classmethod
    def from_symbol(cls, alphabet: Alphabet, symbol: int) -> Observation:
        """The Observation that `symbol` stands for.

        Raises:
            Invalid: `not_in_alphabet`, where the symbol is no member.
        """
        if not 0 <= symbol < SIZES[alphabet]:
            raise Invalid("not_in_alphabet", f"{symbol} is no symbol of the alphabet {alphabet}.")
        return cls(**_fields(alphabet, symbol))


def _fields(alphabet: Alphabet, symbol: int) -> dict[str, Any]:
    """The fields that a symbol of the alphabet stands for."""
    made: dict[str, Any] = {"alphabet": alphabet}
    if alphabet is Alphabet.VERDICT:
        return made | {"outcome": list(Outcome)[symbol]}
    if symbol < len(_FIXED):
        return made | {"outcome": _FIXED[symbol]}
    rest = symbol - len(_FIXED)
    if alphabet is Alphabet.BRIEF:
        return made | ({"outcome": Outcome.OK, "rows_bucket": rest - 1} if rest else {"outcome": Outcome.ERROR})
    if rest < _OK_SIZE:
        made["outcome"] = Outcome.OK
        rest, made["checks"] = divmod(rest, CHECK_MASKS)
        rest, as_rehearsed = divmod(rest, 2)
        made["as_rehearsed"] = bool(as_rehearsed)
        made["rows_bucket"], made["duration_slot"] = divmod(rest, DURATION_SLOTS)
        return made
    made["outcome"] = Outcome.ERROR
    rest, made["duration_slot"] = divmod(rest - _OK_SIZE, DURATION_SLOTS)
    rest, made["hole"] = divmod(rest, HOLES)
    rest, made["template"] = divmod(rest, TEMPLATES)
    made["error_class"], made["statement"] = divmod(rest, STATEMENTS)
    return made


class Symbol(Message):
    """An Observation as it crosses the planes."""

    alphabet: Alphabet
    symbol: int = Field(ge=0)

    @model_validator(mode="after")
    def _is_member(self) -> Symbol:
        if self.symbol >= SIZES[self.alphabet]:
            raise ValueError(f"no symbol of the alphabet {self.alphabet}")
        return self

    @classmethod
    def of(cls, observation: Observation) -> Symbol:
        return cls(alphabet=observation.alphabet, symbol=observation.symbol())

    def observation(self) -> Observation:
        return Observation.from_symbol(self.alphabet, self.symbol)


def row_bucket(rows: int) -> int:
    """The log bucket of a row count: 0 rows → 0, 1–9 → 1, 10–99 → 2 … 10^6 and more → 7."""
    return min(len(str(rows)), ROW_BUCKETS - 1) if rows > 0 else 0
