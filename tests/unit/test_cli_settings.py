"""Settings: which source wins, and what a mistake in one is told as."""

from __future__ import annotations

from pathlib import Path

import pytest

from daytwo.cli.settings import load
from daytwo.wire.errors import Invalid


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "MODEL", "CONTROL_PORT", "EXECUTOR_PORT", "DATABASE_URL"):
        monkeypatch.delenv(f"DAYTWO_{name}", raising=False)


def _file(home: Path, text: str) -> None:
    (home / "daytwo.toml").write_text(text, "utf-8")


def test_flag_beats_environment_beats_file_beats_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(home=str(tmp_path)).model is None
    _file(tmp_path, 'model = "file:m"')
    assert load(home=str(tmp_path)).model == "file:m"
    monkeypatch.setenv("DAYTWO_MODEL", "env:m")
    assert load(home=str(tmp_path)).model == "env:m"
    assert load(home=str(tmp_path), model="flag:m").model == "flag:m"


def test_home_of_the_environment_is_absolute_and_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DAYTWO_HOME", "~/there")
    assert load().home == tmp_path / "there"
    monkeypatch.chdir(tmp_path)
    assert load(home="here").home == tmp_path / "here"


def test_an_empty_variable_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYTWO_CONTROL_PORT", "")
    assert load(home=str(tmp_path)).control_port == 0


def test_providers_are_read(tmp_path: Path) -> None:
    _file(tmp_path, '[providers.acme]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"\napi_key_env = "ACME"\n')
    assert load(home=str(tmp_path)).providers["acme"].api_key_env == "ACME"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = [", "is not TOML"),
        ('model = "m"\ncolour = "red"\n', "line 2: `colour`: no such setting"),
        ('\n\n[providers.acme]\nkind = "soap"\n', "line 4: `providers.acme.kind`"),
        ('[providers.acme]\nkind = "openai"\nurl = "x"\n', "line 3: `providers.acme.url`: no such setting"),
        ("control_port = 70000", "line 1: `control_port`"),
        ('home = "/elsewhere"', "DAYTWO_HOME"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    _file(tmp_path, text)
    with pytest.raises(Invalid, match=r"daytwo[.]toml") as caught:
        load(home=str(tmp_path))
    assert caught.value.code == "bad_settings"
    assert said in caught.value.message


def test_a_mistake_elsewhere_is_named_without_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYTWO_EXECUTOR_PORT", "hunter2")
    with pytest.raises(Invalid, match="DAYTWO_EXECUTOR_PORT") as caught:
        load(home=str(tmp_path))
    assert "hunter2" not in caught.value.message
    monkeypatch.delenv("DAYTWO_EXECUTOR_PORT")
    with pytest.raises(Invalid, match="--control-port"):
        load(home=str(tmp_path), control_port=-1)


def test_the_database_url_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYTWO_DATABASE_URL", "postgresql://u:hunter2@h/d")
    settings = load(home=str(tmp_path))
    assert "hunter2" not in repr(settings)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value().endswith("@h/d")


def test_control_settings_carry_the_providers_of_file_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ACME", "k1")
    monkeypatch.setenv("OPENAI_API_KEY", "k2")
    _file(tmp_path, '[providers.acme]\nkind = "openai"\napi_key_env = "ACME"\n')
    made = load(home=str(tmp_path)).control_settings(port=1, database_url="postgresql://h/d")
    keys = {provider.name: provider.api_key for provider in made.models.providers}
    assert {name: key.get_secret_value() for name, key in keys.items() if key} == {"acme": "k1", "openai": "k2"}


def test_executor_settings_carry_environments_and_devices(tmp_path: Path) -> None:
    _file(
        tmp_path,
        'device_folder = "/fake"\n[environments]\nlock = "/srv/r.lock"\nexclude_newer = "2026-01-01T00:00:00Z"\n',
    )
    made = load(home=str(tmp_path)).executor_settings(port=1, control_url="http://127.0.0.1:2")
    assert (made.device_folder, made.environments.lock) == (Path("/fake"), Path("/srv/r.lock"))
    assert (made.environments.exclude_newer, made.environments.offline) == ("2026-01-01T00:00:00Z", False)
