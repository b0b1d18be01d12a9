"""What a run may do next: the state machine and its decisions, as pure functions.

docs/explanation/runs.md draws TRANSITIONS; a test compares the two.  `queued` means that a segment is due; a run
that waits holds no worker, only its row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from daytwo.wire.errors import Conflict
from daytwo.wire.observation import Outcome
from daytwo.wire.run import RunStatus
from daytwo.wire.task import Completion
from daytwo.wire.verdict import Ruling

MODEL_TURN_LIMIT = 16


class Trigger(StrEnum):
    START = "start"
    DISPATCH = "dispatch"
    MISS_EXECUTOR = "miss executor"
    CLAIM = "claim"
    ASK_APPROVAL = "ask approval"
    CONTINUE = "continue"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    RESUME = "resume"


_Q, _P, _E, _W = RunStatus.QUEUED, RunStatus.PLANNING, RunStatus.EXECUTING, RunStatus.WAITING

TRANSITIONS: dict[tuple[RunStatus, Trigger], RunStatus] = {
    (_Q, Trigger.START): _P,
    (_P, Trigger.DISPATCH): _E,
    (_P, Trigger.SUCCEED): RunStatus.SUCCEEDED,
    (_P, Trigger.CONTINUE): _Q,
    (_E, Trigger.MISS_EXECUTOR): _W,
    (_W, Trigger.CLAIM): _E,
    (_W, Trigger.MISS_EXECUTOR): _W,
    (_E, Trigger.ASK_APPROVAL): _W,
    (_E, Trigger.CONTINUE): _Q,
    (_W, Trigger.CONTINUE): _Q,
    (_E, Trigger.SUCCEED): RunStatus.SUCCEEDED,
    (_Q, Trigger.FAIL): RunStatus.FAILED,
    (_P, Trigger.FAIL): RunStatus.FAILED,
    (_E, Trigger.FAIL): RunStatus.FAILED,
    (_W, Trigger.FAIL): RunStatus.FAILED,
    (_Q, Trigger.CANCEL): RunStatus.CANCELLED,
    (_P, Trigger.CANCEL): RunStatus.CANCELLED,
    (_E, Trigger.CANCEL): RunStatus.CANCELLED,
    (_W, Trigger.CANCEL): RunStatus.CANCELLED,
    (RunStatus.FAILED, Trigger.RESUME): _Q,
}


def next_status(status: RunStatus, trigger: Trigger) -> RunStatus:
    """The status after a trigger.

    Raises:
        Conflict: `run_moved_on`, where the run's status does not know the trigger.
    """
    try:
        return TRANSITIONS[status, trigger]
    except KeyError:
        raise Conflict("run_moved_on", f"The run is {status}: it cannot {trigger} any more.") from None


@dataclass(frozen=True)
class Decision:
    """What happens to a run, with a stable reason and a message for a person where it does not simply go on."""

    trigger: Trigger
    reason: str | None = None
    message: str | None = None


GO_ON = Decision(Trigger.CONTINUE)
SUCCESS = Decision(Trigger.SUCCEED)


@dataclass(frozen=True)
class TurnFacts:
    """What `after_completion` decides on, besides the completion itself."""

    final: bool
    turn: int
    turn_limit: int
    plans_anew: bool
    """The model may answer differently when it sees what went wrong; the offline analyst will not."""


def turn_limit(replay_lines: int | None) -> int:
    """How many model turns a run may take.  A replay may take one more than it has lines, to say it is exhausted."""
    return MODEL_TURN_LIMIT if replay_lines is None else replay_lines + 1


def after_completion(completion: Completion, facts: TurnFacts) -> Decision:
    """What a run does when its task came back."""
    if completion.over_budget:
        return Decision(
            Trigger.FAIL,
            "over_budget",
            "The disclosure budget of this session or dataset is spent. Start a new session, or ask the data's owner.",
        )
    if completion.symbol is None and completion.verdict.verdict is Ruling.REVIEW:
        return Decision(
            Trigger.ASK_APPROVAL,
            "approval",
            "The program needs a person's approval: `daytwo approvals list` shows it, `approve` and `reject` decide.",
        )
    went_well = completion.symbol is not None and completion.symbol.observation().outcome is Outcome.OK
    if went_well:
        return SUCCESS if facts.final else _unless_exhausted(facts)
    is_lost = completion.symbol is not None and completion.symbol.observation().outcome is Outcome.LOST
    if facts.plans_anew and not is_lost:
        return _unless_exhausted(facts)
    return Decision(Trigger.FAIL, *_explain(completion))


def _unless_exhausted(facts: TurnFacts) -> Decision:
    if facts.turn < facts.turn_limit:
        return GO_ON
    return Decision(
        Trigger.FAIL,
        "turns_exhausted",
        f"The model came to no end within {facts.turn_limit} turns. Ask a narrower question, or another model.",
    )


def _explain(completion: Completion) -> tuple[str, str]:
    if completion.symbol is None and completion.verdict.verdict is Ruling.ALLOW:
        return (
            "rehearsal_failed",
            "The program failed on mock rows and was not run on the data. `daytwo runs show` has the traceback.",
        )
    if completion.symbol is None:
        rules = ", ".join(sorted({finding.rule for finding in completion.verdict.findings}))
        return "program_denied", f"Guard denied the program ({rules}). `daytwo runs show` explains each finding."
    match completion.symbol.observation().outcome:
        case Outcome.TIMEOUT:
            return "program_timeout", "The program ran out of time. Try a larger profile: `--profile medium`."
        case Outcome.MEMORY:
            return "program_memory", "The program ran out of memory. Try a larger profile: `--profile medium`."
        case Outcome.LOST:
            return "program_lost", "The execution was lost. `daytwo runs resume` tries again."
        case _:
            return (
                "program_failed",
                "The program failed on the data. The traceback is shown to you, never to the model.",
            )
