"""Canaries: every cell of a dataset is unique, and none reaches a model's provider or the control plane's database.

The provider is an OpenAI-compatible server on loopback that records every byte; the program shows, prints and raises
the canaries, so that the person sees them.
"""

import base64
import json
import os
import secrets
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
    """An OpenAI-compatible server that records what it gets and answers from a list."""

    def __init__(self):
        self.requests = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                provider.requests.append(self.requestline.encode() + bytes(self.headers) + body)
                reply = REPLIES[min(len(provider.requests), len(REPLIES)) - 1]
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


def test_no_cell_reaches_the_provider_or_the_control_plane(provider, tmp_path):
    names, secret_numbers = canaries(40), [str(secrets.randbelow(10**12) + 10**12) for _ in range(40)]
    data = tmp_path / "people.csv"
    lines = [f"{name},{number}" for name, number in zip(names, secret_numbers, strict=True)]
    data.write_text("name,number\n" + "\n".join(lines) + "\n")
    values = names + secret_numbers
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        command = [sys.executable, "-m", "daytwo.cli.main", "ask", str(data), "Who is there?", "--model", "openai:test"]
        environment = os.environ | {"OPENAI_BASE_URL": provider.url, "DAYTWO_HOME": str(home)}
        done = subprocess.run(
            [*command, "--json"], capture_output=True, text=True, timeout=RUN_SECONDS, env=environment, check=False
        )
        server = EmbeddedServer(home)
        kept = everything_in(server.start())
        server.destroy()
    answer = json.loads(done.stdout)
    assert answer["status"] == "succeeded", answer
    # The positive control: the person sees the values, so the scan below would have had something to find.
    assert len(set(found_in(done.stdout, values))) == len(values)
    assert answer["says"] == [f"First: {names[0]}"]
    assert [step["observation"]["outcome"] for step in answer["steps"]] == ["error", "ok"]
    sent = b"\n".join(provider.requests).decode("utf-8")
    assert len(provider.requests) == 2
    assert "name" in sent
    assert "KeyError" in provider.requests[1].decode()
    assert found_in(sent, values) == []
    assert "run.succeeded" in kept
    assert found_in(kept, values) == []
    assert found_in(json.dumps(answer["receipt"]["outbound"]), values) == []
