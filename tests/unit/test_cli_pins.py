"""A command sends its token to the executor of its home, and to nobody else who listens at that address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from daytwo.cli.supervisor import client_of
from daytwo.cli.upfile import Up
from daytwo.secretfile import read_or_create_key, read_or_create_token
from daytwo.wire.errors import Denied
from daytwo.wire.identity import identify
from daytwo.wire.signing import SigningKey


@contextmanager
def listening(key: SigningKey) -> Iterator[tuple[str, list[str | None]]]:
    """Somebody who holds a key, and what came to them as `Authorization`."""
    came: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.headers["authorization"])
            place = urlsplit(self.path)
            url = f"http://127.0.0.1:{server.server_port}"
            body = "[]"
            if place.path == "/v1/identity":
                body = identify(key, url, parse_qs(place.query)["challenge"][0]).model_dump_json()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nothing to standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", came
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("is_own", [True, False])
def test_only_the_homes_own_executor_gets_the_token(tmp_path: Path, is_own: bool) -> None:
    folder = tmp_path / "executor"
    folder.mkdir(mode=0o700)
    token = read_or_create_token(folder / "token")
    own = read_or_create_key(folder / "signing.key")
    with listening(own if is_own else SigningKey.generate()) as (url, came):
        up = Up(pid=1, control_url="http://127.0.0.1:1", executor_url=url, version="0")
        with client_of(tmp_path, up) as client:
            if is_own:
                assert client.approvals() == []
            else:
                with pytest.raises(Denied, match="does not hold the executor's key"):
                    client.approvals()
    assert came == ([None, f"Bearer {token}"] if is_own else [None])
