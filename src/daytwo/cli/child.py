"""A child process of the supervisor: started in a session of its own, greeted over its lifeline, logged to a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.abc

from daytwo.wire.errors import Bug, DaytwoError, Unavailable

STOP_SECONDS = 10.0
ANNOUNCEMENT_LIMIT_BYTES = 64 * 1024
LOG_LIMIT_BYTES = 16 * 1024 * 1024
"""A log past this size is put aside as `NAME.log.1` when its process starts."""
TAIL_BYTES = 16 * 1024
ROOM_BYTES = 64 * 1024
"""With less on its disk, a process that could not say why it ended has ended for this."""
_ERROR_LINE = re.compile(r"^error\[([a-z0-9_]+)\]: (.+)$", re.MULTILINE)


class Child:
    """One process at a time, started again as often as asked.

    Args:
        name: what people call it; its log is `{name}.log`.
        arguments: the words after `daytwo`.
        logs: the folder for its log.
        keeps: file descriptors that it inherits and never uses: the lock of the home.
        environment: all of its environment.
        announces: it says one line of JSON on standard output when it is ready.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        logs: Path,
        *,
        keeps: Sequence[int],
        environment: Mapping[str, str],
        announces: bool = False,
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._arguments = tuple(arguments)
        self._keeps = tuple(keeps)
        self._environment = dict(environment)
        self._announces = announces
        self._process: anyio.abc.Process | None = None
        self._log_start = 0

    async def start(self) -> None:
        self._rotate()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = await anyio.open_process(
                [sys.executable, "-m", "daytwo.cli.main", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self._announces else log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._keeps,
                env=self._environment,
            )

    @property
    def process(self) -> anyio.abc.Process:
        if self._process is None:
            raise Bug("not_started", f"The {self.name} was not started.")
        return self._process

    async def greet(self, greeting: dict[str, Any]) -> None:
        """Tells the child what it waits for.  One that has died meanwhile is none the worse for it."""
        stdin = self.process.stdin
        if stdin is None:
            raise Bug("no_lifeline", f"The {self.name} has no lifeline.")
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
            await stdin.send(json.dumps(greeting).encode() + b"\n")

    async def announcement(self) -> dict[str, Any] | None:
        """The child's line on standard output; None where it ended without one."""
        stdout = self.process.stdout
        if stdout is None:
            raise Bug("no_announcement", f"The {self.name} announces nothing.")
        buffer = b""
        while b"\n" not in buffer and len(buffer) < ANNOUNCEMENT_LIMIT_BYTES:
            try:
                buffer += await stdout.receive()
            except anyio.EndOfStream:
                return None
        said = json.loads(buffer.partition(b"\n")[0])
        if not isinstance(said, dict):
            raise Bug("bad_announcement", f"The {self.name} announced something that is no JSON object.")
        return said

    def why(self) -> DaytwoError:
        """Why the last process ended, as its log says."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(self._log_start, self.log.stat().st_size - TAIL_BYTES))
                tail = log.read().decode("utf-8", "replace")
        except OSError:
            tail = ""
        errors = _ERROR_LINE.findall(tail)
        if errors:
            code, message = errors[-1]
            return Unavailable(code, f"{message} (The log is {self.log}.)")
        if shutil.disk_usage(self.log.parent).free < ROOM_BYTES:
            told = f"There is no room left for {self.log.parent.parent}: free some. What is under way goes on then."
            return Unavailable("disk_full", told)
        status = self.process.returncode
        ended = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
        last = next((text.strip() for text in reversed(tail.splitlines()) if text.strip()), "nothing")
        told = f"The {self.name} ended with {ended}; its last words: {last} (The log is {self.log}.)"
        return Unavailable(f"{self.name}_failed", told)

    async def stop(self) -> None:
        """Ends the process in order, or by force after `STOP_SECONDS`, with all that it left in its session."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with suppress(ProcessLookupError):
            process.terminate()
        if process.stdin is not None:
            await process.stdin.aclose()
        with anyio.move_on_after(STOP_SECONDS):
            await process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.aclose()

    def _rotate(self) -> None:
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT_BYTES:
                self.log.replace(self.log.with_suffix(".log.1"))
