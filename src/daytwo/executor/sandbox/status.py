"""What keeper and child report of a run, read strictly: nothing that a program does can write here."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from typing import Any

from daytwo.executor.sandbox.request import Ending
from daytwo.executor.sandbox.unavailable import SandboxUnavailable, refusal
from daytwo.wire.errors import Unavailable

EXIT_MEMORY = 86
"""The cell's exit code for a `MemoryError`."""
_STATUS_LIMIT_BYTES = 1 << 16
_GARBLED = SandboxUnavailable("The sandbox's keeper spoke what we do not understand. Is this installation whole?")


@dataclass
class Status:
    """The events so far."""

    started: bool = False
    failure: Unavailable | None = None
    exit_code: int | None = None
    signal: int | None = None
    peak_rss_bytes: int = 0
    oom: bool = False
    _text: bytearray = field(default_factory=bytearray)

    def take(self, piece: bytes) -> None:
        if self.failure is not None:
            return
        self._text += piece
        try:
            while (end := self._text.find(b"\n")) >= 0:
                line = bytes(self._text[:end])
                del self._text[: end + 1]
                self._note(json.loads(line))
        except (ValueError, KeyError, TypeError):
            self.failure = _GARBLED
        if len(self._text) > _STATUS_LIMIT_BYTES:
            self.failure = _GARBLED

    def _note(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "started":
                self.started = True
            case "refused":
                self.failure = self.failure or refusal(event["code"], event["step"], event["errno"], event["detail"])
            case "ended":
                self.exit_code, self.signal = event["exit"], event["signal"]
            case "usage":
                self.peak_rss_bytes, self.oom = event["peak_rss_bytes"], event["oom"]


def ending_of(status: Status, *, stopped: Ending | None) -> Ending:
    """How an execution ended, where `stopped` is why the executor brought it to its end, if it did."""
    if stopped is not None:
        return stopped
    if status.exit_code is not None:
        return {0: Ending.OK, EXIT_MEMORY: Ending.MEMORY}.get(status.exit_code, Ending.ERROR)
    if status.oom:
        return Ending.MEMORY
    return Ending.TIMEOUT if status.signal == signal.SIGXCPU else Ending.KILLED
