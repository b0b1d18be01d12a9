"""`replay:FILE`: replies from a file whose content the client sent; line n answers the run's n-th model turn."""

from __future__ import annotations

from daytwo.control.models.request import ModelCall, ModelReply, Step
from daytwo.wire.errors import Invalid


def reply(call: ModelCall) -> ModelReply:
    """The line of this turn as a Step.

    Raises:
        Invalid: `replay_missing` without lines, `replay_exhausted` past their end.
    """
    if call.replay is None:
        raise Invalid("replay_missing", f"The model {call.model} needs the lines of its file. Send them with the run.")
    if call.plan.turn > len(call.replay):
        raise Invalid(
            "replay_exhausted",
            f"The replay has {len(call.replay)} lines and the run asks for line {call.plan.turn}. "
            'Add lines, or mark the last one with "final": true.',
        )
    line = call.replay[call.plan.turn - 1]
    step = Step(intent=f"Replay line {call.plan.turn}", program=line.code, final=line.final, insist=line.insist)
    return ModelReply(tool_arguments=step.model_dump_json(), model=call.model)
