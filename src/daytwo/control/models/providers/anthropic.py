"""`anthropic` and servers that speak its messages."""

from __future__ import annotations

import httpx2
from anthropic import AsyncAnthropic
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.providers.anthropic import AnthropicProvider

from daytwo.control.models.egress import EgressTransport
from daytwo.control.models.providers.direct import KEPT_OUT, ask
from daytwo.control.models.request import ModelCall, ModelReply
from daytwo.control.models.settings import ProviderSettings

OUTPUT_LIMIT_TOKENS = 8_192
"""Anthropic demands a limit; beyond some 20,000 its SDK insists on streaming."""


async def complete(
    call: ModelCall, name: str, provider: ProviderSettings, egress: EgressTransport, timeout_seconds: float
) -> ModelReply:
    """One attempt."""
    client = AsyncAnthropic(
        api_key=KEPT_OUT,
        base_url=provider.url,
        http_client=httpx2.AsyncClient(transport=egress, trust_env=False, follow_redirects=False),
        max_retries=0,
    )
    model = AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))
    # The system prompt with the sheets is the stable part of every prompt: it is what caching is for.
    settings = AnthropicModelSettings(
        timeout=timeout_seconds, max_tokens=OUTPUT_LIMIT_TOKENS, anthropic_cache_instructions=True
    )
    return await ask(model, call, provider.name, settings, offer_tool=True)
