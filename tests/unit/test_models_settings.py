"""Providers from the environment and the settings file, and what the gateway says of them."""

import subprocess
import sys

import anyio
import pytest
from pydantic import SecretStr

from daytwo.control.models import (
    AuditRecord,
    Gateway,
    ModelsSettings,
    ProviderKind,
    ProviderSettings,
    Step,
    from_environment,
    with_environment,
)
from daytwo.control.models.providers.step_tool import STEP_TOOL_SCHEMA
from daytwo.wire.errors import DaytwoError, Invalid, Missing, Unavailable

MINE = ProviderSettings(name="mine", kind=ProviderKind.OPENAI, base_url="http://127.0.0.1:11434/v1")


async def audit(record: AuditRecord) -> None:
    raise AssertionError("nothing is sent here")


def gateway(*providers: ProviderSettings, default: str | None = None) -> Gateway:
    return Gateway(ModelsSettings(providers=providers, default_model=default), audit)


def test_an_empty_environment_configures_nothing():
    assert from_environment({"OPENAI_API_KEY": "", "PATH": "/bin"}) == ()


@pytest.mark.parametrize(
    ("environ", "name", "url", "key"),
    [
        ({"OPENAI_API_KEY": "k"}, "openai", "https://api.openai.com/v1/chat/completions", "k"),
        ({"OPENAI_BASE_URL": "http://localhost:8080/v1/"}, "openai", "http://localhost:8080/v1/chat/completions", None),
        ({"ANTHROPIC_API_KEY": "k"}, "anthropic", "https://api.anthropic.com/v1/messages", "k"),
        (
            {"ANTHROPIC_BASE_URL": "http://[::1]:9/v1", "ANTHROPIC_API_KEY": "k"},
            "anthropic",
            "http://[::1]:9/v1/messages",
            "k",
        ),
    ],
)
def test_a_key_or_a_base_url_is_enough(environ, name, url, key):
    (provider,) = from_environment(environ)
    assert (provider.name, str(provider.endpoint), provider.is_configured) == (name, url, True)
    assert (provider.api_key.get_secret_value() if provider.api_key else None) == key
    gateway(provider).check(f"{name}:any-model:7b")


def test_keys_never_show():
    (provider,) = from_environment({"OPENAI_API_KEY": "sk-secret"})
    assert "sk-secret" not in repr(provider) + str(provider) + provider.model_dump_json()


def test_the_settings_file_stands_before_the_environment():
    configured = (
        ProviderSettings(
            name="openai", kind=ProviderKind.OPENAI, base_url="https://proxy.example/v1", api_key_env="PROXY"
        ),
        MINE,
    )
    providers = with_environment(configured, {"OPENAI_API_KEY": "vendor", "PROXY": "mine", "ANTHROPIC_API_KEY": "a"})
    assert [provider.name for provider in providers] == ["openai", "mine", "anthropic"]
    assert providers[0].api_key.get_secret_value() == "mine"
    assert providers[1].api_key is None


def test_a_vendors_key_goes_to_no_other_address():
    other = ProviderSettings(name="openai", kind=ProviderKind.OPENAI, base_url="https://elsewhere.example/v1")
    (provider,) = with_environment((other,), {"OPENAI_API_KEY": "vendor"})
    assert provider.api_key is None


@pytest.mark.parametrize(
    "base_url",
    [
        "localhost:8080/v1",
        "ftp://host/v1",
        "https://",
        "https://user:pass@host/v1",
        "https://h/v1?x=1",
        "https://h/#f",
        "nonsense",
        "http://h:99999/",
    ],
)
def test_odd_base_urls_are_refused(base_url):
    provider = ProviderSettings(name="p", kind=ProviderKind.OPENAI, base_url=base_url)
    with pytest.raises(Invalid) as caught:
        _ = provider.endpoint
    assert caught.value.code == "bad_base_url"
    assert "pass" not in caught.value.message


@pytest.mark.parametrize(
    ("model", "code", "kind", "says"),
    [
        ("gpt", "model_name_malformed", Invalid, "provider:model"),
        (":m", "model_name_malformed", Invalid, "provider:model"),
        ("openai:", "model_name_malformed", Invalid, "provider:model"),
        ("openai: m", "model_name_malformed", Invalid, "provider:model"),
        ("openai:a\nb", "model_name_malformed", Invalid, "provider:model"),
        ("nobody:m", "unknown_model", Missing, "mine:MODEL"),
        ("builtin:other", "unknown_model", Missing, "builtin:analyst"),
        ("openai:gpt", "no_api_key", Unavailable, "OPENAI_API_KEY"),
        ("anthropic:claude", "no_api_key", Unavailable, "ANTHROPIC_API_KEY"),
        ("keyed:m", "no_api_key", Unavailable, "KEYED_SECRET"),
    ],
)
def test_models_that_cannot_be_called_say_what_to_do(model, code, kind, says):
    keyed = ProviderSettings(
        name="keyed", kind=ProviderKind.OPENAI, base_url="https://keyed.example/v1", api_key_env="KEYED_SECRET"
    )
    with pytest.raises(DaytwoError) as caught:
        gateway(MINE, keyed).check(model)
    assert (caught.value.code, type(caught.value)) == (code, kind)
    assert says in caught.value.message


def test_a_model_that_cannot_be_called_fails_its_test_with_the_code():
    report = anyio.run(gateway().test, "openai:gpt")
    assert (report.ok, report.code) == (False, "no_api_key")


def test_the_default_is_the_analyst_unless_a_model_is_named():
    key = ProviderSettings(name="openai", kind=ProviderKind.OPENAI, api_key=SecretStr("k"))
    assert gateway().default_model() == "builtin:analyst"
    assert gateway(key).default_model() == "builtin:analyst"
    assert gateway(key, default="openai:gpt").default_model() == "openai:gpt"


def test_the_list_says_what_is_configured_and_how_to_configure_the_rest():
    infos = {info.name: info for info in gateway(MINE, default="mine:m").list()}
    assert list(infos) == ["builtin:analyst", "replay:FILE", "mine:MODEL", "openai:MODEL", "anthropic:MODEL"]
    assert infos["mine:MODEL"].configured
    assert infos["mine:MODEL"].default
    assert not infos["openai:MODEL"].configured
    assert "OPENAI_API_KEY" in infos["openai:MODEL"].how


def test_the_step_tool_has_fields_of_the_step_only():
    assert set(STEP_TOOL_SCHEMA["properties"]) <= set(Step.model_fields)
    assert {name for name, field in Step.model_fields.items() if field.is_required()} == set(
        STEP_TOOL_SCHEMA["required"]
    )


def test_importing_the_rooms_imports_no_vendor():
    heavy = ("openai", "anthropic", "pydantic_ai")
    source = (
        "import sys, daytwo.control.models, daytwo.control.planner\n"
        "from daytwo.control.models.providers import builtin, replay\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"
