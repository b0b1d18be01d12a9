"""The process that reviews: reads requests from standard input, writes verdicts to standard output, one at a time.

Started by `process.py`, which kills it where it is late.  It limits its own memory and, for each review, the processor
time, so that most hostile texts end as a finding and cost no new process.
"""

from __future__ import annotations

import gc
import resource
import signal
import struct
import sys
from importlib import import_module
from types import FrameType
from typing import BinaryIO, Final

from pydantic import BaseModel, ConfigDict

from daytwo.executor.guard.analysis import TooComplexError
from daytwo.executor.guard.facts import RULES_VERSION, load_facts
from daytwo.executor.guard.policy import Policy
from daytwo.executor.guard.review import Reviewed, review, unavailable
from daytwo.wire.verdict import Ruling, Verdict

MEMORY_LIMIT_BYTES: Final = 144 * 1024 * 1024
TIME_LIMIT_SECONDS: Final = 1.0
"""Processor time of one review."""
RECURSION_LIMIT: Final = 12_000
GARBAGE_LIMIT: Final = 100_000
"""Allocations between two collections: syntax trees hold no cycles that matter, and are let go of after a review."""
HEADER: Final = struct.Struct("!I")
REQUEST_LIMIT_BYTES: Final = 64 * 1024 * 1024
READY: Final = b"ready"


class Setup(BaseModel):
    """The first message: what holds for all reviews of this process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy


def main() -> None:
    """Serves until standard input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    first = read_message(source)
    if first is None:
        return
    policy = Setup.model_validate_json(first).policy
    confine(MEMORY_LIMIT_BYTES)
    write_message(sink, READY)
    import_module("daytwo.executor.guard.sql")  # takes longer than many reviews, and must not count as part of one
    while (message := read_message(source)) is not None:
        write_message(sink, review_in_bounds(Reviewed.model_validate_json(message), policy).model_dump_json().encode())


def confine(memory_bytes: int) -> None:
    """Limits what this process may use, from here on."""
    load_facts()
    sys.setrecursionlimit(RECURSION_LIMIT)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _too_slow)
    gc.freeze()
    gc.set_threshold(GARBAGE_LIMIT)


def review_in_bounds(reviewed: Reviewed, policy: Policy) -> Verdict:
    """A review that ends in time, in a process that is confined."""
    signal.setitimer(signal.ITIMER_PROF, TIME_LIMIT_SECONDS)
    try:
        return review(reviewed, policy)
    except (TooComplexError, MemoryError, RecursionError):
        return denied("The review of this program would take too long or too much memory, so it does not run.")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def denied(message: str) -> Verdict:
    """The verdict of a review that came to no end."""
    return Verdict(verdict=Ruling.DENY, findings=(unavailable(message),), rules_version=RULES_VERSION)


def read_message(source: BinaryIO) -> bytes | None:
    """The next message; None at the end."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    if size > REQUEST_LIMIT_BYTES:
        return None
    body = source.read(size)
    return body if len(body) == size else None


def write_message(sink: BinaryIO, body: bytes) -> None:
    sink.write(HEADER.pack(len(body)) + body)
    sink.flush()


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooComplexError


if __name__ == "__main__":
    main()
