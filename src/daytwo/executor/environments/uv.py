"""uv, which resolves and installs packages: where it is, where it takes wheels from, and how it is run.

It runs outside any sandbox, sees nothing of the executor's but proxies and certificates, and takes no source
distributions: to build one would be to run somebody's code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from daytwo.wire.errors import Unavailable

TIME_LIMIT_SECONDS = 900.0
ANSWER_LIMIT_BYTES = 8 * 1024 * 1024
SETTLED = "7 days"
"""Most releases that were planted to harm are found out and withdrawn sooner."""
_LAST_LINES = 12
_LAST_LIMIT_CHARACTERS = 1_200
_PASSED_VARIABLES = ("PATH", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_PROXY", "no_proxy")
_PASSED_ENDINGS = ("_PROXY", "_proxy")
_WHEELS_ONLY = ("--only-binary", ":all:")

Progress = Callable[[str], None]
"""Hears what uv says, line by line."""


@dataclass(frozen=True)
class Source:
    """Where wheels come from.

    Attributes:
        index_url: an internal index; None for what uv takes by itself.
        wheelhouse: a folder of wheels.
        offline: nothing but the wheelhouse.
        exclude_newer: an RFC 3339 time, or a span such as `30 days`; what was published later does not exist.
    """

    index_url: str | None = None
    wheelhouse: Path | None = None
    offline: bool = False
    exclude_newer: str | None = None

    def options(self) -> list[str]:
        options = ["--default-index", self.index_url] if self.index_url else []
        options += ["--find-links", str(self.wheelhouse)] if self.wheelhouse else []
        options += ["--offline", "--no-index"] if self.offline else []
        return options + (["--exclude-newer", self.exclude_newer] if self.exclude_newer else [])

    def settled(self) -> Source:
        """For choosing versions: of the public index, what has been out for a while, unless a time is set."""
        is_public = self.index_url is None and not self.offline
        return replace(self, exclude_newer=SETTLED) if is_public and self.exclude_newer is None else self


def find_uv() -> str:
    """Where uv is: on the path, or where `./daytwo` has put it.

    Raises:
        Unavailable: `uv_missing`.
    """
    beside = Path(__file__).parents[4] / ".tools" / "bin" / "uv"
    found = shutil.which("uv") or (str(beside) if beside.is_file() else None)
    if found is None:
        raise Unavailable(
            "uv_missing", "Environments are built by uv, which is not here. Install it: `pip install uv`."
        )
    return found


def run_uv(words: Sequence[str], source: Source, progress: Progress) -> str:
    """Runs `uv pip` with these words, the verb first; returns what it writes to standard output.

    Raises:
        Unavailable: `uv_missing`; `environment_build_failed`, with uv's last words.
    """
    verb, *rest = words
    command = [find_uv(), "pip", verb, "--no-config", "--no-cache", *_WHEELS_ONLY, *source.options(), *rest]
    variables = {
        name: value for name, value in os.environ.items() if name in _PASSED_VARIABLES or name.endswith(_PASSED_ENDINGS)
    }
    said: deque[str] = deque(maxlen=_LAST_LINES)
    with (
        tempfile.TemporaryFile() as answer,
        subprocess.Popen(  # noqa: S603 - uv, and words that stand here
            command, stdin=subprocess.DEVNULL, stdout=answer, stderr=subprocess.PIPE, text=True, env=variables
        ) as uv,
    ):
        clock = threading.Timer(TIME_LIMIT_SECONDS, uv.kill)
        clock.start()
        try:
            assert uv.stderr is not None
            for line in uv.stderr:
                said.append(line.strip())
                progress(line.strip())
        finally:
            clock.cancel()
        uv.wait()
        answer.seek(0)
        written = answer.read(ANSWER_LIMIT_BYTES).decode("utf-8", "replace")
    if uv.returncode != 0:
        words_of_uv = " ".join(said)[-_LAST_LIMIT_CHARACTERS:]
        told = words_of_uv or f"it was ended after {TIME_LIMIT_SECONDS:.0f} seconds"
        raise Unavailable("environment_build_failed", f"uv could not build the environment: {told}")
    return written
