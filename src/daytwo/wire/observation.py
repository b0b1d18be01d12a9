"""The Observation: the only thing about an execution that the control plane or a model may learn.

It is one symbol of a closed, public alphabet.  A symbol is an integer below the alphabet's size, so membership is a
range check and the worst-case information is `log2(size)` bits: `standard` 19.6, `brief` 4, `verdict` 2.6.  What
lookups of a program tell in `standard` takes the place of other things (`form_of`), so that 19.6 bits are the most.

When an Observation is released is part of what it says: on a grid of `DURATION_SLOTS` moments, which its
`duration_slot` names.  Whatever an alphabet does not tell by a slot, it tells at the grid's last moment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from daytwo.wire.errors import Invalid
from daytwo.wire.message import Message
from daytwo.wire.templates import TEMPLATES


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
HOLES = 8
LOOKUPS = 4
"""Calls of `resolve` that are told, the first in the source."""
LOOKUP_BITS = 2


class Lookup(StrEnum):
    """What came of `resolve(column, text)`.  In the order of the encoding; a call that was not reached is `none`."""

    NONE = "none"
    AMBIGUOUS = "ambiguous"
    FUZZY = "fuzzy"
    EXACT = "exact"


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
            ("template", len(TEMPLATES)),
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


def checks_told(lookups: int) -> int:
    """How many checks `standard` tells of, beside so many lookups: each takes the place of two."""
    return CHECKS - LOOKUP_BITS * lookups


def form_of(alphabet: Alphabet, outcome: Outcome, lookups: int) -> tuple[tuple[str, int], ...]:
    """What an outcome carries where a program has so many lookups.

    In `ok` each lookup takes the place of two checks.  In `error` the first takes the hole's, a second the template's.
    """
    form = FORMS[alphabet][outcome]
    if alphabet is not Alphabet.STANDARD or not lookups or outcome not in {Outcome.OK, Outcome.ERROR}:
        return form
    left = {"checks": 1 << checks_told(lookups), "hole": 1, "template": 1 if lookups > 1 else len(TEMPLATES)}
    return (*((field, left.get(field, radix)) for field, radix in form), ("lookups", len(Lookup) ** lookups))


def size(alphabet: Alphabet, lookups: int = 0) -> int:
    """The number of symbols of an alphabet, for a program with so many lookups."""
    forms = (form_of(alphabet, outcome, lookups) for outcome in FORMS[alphabet])
    return sum(math.prod(radix for _, radix in form) for form in forms)


def bits(alphabet: Alphabet, lookups: int = 0) -> float:
    """The worst-case information of one Observation, in bits."""
    return math.log2(size(alphabet, lookups))


SIZES: dict[Alphabet, int] = {alphabet: size(alphabet) for alphabet in Alphabet}
"""For a program without lookups."""


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
    template: int = Field(default=0, ge=0, lt=len(TEMPLATES))
    """Which of the public sentences the library said (`wire.templates`); 0 where none fits."""
    hole: int = Field(default=0, ge=0, lt=HOLES)
    """Which filler of the failing statement the sentence named (`wire.holes`), from 1; 0 where it is none."""
    lookups: tuple[Lookup, ...] = Field(default=(), max_length=LOOKUPS)
    """One for each lookup of the program that was paid for."""

    @model_validator(mode="after")
    def _carries_only_its_own(self) -> Observation:
        _require_standard(self.alphabet, len(self.lookups))
        fields = _fields(self.alphabet, self.symbol(), len(self.lookups))
        if self.model_dump() != Observation.model_construct(**fields).model_dump():
            raise ValueError("an Observation carries a field that its alphabet or outcome does not have")
        return self

    def symbol(self) -> int:
        """The integer that stands for this Observation in its alphabet."""
        before = 0
        for outcome in FORMS[self.alphabet]:
            form = form_of(self.alphabet, outcome, len(self.lookups))
            if outcome is self.outcome:
                number = 0
                for field, radix in form:
                    number = number * radix + min(self._number(field), radix - 1)
                return before + number
            before += math.prod(radix for _, radix in form)
        raise ValueError(f"the alphabet {self.alphabet} has no outcome {self.outcome}")

    def _number(self, field: str) -> int:
        if field == "lookups":
            return packed(self.lookups)
        return int(getattr(self, field))

    @classmethod
    def from_symbol(cls, alphabet: Alphabet, symbol: int, lookups: int = 0) -> Observation:
        """The Observation that `symbol` stands for.

        Raises:
            Invalid: `not_in_alphabet`, where the symbol is no member.
        """
        if not 0 <= symbol < size(alphabet, lookups):
            raise Invalid("not_in_alphabet", f"{symbol} is no symbol of the alphabet {alphabet}.")
        return cls(**_fields(alphabet, symbol, lookups))


def _require_standard(alphabet: Alphabet, lookups: int) -> None:
    if lookups and alphabet is not Alphabet.STANDARD:
        raise ValueError(f"the alphabet {alphabet} tells of no lookups")


def packed(lookups: Sequence[Lookup]) -> int:
    """Lookups as one number, the first in the lowest digit."""
    return sum(list(Lookup).index(found) * len(Lookup) ** place for place, found in enumerate(lookups))


def unpacked(number: int, count: int) -> tuple[Lookup, ...]:
    """The lookups that a number stands for."""
    return tuple(list(Lookup)[number // len(Lookup) ** place % len(Lookup)] for place in range(count))


def _fields(alphabet: Alphabet, symbol: int, lookups: int) -> dict[str, Any]:
    """The fields that a symbol of the alphabet stands for."""
    for outcome in FORMS[alphabet]:
        form = form_of(alphabet, outcome, lookups)
        symbols = math.prod(radix for _, radix in form)
        if symbol < symbols:
            made: dict[str, Any] = {"alphabet": alphabet, "outcome": outcome}
            for field, radix in reversed(form):
                symbol, made[field] = divmod(symbol, radix)
            found = unpacked(made.get("lookups", 0), lookups)
            return made | {"as_rehearsed": bool(made.get("as_rehearsed")), "lookups": found}
        symbol -= symbols
    raise ValueError(f"no symbol of the alphabet {alphabet}")


class Symbol(Message):
    """An Observation as it crosses the planes."""

    alphabet: Alphabet
    symbol: int = Field(ge=0)
    lookups: int = Field(default=0, ge=0, le=LOOKUPS)
    """How many the program has that this tells of: a function of its source."""

    @model_validator(mode="after")
    def _is_member(self) -> Symbol:
        _require_standard(self.alphabet, self.lookups)
        if self.symbol >= size(self.alphabet, self.lookups):
            raise ValueError(f"no symbol of the alphabet {self.alphabet}")
        return self

    @classmethod
    def of(cls, observation: Observation) -> Symbol:
        return cls(alphabet=observation.alphabet, symbol=observation.symbol(), lookups=len(observation.lookups))

    def observation(self) -> Observation:
        return Observation.from_symbol(self.alphabet, self.symbol, self.lookups)


def row_bucket(rows: int) -> int:
    """The log bucket of a row count: 0 rows → 0, 1–9 → 1, 10–99 → 2 … 10^6 and more → 7."""
    return min(len(str(rows)), ROW_BUCKETS - 1) if rows > 0 else 0
