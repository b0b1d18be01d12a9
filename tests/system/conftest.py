"""Running planes, a hostile run in them, and Debian's Chromium behind a recording proxy."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from daytwo.cli.supervisor import client_of
from daytwo.cli.upfile import read_up
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.sdk import Client

from .recorder import Recorder, recording

SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
RUN_SECONDS = 120
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""Chromium asks for nothing of its own accord, so that whatever the recorder sees was the page's doing."""

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        command = [sys.executable, "-m", "daytwo.cli.main", "up", "--json", "--home", str(home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert any('"ready"' in line for line in process.stdout)
            yield home
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        EmbeddedServer(home).destroy()


@pytest.fixture(scope="session")
def daytwo(home: Path) -> Command:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "daytwo.cli.main", *words, "--home", str(home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def client(home: Path) -> Iterator[Client]:
    up = read_up(home)
    assert up is not None
    with client_of(home, up) as made:
        yield made


@pytest.fixture(scope="session")
def ask(daytwo: Command, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], str]:
    """Asks with a program of the test's own; returns the run."""

    def asked(question: str, program: str) -> str:
        replay = tmp_path_factory.mktemp("replay") / "model.jsonl"
        replay.write_text(json.dumps({"final": True, "code": program}) + "\n")
        done = daytwo("ask", str(SAMPLE), question, "--model", f"replay:{replay}", "--json")
        return str(json.loads(done.stdout)["run"])

    return asked


@pytest.fixture(scope="session")
def recorder(client: Client) -> Iterator[Recorder]:
    with recording(client.executor.url) as made:
        yield made


@pytest.fixture(scope="session")
def browser(recorder: Recorder) -> Iterator[Browser]:
    assert shutil.which("chromium"), "Chromium is missing: `make test-system` installs it as root."
    with sync_playwright() as playwright:
        proxy = {"server": recorder.url, "bypass": "<-loopback>"}
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), proxy=proxy)  # type: ignore[arg-type]
        yield made
        made.close()
