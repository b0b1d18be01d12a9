"""The gateway against a server on loopback that speaks both protocols, records every byte and fails on demand."""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import SocketStream
from pydantic import SecretStr

from daytwo.control.models import (
    AuditRecord,
    CallContext,
    ChatMessage,
    Gateway,
    ModelCall,
    ModelReply,
    ModelsSettings,
    PlanRequest,
    ProviderKind,
    ProviderSettings,
)
from daytwo.wire.canonical import digest_bytes
from daytwo.wire.errors import DaytwoError, Retryable, Unavailable

KEY = "sk-a-secret-key-0123456789"
PROMPT = "PROMPT-THAT-NO-ERROR-REPEATS"
CONTEXT = CallContext(org_id="local", run_id="run_1", step=2)
ARGUMENTS = '{"intent": "greet", "program": "say(1)", "final": true}'

CUT = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"
SILENT = b""
HANG = b"hang"


class Seen:
    """One request as the server read it."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.method, self.target, _ = first.split(" ")
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """Answers the n-th request with the n-th script line, the last one for ever."""

    def __init__(self, script: tuple[bytes, ...]) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.url = ""

    async def handle(self, stream: SocketStream) -> None:
        async with stream:
            raw = b""
            while b"\r\n\r\n" not in raw:
                raw += await stream.receive()
            length = int(re.search(rb"content-length: (\d+)", raw, re.IGNORECASE)[1])
            while len(raw) - raw.index(b"\r\n\r\n") - 4 < length:
                raw += await stream.receive()
            self.seen.append(Seen(raw))
            answer = self.script[min(len(self.seen), len(self.script)) - 1]
            if answer == HANG:
                await anyio.sleep_forever()
            await stream.send(answer)


@asynccontextmanager
async def serving(*script: bytes) -> AsyncIterator[Server]:
    server = Server(script)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server.url = f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, server.handle)
        yield server
        tasks.cancel_scope.cancel()


def http(status: int, body: object, **headers: str) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "content-length": str(len(data)), "connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + data


def openai_text(text: str, **more: object) -> bytes:
    """As little as a minimal server says."""
    return http(200, {"choices": [{"message": {"role": "assistant", "content": text}}], **more})


OPENAI_TOOL = http(
    200,
    {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "t1", "type": "function", "function": {"name": "step", "arguments": ARGUMENTS}}
                    ],
                },
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    },
)
ANTHROPIC_TOOL = http(
    200,
    {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "content": [
            {"type": "text", "text": "Here it is."},
            {"type": "tool_use", "id": "t1", "name": "step", "input": json.loads(ARGUMENTS)},
        ],
        "usage": {"input_tokens": 5, "output_tokens": 3},
    },
)


class Call:
    """One call of the gateway: what the server saw, what was audited, how long the gateway slept, how it ended."""

    def __init__(self, *script: bytes, kind: ProviderKind = ProviderKind.OPENAI, key: str | None = KEY, **settings):
        self.script, self.kind, self.key, self.settings = script, kind, key, settings
        self.audits: list[AuditRecord] = []
        self.waits: list[float] = []
        self.seen: list[Seen] = []
        self.reply: ModelReply | None = None
        self.error: DaytwoError | None = None
        self.seen_at_audit: list[int] = []
        anyio.run(self._run)

    async def _run(self) -> None:
        async with serving(*self.script) as server:
            provider = ProviderSettings(
                name=self.kind.value,
                kind=self.kind,
                base_url=server.url + ("/v1" if self.kind is ProviderKind.OPENAI else ""),
                api_key=SecretStr(self.key) if self.key else None,
            )

            async def audit(record: AuditRecord) -> None:
                self.seen_at_audit.append(len(server.seen))
                self.audits.append(record)

            async def sleep(seconds: float) -> None:
                self.waits.append(seconds)

            gateway = Gateway(ModelsSettings(providers=(provider,), **self.settings), audit, sleep=sleep)
            try:
                self.reply = await gateway.complete(model_call(f"{self.kind.value}:m"), CONTEXT)
            except DaytwoError as error:
                self.error = error
            self.seen = server.seen


def model_call(model: str) -> ModelCall:
    return ModelCall(
        model=model,
        plan=PlanRequest(question=PROMPT, sheets=(), turn=1, turns_left=3),
        messages=(
            ChatMessage(role="system", text="You plan."),
            ChatMessage(role="user", text=PROMPT),
            ChatMessage(role="assistant", text="Well."),
            ChatMessage(role="user", text="Again."),
        ),
    )


def test_openai_tool_call_comes_back_as_arguments():
    call = Call(OPENAI_TOOL)
    assert call.reply == ModelReply(
        text="", tool_arguments=ARGUMENTS, model="openai:m", input_tokens=11, output_tokens=7, estimated=False
    )
    (seen,) = call.seen
    assert (seen.method, seen.target) == ("POST", "/v1/chat/completions")
    assert [message["role"] for message in seen.json["messages"]] == ["system", "user", "assistant", "user"]
    assert seen.json["messages"][1]["content"] == PROMPT
    assert seen.json["tools"][0]["function"]["name"] == "step"
    assert seen.headers["authorization"] == f"Bearer {KEY}"


def test_anthropic_tool_call_comes_back_as_arguments():
    call = Call(ANTHROPIC_TOOL, kind=ProviderKind.ANTHROPIC)
    assert json.loads(call.reply.tool_arguments) == json.loads(ARGUMENTS)
    assert (call.reply.text, call.reply.input_tokens, call.reply.output_tokens) == ("Here it is.", 5, 3)
    (seen,) = call.seen
    assert seen.target.partition("?")[0] == "/v1/messages"
    assert seen.headers["x-api-key"] == KEY
    assert seen.json["system"][0]["cache_control"]["type"] == "ephemeral"


def test_a_minimal_server_without_key_tools_or_usage_works():
    call = Call(openai_text("Here:\n```python\nsay(1)\n```"), key=None)
    assert call.reply.text == "Here:\n```python\nsay(1)\n```"
    assert call.reply.estimated
    assert call.reply.input_tokens > 0
    assert call.reply.output_tokens == len(call.reply.text) // 4
    assert "authorization" not in call.seen[0].headers


@pytest.mark.parametrize(
    ("tool_call", "usage"),
    [
        ({"function": {"name": "step", "arguments": json.loads(ARGUMENTS)}}, {}),
        ({"function": {"name": "step", "arguments": ARGUMENTS}}, {"prompt_tokens": 4}),
        ({"id": None, "type": None, "function": {"name": "step", "arguments": ARGUMENTS}}, None),
    ],
)
def test_a_minimal_tool_call_is_read(tool_call, usage):
    message = {"content": None, "tool_calls": [tool_call]}
    call = Call(http(200, {"choices": [{"message": message}], "usage": usage}))
    assert json.loads(call.reply.tool_arguments) == json.loads(ARGUMENTS)
    assert call.reply.estimated is (usage != {"prompt_tokens": 4})


def test_a_refusal_is_a_question_to_the_person():
    call = Call(http(200, {"choices": [{"message": {"content": None, "refusal": "I must not."}}]}))
    assert json.loads(call.reply.tool_arguments)["question"] == "I must not."


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_server_that_refuses_tools_is_asked_again_without(status):
    call = Call(http(status, {"error": "does not support tools"}), openai_text("say(1)"))
    assert call.reply.text == "say(1)"
    assert ["tools" in seen.json for seen in call.seen] == [True, False]
    assert call.waits == []


@pytest.mark.parametrize("kind", list(ProviderKind))
def test_no_more_headers_leave_than_the_protocol_needs(kind, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Leak: yes")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another-secret")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-leak")
    call = Call(OPENAI_TOOL if kind is ProviderKind.OPENAI else ANTHROPIC_TOOL, kind=kind)
    assert set(call.seen[0].headers) <= {
        "host",
        "accept",
        "accept-encoding",
        "authorization",
        "x-api-key",
        "anthropic-version",
        "anthropic-beta",
        "content-type",
        "content-length",
        "user-agent",
    }
    assert b"leak" not in call.seen[0].raw
    assert b"another-secret" not in call.seen[0].raw


def test_proxies_of_the_environment_are_ignored(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert Call(OPENAI_TOOL).reply is not None


def test_each_send_is_audited_before_it_goes():
    call = Call(http(503, {}), OPENAI_TOOL, kind=ProviderKind.OPENAI)
    assert call.seen_at_audit == [0, 1]
    for number, (record, seen) in enumerate(zip(call.audits, call.seen, strict=True), start=1):
        assert record.body_digest == digest_bytes(seen.body)
        assert record.body_bytes == len(seen.body)
        assert (record.org_id, record.run_id, record.step, record.attempt) == ("local", "run_1", 2, number)
        assert (record.provider, record.model) == ("openai", "openai:m")


@pytest.mark.parametrize("kind", list(ProviderKind))
@pytest.mark.parametrize(
    ("answer", "code", "error_class", "sends"),
    [
        (http(401, {"error": {"code": "invalid_api_key", "message": f"bad key {KEY}"}}), "provider_refused", "U", 1),
        (http(403, {}), "provider_refused", "U", 1),
        (http(404, {"error": {"type": "not_found_error"}}), "provider_refused", "U", 1),
        (http(302, {}, location="http://127.0.0.1:1/elsewhere"), "provider_refused", "U", 1),
        (http(429, {"error": {"code": "insufficient_quota"}}), "provider_refused", "U", 1),
        (http(429, {}), "provider_rate_limited", "R", 3),
        (http(503, b"<html>"), "provider_overloaded", "R", 3),
        (http(529, {}), "provider_overloaded", "R", 3),
        (http(200, b"<html>hello</html>", content_type="text/html"), "provider_garbage", "U", 1),
        (http(200, b"{not json"), "provider_garbage", "U", 1),
        (http(200, {}), "provider_garbage", "U", 1),
        (http(200, {"choices": [], "content": 7}), "provider_garbage", "U", 1),
        (http(200, {"choices": 3, "content": "x"}), "provider_garbage", "U", 1),
        (http(200, b"[1]"), "provider_garbage", "U", 1),
        (http(200, b'"' + b"x" * 5_000_000 + b'"'), "provider_garbage", "U", 1),
        (CUT, "provider_garbage", "R", 3),
        (SILENT, "provider_garbage", "R", 3),
        (b"SSH-2.0-OpenSSH\r\n", "provider_garbage", "R", 3),
    ],
)
def test_faults_have_stable_codes(kind, answer, code, error_class, sends, caplog):
    caplog.set_level(logging.DEBUG)
    call = Call(answer, kind=kind, attempts=3)
    assert call.error.code == code
    assert type(call.error) is {"U": Unavailable, "R": Retryable}[error_class]
    assert len(call.seen) == sends == len(call.audits)
    assert len(call.waits) == sends - 1
    told = call.error.message + repr(call.error.__cause__) + str(call.audits)
    assert KEY not in told
    assert PROMPT not in told
    assert call.error.__suppress_context__


def test_neither_key_nor_prompt_is_logged(caplog):
    caplog.set_level(logging.INFO)
    Call(http(401, {"error": {"message": KEY}}), OPENAI_TOOL)
    assert KEY not in caplog.text
    assert PROMPT not in caplog.text


def test_a_fault_that_passes_is_waited_for():
    call = Call(http(429, {}, retry_after="7"), http(500, {}, retry_after_ms="1500"), CUT, OPENAI_TOOL, OPENAI_TOOL)
    assert call.reply is not None
    assert call.waits[0] == 7
    assert len(call.seen) == 4


def test_backoff_grows_within_its_limits():
    call = Call(http(503, {}), attempts=6)
    assert len(call.waits) == 5
    for number, wait in enumerate(call.waits):
        full = min(8.0, 0.5 * 2**number)
        assert full / 2 <= wait <= full


def test_a_wait_of_more_than_a_minute_is_the_callers_matter():
    call = Call(http(429, {}, retry_after="61"))
    assert call.error.code == "provider_rate_limited"
    assert "61 s" in call.error.message
    assert call.waits == []


def test_a_server_that_never_answers_is_given_up():
    call = Call(HANG, timeout_seconds=0.3)
    assert (call.error.code, type(call.error)) == ("provider_unreachable", Retryable)
    assert len(call.seen) == 1


def test_no_server_at_all():
    async def main() -> None:
        async with serving(b"") as server:
            url = server.url
        provider = ProviderSettings(name="mine", kind=ProviderKind.OPENAI, base_url=url)
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        async def audit(record: AuditRecord) -> None:
            pass

        report = await Gateway(ModelsSettings(providers=(provider,)), audit, sleep=sleep).test("mine:m")
        assert (report.ok, report.code) == (False, "provider_unreachable")
        assert len(waits) == 3

    anyio.run(main)


def test_nothing_is_sent_without_an_audit_record():
    async def main() -> None:
        async with serving(OPENAI_TOOL) as server:
            provider = ProviderSettings(name="mine", kind=ProviderKind.OPENAI, base_url=server.url)

            async def audit(record: AuditRecord) -> None:
                raise OSError("no space left")

            with pytest.raises(Unavailable) as caught:
                await Gateway(ModelsSettings(providers=(provider,)), audit).complete(model_call("mine:m"), CONTEXT)
            assert caught.value.code == "egress_audit_failed"
            assert server.seen == []

    anyio.run(main)


def test_the_test_of_a_model_that_works():
    async def main() -> None:
        async with serving(OPENAI_TOOL) as server:
            provider = ProviderSettings(name="mine", kind=ProviderKind.OPENAI, base_url=server.url)

            async def audit(record: AuditRecord) -> None:
                assert record.run_id is None

            report = await Gateway(ModelsSettings(providers=(provider,)), audit).test("mine:m")
            assert (report.ok, report.code, report.input_tokens) == (True, None, 11)

    anyio.run(main)
