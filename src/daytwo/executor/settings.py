"""The executor's settings: frozen, read once at entry by `daytwo.cli.settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from daytwo.wire.identifiers import LOCAL_ORG


class EnvironmentSettings(BaseModel):
    """The packages that programs run with, where they are not this installation's own, and where wheels come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lock: Path | None = None
    """What `uv pip compile --generate-hashes` writes; None for the packages of this installation."""
    index: str | None = None
    """An internal index; None for what uv takes by itself."""
    wheelhouse: Path | None = None
    """A folder of wheels."""
    offline: bool = False
    """Nothing but the wheelhouse."""
    exclude_newer: str | None = None
    """An RFC 3339 time: what was published later does not exist."""


class StateSettings(BaseModel):
    """How long the state of sessions is kept that nothing leads to any more, and where a second time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approved_start: Literal["data", "all"] = "data"
    replica: Path | None = None
    collect_hours: float = 24
    grace_days: float = 7
    turned_away_days: float = 30


class ExecutorSettings(BaseModel):
    """Where the executor keeps its files, which control plane it dials, and where people reach its results."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    host: str = "127.0.0.1"
    port: int = 8602
    control_url: str
    org_id: str = LOCAL_ORG
    tier: Literal["standard", "strong"] = "standard"
    """The least isolation that anything runs under here."""
    without_landlock: bool = False
    """Serve also where the kernel has no Landlock."""
    session_bits: float = 512
    """The disclosure budget of a session (and all its forks), in bits."""
    dataset_bits: float = 4096
    """The disclosure budget of a dataset in each window, in bits."""
    window_days: int = 30
    release: Literal["grid", "at_once"] = "grid"
    """When Observations leave: on the gate's grid, or at once, which lets latency tell what no budget counts."""
    policy_file: Path | None = None
    """The organisation's policy for guard, laid over the one that daytwo ships."""

    drain_seconds: float = 0
    """How long what is under way may take to end once the process is told to (SIGTERM)."""
    environments: EnvironmentSettings = EnvironmentSettings()
    state: StateSettings = StateSettings()
    device_folder: Path = Path("/dev")
    """Where the device nodes of GPUs are."""

    @property
    def directory(self) -> Path:
        return self.home / "executor"

    @property
    def token_file(self) -> Path:
        """The token for this origin's audience; the control plane has another."""
        return self.directory / "token"

    @property
    def key_file(self) -> Path:
        return self.directory / "signing.key"

    @property
    def enrolment_file(self) -> Path:
        return self.directory / "enrolment.json"

    @property
    def database_file(self) -> Path:
        return self.directory / "executor.sqlite"

    @property
    def results_url(self) -> str:
        return f"http://{self.host}:{self.port}"
