"""A step that was run again, compared with what it was: from the executor to the person alone."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from daytwo.wire.identifiers import Digest, Identifier
from daytwo.wire.message import Message

DIFFERENCES_LIMIT = 100


class Part(StrEnum):
    """Of what a step leaves, in the order in which it is compared."""

    OUTCOME = "outcome"
    SENTENCE = "sentence"
    TABLE = "table"
    CHART = "chart"
    OUTPUT = "output"
    TRACEBACK = "traceback"
    VARIABLE = "variable"
    IMPORT = "import"
    FILE = "file"
    NOT_KEPT = "not kept"


class Difference(Message):
    """Something that is not what it was."""

    part: Part
    name: str
    """Of a variable, an import or a file; `t1`, `c1`; the number of a sentence; empty where there is one alone."""
    how: str
    """`new`, `gone` or `changed`."""


class StepReplay(Message):
    """How a step came out when it was run again from the same state, in the same environment, with the same seed."""

    run: Identifier
    step: int = Field(ge=1)
    was: Digest
    """Over all that the step left: outcome, outputs, variables, files."""
    digest: Digest
    """Over all that it left this time."""
    differences: tuple[Difference, ...] = Field(default=(), max_length=DIFFERENCES_LIMIT)
    """The first is the first in the order of `Part`; none where the digests are equal."""

    @property
    def is_same(self) -> bool:
        return self.was == self.digest
