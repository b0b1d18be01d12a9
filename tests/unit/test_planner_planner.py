"""The planner over a real gateway; only the network below it is a fake."""

import json

import anyio
import httpx2
import pytest

from daytwo.control.models import (
    AuditRecord,
    CallContext,
    Gateway,
    ModelsSettings,
    PlanRequest,
    ProviderKind,
    ProviderSettings,
)
from daytwo.control.planner import Planned, Planner, UnreadableReplyError
from daytwo.wire.errors import Invalid
from daytwo.wire.run import ReplayLine

CONTEXT = CallContext(org_id="local", run_id="run_1", step=1)
GOOD = '{"intent": "greet", "program": "say(1)", "final": true}'


class Wire:
    """A provider that answers the n-th request with the n-th text."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.bodies: list[dict] = []
        self.transport = httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        message = {"role": "assistant", "content": self.texts[len(self.bodies) - 1]}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        return httpx2.Response(200, json={"choices": [{"message": message}], "usage": usage})


def plan(wire: Wire, model: str = "openai:m", turn: int = 1, replay=None) -> Planned:
    async def audit(record: AuditRecord) -> None:
        pass

    provider = ProviderSettings(name="openai", kind=ProviderKind.OPENAI, base_url="http://127.0.0.1:1/v1")
    gateway = Gateway(ModelsSettings(providers=(provider,)), audit, wire.transport)
    request = PlanRequest(question="Hello?", sheets=(), turn=turn, turns_left=3)
    return anyio.run(Planner(gateway).plan, request, model, replay, CONTEXT)


def test_a_readable_reply_is_planned_at_once():
    planned = plan(Wire(GOOD))
    assert (planned.step.program, planned.repaired, planned.input_tokens, planned.output_tokens) == (
        "say(1)",
        False,
        10,
        5,
    )
    assert planned == plan(Wire(GOOD))


def test_an_unreadable_reply_is_shown_back_once():
    wire = Wire("Happy to help!", GOOD)
    planned = plan(wire)
    assert (planned.repaired, planned.input_tokens) == (True, 20)
    first, second = (body["messages"] for body in wire.bodies)
    assert second[: len(first)] == first
    assert [message["role"] for message in second[len(first) :]] == ["assistant", "user"]
    assert second[-2]["content"] == "Happy to help!"
    assert "neither a JSON object nor Python" in second[-1]["content"]
    assert planned.prompt_digest != plan(Wire(GOOD)).prompt_digest


def test_two_unreadable_replies_are_an_error():
    wire = Wire("Happy to help!", "", GOOD)
    with pytest.raises(UnreadableReplyError):
        plan(wire)
    assert len(wire.bodies) == 2


def test_replay_answers_each_turn_with_its_line():
    lines = (ReplayLine(code="say(1)"), ReplayLine(code="say(2)", final=True))
    wire = Wire()
    assert plan(wire, "replay:a.jsonl", 1, lines).step.program == "say(1)"
    second = plan(wire, "replay:a.jsonl", 2, lines).step
    assert (second.program, second.final) == ("say(2)", True)
    with pytest.raises(Invalid) as caught:
        plan(wire, "replay:a.jsonl", 3, lines)
    assert caught.value.code == "replay_exhausted"
    with pytest.raises(Invalid) as caught:
        plan(wire, "replay:a.jsonl", 1, None)
    assert caught.value.code == "replay_missing"
    assert wire.bodies == []


def test_an_unreadable_replay_is_not_repaired():
    with pytest.raises(UnreadableReplyError):
        plan(Wire(), "replay:a.jsonl", 1, (ReplayLine(code=" "),))


def test_the_offline_analyst_plans_or_declines():
    step = plan(Wire(), "builtin:analyst").step
    assert step.program or step.question
