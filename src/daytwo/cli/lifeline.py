"""The lifeline: a process that holds the read end of a pipe as its standard input and ends when the pipe does.

The kernel closes the other end when its holder dies, however it dies, so a kill -9 of a parent leaves no child behind.
The first line is the child's greeting: what its parent must tell it, in JSON, kept off command line and environment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from typing import Any

from daytwo.wire.errors import Bug

GRACE_SECONDS = 15.0
"""How long an orderly stop may take after the lifeline ended."""
GREETING_LIMIT_BYTES = 64 * 1024


def read_greeting() -> dict[str, Any]:
    """Waits for the greeting; a lifeline that ends before it ends the process."""
    line = sys.stdin.buffer.readline(GREETING_LIMIT_BYTES)
    if not line.endswith(b"\n"):
        sys.exit(0)
    greeting = json.loads(line)
    if not isinstance(greeting, dict):
        raise Bug("bad_greeting", "The first line of a lifeline is a JSON object.")
    return greeting


def watch() -> None:
    """Sends this process SIGTERM when the lifeline ends, and SIGKILL where that was not enough."""
    threading.Thread(target=_wait_for_end, name="lifeline", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
