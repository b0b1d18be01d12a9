"""What the providers of the network share: our messages to pydantic-ai's and its answer back, without its agent loop.

Imports pydantic-ai (seconds): only the providers of the network import this.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_ai import messages as their
from pydantic_ai.direct import model_request
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from daytwo.control.models.faults import fault_behind, garbage
from daytwo.control.models.providers.step_tool import STEP_TOOL, STEP_TOOL_DESCRIPTION, STEP_TOOL_SCHEMA
from daytwo.control.models.request import ChatMessage, ModelCall, ModelReply, Step

BYTES_PER_TOKEN = 4
"""For estimates, where a provider does not say what it used."""
KEPT_OUT = "held-by-the-egress-transport"
"""What an SDK is given in place of the key."""


async def ask(
    model: Model[Any], call: ModelCall, provider: str, settings: ModelSettings, *, offer_tool: bool
) -> ModelReply:
    """One request, one reply.

    Raises:
        ProviderFault: whatever went wrong, the SDK's own errors included.
    """
    parameters = ModelRequestParameters(function_tools=[_tool()] if offer_tool else [], allow_text_output=True)
    try:
        response = await model_request(
            model, list(_translated(call.messages)), model_settings=settings, model_request_parameters=parameters
        )
    except Exception as error:  # noqa: BLE001 - the boundary to SDKs, which raise anything on an answer of odd shape
        fault = fault_behind(error) or garbage(provider, "it is not what the protocol says")
        # `from None`: errors of an SDK hold the request, and with it the prompt.
        raise fault from None
    return _reply(response, call)


def _tool() -> ToolDefinition:
    return ToolDefinition(
        name=STEP_TOOL, description=STEP_TOOL_DESCRIPTION, parameters_json_schema=STEP_TOOL_SCHEMA, strict=False
    )


def _translated(messages: Sequence[ChatMessage]) -> Iterator[their.ModelMessage]:
    asked: list[their.ModelRequestPart] = []
    for message in messages:
        if message.role == "assistant":
            if asked:
                yield their.ModelRequest(parts=asked)
                asked = []
            yield their.ModelResponse(parts=[their.TextPart(message.text)])
        elif message.role == "system":
            asked.append(their.SystemPromptPart(message.text))
        else:
            asked.append(their.UserPromptPart(message.text))
    if asked:
        yield their.ModelRequest(parts=asked)


def _reply(response: their.ModelResponse, call: ModelCall) -> ModelReply:
    text = "\n".join(part.content for part in response.parts if isinstance(part, their.TextPart))
    arguments = _tool_arguments(response)
    used = response.usage
    estimated = not (used.input_tokens or used.output_tokens)
    asked_bytes = sum(len(message.text.encode()) for message in call.messages)
    return ModelReply(
        text=text,
        tool_arguments=arguments,
        model=call.model,
        input_tokens=asked_bytes // BYTES_PER_TOKEN if estimated else used.input_tokens,
        output_tokens=len((text + (arguments or "")).encode()) // BYTES_PER_TOKEN if estimated else used.output_tokens,
        estimated=estimated,
    )


def _tool_arguments(response: their.ModelResponse) -> str | None:
    for part in response.parts:
        if isinstance(part, their.ToolCallPart) and part.tool_name == STEP_TOOL and part.args:
            return part.args if isinstance(part.args, str) else json.dumps(part.args)
    refusal = (response.provider_details or {}).get("refusal")
    if isinstance(refusal, str):
        return Step(intent="The model declined.", question=refusal).model_dump_json()
    return None
