"""An executor enrols at a control plane of the protocol before, which refuses what it does not know before all else."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import pytest

from daytwo.executor.database import Database
from daytwo.executor.gate import Outbox
from daytwo.executor.link.enrolment import enrol, read_enrolment
from daytwo.wire.errors import DaytwoError
from daytwo.wire.protocol import PROTOCOL_HEADER
from daytwo.wire.signing import SigningKey

KNOWN = {"name", "public_key", "results_url"}
ANSWER = {"executor_id": "executor_01m800000000000000000000aa", "org_id": "local", "token": "t"}


class Before(BaseHTTPRequestHandler):
    """What a control plane of protocol 1 answers to an enrolment: by its body first, then by its version."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        spoken = self.headers[PROTOCOL_HEADER]
        self.server.heard.append((spoken, "link_key" in body))
        if set(body) != KNOWN:
            self.answer(400, {"code": "invalid_request", "message": "link_key: extra inputs are not permitted"})
        elif spoken != "1":
            self.answer(426, {"code": "protocol_mismatch", "message": "This control plane speaks 1."})
        elif self.server.refuses:
            self.answer(401, {"code": "bad_token", "message": "It was used."})
        else:
            self.answer(200, ANSWER)

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Nothing: the test tells what was heard."""


@contextmanager
def standing(*, refuses=False):
    with ThreadingHTTPServer(("127.0.0.1", 0), Before) as server:
        server.heard, server.refuses = [], refuses
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def enrolled(folder, server):
    database = Database(folder / "executor.sqlite")
    try:
        outbox, url = Outbox(database, "local"), f"http://127.0.0.1:{server.server_port}"
        return anyio.run(enrol, outbox, SigningKey.generate(), url, "http://here", "once", folder / "enrolment")
    finally:
        database.close()


def test_a_control_plane_of_the_protocol_before_enrols_this_executor(tmp_path):
    with standing() as server:
        made = enrolled(tmp_path, server)
    assert server.heard == [("2", True), ("2", False), ("1", False)]
    assert made == read_enrolment(tmp_path / "enrolment")
    assert made.key is None


def test_what_it_then_refuses_is_told(tmp_path):
    with standing(refuses=True) as server, pytest.raises(DaytwoError) as refused:
        enrolled(tmp_path, server)
    assert refused.value.code == "bad_token"
    assert not (tmp_path / "enrolment").exists()
