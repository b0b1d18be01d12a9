"""Settings: flags > environment (`DAYTWO_…`) > `daytwo.toml` in the home > defaults.  Read once, then frozen.

The planes have settings of their own, built from these on demand: a plane's package is imported only by the process
that runs the plane.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from daytwo.wire.errors import Invalid

if TYPE_CHECKING:
    from daytwo.control.settings import ControlSettings
    from daytwo.control.webhooks import WebhookSettings
    from daytwo.executor.settings import ExecutorSettings

HOST = "127.0.0.1"
FILE_NAME = "daytwo.toml"
Port = Annotated[int, Field(ge=0, le=65535)]


class ProviderSection(BaseModel):
    """`[providers.NAME]`: a provider of models, used as `--model NAME:model`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["openai", "anthropic"]
    base_url: str | None = None
    api_key_env: str | None = None


class EnvironmentsSection(BaseModel):
    """`[environments]`: the packages that programs run with, and where their wheels come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lock: Path | None = None
    """What `uv pip compile --generate-hashes` writes; without one, programs have the packages of this installation."""
    index: str | None = None
    """An internal index of packages."""
    wheelhouse: Path | None = None
    """A folder of wheels."""
    offline: bool = False
    """Nothing but the wheelhouse."""
    exclude_newer: str | None = None
    """An RFC 3339 time: what was published later does not exist."""


class StateSection(BaseModel):
    """`[state]`: how long the state of sessions is kept that nothing leads to any more, and where a second time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approved_start: Literal["data", "all"] = "data"
    """What a program that a person had to approve finds of the state."""
    replica: Path | None = None
    """A folder on another disk, to which sessions are copied after each step."""
    collect_hours: float = Field(default=24, ge=1)
    """Between two looks for what nothing names."""
    grace_days: float = Field(default=7, ge=0.05)
    """How long it stays after it was first found so."""
    turned_away_days: float = Field(default=30, ge=0)
    """How long versions are named that a rewind has turned away from."""


class Settings(BaseSettings):
    """What the command line runs with.  A port of 0 stands for a free one."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="DAYTWO_", env_ignore_empty=True)

    home: Path
    process_id: str = Field(default="local-0", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    """This control process among those of one database."""
    control_port: Port = 0
    executor_port: Port = 0
    database_url: SecretStr | None = None
    """A PostgreSQL of the user's own; without one an embedded server is run."""
    runs_under_way: int = Field(default=100, ge=1)
    """How many runs of one organisation may be planned or executed at once."""
    runs_due: int = Field(default=10_000, ge=1)
    """How many may wait for their turn."""
    segments_days: int = Field(default=7, ge=1)
    """For how long the durable engine remembers segments that have ended."""
    webhook_url: str | None = None
    """Who is told when a run ends or waits."""
    webhook_secret: SecretStr | None = None
    """Signs what is told."""
    tier: Literal["standard", "strong"] = "standard"
    """The least isolation that the executor runs anything under."""
    without_landlock: bool = False
    """Run programs also where the kernel has no Landlock: one fence less."""
    model: str | None = None
    guard_policy: Path | None = None
    """The organisation's policy for programs (YAML), laid over the one that daytwo ships."""
    providers: dict[str, ProviderSection] = Field(default_factory=dict)
    session_bits: float = Field(default=512, gt=0)
    """What a session and its forks may disclose."""
    dataset_bits: float = Field(default=4096, gt=0)
    """What a dataset may disclose in any window."""
    window_days: int = Field(default=30, ge=1)
    release: Literal["grid", "at_once"] = "grid"
    """When Observations leave the executor."""
    drain_seconds: float = Field(default=25, ge=0, le=86_400)
    """How long an executor of its own lets what is under way end when it is told to end (SIGTERM)."""
    environments: EnvironmentsSection = EnvironmentsSection()
    state: StateSection = StateSection()
    device_folder: Path = Path("/dev")
    """Where the device nodes of GPUs are."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, _FileSource(settings_cls)

    def control_settings(self, *, port: int, database_url: str) -> ControlSettings:
        from daytwo.control.models.settings import ModelsSettings, ProviderSettings, from_environment
        from daytwo.control.settings import ControlSettings

        named = tuple(
            ProviderSettings(
                name=name,
                kind=section.kind,
                base_url=section.base_url,
                api_key_env=section.api_key_env,
                api_key=_secret_from(section.api_key_env),
            )
            for name, section in self.providers.items()
        )
        standard = tuple(provider for provider in from_environment(os.environ) if provider.name not in self.providers)
        return ControlSettings(
            home=self.home,
            host=HOST,
            port=port,
            database_url=SecretStr(database_url),
            process_id=self.process_id,
            webhook=self._webhook(),
            runs_under_way=self.runs_under_way,
            runs_due=self.runs_due,
            segments_days=self.segments_days,
            models=ModelsSettings(default_model=self.model, providers=named + standard),
        )

    def _webhook(self) -> WebhookSettings | None:
        from daytwo.control.webhooks import WebhookSettings

        if self.webhook_url is None:
            return None
        return WebhookSettings(self.webhook_url, self.webhook_secret or SecretStr(""))

    def executor_settings(self, *, port: int, control_url: str, supervised: bool = False) -> ExecutorSettings:
        """`supervised`: it ends with the planes of `up`, whose person does not wait for it."""
        from daytwo.executor.settings import EnvironmentSettings, ExecutorSettings, StateSettings
        from daytwo.wire.identifiers import LOCAL_ORG

        return ExecutorSettings(
            home=self.home,
            host=HOST,
            port=port,
            control_url=control_url,
            org_id=LOCAL_ORG,
            tier=self.tier,
            without_landlock=self.without_landlock,
            session_bits=self.session_bits,
            dataset_bits=self.dataset_bits,
            window_days=self.window_days,
            release=self.release,
            drain_seconds=0 if supervised else self.drain_seconds,
            policy_file=self.guard_policy,
            environments=EnvironmentSettings(**self.environments.model_dump()),
            state=StateSettings(**self.state.model_dump()),
            device_folder=self.device_folder,
        )


def load(**flags: Any) -> Settings:
    """The settings, with the flags that were given (None: not given).

    Raises:
        Invalid: `bad_settings`, naming the file and line, the variable or the flag at fault.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    home = given.pop("home", None) or os.environ.get("DAYTWO_HOME") or "~/.daytwo"
    given["home"] = Path(home).expanduser().absolute()
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Invalid("bad_settings", _explain(error, given)) from None


class _FileSource(PydanticBaseSettingsSource):
    """`daytwo.toml` in the home that flags or environment name."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        del field
        return self._read().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._read()

    def _read(self) -> dict[str, Any]:
        path = Path(self.current_state["home"]) / FILE_NAME
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Invalid("bad_settings", f"{path} is not TOML: {error}.") from error
        except OSError as error:
            raise Invalid(
                "bad_settings",
                f"{path} cannot be read: {error.strerror}. Is the home yours? DAYTWO_HOME or --home names another.",
            ) from error
        if "home" in content:
            raise Invalid("bad_settings", f"{path}: `home` cannot be set in the file that lies in it; use DAYTWO_HOME.")
        return content


def _explain(error: ValidationError, flags: dict[str, Any]) -> str:
    """The first thing wrong, and where it stands.  Values are left out: one may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    top = str(first["loc"][0]) if first["loc"] else ""
    reason = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
    variable = f"DAYTWO_{top.upper()}"
    if top in flags and top != "home":
        where = f"--{top.replace('_', '-')}"
    elif variable in os.environ:
        where = variable
    else:
        path = Path(flags["home"]) / FILE_NAME
        line = _line_of(path, str(first["loc"][-1]))
        where = f"{path}{f', line {line}' if line else ''}: `{key}`"
    return f"{where}: {reason}."


def _line_of(path: Path, key: str) -> int | None:
    """The line that sets a key or opens its table; for a person to look at, so a near miss does no harm."""
    word = re.compile(rf"(^|[\[.\s\"']){re.escape(key)}([\].\s=\"']|$)")
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError:
        return None
    return next((number for number, line in enumerate(lines, 1) if word.search(line)), None)


def _secret_from(variable: str | None) -> SecretStr | None:
    value = os.environ.get(variable) if variable else None
    return SecretStr(value) if value else None
