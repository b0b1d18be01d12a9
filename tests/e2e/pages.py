"""The pages whose commands are typed, each with what stands behind the names of servers that it uses.

`python -m tests.e2e.pages [PAGE…]` writes what is printed now into the blocks that are untrue (all pages, or those
named by their file, such as `own-model.md`): read the difference before you commit it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from daytwo.control.storage.embedded import EmbeddedServer
from tests.e2e.console import amend

DOCS = Path(__file__).parents[2] / "docs"
Stands = Mapping[str, str]
"""Text of a page → what it stands for here."""

PROGRAM = """\
orders = data("orders").pandas()
by = orders.groupby("region")["revenue"].sum().sort_values(ascending=False)
say(f"The largest region is {by.index[0]}.")
show(by.reset_index(), title="Revenue by region")
"""
REPLY = json.dumps({"intent": "revenue by region, the largest first", "program": PROGRAM, "final": True})


class _Model(BaseHTTPRequestHandler):
    """A model that speaks OpenAI's protocol and always answers the same."""

    def do_POST(self) -> None:  # http.server calls it so
        self.rfile.read(int(self.headers["content-length"]))
        message = {"role": "assistant", "content": f"```json\n{REPLY}\n```"}
        usage = {"prompt_tokens": 2_000, "completion_tokens": 100, "total_tokens": 2_100}
        answer = {"choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage}
        body = json.dumps({"id": "c1", "object": "chat.completion", "created": 1, "model": "qwen3"} | answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are nothing that a test prints."""


@contextmanager
def nothing() -> Iterator[Stands]:
    yield {}


@contextmanager
def a_model() -> Iterator[Stands]:
    """A server of models on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Model) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield {"localhost:11434": f"127.0.0.1:{server.server_port}"}
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def a_database() -> Iterator[Stands]:
    """A PostgreSQL that is not of the reader's home."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        server = EmbeddedServer(Path(folder) / "theirs")
        try:
            yield {"postgresql://daytwo:secret@db.example:5432/daytwo": server.start()}
        finally:
            server.destroy()


PAGES: Mapping[Path, Callable[[], AbstractContextManager[Stands]]] = {
    DOCS / "tutorial" / "first-hour.md": nothing,
    DOCS / "how-to" / "own-files.md": nothing,
    DOCS / "how-to" / "own-model.md": a_model,
    DOCS / "how-to" / "own-database.md": a_database,
}

if __name__ == "__main__":
    for page, behind in PAGES.items():
        if not sys.argv[1:] or page.name in sys.argv[1:]:
            with behind() as stands:
                amend(page, stands)
