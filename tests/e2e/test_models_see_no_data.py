"""Canaries: every cell of a dataset is unique, and none reaches a model's provider or the control plane's database.

The provider is an OpenAI-compatible server on loopback that records every byte; the program shows, prints and raises
the canaries, so that the person sees them.
"""

import base64
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest

from daytwo.control.storage.embedded import EmbeddedServer

RUN_SECONDS = 180
REPLIES = (
    "Let me try.\n```python\nframe = data('people').pandas()\nprint(frame)\nraise KeyError(frame['name'][0])\n```",
    json.dumps(
        {
            "intent": "Show everything to the person.",
            "program": "frame = data('people').pandas()\nshow(frame)\nprint(frame)\nsay('First: ' + frame['name'][0])",
            "final": True,
        }
    ),
)


class Provider:
    """An OpenAI-compatible server that records what it gets and answers from a list of replies, or of their makers."""

    def __init__(self):
        self.requests = []
        self.replies = REPLIES
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                provider.requests.append(self.requestline.encode() + bytes(self.headers) + body)
                replies = provider.replies
                reply = replies[min(len(provider.requests), len(replies)) - 1]
                reply = reply if isinstance(reply, str) else reply(body.decode())
                answer = {"choices": [{"message": {"role": "assistant", "content": reply}, "finish_reason": "stop"}]}
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def provider():
    provider = Provider()
    yield provider
    provider.stop()


def canaries(count):
    return [secrets.token_hex(8) for _ in range(count)]


def encodings(canary):
    """Forms under which a value might slip through."""
    raw = canary.encode()
    yield from (canary, canary.upper(), canary[::-1], raw.hex(), urllib.parse.quote(canary))
    for offset in range(3):
        coded = base64.b64encode(b"x" * offset + raw).decode()
        yield coded[4:-4] if offset else coded[:-4]
    yield raw.decode().encode("utf-16-le").hex()


def found_in(haystack, values):
    lowered = haystack.lower()
    return [value for value in values for form in encodings(value) if form.lower() in lowered]


def everything_in(url):
    """All rows of all tables of the control plane's database, the durable engine's included, as text."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = []
        for (table,) in tables:
            for (row,) in connection.execute(f"select t::text from {table} t"):
                rows.append(row)
                # Binary columns show as hex: read them as text, too.
                rows.extend(
                    bytes.fromhex(part).decode("utf-8", "replace")
                    for part in row.replace('"', "").replace("\\\\", "\\").split("\\x")[1:]
                    for part in [part.split(",")[0].rstrip(")")]
                    if len(part) % 2 == 0 and all(letter in "0123456789abcdef" for letter in part)
                )
        assert len(tables) > 10
        return "\n".join(rows)


@pytest.fixture(scope="module")
def home(provider):
    """Planes that run for all of this module's questions."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        command = [sys.executable, "-m", "daytwo.cli.main", "up", "--json", "--home", str(home)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"OPENAI_BASE_URL": provider.url}
        ) as process:
            assert any('"ready"' in line for line in process.stdout)
            yield home
            process.send_signal(signal.SIGINT)
            assert process.wait(RUN_SECONDS) == 0
        EmbeddedServer(home).destroy()


@pytest.fixture
def daytwo(home, provider):
    """Runs a command; the provider has forgotten what it got before, so that it begins its replies anew."""
    provider.requests.clear()

    def run(*words):
        command = [sys.executable, "-m", "daytwo.cli.main", *words, "--home", str(home)]
        return subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)

    return run


class People:
    """A table of personal data, every cell of it unique."""

    def __init__(self, folder, name):
        self.names, numbers = canaries(40), [str(secrets.randbelow(10**12) + 10**12) for _ in range(40)]
        self.values = self.names + numbers
        self.path = folder / name
        lines = [f"{name},{number}" for name, number in zip(self.names, numbers, strict=True)]
        self.path.write_text("name,number\n" + "\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return People(tmp_path_factory.mktemp("data"), "people.csv")


def kept_by_control(home):
    return everything_in(EmbeddedServer(home).start())  # which takes the server that runs


def test_no_cell_reaches_the_provider_or_the_control_plane(daytwo, provider, home, people):
    done = daytwo("ask", str(people.path), "Who is there?", "--model", "openai:test", "--json")
    kept = kept_by_control(home)
    answer = json.loads(done.stdout)
    assert answer["status"] == "succeeded", answer
    # The positive control: the person sees the values, so the scan below would have had something to find.
    assert len(set(found_in(done.stdout, people.values))) == len(people.values)
    assert answer["says"] == [f"First: {people.names[0]}"]
    assert [step["observation"]["outcome"] for step in answer["steps"]] == ["error", "ok"]
    sent = b"\n".join(provider.requests).decode("utf-8")
    assert len(provider.requests) == 2
    assert "name" in sent
    assert "KeyError" in provider.requests[1].decode()
    assert found_in(sent, people.values) == []
    assert "run.succeeded" in kept
    assert found_in(kept, people.values) == []
    assert found_in(json.dumps(answer["receipt"]["outbound"]), people.values) == []
    assert answer["receipt"]["question"] == {"held": [], "consented": False, "stand_ins": []}
    assert {held["kind"] for held in answer["receipt"]["held_back"]} == {"sentence", "table", "output", "traceback"}


def test_a_question_that_holds_a_cell_reaches_nobody_without_its_authors_word(daytwo, provider, home, people):
    name = people.names[7]
    question = f"What is the number of {name.upper()}?"
    refused = daytwo("ask", str(people.path), question, "--model", "openai:test", "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stderr)["error"]["code"] == "question_holds_data"
    assert provider.requests == []
    assert found_in(kept_by_control(home), people.values) == []
    sent = daytwo("ask", str(people.path), question, "--model", "openai:test", "--json", "--send-as-typed")
    receipt = json.loads(sent.stdout)["receipt"]
    assert receipt["question"] == {"held": ["people.name"], "consented": True, "stand_ins": []}
    assert json.loads(receipt["outbound"][0]["body"])["question"] == question
    follow_up = daytwo("ask", "--session", "last", f"And {name}, beside {people.names[0]}?", "--json")
    assert json.loads(follow_up.stderr)["error"]["message"].count("a value of") == 1  # the other is known outside
    assert set(found_in(b"\n".join(provider.requests).decode(), people.values)) == {name}


def test_a_program_filters_by_a_name_that_only_a_stand_in_of_reached_the_model(daytwo, provider, home, tmp_path):
    own = People(tmp_path, "members.csv")

    def reply(prompt):
        token = re.search(r"typed\(\W*(\w{10})", prompt)[1]
        program = f"d = data('members').pandas()\nrow = d[d['name'] == typed('{token}')].iloc[0]\nsay(row['number'])"
        return json.dumps({"intent": "Look the number up.", "program": program, "final": True})

    provider.replies = (reply,)
    question = f"What is the number of {own.names[7].upper()}?"
    done = daytwo("ask", str(own.path), question, "--model", "openai:test", "--json", "--stand-ins")
    provider.replies = REPLIES
    answer = json.loads(done.stdout)
    assert [str(said) for said in answer["says"]] == [own.values[len(own.names) + 7]]
    assert len(provider.requests) == 1
    assert found_in(provider.requests[0].decode(), own.values) == []
    assert found_in(kept_by_control(home), own.values) == []
    asked = answer["receipt"]["question"]
    assert (asked["held"], asked["consented"]) == ([], False)
    assert [(one["text"], one["source"]) for one in asked["stand_ins"]] == [(own.names[7].upper(), "members.name")]


def test_open_data_does_reach_the_model_and_everybody_is_told(daytwo, provider, home, tmp_path):
    """The positive control of the scan, and the loudest of all receipts."""
    own = People(tmp_path, "guests.csv")
    assert daytwo("data", "add", str(own.path)).returncode == 0
    assert daytwo("data", "sign", "guests", "--level", "open", "--expires", "8h").returncode == 0
    program = "frame = data('guests').pandas()\nprint(frame.to_csv())\nsay(frame['name'][0])\nshow(frame)"
    provider.replies = [json.dumps({"intent": "look", "program": program, "final": final}) for final in (False, True)]
    done = daytwo("ask", str(own.path), "Who is there?", "--model", "openai:test")
    provider.replies = REPLIES
    assert done.returncode == 0, done.stderr
    assert "OPEN: " in done.stderr
    assert found_in(provider.requests[0].decode(), own.values) == []
    assert len(set(found_in(provider.requests[1].decode(), own.values))) == len(own.values)
    receipt = json.loads(daytwo("receipts", "show", "last", "--json").stdout)
    assert receipt["open_characters"] > sum(map(len, own.values))
    assert [message["channel"] for message in receipt["outbound"]].count("open") == 2
    shown = daytwo("receipts", "show", "last", "--html", "--json")
    page = Path(json.loads(shown.stdout)["path"]).read_text()
    assert page.count('class="alarm"') >= 3
    assert "gate.opened" in daytwo("ledger", "export", "--plane", "executor").stdout
