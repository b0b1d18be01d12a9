"""The control plane's settings: frozen, read once at entry by `daytwo.cli.settings`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from daytwo.control.models.settings import ModelsSettings
from daytwo.control.webhooks import WebhookSettings


class ControlSettings(BaseModel):
    """Where the control plane keeps its files, listens, and finds its database and models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    host: str = "127.0.0.1"
    port: int = 8601
    database_url: SecretStr
    process_id: str = Field(default="local-0", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    """Unique among the control processes of one database, the same after a restart."""
    models: ModelsSettings
    webhook: WebhookSettings | None = None
    runs_under_way: int = Field(default=100, ge=1)
    """How many runs of one organisation may be planned or executed at once; the rest wait for their turn."""
    runs_due: int = Field(default=10_000, ge=1)
    """How many may wait for it; further ones are refused."""
    segments_days: int = Field(default=7, ge=1)
    """For how long the durable engine remembers segments that have ended."""

    @property
    def owner_token_file(self) -> Path:
        """The token for this plane's audience; the executor's origin has another."""
        return self.home / "control" / "token"

    @property
    def ledger_key_file(self) -> Path:
        return self.home / "control" / "ledger.key"

    @property
    def process_lock_file(self) -> Path:
        return self.home / "control" / f"process-{self.process_id}.lock"
