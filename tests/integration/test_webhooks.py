"""Webhooks on a real control plane: each end and wait is told once it is recorded, signed, again until it is taken."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from pydantic import SecretStr

from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.webhooks import WebhookSettings, signature
from daytwo.wire.errors import Invalid
from daytwo.wire.verdict import Ruling, Verdict
from tests.integration.test_control_link import ANSWER_SECONDS, Control, Executor, ask

SECRET = "a secret that both sides know"
WITHIN_SECONDS = 180


class Receiver(ThreadingHTTPServer):
    """Believes what is signed; refuses the first message once."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen, self.believed, self.changed = [], {}, threading.Condition()
        self.arrived = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.believed) >= count, WITHIN_SECONDS), self.seen
            return list(self.believed.values())


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        name, at = self.headers["webhook-id"], int(self.headers["webhook-timestamp"])
        self.server.arrived.set()
        genuine = self.headers["webhook-signature"] == f"v1,{signature(SECRET, name, at, body)}"
        with self.server.changed:
            again = name in self.server.seen
            taken = genuine and (again or bool(self.server.believed))
            self.server.seen.append(name)
            if taken:
                self.server.believed[name] = json.loads(body)  # it may come again: at least once is promised
            self.server.changed.notify_all()
        self.send_response(204 if taken else 503)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.shutdown()
    receiver.server_close()


@pytest.fixture
def control(tmp_path, receiver):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "daytwo.toml").write_text(
        f'webhook_url = "http://127.0.0.1:{receiver.server_port}/"\nwebhook_secret = "{SECRET}"\n'
    )
    server = EmbeddedServer(home)
    control = Control(home, server.start())
    yield control
    control.kill()
    server.destroy()


def test_ends_and_waits_are_told_in_order_through_a_refusal_and_a_kill(control, receiver):
    with control.person() as person:
        executor = Executor(control, person, "orders")
        session = person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"]
        first = ask(person, session, "x = 1")
        executor.complete(executor.claim())
        receiver.wait_for(1)
        control.kill()
        control.start()
        second = ask(person, session, "y = 1")
        review = Verdict(verdict=Ruling.REVIEW, rules_version="1")
        executor.complete(executor.claim(), None, verdict=review, approval_id="approval_" + "0" * 26)
        person.post(f"/v1/runs/{second}/cancel")
        told = receiver.wait_for(3)
        executor.client.close()
    assert [(one["type"], one["data"]["run"], one["data"]["reason"]) for one in told] == [
        ("run.succeeded", first, None),
        ("run.waiting", second, "approval"),
        ("run.cancelled", second, "cancelled"),
    ]
    assert receiver.seen[0] == receiver.seen[1]
    assert all("q" not in one["data"] and session == one["data"]["session"] for one in told)


OPEN = "select count(*) from pg_stat_activity where state = 'idle in transaction' and xact_start < %s"


def test_no_transaction_stays_open_while_a_message_is_on_its_way(control, receiver):
    with control.person() as person, receiver.changed:  # nobody answers while this is held
        executor = Executor(control, person, "orders")
        session = person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"]
        ask(person, session, "x = 1")
        executor.complete(executor.claim())
        executor.client.close()
        assert receiver.arrived.wait(WITHIN_SECONDS)
        url = control.environment["DAYTWO_DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as database:
            (arrived,) = database.execute("select clock_timestamp()").fetchone()
            deadline = time.monotonic() + ANSWER_SECONDS * 2
            while database.execute(OPEN, (arrived,)).fetchone()[0]:  # others end at once; another process: no event
                assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "url", ["http://example.org/", "ftp://127.0.0.1/", "https://user@example.org/", "https:///x", ""]
)
def test_nothing_is_sent_in_the_clear_to_elsewhere(url):
    with pytest.raises(Invalid) as refused:
        WebhookSettings(url, SecretStr(SECRET))
    assert refused.value.code == "bad_webhook"
    with pytest.raises(Invalid):
        WebhookSettings("https://example.org/", SecretStr(""))
