"""A proxy on loopback that keeps every address a browser asks for, and lets it reach one origin alone."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FORWARD_SECONDS = 60.0
CHROMIUMS_OWN = (".google.com", ".googleapis.com", ".gvt1.com")
"""Whom the browser itself asks, whatever it is told, for updates and accounts; no hostile result names them."""


@dataclass
class Recorder:
    """`asked` holds every address, in order, also of requests that were refused."""

    allowed: str
    asked: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def elsewhere(self) -> list[str]:
        """What a page asked for beyond the origin that it came from."""
        return [
            address
            for address in self.asked
            if not address.startswith(f"{self.allowed}/") and not _is_chromiums_own(address)
        ]


def _is_chromiums_own(address: str) -> bool:
    target = address.rsplit(" ", maxsplit=1)[-1]
    host = urlsplit(target).hostname if "://" in target else target.partition(":")[0]
    return (host or "").endswith(CHROMIUMS_OWN)


class _Server(ThreadingHTTPServer):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.recorder = recorder


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        recorder = self.server.recorder
        recorder.asked.append(self.path)
        if self.path.startswith(f"{recorder.allowed}/"):
            self._forward()
        else:
            self.send_error(502)

    def do_POST(self) -> None:
        self._refuse()

    def do_HEAD(self) -> None:
        self._refuse()

    def do_OPTIONS(self) -> None:
        self._refuse()

    def do_CONNECT(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        self.server.recorder.asked.append(f"{self.command} {self.path}")
        self.send_error(502)

    def _forward(self) -> None:
        asked = urlsplit(self.path)
        connection = http.client.HTTPConnection(asked.hostname or "", asked.port, timeout=FORWARD_SECONDS)
        query = f"?{asked.query}" if asked.query else ""
        connection.request("GET", f"{asked.path}{query}", headers=dict(self.headers))
        answer = connection.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        connection.close()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def recording(allowed: str) -> Iterator[Recorder]:
    """A running recorder that forwards to the origin `allowed`."""
    recorder = Recorder(allowed)
    with _Server(recorder) as server:
        recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield recorder
        server.shutdown()
        thread.join()
