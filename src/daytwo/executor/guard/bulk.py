"""Many files at once: reviewed by copies of this process, one for each processor.

A copy has its modules already, so that a thousand files wait for no imports, and is killed where it is late, like the
process that an executor holds (`process.py`).  Copy number k of n reviews every n-th file from k on and waits, by the
pipe, for whoever reads; answers are read in turn, which keeps the files' order without anybody keeping answers.  Fails
closed: a copy that dies, is late or answers nonsense denies the file that it had, and another goes on behind it.

For processes of one thread, such as a command: a copy of a process with several would hold their locks for ever.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from daytwo.executor.guard.facts import load_facts
from daytwo.executor.guard.file import FileReview, read_program
from daytwo.executor.guard.policy import Policy
from daytwo.executor.guard.process import START_LIMIT_SECONDS, receive
from daytwo.executor.guard.review import Reviewed
from daytwo.executor.guard.worker import READY, confine, denied, review_in_bounds, write_message
from daytwo.wire.errors import Unavailable
from daytwo.wire.verdict import Verdict

REVIEWERS_LIMIT: Final = 8
MEMORY_LIMIT_BYTES: Final = 96 * 1024 * 1024
"""Of a copy, beyond what the original holds."""
WALL_LIMIT_SECONDS: Final = 30.0
"""Of one review.  Its processor time ends long before (`worker.TIME_LIMIT_SECONDS`); nobody waits for one of many."""


def review_files(paths: Sequence[Path], policy: Policy, environment_imports: tuple[str, ...]) -> Iterator[FileReview]:
    """The reviews of files, in their order; the environment's modules come in order.

    Raises:
        Unavailable: `guard_not_started`.
    """
    load_facts()  # once, rather than in each copy, and never as part of a review
    import_module("daytwo.executor.guard.sql")
    count = max(1, min(REVIEWERS_LIMIT, len(os.sched_getaffinity(0)), len(paths)))
    task = _Task(tuple(paths), policy, environment_imports, count)
    reviewers: list[_Reviewer] = []
    try:
        reviewers += [_Reviewer(task, number) for number in range(count)]
        for number, path in enumerate(paths):
            reviewer = reviewers[number % count]
            try:
                yield reviewer.answer()
            except (OSError, EOFError, ValidationError, ValueError):
                yield _of(path, denied("The review of this program came to no end."), WALL_LIMIT_SECONDS)
                reviewer.stop()
                reviewers[number % count] = _Reviewer(task, number + count)
    finally:
        for reviewer in reviewers:
            reviewer.stop()


@dataclass(frozen=True)
class _Task:
    paths: tuple[Path, ...]
    policy: Policy
    environment_imports: tuple[str, ...]
    stride: int


class _Reviewer:
    """A copy of this process that reviews every `stride`-th file of a task.

    Args:
        task: what all copies share.
        first: the number of the file that it begins with.
    """

    def __init__(self, task: _Task, first: int) -> None:
        self._source, sink = os.pipe()
        self._is_ready = False
        self._process = os.fork()
        if self._process == 0:
            _be_a_reviewer(task, first, sink)
        os.close(sink)

    def answer(self) -> FileReview:
        """The review of its next file."""
        if not self._is_ready:
            self._wait_until_ready()
        return FileReview.model_validate_json(receive(self._source, time.monotonic() + WALL_LIMIT_SECONDS))

    def stop(self) -> None:
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            os.close(self._source)
            self._process = 0

    def _wait_until_ready(self) -> None:
        try:
            self._is_ready = receive(self._source, time.monotonic() + START_LIMIT_SECONDS) == READY
        except (OSError, EOFError, ValueError):
            self._is_ready = False
        if not self._is_ready:
            raise Unavailable("guard_not_started", "Guard's process does not start: see `daytwo doctor`.")


def _be_a_reviewer(task: _Task, first: int, sink: int) -> None:
    """What a copy does, and all that it ever does: none of the original's ways to end are its own."""
    try:
        os.setsid()  # a Ctrl-C is the original's; this ends where nobody reads its answers
        confine(_held_bytes() + MEMORY_LIMIT_BYTES)
        with os.fdopen(sink, "wb") as stream:
            write_message(stream, READY)
            for path in task.paths[first :: task.stride]:
                write_message(stream, _reviewed(path, task).model_dump_json().encode())
    finally:
        os._exit(0)


def _held_bytes() -> int:
    """What the original's memory is to a copy: it counts, though nothing of it is used (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    return pages * resource.getpagesize()


def _reviewed(path: Path, task: _Task) -> FileReview:
    try:
        language, text = read_program(path)
    except OSError as error:
        return _of(path, denied(f"This file cannot be read: {error.strerror}."), 0.0)
    began = time.perf_counter()
    reviewed = Reviewed(program=text, language=language, environment_imports=task.environment_imports)
    verdict = review_in_bounds(reviewed, task.policy)
    return _of(path, verdict, time.perf_counter() - began)


def _of(path: Path, verdict: Verdict, seconds: float) -> FileReview:
    return FileReview(path=str(path), verdict=verdict.verdict, findings=verdict.findings, ms=round(seconds * 1000, 1))
