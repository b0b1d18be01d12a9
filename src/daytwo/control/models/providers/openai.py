"""`openai` and every server that speaks its chat completions: hosted, or one's own (Ollama, vLLM, llama.cpp …)."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from daytwo.control.models.egress import EgressTransport
from daytwo.control.models.faults import ProviderFault
from daytwo.control.models.providers.direct import KEPT_OUT, ask
from daytwo.control.models.request import ModelCall, ModelReply
from daytwo.control.models.settings import ProviderSettings

_PERHAPS_NO_TOOLS = frozenset({400, 422, 500, 501})
"""What servers without tools answer to a request that offers one: Ollama and vLLM 400, others 422, llama.cpp 500."""


class _LenientChatModel(OpenAIChatModel):
    """Reads the replies of minimal servers, which leave out fields that nobody needs.

    pydantic-ai refuses a reply without `id`, `object`, `model` or `index`; this is the hook that it offers.
    """

    def _validate_completion(self, response: ChatCompletion) -> Any:
        filled = _filled(response.model_dump(warnings=False), self.model_name)
        return super()._validate_completion(ChatCompletion.model_construct(**filled))


def _filled(reply: dict[str, Any], model: str) -> dict[str, Any]:
    """The reply with what may be left out filled in."""
    filled = reply | {"object": "chat.completion", "id": reply.get("id") or "", "model": reply.get("model") or model}
    usage = reply.get("usage")
    if not (isinstance(usage, dict) and isinstance(usage.get("prompt_tokens"), int)):
        filled["usage"] = None
    else:
        used = usage["prompt_tokens"], usage.get("completion_tokens") or 0
        filled["usage"] = usage | {"completion_tokens": used[1], "total_tokens": sum(used)}
    for number, choice in enumerate(filled["choices"]):
        choice["index"] = number
        choice["message"]["role"] = "assistant"
        for tool_number, tool_call in enumerate(choice["message"].get("tool_calls") or ()):
            tool_call |= {"type": "function", "id": tool_call.get("id") or f"call_{tool_number}"}
            if not isinstance(tool_call["function"]["arguments"], str):
                tool_call["function"]["arguments"] = json.dumps(tool_call["function"]["arguments"])
    return filled


async def complete(
    call: ModelCall, name: str, provider: ProviderSettings, egress: EgressTransport, timeout_seconds: float
) -> ModelReply:
    """One attempt, with the tool and, where the server may refuse tools, once more without."""
    client = AsyncOpenAI(
        api_key=KEPT_OUT,
        base_url=provider.url,
        http_client=httpx2.AsyncClient(transport=egress, trust_env=False, follow_redirects=False),
        max_retries=0,
    )
    model = _LenientChatModel(name, provider=OpenAIProvider(openai_client=client))
    settings = ModelSettings(timeout=timeout_seconds)
    try:
        return await ask(model, call, provider.name, settings, offer_tool=True)
    except ProviderFault as fault:
        if fault.status not in _PERHAPS_NO_TOOLS:
            raise
    return await ask(model, call, provider.name, settings, offer_tool=False)
