"""Following a run: every event once, in order, whatever the connection does."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.sdk.events import BACKOFF_FIRST_SECONDS, BACKOFF_LIMIT_SECONDS, OUTAGE_TOLD_SECONDS, follow, so_far
from daytwo.sdk.origin import Origin, OriginSettings
from daytwo.wire.errors import Bug, Missing, Retryable, Unauthenticated

RUN = "run_01k00000000000000000000000"
AT = "2026-01-02T03:04:05.678Z"
SETTINGS = OriginSettings("http://control.test", "t0ken")

Handler = Callable[[httpx2.Request], httpx2.Response]


def _event(seq: int, *, last: int) -> str:
    kind = "run.succeeded" if seq == last else "run.planning"
    return f"id: {seq}\ndata: {json.dumps({'run': RUN, 'seq': seq, 'at': AT, 'kind': kind, 'data': {}})}\n\n"


def _stream(text: str) -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, text=text)


def _view(status: str) -> httpx2.Response:
    fields = {"run": RUN, "session": "session_" + RUN[4:], "status": status, "question": "q", "model": "m"}
    return httpx2.Response(200, json=fields | {"profile": "small", "created_at": AT, "updated_at": AT})


def _origin(handler: Handler) -> Origin:
    return Origin(SETTINGS, "control", httpx2.MockTransport(handler))


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.lists(st.sampled_from(["cut", "refuse", "repeat", "some", "503"]), max_size=12), st.integers(1, 12))
def test_a_client_sees_every_event_once_through_any_faults(faults: list[str], last: int) -> None:
    pending = iter(faults)

    def handle(request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/events"):
            return _view("executing")
        seen = int(request.headers["last-event-id"])
        match next(pending, None):
            case "refuse":
                raise httpx2.ConnectError("refused", request=request)
            case "503":
                return httpx2.Response(503, json={"code": "database_away", "message": "soon"})
            case "cut":
                whole = "".join(_event(seq, last=last) for seq in range(seen + 1, last + 1))
                return _stream(whole[: len(whole) // 2])
            case "repeat":
                return _stream("".join(_event(seq, last=last) for seq in range(1, seen + 1)))
            case "some":
                return _stream(": ping\n\n" + _event(seen + 1, last=last))
            case _:
                return _stream("".join(_event(seq, last=last) for seq in range(seen + 1, last + 1)))

    clock = _Clock()
    with _origin(handle) as origin:
        events = list(follow(origin, RUN, clock=clock, sleep=clock.sleep))
    assert [event.seq for event in events] == list(range(1, last + 1))


def test_an_outage_without_end_ends_the_following() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    clock = _Clock()
    with _origin(handle) as origin, pytest.raises(Retryable) as caught:
        next(follow(origin, RUN, outage_limit_seconds=30, clock=clock, sleep=clock.sleep))
    assert caught.value.code == "control_unreachable"
    assert 30 <= clock.now <= 40


def test_an_outage_is_told_now_and_then_and_followed_through_without_limit() -> None:
    clock, told = _Clock(), []

    def handle(request: httpx2.Request) -> httpx2.Response:
        if clock.now < 3_600:
            raise httpx2.ConnectError("refused", request=request)
        return _stream(_event(1, last=1))

    with _origin(handle) as origin:
        found = follow(
            origin, RUN, outage_limit_seconds=math.inf, on_outage=told.append, clock=clock, sleep=clock.sleep
        )
        assert [event.seq for event in found] == [1]
    longest = BACKOFF_LIMIT_SECONDS * 1.5
    assert len(told) == 10
    assert all(0 <= seconds - OUTAGE_TOLD_SECONDS * 2**turn <= longest for turn, seconds in enumerate(told))


def test_clients_that_were_cut_off_together_come_back_apart() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    back = set()
    for _ in range(20):
        clock = _Clock()
        with _origin(handle) as origin, pytest.raises(Retryable):
            next(follow(origin, RUN, outage_limit_seconds=0, clock=clock, sleep=clock.sleep))
        assert 0.5 * BACKOFF_FIRST_SECONDS <= clock.now <= 1.5 * BACKOFF_FIRST_SECONDS
        back.add(clock.now)
    assert len(back) == 20


def test_a_gap_is_a_bug() -> None:
    with (
        _origin(lambda _: _stream(_event(2, last=3))) as origin,
        pytest.raises(Bug, match="event 2 came after event 0"),
    ):
        list(follow(origin, RUN))


def test_a_run_that_was_over_before_has_nothing_more_to_say() -> None:
    clock = _Clock()

    def handle(request: httpx2.Request) -> httpx2.Response:
        return _stream("") if request.url.path.endswith("/events") else _view("succeeded")

    with _origin(handle) as origin:
        assert list(follow(origin, RUN, 7, clock=clock, sleep=clock.sleep)) == []


def test_what_is_there_now_ends_with_silence() -> None:
    class Silent(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield _event(1, last=9).encode()
            raise httpx2.ReadTimeout("silence")

    def handle(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Silent())

    with _origin(handle) as origin:
        assert [event.seq for event in so_far(origin, RUN)] == [1]


@pytest.mark.parametrize(("status", "kind"), [(404, Missing), (401, Unauthenticated)])
def test_an_error_that_stays_is_raised_at_once(status: int, kind: type[Exception]) -> None:
    with (
        _origin(lambda _: httpx2.Response(status, json={"code": "c", "message": "m"})) as origin,
        pytest.raises(kind),
    ):
        next(follow(origin, RUN))
