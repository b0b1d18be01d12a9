"""The gateway: `provider:model` to a provider, one retry loop, errors with stable codes.

Two models need no network: `builtin:analyst` and `replay:FILE`.  All others go through `EgressTransport`; vendors'
own retries are off, so the loop here is the only one.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from random import SystemRandom

import anyio
import anyio.to_thread
import httpx2

from daytwo.control.models.audit import AuditSink, CallContext
from daytwo.control.models.egress import EgressTransport
from daytwo.control.models.faults import ProviderFault, unanswered
from daytwo.control.models.request import ChatMessage, ModelCall, ModelReply, PlanRequest
from daytwo.control.models.settings import ModelsSettings, ProviderKind, ProviderSettings
from daytwo.wire.errors import DaytwoError, Invalid, Missing, Unavailable
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.message import Message

BUILTIN_ANALYST = "builtin:analyst"
RETRY_AFTER_LIMIT_SECONDS = 60
"""A provider that asks to wait longer fails the call: the run parks and frees its worker."""
BACKOFF_BASE_SECONDS = 0.5
BACKOFF_LIMIT_SECONDS = 8.0

_TEST_QUESTION = "Reply with a step whose program is: say('ready')"


class ModelInfo(Message):
    """A model, or a provider's whole family of models, that a person can name."""

    name: str
    """`builtin:analyst`, or a pattern such as `openai:MODEL`."""
    kind: str
    configured: bool
    default: bool
    how: str
    """How it is used, or how to configure it."""


class TestReport(Message):
    """What came of asking a model something trivial, end to end."""

    __test__ = False  # pytest takes the name for a test

    model: str
    ok: bool
    code: str | None = None
    message: str
    wall_ms: int
    input_tokens: int = 0
    output_tokens: int = 0


class Gateway:
    """Calls models.

    Args:
        settings: the providers and the limits.
        audit: stores the record of each send, before it.
        transport: what really sends, in place of a connection per call.
        sleep: waits between attempts.
    """

    def __init__(
        self,
        settings: ModelsSettings,
        audit: AuditSink,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._settings = settings
        self._audit = audit
        self._transport = transport
        self._sleep = sleep
        self._providers = {provider.name: provider for provider in settings.providers}
        self._jitter = SystemRandom().random

    def default_model(self) -> str:
        """What the settings name, else the offline analyst: a provider's key alone names no model."""
        return self._settings.default_model or BUILTIN_ANALYST

    def list(self) -> tuple[ModelInfo, ...]:
        """All that a person can name, the offline ones first."""
        default = self.default_model()
        offline = (
            ModelInfo(
                name=BUILTIN_ANALYST,
                kind="builtin",
                configured=True,
                default=default == BUILTIN_ANALYST,
                how="Always there: plans common questions offline, without a key.",
            ),
            ModelInfo(
                name="replay:FILE",
                kind="replay",
                configured=True,
                default=False,
                how="Replays the lines of a JSONL file.",
            ),
        )
        unset = tuple(
            ProviderSettings(name=kind.value, kind=kind) for kind in ProviderKind if kind.value not in self._providers
        )
        return offline + tuple(_info(provider, default) for provider in (*self._settings.providers, *unset))

    def check(self, model: str) -> None:
        """Refuses a model that cannot be called, before any run is made of it.

        Raises:
            Invalid: `model_name_malformed`.
            Missing: `unknown_model`.
            Unavailable: `no_api_key`.
        """
        family, name = _split(model)
        if family in {"builtin", "replay"}:
            if family == "builtin" and model != BUILTIN_ANALYST:
                raise self._unknown(model)
            return
        self._provider(family, f"{family}:{name}")

    async def complete(self, call: ModelCall, context: CallContext) -> ModelReply:
        """The model's reply.

        Raises:
            DaytwoError: with the codes of `check`, or `provider_unreachable`, `provider_overloaded`,
                `provider_rate_limited` (Retryable), `provider_refused` (Unavailable), `provider_garbage`,
                `egress_denied`, `egress_audit_failed`, `replay_missing`, `replay_exhausted`.
        """
        self.check(call.model)
        family, name = _split(call.model)
        if family == "builtin":
            from daytwo.control.models.providers import builtin

            return builtin.reply(call)
        if family == "replay":
            from daytwo.control.models.providers import replay

            return replay.reply(call)
        return await self._call_network(call, name, self._provider(family, call.model), context)

    async def test(self, model: str, context: CallContext | None = None) -> TestReport:
        """Asks the model something trivial and says how it went."""
        messages = (ChatMessage(role="user", text=_TEST_QUESTION),)
        plan = PlanRequest(question=_TEST_QUESTION, sheets=(), turn=1, turns_left=0)
        begun = time.monotonic()
        code, message, reply = None, "The model answers.", None
        try:
            reply = await self.complete(
                ModelCall(model=model, plan=plan, messages=messages), context or CallContext(org_id=LOCAL_ORG)
            )
        except DaytwoError as error:
            code, message = error.code, error.message
        if reply is not None and not (reply.text or reply.tool_arguments):
            code, message = "unreadable_reply", "The model answers, but with nothing. Choose another model."
        return TestReport(
            model=model,
            ok=code is None,
            code=code,
            message=message,
            wall_ms=round((time.monotonic() - begun) * 1_000),
            input_tokens=reply.input_tokens if reply else 0,
            output_tokens=reply.output_tokens if reply else 0,
        )

    async def _call_network(
        self, call: ModelCall, name: str, provider: ProviderSettings, context: CallContext
    ) -> ModelReply:
        timeout = httpx2.Timeout(self._settings.timeout_seconds, connect=self._settings.connect_timeout_seconds)
        egress = EgressTransport(provider, call.model, context, self._audit, timeout, self._transport)
        try:
            for attempt in range(1, self._settings.attempts + 1):
                try:
                    return await self._attempt(call, name, provider, egress)
                except ProviderFault as fault:
                    wait = self._wait_seconds(attempt, fault)
                    if wait is None:
                        # `from None`: what lies behind may hold the prompt.
                        raise fault.error from None
                    await self._sleep(wait)
        finally:
            await egress.aclose()
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(
        self, call: ModelCall, name: str, provider: ProviderSettings, egress: EgressTransport
    ) -> ModelReply:
        seconds = self._settings.timeout_seconds
        complete = await anyio.to_thread.run_sync(_load, provider.kind)
        try:
            with anyio.fail_after(seconds):
                return await complete(call, name, provider, egress, seconds)
        except TimeoutError:
            raise unanswered(provider.name) from None

    def _wait_seconds(self, attempt: int, fault: ProviderFault) -> float | None:
        """How long to wait before the next attempt; None: there is none."""
        asked = fault.retry_after_seconds or 0.0
        if not fault.is_passing or attempt >= self._settings.attempts or asked > RETRY_AFTER_LIMIT_SECONDS:
            return None
        backoff: float = min(BACKOFF_LIMIT_SECONDS, BACKOFF_BASE_SECONDS * 2 ** (attempt - 1))
        return max(asked, backoff * (0.5 + self._jitter() / 2))

    def _provider(self, family: str, model: str) -> ProviderSettings:
        provider = self._providers.get(family)
        if provider is None:
            if family not in list(ProviderKind):
                raise self._unknown(model)
            provider = ProviderSettings(name=family, kind=ProviderKind(family))
        if not provider.is_configured:
            raise Unavailable("no_api_key", f"The model {model} needs a key. {_how(provider)}")
        return provider

    def _unknown(self, model: str) -> Missing:
        names = ", ".join(info.name for info in self.list() if info.configured)
        return Missing(
            "unknown_model",
            f"There is no model {model}. There are: {names}. "
            "Set OPENAI_API_KEY, OPENAI_BASE_URL or ANTHROPIC_API_KEY, or add [providers.NAME] to daytwo.toml.",
        )


Complete = Callable[[ModelCall, str, ProviderSettings, EgressTransport, float], Awaitable[ModelReply]]


def _load(kind: ProviderKind) -> Complete:
    """The provider's module, imported at its first call: SDKs take seconds."""
    if kind is ProviderKind.ANTHROPIC:
        from daytwo.control.models.providers import anthropic

        return anthropic.complete
    from daytwo.control.models.providers import openai

    return openai.complete


def _split(model: str) -> tuple[str, str]:
    family, colon, name = model.partition(":")
    if not (family and colon and name) or name != name.strip() or not name.isprintable():
        raise Invalid(
            "model_name_malformed", f"{model!r} is no model's name. Write provider:model, e.g. {BUILTIN_ANALYST}."
        )
    return family, name


def _how(provider: ProviderSettings) -> str:
    if provider.name != provider.kind.value or provider.api_key_env:
        return f"Set {provider.key_variable} in the environment of the control plane."
    prefix = provider.kind.value.upper()
    return f"Set {provider.key_variable}, or {prefix}_BASE_URL for a server of your own."


def _info(provider: ProviderSettings, default: str) -> ModelInfo:
    configured = provider.is_configured
    return ModelInfo(
        name=f"{provider.name}:MODEL",
        kind=provider.kind.value,
        configured=configured,
        default=default.startswith(f"{provider.name}:"),
        how=f"Models served at {provider.url}." if configured else _how(provider),
    )
