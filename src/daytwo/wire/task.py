"""What the control plane asks of an executor, and what the executor answers: the link's messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from daytwo.wire.canonical import digest
from daytwo.wire.identifiers import Digest, Identifier, OrgId
from daytwo.wire.message import Message, is_silent
from daytwo.wire.observation import Alphabet, Symbol
from daytwo.wire.opened import OpenOutput
from daytwo.wire.principal import Principal
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.verdict import Verdict

PROGRAM_LIMIT_BYTES = 256 * 1024


class TaskRequest(Message):
    """Everything that a task is about.  Its digest is the task's id, so neither side can change a word of it.

    `base_snapshot` and `next_snapshot` are ordinals within the session: the state to start from (0: empty) and the
    number under which the state after a step that ended `ok` is kept.
    """

    protocol: int = 1
    """The version that brought these fields."""
    org_id: OrgId
    run_id: Identifier
    session_id: Identifier
    segment: int = Field(ge=1)
    step: int = Field(ge=1)
    program: str = Field(max_length=PROGRAM_LIMIT_BYTES)
    datasets: tuple[DatasetRef, ...] = Field(max_length=64)
    known_names: tuple[str, ...] = Field(default=(), max_length=10_000)
    """Variables that earlier programs of the session assign, read off their source, never off the data."""
    profile: str = "small"
    alphabet: Alphabet = Alphabet.BRIEF
    insist: bool = False
    """The program runs on the real data even where its rehearsal failed."""
    base_session: Identifier
    """The session that holds the base snapshot: this one, or the one it was forked from."""
    base_snapshot: int = Field(ge=0)
    next_snapshot: int = Field(ge=1)
    on_behalf_of: Principal

    @property
    def task_id(self) -> str:
        return digest(self)


class Task(Message):
    """A claimed task: the request, and the epoch of this claim."""

    task_id: Digest
    epoch: int = Field(ge=1)
    request: TaskRequest

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Task:
        if self.task_id != self.request.task_id:
            raise ValueError("the task's id is not the digest of its request")
        return self


class Offer(Message):
    """What an executor can run: facts of its machine and installation, none of its data."""

    profiles: tuple[Annotated[str, StringConstraints(min_length=1, max_length=64)], ...] = Field(max_length=64)
    environment: str = Field(pattern=r"^[0-9a-f]{64}$")
    """The content digest of the packages that programs run with, where they need no more."""


class Claim(Message):
    """An executor asks for work.  `instance` is fresh at each start, so that a restart frees the old claims."""

    instance: str = Field(min_length=8, max_length=64)
    offer: Offer | None = Field(default=None, exclude_if=is_silent)
    """None: an executor that does not say (protocol 1)."""


class Departure(Message):
    """An executor is about to end: it claims no more.  `gone`: nothing of it is under way, what it holds is free."""

    instance: str = Field(min_length=8, max_length=64)
    gone: bool


class Heartbeat(Message):
    task_id: Digest
    epoch: int = Field(ge=1)


class HeartbeatReply(Message):
    cancel: bool


class Completion(Message):
    """What became of a task.  Exactly one of: denied by guard, parked for approval, failed in rehearsal, or executed.

    `symbol` is None where nothing ran on real data; then `verdict` says why (`deny`, or `review` and waiting), or
    `rehearsal` does.
    `bits_spent` and `bits_budget` are the session's, after this task: functions of public facts only.
    """

    task_id: Digest
    epoch: int = Field(ge=1)
    verdict: Verdict
    rehearsal: Rehearsal | None = None
    """None where nothing was rehearsed."""
    symbol: Symbol | None = None
    opened: OpenOutput | None = None
    """What the program put out, where all data of its session is open."""
    approval_id: Identifier | None = None
    over_budget: bool = False
    tier: str | None = None
    bits_spent: float = Field(ge=0)
    bits_budget: float = Field(ge=0)

    @property
    def digest(self) -> str:
        """The digest of what this says, whatever the epoch it is said in."""
        return digest(self.model_dump(mode="json", exclude={"epoch"}))


class ApprovalDecision(Message):
    """A person decided, at the executor, on a program that guard sent for review."""

    approval_id: Identifier
    task_id: Digest
    approved: bool


class Enrolment(Message):
    """An executor introduces itself with a one-time token and the public key that will sign its sheets."""

    name: str = Field(min_length=1, max_length=64)
    public_key: str
    results_url: str
    """Where people reach this executor's results, e.g. `http://127.0.0.1:8602`."""
    link_key: str | None = Field(default=None, exclude_if=is_silent)
    """The public key of the pair that the link's token is bound to; it signs this very message (`wire.proof`)."""


class Rotation(Message):
    """An executor asks for a new token, bound to a new key, or to its present one."""

    link_key: str | None = Field(default=None, exclude_if=is_silent)


class Enrolled(Message):
    executor_id: Identifier
    org_id: OrgId
    token: str
    """The link's bearer token: 256 random bits, shown once."""
