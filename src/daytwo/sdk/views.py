"""What the planes say about themselves; everything else that the client returns is a wire message."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _View(BaseModel):
    """A newer server may say more than this client knows: unknown fields are left out, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Health(_View):
    status: str
    version: str = ""
    protocol: int | None = None


class ModelView(_View):
    """A model, or a provider's whole family of models, that a person can name."""

    name: str
    kind: str
    configured: bool
    default: bool = False
    how: str = ""
    """How it is used, or how to configure it."""


class ModelTest(_View):
    """What came of asking a model something trivial, end to end."""

    model: str
    ok: bool
    code: str | None = None
    message: str = ""
    wall_ms: int = 0


class ModelUsage(_View):
    """What the calls of one model used; `estimated` where its provider did not say."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    estimated: bool = False
