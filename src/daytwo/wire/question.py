"""What a person is about to send to the control plane, and what the executor found in it.

A question may itself hold data: a name copied out of a table, a figure read off an answer.  The person's client has it
checked at the executor before anything is posted; the executor keeps what was let through, for the receipt.
"""

from __future__ import annotations

from pydantic import Field

from daytwo.wire.identifiers import Identifier
from daytwo.wire.message import Message
from daytwo.wire.run import NewRun

SHORTEST_VALUE = 4
"""Letters and digits that a value needs to be looked for; shorter ones are found in any text."""


SHOWN = "shown"
"""The source of what this session has shown."""


class Question(Message):
    """A run as it would be posted, and what it would be asked of."""

    run: NewRun
    datasets: tuple[str, ...] = Field(default=(), max_length=64)
    session: Identifier | None = None
    """The session that it would go on in; None for a new one."""
    as_typed: bool = False
    """The person consents: it is sent whatever it holds."""


class Held(Message):
    """A stretch of a text that is data."""

    line: int = Field(ge=0)
    """0: of the question; n: of the n-th program that comes with it."""
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    """In characters of the text in Unicode's form NFC."""
    text: str
    source: str
    """Where that is found: `people.name`, or `SHOWN`."""


class CheckedQuestion(Message):
    """What the executor found.  Without a `check` the question was not let through."""

    check: Identifier | None = None
    """Under this the executor keeps what was let through; `SentQuestion` says what became of it."""
    held: tuple[Held, ...] = ()
    not_compared: tuple[str, ...] = ()
    """Whose values were not looked for, or not all of them: a sentence each."""


class SentQuestion(Message):
    """The question that was let through is now a run."""

    check: Identifier
    session: Identifier
