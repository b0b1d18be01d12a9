"""The Observation: the only thing about an execution that the control plane or a model may learn.

It is one symbol of a closed, public alphabet.  A symbol is an integer below the alphabet's size, so membership is a
range check and the worst-case information is `log2(size)` bits: `standard` 19.6, `brief` 4, `verdict` 2.6.

When an Observation is released is part of what it says: on a grid of `DURATION_SLOTS` moments, which its
`duration_slot` names.  Whatever an alphabet does not tell by a slot, it tells at the grid's last moment.
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

_SLOT = ("duration_slot", DURATION_SLOTS)

FORMS: dict[Alphabet, dict[Outcome, tuple[tuple[str, int], ...]]] = {
    Alphabet.STANDARD: {
        Outcome.TIMEOUT: (),
        Outcome.MEMORY: (_SLOT,),
        Outcome.DENIED: (_SLOT,),
        Outcome.LOST: (_SLOT,),
        Outcome.OK: (("rows_bucket", ROW_BUCKETS), _SLOT, ("as_rehearsed", 2), ("checks", CHECK_MASKS)),
        Outcome.ERROR: (
            ("error_class", len(ERROR_CLASSES)),
            ("statement", STATEMENTS),
            ("template", TEMPLATES),
            ("hole", HOLES),
            _SLOT,
        ),
    },
    Alphabet.BRIEF: {
        Outcome.TIMEOUT: (),
        Outcome.MEMORY: (_SLOT,),
        Outcome.LOST: (_SLOT,),
        Outcome.OK: (("rows_bucket", 2), _SLOT),
        Outcome.ERROR: (_SLOT,),
    },
    Alphabet.VERDICT: dict.fromkeys(Outcome, ()),
}
"""What each outcome carries in each alphabet: fields with the number of their values, the first most significant.
`brief` tells no rows from some, and what is denied as lost."""


def _size(form: tuple[tuple[str, int], ...]) -> int:
    return math.prod(radix for _, radix in form)


SIZES: dict[Alphabet, int] = {
    alphabet: sum(_size(form) for form in forms.values()) for alphabet, forms in FORMS.items()
}


def bits(alphabet: Alphabet) -> float:
    """The worst-case information of one Observation, in bits."""
    return math.log2(SIZES[alphabet])


class Observation(Message):
    """What a symbol says.  Fields that its outcome or alphabet does not carry are zero."""

    alphabet: Alphabet
    outcome: Outcome
    rows_bucket: int = Field(default=0, ge=0, lt=ROW_BUCKETS)
    """`row_bucket` of the rows shown; in `brief` 0 for none and 1 for any."""
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
        before = 0
        for outcome, form in FORMS[self.alphabet].items():
            if outcome is self.outcome:
                number = 0
                for field, radix in form:
                    number = number * radix + min(int(getattr(self, field)), radix - 1)
                return before + number
            before += _size(form)
        raise ValueError(f"the alphabet {self.alphabet} has no outcome {self.outcome}")

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
    for outcome, form in FORMS[alphabet].items():
        if symbol < _size(form):
            made: dict[str, Any] = {"alphabet": alphabet, "outcome": outcome}
            for field, radix in reversed(form):
                symbol, made[field] = divmod(symbol, radix)
            return made | {"as_rehearsed": bool(made.get("as_rehearsed"))}
        symbol -= _size(form)
    raise ValueError(f"no symbol of the alphabet {alphabet}")


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
