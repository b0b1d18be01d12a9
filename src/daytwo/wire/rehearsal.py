"""The rehearsal of a program: all that it did on mock rows, as the model is told it, at no cost in bits.

A rehearsal is a function of the schema sheets, a fixed seed and the session's programs: of what the model knows
already.  That is why its text may leave whole, and why nothing in it may ever come from the real chain.
Source: docs/adr/0010-rehearsal.md.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from daytwo.wire.message import Message

TEXT_LIMIT_CHARACTERS = 20_000
"""Of each of stdout, stderr and the traceback."""
SAYS_LIMIT = 50
TABLES_LIMIT = 20
VARIABLES_LIMIT = 500
COLUMNS_LIMIT = 200
"""Of a table that was shown, and of a variable."""
ROWS_LIMIT = 5
"""Rows of a shown table that the model reads."""
NAME_LIMIT_CHARACTERS = 200
SAY_LIMIT_CHARACTERS = 4_000
LITERALS_LIMIT = 50
REHEARSAL_LIMIT_BYTES = 512 * 1024


class RehearsalOutcome(StrEnum):
    """What a rehearsal proved.  Only `failed` keeps a program from the real data, unless the model insists."""

    PASSED = "passed"
    UNVERIFIED = "passed, unverified literals"
    """It ran only because values that the program names were put into the mock rows: they may not exist."""
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"
    NOT_REHEARSED = "not_rehearsed"
    """The program never came so far: guard stopped it, or it is still on its way."""


class Doubt(StrEnum):
    """Why a rehearsal is inconclusive: mock rows cannot tell."""

    EMPTY_SELECTION = "empty selection"
    MADE_LABEL = "made label"
    KEY_OR_ORDER = "key or order"
    TOO_FEW_ROWS = "too few rows"
    STATE = "state"
    """An earlier step's variables are not there: that step was not rehearsed to its end."""
    NOTHING_RELEASED = "nothing released"
    """The owner released too little of a dataset to make rows of it."""


class Shape(Message):
    """A variable as the rehearsal left it, or a table as it was shown: type, and the columns of a table."""

    name: str = Field(max_length=NAME_LIMIT_CHARACTERS)
    type: str = Field(max_length=NAME_LIMIT_CHARACTERS)
    columns: tuple[tuple[str, str], ...] = Field(default=(), max_length=COLUMNS_LIMIT)
    """(name, type) of each column."""


class ShownTable(Message):
    title: str | None = Field(default=None, max_length=NAME_LIMIT_CHARACTERS * 3)
    columns: tuple[tuple[str, str], ...] = Field(default=(), max_length=COLUMNS_LIMIT)
    row_count: int = Field(ge=0)
    rows: tuple[tuple[str, ...], ...] = Field(default=(), max_length=ROWS_LIMIT)
    """The first rows, as text.  Mock values."""


class Rehearsal(Message):
    outcome: RehearsalOutcome
    doubt: Doubt | None = None
    literals: tuple[str, ...] = Field(default=(), max_length=LITERALS_LIMIT)
    """Values of the program that were put into the mock rows and that no sheet vouches for."""
    statement: int | None = Field(default=None, ge=0)
    """Index of the program's top-level statement that raised."""
    stdout: str = Field(default="", max_length=TEXT_LIMIT_CHARACTERS)
    stderr: str = Field(default="", max_length=TEXT_LIMIT_CHARACTERS)
    traceback: str = Field(default="", max_length=TEXT_LIMIT_CHARACTERS)
    says: tuple[str, ...] = Field(default=(), max_length=SAYS_LIMIT)
    tables: tuple[ShownTable, ...] = Field(default=(), max_length=TABLES_LIMIT)
    charts: int = Field(default=0, ge=0)
    checks: tuple[bool, ...] = ()
    variables: tuple[Shape, ...] = Field(default=(), max_length=VARIABLES_LIMIT)
    unsaved: tuple[str, ...] = Field(default=(), max_length=VARIABLES_LIMIT)
    """Variables that the rehearsal could not keep, with the reason."""

    @model_validator(mode="after")
    def _says_why(self) -> Rehearsal:
        if (self.outcome is RehearsalOutcome.INCONCLUSIVE) != (self.doubt is not None):
            raise ValueError("a doubt belongs to an inconclusive rehearsal, and to no other")
        if (self.outcome is RehearsalOutcome.UNVERIFIED) and not self.literals:
            raise ValueError("unverified literals are named")
        return self

    @property
    def may_run(self) -> bool:
        """Whether the program goes on to real data without the model's insisting."""
        return self.outcome is not RehearsalOutcome.FAILED


NOT_REHEARSED = Rehearsal(outcome=RehearsalOutcome.NOT_REHEARSED)
