"""`last` stands for the last question's run, and for its session."""

from __future__ import annotations

import httpx2
import pytest

from daytwo.cli.last import run_named, session_named
from daytwo.cli.usage import Usage
from daytwo.sdk import Client
from daytwo.sdk.origin import OriginSettings

RUN = {
    "run": "run_01k00000000000000000000000",
    "session": "session_01k00000000000000000000000",
    "status": "succeeded",
    "question": "How many?",
    "model": "builtin:analyst",
    "profile": "small",
    "created_at": "2026-01-02T03:04:05.678Z",
    "updated_at": "2026-01-02T03:04:05.678Z",
}


def _client(*runs: dict[str, str]) -> Client:
    """A client of a control plane that knows these runs, newest first."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=list(runs), request=request))
    settings = OriginSettings("http://127.0.0.1:1", "token")
    return Client(settings, settings, control_transport=transport)


def test_last_is_the_newest_run_and_its_session() -> None:
    with _client(RUN) as client:
        assert run_named(client, "last") == RUN["run"]
        assert session_named(client, "last") == RUN["session"]


def test_an_id_is_itself_and_nobody_is_asked() -> None:
    with _client() as client:
        assert run_named(client, "run_7") == "run_7"
        assert session_named(client, "session_7") == "session_7"


def test_where_nothing_was_asked_there_is_no_last() -> None:
    with _client() as client, pytest.raises(Usage) as caught:
        run_named(client, "last")
    assert caught.value.code == "no_session"
