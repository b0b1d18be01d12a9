"""An executor is held to the address and key that were named first, and has to prove the key."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from daytwo.sdk.origin import Origin, OriginSettings
from daytwo.sdk.pins import Pin, Pins, named
from daytwo.wire.errors import DaytwoError, Denied, Retryable
from daytwo.wire.identity import identify
from daytwo.wire.run import ExecutorView
from daytwo.wire.signing import SigningKey

KEY, OTHER = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
URL = "http://executor.test"
ID = "executor_" + "0" * 26


def _view(url: str = URL, key: SigningKey | None = KEY, executor: str = ID) -> ExecutorView:
    public = None if key is None else key.public.text()
    return ExecutorView(executor=executor, name="n", results_url=url, connected=True, public_key=public)


def _refusal(pins: Pins, view: ExecutorView) -> str:
    with pytest.raises(DaytwoError) as refused:
        pins.settled(view)
    return refused.value.code


def test_the_first_word_is_kept_for_its_owner_alone_and_another_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pins.json"
    pin = Pins(file).settled(_view())
    assert pin == Pin(url=URL, public_key=KEY.public.text()) == Pins(file).settled(_view(URL + "/"))
    assert file.stat().st_mode & 0o777 == 0o600
    kept = file.read_bytes()
    assert _refusal(Pins(file), _view("http://elsewhere.test")) == "executor_changed"
    assert _refusal(Pins(file), _view(key=OTHER)) == "executor_changed"
    assert file.read_bytes() == kept
    Pins(file).settled(_view("http://second.test", OTHER, "executor_" + "0" * 25 + "1"))
    assert Pins(file).settled(_view()) == pin


def test_pins_that_cannot_be_read_and_keys_that_are_not_told_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "pins.json"
    assert _refusal(Pins(file), _view(key=None)) == "executor_key_unknown"
    file.write_text("{")
    assert _refusal(Pins(file), _view()) == "pins_damaged"


def _origin(url: str, key: SigningKey | None, asked: list[str]) -> Origin:
    """A client's way to what answers for this key and address, or with no proof at all."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        if request.url.path != "/v1/identity":
            assert request.headers["authorization"] == "Bearer secret"
            return httpx2.Response(200, json={})
        assert "authorization" not in request.headers
        if key is None:
            return httpx2.Response(200, json={"url": url})
        return httpx2.Response(200, json=identify(key, url, request.url.params["challenge"]).model_dump())

    settings = OriginSettings(URL, "secret", KEY.public.text())
    return Origin(settings, "executor", httpx2.MockTransport(answer))


def test_an_origin_that_holds_the_key_proves_it_once_and_gets_the_token() -> None:
    asked: list[str] = []
    with _origin(URL, KEY, asked) as origin:
        origin.request("GET", "/v1/approvals")
        origin.request("GET", "/v1/approvals")
    assert asked == ["/v1/identity", "/v1/approvals", "/v1/approvals"]


def test_an_origin_whose_connection_was_lost_proves_its_key_again() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        if asked.count("/v1/approvals") == 2 and request.url.path == "/v1/approvals":
            raise httpx2.ConnectError("gone", request=request)
        holder = KEY if asked.count("/v1/identity") == 1 else OTHER
        challenge = request.url.params.get("challenge", "")
        return httpx2.Response(200, json=identify(holder, URL, challenge).model_dump())

    with Origin(OriginSettings(URL, "secret", KEY.public.text()), "executor", httpx2.MockTransport(answer)) as origin:
        origin.request("GET", "/v1/approvals")
        with pytest.raises(Retryable):
            origin.request("GET", "/v1/approvals")
        with pytest.raises(Denied) as refused:
            origin.request("GET", "/v1/approvals")
    assert refused.value.code == "executor_not_proven"
    assert asked.count("/v1/approvals") == 2


@pytest.mark.parametrize(("url", "key"), [(URL, OTHER), ("http://real.test", KEY), (URL, None)])
def test_another_key_another_address_and_no_proof_are_refused(url: str, key: SigningKey | None) -> None:
    asked: list[str] = []
    with _origin(url, key, asked) as origin, pytest.raises(Denied) as refused:
        origin.request("GET", "/v1/approvals")
    assert refused.value.code == "executor_not_proven"
    assert asked == ["/v1/identity"]


def test_an_origin_that_fails_to_answer_is_asked_again_and_got_no_token() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert "authorization" not in request.headers
        return httpx2.Response(503)

    with Origin(OriginSettings(URL, "secret", KEY.public.text()), "executor", httpx2.MockTransport(answer)) as origin:
        with pytest.raises(Retryable) as failed:
            origin.request("GET", "/v1/approvals")
        assert failed.value.code == "executor_unreachable"


def test_one_executor_is_named_by_itself_and_one_of_several_by_its_id() -> None:
    other = _view(executor="executor_" + "0" * 25 + "1")
    assert named(None, [_view()]) == _view()
    assert named(other.executor, [_view(), other]) == other
    for name, there in ((None, [_view(), other]), (ID, [other]), (None, [])):
        with pytest.raises(DaytwoError, match="Name one executor"):
            named(name, there)
