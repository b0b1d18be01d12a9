"""An executor is held to the address and key that were named first, and has to prove the key."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from daytwo.sdk.pins import Pin, Pins, named, prove
from daytwo.wire.errors import DaytwoError
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


def _origin(url: str, key: SigningKey | None) -> httpx2.MockTransport:
    """What answers for this key and address, or with no proof at all; a token must not come."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert "authorization" not in request.headers
        if key is None:
            return httpx2.Response(200, json={"url": url})
        return httpx2.Response(200, json=identify(key, url, request.url.params["challenge"]).model_dump())

    return httpx2.MockTransport(answer)


def test_an_origin_that_holds_the_key_is_taken() -> None:
    prove(Pin(url=URL, public_key=KEY.public.text()), _origin(URL, KEY))


@pytest.mark.parametrize(("url", "key"), [(URL, OTHER), ("http://real.test", KEY), (URL, None)])
def test_another_key_another_address_and_no_proof_are_refused(url: str, key: SigningKey | None) -> None:
    with pytest.raises(DaytwoError) as refused:
        prove(Pin(url=URL, public_key=KEY.public.text()), _origin(url, key))
    assert refused.value.code == "executor_not_proven"


def test_one_executor_is_named_by_itself_and_one_of_several_by_its_id() -> None:
    other = _view(executor="executor_" + "0" * 25 + "1")
    assert named(None, [_view()]) == _view()
    assert named(other.executor, [_view(), other]) == other
    for name, there in ((None, [_view(), other]), (ID, [other]), (None, [])):
        with pytest.raises(DaytwoError, match="Name one executor"):
            named(name, there)
