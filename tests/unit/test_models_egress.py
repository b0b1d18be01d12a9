"""The one door: what it lets through, and the faults that it makes of answers."""

from datetime import UTC, datetime

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from daytwo.control.models import AuditRecord, CallContext, ProviderKind, ProviderSettings
from daytwo.control.models.egress import REQUEST_LIMIT_BYTES, EgressTransport
from daytwo.control.models.faults import ProviderFault, fault_behind, fault_of_status, retry_after_seconds

PROVIDER = ProviderSettings(
    name="mine", kind=ProviderKind.OPENAI, base_url="https://models.example/v1", api_key=SecretStr("sk-key")
)
GOOD = "https://models.example/v1/chat/completions"
NOON = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


class Door:
    """An egress transport whose network records what gets through."""

    def __init__(self, provider: ProviderSettings = PROVIDER) -> None:
        self.audits: list[AuditRecord] = []
        self.sent: list[httpx2.Request] = []
        self.transport = EgressTransport(
            provider,
            "mine:m",
            CallContext(org_id="local"),
            self.audit,
            httpx2.Timeout(5),
            httpx2.MockTransport(self.net),
        )

    async def audit(self, record: AuditRecord) -> None:
        self.audits.append(record)

    def net(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        return httpx2.Response(200, json={})

    def send(self, method: str, url: str, content: bytes = b"{}", **headers: str) -> httpx2.Response:
        request = httpx2.Request(method, url, content=content, headers=headers)
        return anyio.run(self.transport.handle_async_request, request)


def test_the_configured_address_is_let_through_with_its_key():
    door = Door()
    assert door.send("POST", GOOD, authorization="Bearer other", cookie="a=b").status_code == 200
    (sent,) = door.sent
    assert sent.headers["authorization"] == "Bearer sk-key"
    assert "cookie" not in sent.headers


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", GOOD),
        ("POST", "http://models.example/v1/chat/completions"),
        ("POST", "https://models.example:8443/v1/chat/completions"),
        ("POST", "https://models.example.evil/v1/chat/completions"),
        ("POST", "https://evil.example/v1/chat/completions"),
        ("POST", "https://models.example/v1/files"),
        ("POST", "https://models.example/v1/chat/completions/../../files"),
        ("POST", "https://models.example/v1/chat/completions/"),
        ("POST", "https://models.example/v1/chat%2fcompletions"),
        ("POST", "https://models.example/v1/chat/completions?data=leak"),
    ],
)
def test_every_other_address_is_refused_before_the_audit(method, url):
    door = Door()
    with pytest.raises(ProviderFault) as caught:
        door.send(method, url)
    assert caught.value.error.code == "egress_denied"
    assert door.sent == []
    assert door.audits == []


def test_the_standard_port_may_be_written_out():
    door = Door()
    door.send("POST", "https://models.example:443/v1/chat/completions")
    assert len(door.sent) == 1


def test_a_prompt_beyond_the_limit_is_refused():
    door = Door()
    with pytest.raises(ProviderFault) as caught:
        door.send("POST", GOOD, content=b"x" * (REQUEST_LIMIT_BYTES + 1))
    assert caught.value.error.code == "egress_denied"
    assert door.sent == []


@given(st.integers(100, 599), st.binary(max_size=200), st.text(max_size=40))
def test_every_status_is_a_fault_or_fine(status, body, retry_after):
    fault = fault_of_status("mine", status, {"retry-after": retry_after}, body)
    assert (fault is None) == (200 <= status < 300)
    if fault is not None:
        assert fault.error.code in {"provider_refused", "provider_rate_limited", "provider_overloaded"}
        assert fault.is_passing == (fault.error.code != "provider_refused")


def test_only_plain_codes_of_a_provider_are_repeated():
    said = fault_of_status("mine", 400, {}, b'{"error": {"code": "context_length_exceeded", "message": "PROMPT"}}')
    assert "context_length_exceeded" in said.error.message
    assert "PROMPT" not in said.error.message
    hidden = fault_of_status("mine", 400, {}, b'{"error": {"code": "sk-KEY 123", "type": 3}}')
    assert "HTTP 400)" in hidden.error.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 5_000}, None),
    ],
)
def test_retry_after_in_each_form(headers, seconds):
    assert retry_after_seconds(headers, NOON) == seconds


def test_a_fault_is_found_behind_what_an_sdk_made_of_it():
    fault = fault_of_status("mine", 401, {}, b"")
    wrapped, twice = RuntimeError("sdk"), RuntimeError("sdk")
    wrapped.__cause__, twice.__context__ = fault, wrapped
    assert fault_behind(twice) is fault
    assert fault_behind(ValueError()) is None
