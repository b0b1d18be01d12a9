"""The planner: a `PlanRequest` in, a `Step` out, by whatever model."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.audit import CallContext
from daytwo.control.models.gateway import Gateway
from daytwo.control.models.request import ChatMessage, ModelCall, ModelReply, PlanRequest, Step
from daytwo.control.planner.parse import UnreadableReplyError, parse
from daytwo.control.planner.prompt import render
from daytwo.wire.canonical import digest
from daytwo.wire.identifiers import Digest
from daytwo.wire.message import Message
from daytwo.wire.run import ReplayLine

SHOWN_BACK_LIMIT_CHARACTERS = 20_000
"""How much of an unreadable reply its model is shown."""
_OFFLINE = ("builtin:", "replay:")


class Planned(Message):
    """A step and what it took."""

    step: Step
    input_tokens: int
    output_tokens: int
    estimated: bool
    """At least one reply did not say what it used."""
    repaired: bool
    """The first reply was unreadable, the second was not."""
    prompt_digest: Digest
    """Of the messages that the step answers."""


class Planner:
    """Asks a model for the next step of a run."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def plan(
        self, plan: PlanRequest, model: str, replay: Sequence[ReplayLine] | None, context: CallContext
    ) -> Planned:
        """One step, with one turn of repair where the reply cannot be read.

        Raises:
            UnreadableReplyError: the repaired reply cannot be read either, or there is nobody to repair it.
            DaytwoError: what `Gateway.complete` raises.
        """
        call = ModelCall(
            model=model, plan=plan, messages=render(plan), replay=None if replay is None else tuple(replay)
        )
        first = await self._gateway.complete(call, context)
        try:
            return _planned(call, (first,))
        except UnreadableReplyError as error:
            if model.startswith(_OFFLINE):
                raise
            repair = call.model_copy(update={"messages": call.messages + _shown_back(first, error)})
        second = await self._gateway.complete(repair, context)
        return _planned(repair, (first, second))


def _planned(call: ModelCall, replies: Sequence[ModelReply]) -> Planned:
    return Planned(
        step=parse(replies[-1]),
        input_tokens=sum(reply.input_tokens for reply in replies),
        output_tokens=sum(reply.output_tokens for reply in replies),
        estimated=any(reply.estimated for reply in replies),
        repaired=len(replies) > 1,
        prompt_digest=digest([message.model_dump() for message in call.messages]),
    )


def _shown_back(reply: ModelReply, error: UnreadableReplyError) -> tuple[ChatMessage, ...]:
    said = (reply.text or reply.tool_arguments or "").strip()[:SHOWN_BACK_LIMIT_CHARACTERS]
    wrong = (
        f"No step can be read from that reply: {error.what}. "
        'Reply again with one JSON object and nothing else: {"intent": "…", "program": "…", "final": true}, '
        'or {"intent": "…", "question": "…"}.'
    )
    # Providers refuse messages without text.
    return ChatMessage(role="assistant", text=said or "(an empty reply)"), ChatMessage(role="user", text=wrong)
