"""The planes for a command: those of a running `up`, else an `up` of the command's own, for its own life."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from daytwo.cli import upfile
from daytwo.cli.settings import Settings
from daytwo.cli.supervisor import client_of, is_answering
from daytwo.sdk import Client
from daytwo.wire.errors import DaytwoError, ErrorBody, Unavailable

USERS_WAIT_SECONDS = 30.0
STARTING_WAIT_SECONDS = 130.0
"""For an `up` that another command is starting right now."""
POLL_SECONDS = 0.1
STOP_WAIT_SECONDS = 40.0

Report = Callable[[str], None]


@contextmanager
def planes(settings: Settings, report: Report) -> Iterator[Client]:
    """A client of running planes; what this started is stopped at the end, unless others use it still."""
    home = settings.home
    upfile.prepare_home(home)
    own: subprocess.Popen[str] | None = None
    try:
        with upfile.using(home, wait_seconds=USERS_WAIT_SECONDS):
            up = running(home)
            if up is None:
                own = _spawn(settings)
                try:
                    up = _await_ready(own, report)
                except DaytwoError as error:
                    if error.code != "already_running":
                        raise
                    up = _await_other(home)
            with client_of(home, up) as client:
                yield client
    finally:
        if own is not None:
            report(
                "stopping what was started for this; `daytwo up` in another terminal keeps it running, ready at once"
            )
            _stop(own)


def running(home: Path) -> upfile.Up | None:
    """The running `up` of a home, if its control plane answers."""
    up = upfile.read_up(home)
    if up is None or not upfile.is_alive(up.pid) or not is_answering(up, "control"):
        return None
    return up


def _spawn(settings: Settings) -> subprocess.Popen[str]:
    """Starts `daytwo up` so that Ctrl-C does not reach it and our death ends it."""
    arguments = ["up", "--lifeline", "--json", "--home", str(settings.home)]
    for flag, port in (("--control-port", settings.control_port), ("--executor-port", settings.executor_port)):
        arguments += [flag, str(port)] if port else []
    environment = dict(os.environ)
    if settings.model:
        environment["DAYTWO_MODEL"] = settings.model
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "daytwo.cli.main", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        env=environment,
    )


def _await_ready(process: subprocess.Popen[str], report: Report) -> upfile.Up:
    assert process.stdout is not None
    assert process.stderr is not None
    for text in process.stdout:
        said = json.loads(text)
        if said.get("kind") == "ready":
            return upfile.Up.model_validate(said["up"])
        report(said.get("text", ""))
    last = next((text for text in reversed(process.stderr.read().splitlines()) if text.strip()), "")
    try:
        body = ErrorBody.model_validate(json.loads(last)["error"])
    except (ValueError, KeyError, TypeError, ValidationError):
        raise Unavailable("up_failed", f"`daytwo up` ended before it was ready: {last or 'it said nothing'}") from None
    raise Unavailable(body.code, body.message)


def _await_other(home: Path) -> upfile.Up:
    """Another command is starting the planes of this home: its planes will do."""
    deadline = time.monotonic() + STARTING_WAIT_SECONDS
    while time.monotonic() < deadline:
        up = running(home)
        if up is not None:
            return up
        time.sleep(POLL_SECONDS)
    raise Unavailable(
        "not_ready", f"Another `daytwo` of {home} is starting and does not get ready. `daytwo down` ends it."
    )


def _stop(process: subprocess.Popen[str]) -> None:
    """Ends the lifeline and waits: no process is left behind, unless another command uses the planes."""
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    try:
        # The pipes are drained, or a talkative `up` would never end.
        process.communicate(timeout=STOP_WAIT_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # It is in use by another command, or the person is in a hurry: it ends by itself when it may.
        return
