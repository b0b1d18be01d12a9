"""A control plane as a process of its own, on a database that the bench shares with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

START_SECONDS = 120.0
POLL_SECONDS = 0.02
ANSWER_SECONDS = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*processes: int) -> float:
    """What these processes have used since they were started."""
    used = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / _TICKS


class ControlProcess:
    """Started, killed, started again: on the same home and port."""

    def __init__(self, home: Path, database_url: str, process_id: str = "local-0", crashpoint: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._home = home
        self._environment = os.environ | {
            "DAYTWO_HOME": str(home),
            "DAYTWO_DATABASE_URL": database_url,
            "DAYTWO_PROCESS_ID": process_id,
            "DAYTWO_CRASHPOINT": crashpoint,
        }
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return (self._home / "control" / "token").read_text("ascii").strip()

    def start(self) -> None:
        command = [sys.executable, "-m", "daytwo.cli.main", "control", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("the control plane did not start")
            time.sleep(POLL_SECONDS)

    def answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/healthz", timeout=1, trust_env=False).is_success
        except httpx2.HTTPError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It stands still meanwhile, as a process does that gets no processor."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def client(self) -> httpx2.AsyncClient:
        """As a person; connections are kept."""
        return httpx2.AsyncClient(
            base_url=self.url,
            headers={"authorization": f"Bearer {self.token}"},
            timeout=ANSWER_SECONDS,
            limits=httpx2.Limits(max_connections=2_000),
            trust_env=False,
        )
