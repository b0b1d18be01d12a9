"""The client: two origins, two tokens, and errors that are daytwo's own."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from daytwo.sdk import Client, Origin, OriginSettings
from daytwo.wire.errors import Bug, Conflict, Incompatible, Missing, Retryable
from daytwo.wire.protocol import PROTOCOL_VERSION

CONTROL = OriginSettings("http://control.test/", "control-token")
EXECUTOR = OriginSettings("http://executor.test", "executor-token")


def _client(seen: list[httpx2.Request], answer: httpx2.Response) -> Client:
    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer

    transport = httpx2.MockTransport(handle)
    return Client(CONTROL, EXECUTOR, control_transport=transport, executor_transport=transport)


def test_each_origin_gets_its_own_token_and_no_other() -> None:
    seen: list[httpx2.Request] = []
    with _client(seen, httpx2.Response(200, json=[])) as client:
        assert client.runs(session="s", limit=3) == []
        assert client.datasets() == []
    control, executor = seen
    assert str(control.url) == "http://control.test/v1/runs?limit=3&session=s"
    assert control.headers["authorization"] == "Bearer control-token"
    assert control.headers["daytwo-protocol"] == str(PROTOCOL_VERSION)
    assert str(executor.url) == "http://executor.test/v1/datasets"
    assert executor.headers["authorization"] == "Bearer executor-token"


def test_tokens_are_not_in_representations() -> None:
    assert "token" not in repr(CONTROL).replace("token=", "")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Missing), (409, Conflict), (426, Incompatible), (503, Retryable), (500, Bug)]
)
def test_an_error_body_becomes_its_error(status: int, kind: type[Exception]) -> None:
    answer = httpx2.Response(status, json={"code": "some_code", "message": "Do this."})
    with _client([], answer) as client, pytest.raises(kind, match="Do this") as caught:
        client.runs()
    assert caught.value.code == "some_code"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(502, text="<html>bad gateway</html>"),
        httpx2.Response(302, headers={"location": "http://elsewhere.test/"}),
        httpx2.Response(200, text="<html>a login page</html>"),
        httpx2.Response(200, json={"unexpected": 1}),
    ],
)
def test_what_is_no_answer_of_daytwo_is_said_to_be_none(answer: httpx2.Response) -> None:
    with _client([], answer) as client, pytest.raises(Bug) as caught:
        client.runs()
    assert caught.value.code == "unexpected_answer"


@pytest.mark.parametrize("name", ["control", "executor"])
def test_nobody_there_has_a_code_of_its_own(name: str) -> None:
    with Origin(OriginSettings("http://127.0.0.1:1", ""), name) as origin, pytest.raises(Retryable) as caught:
        origin.request("GET", "/healthz")
    assert caught.value.code == f"{name}_unreachable"


def test_a_download_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with _client([], httpx2.Response(200, content=b"ARROW1")) as client:
        client.download("run_1", 1, "t1.arrow", tmp_path / "t1.arrow")
    assert (tmp_path / "t1.arrow").read_bytes() == b"ARROW1"
    answer = httpx2.Response(404, json={"code": "artefact_not_found", "message": "m"})
    with _client([], answer) as client, pytest.raises(Missing):
        client.download("run_1", 1, "t2.arrow", tmp_path / "t2.arrow")
    assert [path.name for path in tmp_path.iterdir()] == ["t1.arrow"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "../../healthz", "a?b=c", "a#b", "a%2fb", "\u00fc"])
def test_a_name_that_is_none_reaches_no_other_address(name: str) -> None:
    seen: list[httpx2.Request] = []
    with _client(seen, httpx2.Response(200, json=[])) as client:
        for call in (client.run, client.session, client.dataset, client.approval, client.events):
            with pytest.raises(Missing, match="list` shows"):
                call(name)
    assert seen == []
