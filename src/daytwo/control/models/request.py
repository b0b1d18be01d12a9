"""What a model is asked and what it replies, whatever the provider.

`PlanRequest` is typed metadata: the offline analyst plans from it, network providers get `messages`, its rendering
(`planner.prompt`).  Nothing in it was computed from data except the signed sheets and Observations.
"""

from __future__ import annotations

from pydantic import Field

from daytwo.wire.message import Message
from daytwo.wire.observation import Observation
from daytwo.wire.opened import OpenOutput
from daytwo.wire.rehearsal import Rehearsal, Shape
from daytwo.wire.run import ReplayLine
from daytwo.wire.sheet import SchemaSheet
from daytwo.wire.verdict import Verdict


class PastStep(Message):
    """An earlier step of this run, as a model may know it."""

    step: int
    intent: str
    program: str
    verdict: Verdict | None = None
    rehearsal: Rehearsal | None = None
    observation: Observation | None = None
    opened: OpenOutput | None = None
    """What it put out on data that is open."""
    note: str | None = None
    """What the platform says of it: an unreadable reply, a rejected approval."""


class PastRun(Message):
    """An earlier run of the session: its question and the programs that ran."""

    question: str
    programs: tuple[str, ...] = ()
    succeeded: bool = True


class PlanRequest(Message):
    """The whole context of one model turn."""

    question: str
    sheets: tuple[SchemaSheet, ...]
    variables: tuple[str, ...] = ()
    """Names that earlier programs of the session left, read off their source."""
    shapes: tuple[Shape, ...] = ()
    """Those of the variables that a rehearsal has seen: their types and columns on mock rows."""
    history: tuple[PastRun, ...] = ()
    steps: tuple[PastStep, ...] = ()
    turn: int = Field(ge=1)
    """The run's model turn, counting from 1; `replay` answers with its line of that number."""
    turns_left: int = Field(ge=0)
    bits_left: float | None = None


class ChatMessage(Message):
    role: str
    """`system`, `user` or `assistant`."""
    text: str


class ModelCall(Message):
    """One call of the gateway."""

    model: str
    """`provider:model`."""
    plan: PlanRequest
    messages: tuple[ChatMessage, ...]
    replay: tuple[ReplayLine, ...] | None = None


class ModelReply(Message):
    """A provider's reply: text, or the arguments of a call of the `step` tool (as JSON text)."""

    text: str = ""
    tool_arguments: str | None = None
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    """The provider did not say what it used; the tokens are our estimate."""


class Step(Message):
    """One parsed model turn.  A step without a program is a refusal or a question to the person."""

    intent: str = Field(max_length=2_000)
    program: str | None = None
    packages: tuple[str, ...] = ()
    profile: str | None = None
    final: bool = False
    insist: bool = False
    """Run the program on the real data even where its rehearsal fails."""
    detail: bool = False
    """Learn the class and the statement of an error, for more bits."""
    question: str | None = None
    """What the person is asked, or why the model cannot plan this."""
