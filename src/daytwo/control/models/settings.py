"""Which providers there are and how long we wait for them.  Read once, at entry; frozen afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import httpx2
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from daytwo.wire.errors import Invalid


class ProviderKind(StrEnum):
    """The protocol that a provider speaks."""

    OPENAI = "openai"
    """OpenAI's chat completions, as nearly every server of models speaks them."""
    ANTHROPIC = "anthropic"
    """Anthropic's messages."""


DEFAULT_BASE_URLS = {
    ProviderKind.OPENAI: "https://api.openai.com/v1",
    ProviderKind.ANTHROPIC: "https://api.anthropic.com",
}
PORT_LIMIT = 65_535
_CALL_PATHS = {ProviderKind.OPENAI: "/chat/completions", ProviderKind.ANTHROPIC: "/v1/messages"}


class ProviderSettings(BaseModel):
    """One provider: `[providers.NAME]` in `daytwo.toml`, or what the environment says.

    A provider with a base URL of its own needs no key (servers on one's own machine ask for none), unless
    `api_key_env` names the variable that holds one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    kind: ProviderKind
    base_url: str | None = None
    api_key_env: str | None = None
    api_key: SecretStr | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end.  Anthropic's ends before `/v1`, though many people write it."""
        url = (self.base_url or DEFAULT_BASE_URLS[self.kind]).rstrip("/")
        return url.removesuffix("/v1") if self.kind is ProviderKind.ANTHROPIC else url

    @property
    def key_variable(self) -> str:
        """The environment variable that a person sets to configure the key."""
        return self.api_key_env or f"{self.kind.value.upper()}_API_KEY"

    @property
    def is_configured(self) -> bool:
        return self.api_key is not None or (self.base_url is not None and self.api_key_env is None)

    @property
    def endpoint(self) -> httpx2.URL:
        """The one address that calls of this provider go to.

        Raises:
            Invalid: `bad_base_url`, where the base URL is not plain `http(s)://host[:port][/path]`.
        """
        try:
            url = httpx2.URL(self.url + _CALL_PATHS[self.kind])
        except httpx2.InvalidURL:
            url = httpx2.URL("")
        is_plain = not (url.userinfo or "?" in self.url or "#" in self.url)
        if url.scheme not in {"http", "https"} or not url.host or not is_plain or (url.port or 1) > PORT_LIMIT:
            raise Invalid(
                "bad_base_url",
                f"The base URL of the provider {self.name} must look like https://host/v1: "
                "http or https, a host, no user name, no query. Set it again.",
            )
        return url


class ModelsSettings(BaseModel):
    """The settings of the gateway."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_model: str | None = None
    """`provider:model` (`DAYTWO_MODEL`); without it `builtin:analyst`, since a key alone names no model."""
    providers: tuple[ProviderSettings, ...] = Field(default=(), max_length=64)
    connect_timeout_seconds: float = Field(default=10, gt=0, le=60)
    timeout_seconds: float = Field(default=180, gt=0, le=3_600)
    """For one attempt, from the first byte sent to the last received."""
    attempts: int = Field(default=4, ge=1, le=10)
    """How often one call is sent at most, where the provider's faults are passing ones."""


def from_environment(environ: Mapping[str, str]) -> tuple[ProviderSettings, ...]:
    """The providers that a key or a base URL in the environment configures, e.g. `OPENAI_API_KEY`."""
    found = []
    for kind in ProviderKind:
        prefix = kind.value.upper()
        key, base_url = environ.get(f"{prefix}_API_KEY") or None, environ.get(f"{prefix}_BASE_URL") or None
        if key or base_url:
            secret = SecretStr(key) if key else None
            found.append(ProviderSettings(name=kind.value, kind=kind, base_url=base_url, api_key=secret))
    return tuple(found)


def with_environment(
    configured: Sequence[ProviderSettings], environ: Mapping[str, str]
) -> tuple[ProviderSettings, ...]:
    """The providers of the settings file with their keys read from the environment, then those of the environment.

    A provider of the file stands before one of the same name in the environment.
    """
    keyed = [
        provider.model_copy(update={"api_key": SecretStr(environ[variable])})
        if provider.api_key is None and environ.get(variable := _variable(provider))
        else provider
        for provider in configured
    ]
    taken = {provider.name for provider in keyed}
    return (*keyed, *(provider for provider in from_environment(environ) if provider.name not in taken))


def _variable(provider: ProviderSettings) -> str:
    """Where the key of a configured provider lies; a server of one's own is never sent the vendor's key unasked."""
    return provider.api_key_env or (provider.key_variable if provider.base_url is None else "")
