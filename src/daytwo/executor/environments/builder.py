"""Builds a locked environment with uv, outside any sandbox: wheels only, every one checked by hash."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from daytwo.executor.environments.lock import Lock
from daytwo.wire.errors import Unavailable

BUILD_LIMIT_SECONDS = 900.0
_LAST_LINES = 12
_PASSED_VARIABLES = ("PATH", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_PROXY", "no_proxy")
_PASSED_ENDINGS = ("_PROXY", "_proxy")

Progress = Callable[[str], None]
"""Hears what uv says, line by line."""


@dataclass(frozen=True)
class Source:
    """Where wheels come from.

    Attributes:
        index_url: an internal index; None for what uv takes by itself.
        wheelhouse: a folder of wheels.
        offline: nothing but the wheelhouse.
        exclude_newer: an RFC 3339 time; what was published later does not exist.
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


def install(lock: Lock, target: Path, python: Path, source: Source, progress: Progress) -> None:
    """Installs a lock's wheels into a folder.

    Raises:
        Unavailable: `uv_missing`; `environment_build_failed`, with uv's last words.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as requirements:
        requirements.write(lock.text)
        requirements.flush()
        options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--link-mode", "copy", "--no-cache"]
        command = [find_uv(), "pip", "install", "--no-config", "--compile-bytecode", *options, *source.options()]
        _run([*command, "--python", str(python), "--target", str(target), "-r", requirements.name], progress)


def _run(command: list[str], progress: Progress) -> None:
    variables = {
        name: value for name, value in os.environ.items() if name in _PASSED_VARIABLES or name.endswith(_PASSED_ENDINGS)
    }
    said: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(  # noqa: S603 - uv, and words that stand here
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=variables
    ) as uv:
        clock = threading.Timer(BUILD_LIMIT_SECONDS, uv.kill)
        clock.start()
        try:
            assert uv.stderr is not None
            for line in uv.stderr:
                said.append(line.rstrip())
                progress(line.rstrip())
        finally:
            clock.cancel()
    if uv.returncode != 0:
        words = " ".join(said) or f"it was ended after {BUILD_LIMIT_SECONDS:.0f} seconds"
        raise Unavailable("environment_build_failed", f"uv could not build the environment: {words}")
