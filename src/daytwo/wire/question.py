"""What a person is about to send to the control plane, and what the executor found in it.

A question may itself hold data: a name copied out of a table, a figure read off an answer.  The person's client has it
checked at the executor before anything is posted; the executor keeps what was let through, for the receipt.
In place of a value of the data its author may send a stand-in: a call of `typed`, which a program writes where the
value would stand, and which only a sandbox resolves.
"""

from __future__ import annotations

from pydantic import Field

from daytwo.wire.identifiers import Identifier
from daytwo.wire.message import Message
from daytwo.wire.run import NewRun

SHORTEST_VALUE = 4
"""Letters and digits that a value needs to be looked for; shorter ones are found in any text."""


TOKEN_CHARACTERS = 10
"""Of a stand-in's name: 50 random bits."""

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
    with_stand_ins: bool = False
    """The person has values in the question replaced by stand-ins, as far as that goes."""


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

    @property
    def may_be_replaced(self) -> bool:
        """Whether a stand-in can be sent in its place: a value of a column, in the question itself."""
        return self.line == 0 and self.source != SHOWN


class StandIn(Message):
    """What is sent in the place of a value.  The value stays with the executor and the person who typed it."""

    token: str = Field(pattern=rf"^[0-9a-hjkmnp-tv-z]{{{TOKEN_CHARACTERS}}}$")
    text: str
    """As it was typed."""
    source: str
    """Whose value it is: `people.name`."""


class CheckedQuestion(Message):
    """What the executor found.  Without a `check` the question was not let through."""

    check: Identifier | None = None
    """Under this the executor keeps what was let through; `SentQuestion` says what became of it."""
    run: NewRun | None = None
    """What is posted instead of what was typed: with stand-ins."""
    stand_ins: tuple[StandIn, ...] = ()
    held: tuple[Held, ...] = ()
    not_compared: tuple[str, ...] = ()
    """Whose values were not looked for, or not all of them: a sentence each."""


class SentQuestion(Message):
    """The question that was let through is now a run."""

    check: Identifier
    session: Identifier
