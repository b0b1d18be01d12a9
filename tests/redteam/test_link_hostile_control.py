"""A control plane that answers with anything: the executor keeps its memory, its process and its silence."""

import gzip
import itertools
import json
import re

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from daytwo.executor.link import LinkClient, Worker
from daytwo.executor.link.client import RESPONSE_LIMIT_BYTES
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Bug, DaytwoError, Retryable
from daytwo.wire.task import Claim, Offer

PIECE = b" " * (1 << 16)
OFFER = Offer(profiles=("small",), environment="0" * 64)


class Endless(httpx2.AsyncByteStream):
    """A body without end, that counts what was taken of it."""

    def __init__(self):
        self.taken = 0

    async def __aiter__(self):
        while True:
            self.taken += len(PIECE)
            yield PIECE


def answer(status, body, **headers):
    return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))


def ask(outbox, respond):
    """What one claim comes back with, where `respond` is the control plane."""

    async def go():
        client = LinkClient("http://control", SecretStr("t"), transport=httpx2.MockTransport(respond))
        try:
            return await client.send(outbox.claim(Claim(instance="0123456789")))
        finally:
            await client.close()

    return anyio.run(go)


@pytest.fixture
def outbox(make_executor):
    return make_executor().outbox


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_without_end_is_cut(outbox, status):
    body = Endless()
    with pytest.raises(Retryable):
        ask(outbox, lambda _: httpx2.Response(status, stream=body))
    assert body.taken <= RESPONSE_LIMIT_BYTES + len(PIECE)


@pytest.mark.parametrize("body", [b"[" * 200_000, b"9" * 5_000, b"\xff", b"{"], ids=["deep", "digits", "bytes", "half"])
@pytest.mark.parametrize("status", [200, 409])
def test_what_is_no_answer_is_tried_again(outbox, body, status):
    with pytest.raises(Retryable):
        ask(outbox, lambda _: answer(status, body))


def test_compressed_answers_are_not_asked_for_and_not_unpacked(outbox):
    """A few bytes could unpack to more memory than there is."""
    seen = []
    bomb = gzip.compress(b'{"a": 1}')

    def respond(request):
        seen.append(request.headers["accept-encoding"])
        return answer(200, bomb, **{"content-encoding": "gzip"})

    with pytest.raises(Retryable):
        ask(outbox, respond)
    assert seen == ["identity"]


def test_no_redirect_is_followed(outbox):
    asked = []

    def respond(request):
        asked.append(request.url.host)
        return answer(307, b"", location="http://elsewhere/")

    with pytest.raises(DaytwoError):
        ask(outbox, respond)
    assert asked == ["control"]


def test_nothing_leaves_that_the_gate_did_not_mint():
    class Forged:
        method, path, body, channel = "POST", "/link/v1/complete", b"4711", "observation"

    with pytest.raises(Bug):
        ask(type("Outbox", (), {"claim": lambda *_: Forged()})(), lambda _: httpx2.Response(204))


def hostile_answers(make_task):
    honest = make_task()
    request = honest.model_dump(mode="json")
    task = {"task_id": honest.task_id, "epoch": 1, "request": request}
    other = make_task(org_id="other", on_behalf_of={"org_id": "other", "kind": "person", "id": "eve"})
    yield from (
        [],
        7,
        {"task_id": other.task_id, "epoch": 1, "request": other.model_dump(mode="json")},
        task | {"task_id": "sha256:" + "0" * 64},
        task | {"epoch": 0},
        task | {"note": "x"},
        task | {"request": request | {"program": "x" * (256 * 1024 + 1)}},
        task | {"request": request | {"program": "\ud800"}},
        task | {"request": request | {"next_snapshot": 10**300}},
        task | {"request": request | {"run_id": "run_../../../../etc/passwd"}},
        task | {"request": request | {"session_id": honest.session_id + "\n"}},
        task | {"request": request | {"base_session": "/etc"}},
        task | {"request": request | {"protocol": 99}},
    )


def test_no_hostile_task_is_run_or_ends_the_worker(make_executor, make_task):
    """Each is met by a worker that refuses it and asks on: its second claim ends it here."""
    executor = make_executor()
    heard, ran = [], []

    class SecondClaim(Exception):
        pass

    async def run_task(*task):
        ran.append(task)

    async def meet(hostile, finished):
        turns = itertools.count()

        def respond(request):
            heard.append((request.url.path, request.content))
            if next(turns):
                raise SecondClaim
            return answer(200, json.dumps(hostile).encode())

        client = LinkClient("http://control", SecretStr("t"), transport=httpx2.MockTransport(respond))
        parts = (client, executor.outbox, executor.journal, "local", run_task, executor.budget.debited)
        try:
            await Worker(*parts, executor.approvals, lambda: OFFER).run()
        except* SecondClaim:
            finished.append(hostile)

    async def meet_all(answers, finished):
        async with anyio.create_task_group() as group:
            for hostile in answers:
                group.start_soon(meet, hostile, finished)

    answers, finished = list(hostile_answers(make_task)), []
    anyio.run(meet_all, answers, finished)
    assert len(finished) == len(answers) == 13
    assert ran == []
    assert {path for path, _ in heard} == {"/link/v1/claim"}
    claim = rb'\{"instance":"[0-9a-f]{32}","offer":' + re.escape(canonical_bytes(OFFER)) + rb"\}"
    assert all(re.fullmatch(claim, body) for _, body in heard)
    assert len(heard) == 2 * len(answers)
