"""The log of a served process: standard error, which `up` keeps in a file.

A full disk costs lines, never the process.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO

import structlog


class LossyStream:
    """Writes to a stream what it takes.  `structlog` would raise, in whatever part has something to say."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def to_standard_error() -> None:
    """Sends the log there, for the life of this process."""
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(LossyStream(sys.stderr)))  # type: ignore[arg-type]  # a TextIO as far as it is used
