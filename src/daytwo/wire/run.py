"""Runs as the control plane shows them to people: status, steps, events.  No field holds data."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from daytwo.wire.identifiers import Identifier
from daytwo.wire.message import Message, Timestamp, is_silent
from daytwo.wire.observation import Observation
from daytwo.wire.opened import OpenOutput
from daytwo.wire.rehearsal import NOT_REHEARSED, Rehearsal
from daytwo.wire.sheet import DatasetRef
from daytwo.wire.snapshot import Version
from daytwo.wire.verdict import Verdict

QUESTION_LIMIT_CHARACTERS = 20_000
REPLAY_LIMIT_LINES = 1_000
USUAL_PRIORITY = 5
PRIORITY_LIMIT = 9
TIME_LIMIT_SECONDS = 30 * 24 * 3600


class RunStatus(StrEnum):
    """Where a run is; docs/explanation/runs.md draws the transitions, `control.runs.machine` decides them."""

    QUEUED = "queued"
    PLANNING = "planning"
    EXECUTING = "executing"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED}


class NewSession(Message):
    datasets: tuple[str, ...] = Field(default=(), max_length=64)


class SessionView(Message):
    session: Identifier
    datasets: tuple[DatasetRef, ...]
    runs: tuple[Identifier, ...] = ()
    variables: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    """Oldest first: those that lead to the present state, and those that the session has turned away from."""
    created_at: Timestamp


class ReplayLine(Message):
    """One reply of `replay:FILE`."""

    code: str
    final: bool = False
    insist: bool = False


class NewRun(Message):
    question: str = Field(min_length=1, max_length=QUESTION_LIMIT_CHARACTERS)
    model: str | None = None
    """`provider:model`; None lets the control plane choose."""
    profile: str = "small"
    replay: tuple[ReplayLine, ...] | None = Field(default=None, max_length=REPLAY_LIMIT_LINES)
    """The content of the file, for a model named `replay:FILE`."""
    priority: int | None = Field(default=None, ge=0, le=PRIORITY_LIMIT, exclude_if=is_silent)
    """9 goes before 0, among the runs of one organisation; None is `USUAL_PRIORITY`."""
    time_limit_seconds: int | None = Field(default=None, ge=1, le=TIME_LIMIT_SECONDS, exclude_if=is_silent)
    """It fails when it is not over by then, whatever it waits for; None: it may take for ever."""


class StepView(Message):
    step: int = Field(ge=1)
    intent: str
    program: str
    final: bool
    verdict: Verdict | None = None
    rehearsal: Rehearsal = NOT_REHEARSED
    observation: Observation | None = None
    opened: OpenOutput | None = None
    """What the model was told word for word, since the data was open."""
    tier: str | None = None


class RunView(Message):
    run: Identifier
    session: Identifier
    status: RunStatus
    reason: str | None = None
    """A stable code for a run that waits, failed or was cancelled, e.g. `executor_absent`."""
    message: str | None = None
    """What the reason means and what to do, for a person."""
    question: str
    model: str
    profile: str
    created_at: Timestamp
    updated_at: Timestamp
    steps: tuple[StepView, ...] = ()
    approval: Identifier | None = None
    bits_spent: float = 0
    bits_budget: float = 0
    input_tokens: int = 0
    output_tokens: int = 0
    priority: int | None = Field(default=None, exclude_if=is_silent)
    """None: the usual one."""
    time_limit_seconds: int | None = Field(default=None, exclude_if=is_silent)


class RunEvent(Message):
    """One thing that happened to a run.  `seq` counts from 1 within the run, without gaps."""

    run: Identifier
    seq: int = Field(ge=1)
    at: Timestamp
    kind: str
    data: dict[str, Any] = Field(default_factory=dict)


class ExecutorView(Message):
    executor: Identifier
    name: str
    results_url: str
    connected: bool
    last_seen_at: Timestamp | None = None
    revoked_at: Timestamp | None = None
    draining: bool | None = Field(default=None, exclude_if=is_silent)
    """It ends what it has and takes nothing new."""
    profiles: tuple[str, ...] | None = Field(default=None, exclude_if=is_silent)
    environment: str | None = Field(default=None, exclude_if=is_silent)
    """What it offers, as far as it has said."""
    public_key: str | None = Field(default=None, exclude_if=is_silent)
    """What it signs sheets with and proves its origin by, for clients to pin."""
