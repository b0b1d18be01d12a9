"""Guard as the executor holds it: reviews in a process that can be killed.

A verdict comes within `WALL_LIMIT_SECONDS` whatever the program is.  Fails closed: a process that dies, is late or
answers nonsense means deny, and the next review gets a new one.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from pydantic import ValidationError

from daytwo.executor.guard.policy import Policy
from daytwo.executor.guard.review import Reviewed, binding, limit_bytes
from daytwo.executor.guard.worker import HEADER, READY, Setup, denied
from daytwo.wire.errors import Unavailable
from daytwo.wire.verdict import Verdict

WALL_LIMIT_SECONDS: Final = 5.0
"""Of one review.  Its processor time ends earlier (`worker.TIME_LIMIT_SECONDS`); this is for a busy machine."""
START_LIMIT_SECONDS: Final = 60.0
ANSWER_LIMIT_BYTES: Final = 4 * 1024 * 1024
REVIEWS_LIMIT: Final = 5_000
"""After so many reviews a process is replaced, for none of them may grow without bound."""


class Guard:
    """Reviews programs under a policy, one at a time.  Safe to share between threads.

    Args:
        policy: what is allowed.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def launch(self) -> None:
        """Starts the process beforehand and does not wait until it is ready: the first review does."""
        with self._lock:
            if self._process is None:
                self._launch()

    def start(self) -> None:
        """Starts the process beforehand, so that the first review need not wait.

        Raises:
            Unavailable: `guard_not_started`.
        """
        with self._lock:
            self._started()

    def review(self, reviewed: Reviewed) -> Verdict:
        """Guard's ruling on a program, bound to all that it depends on."""
        limit = limit_bytes(reviewed.language)
        if len(reviewed.program) > limit:  # says so itself; more need not travel
            reviewed = reviewed.model_copy(update={"program": reviewed.program[: limit + 1]})
        with self._lock:
            verdict = self._answered(reviewed)
        return verdict if verdict.binding else verdict.model_copy(update={"binding": binding(reviewed, self.policy)})

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._stop()

    def _answered(self, reviewed: Reviewed) -> Verdict:
        try:
            process = self._started()
            body = reviewed.model_dump_json().encode()
            deadline = time.monotonic() + WALL_LIMIT_SECONDS
            _send(process, body, deadline)
            return Verdict.model_validate_json(receive(_answers(process), deadline))
        except (OSError, EOFError, ValidationError, ValueError):
            self._stop()
            return denied("The review of this program came to no end, so it does not run.")
        except Unavailable as error:
            return denied(error.message)

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._process
        if process is None or process.poll() is not None or self._count >= REVIEWS_LIMIT:
            self._stop()
            process = self._launch()
        self._count += 1
        if not self._is_ready:
            try:
                deadline = time.monotonic() + START_LIMIT_SECONDS
                _send(process, Setup(policy=self.policy).model_dump_json(by_alias=True).encode(), deadline)
                self._is_ready = receive(_answers(process), deadline) == READY
            except (OSError, EOFError, ValueError):
                self._is_ready = False
            if not self._is_ready:
                self._stop()
                raise Unavailable("guard_not_started", "Guard's process does not start: see `daytwo doctor`.")
        return process

    def _launch(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "daytwo.executor.guard.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYDANTIC_DISABLE_PLUGINS": "1"},
            start_new_session=True,  # a Ctrl-C is the executor's; this ends with its standard input
        )
        self._is_ready, self._count = False, 0
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was not yet sent to a process that is gone
        process.wait()


def _send(process: subprocess.Popen[bytes], body: bytes, deadline: float) -> None:
    descriptor = cast("BinaryIO", process.stdin).fileno()
    os.set_blocking(descriptor, False)
    left = memoryview(HEADER.pack(len(body)) + body)
    while left:
        _wait([], [descriptor], deadline)
        left = left[os.write(descriptor, left) :]


def _answers(process: subprocess.Popen[bytes]) -> int:
    return cast("BinaryIO", process.stdout).fileno()


def receive(descriptor: int, deadline: float) -> bytes:
    """The next message of a reviewer.

    Raises:
        TimeoutError, EOFError, ValueError: where it is late, gone, or says too much.
    """
    (size,) = HEADER.unpack(_exactly(descriptor, HEADER.size, deadline))
    if size > ANSWER_LIMIT_BYTES:
        raise ValueError(size)
    return _exactly(descriptor, size, deadline)


def _exactly(descriptor: int, size: int, deadline: float) -> bytes:
    found = bytearray()
    while len(found) < size:
        _wait([descriptor], [], deadline)
        piece = os.read(descriptor, size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def _wait(readable: list[int], writable: list[int], deadline: float) -> None:
    ready = select.select(readable, writable, [], max(0.0, deadline - time.monotonic()))
    if not (ready[0] or ready[1]):
        raise TimeoutError
