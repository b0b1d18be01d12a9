"""Installs a lock's wheels with uv, outside any sandbox: wheels only, every one checked by hash."""

from __future__ import annotations

import tempfile
from pathlib import Path

from daytwo.executor.environments.lock import Lock
from daytwo.executor.environments.uv import Progress, Source, run_uv


def install(lock: Lock, target: Path, python: Path, source: Source, progress: Progress) -> None:
    """Installs a lock's wheels into a folder.

    Raises:
        Unavailable: `uv_missing`; `environment_build_failed`, with uv's last words.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as requirements:
        requirements.write(lock.text)
        requirements.flush()
        checked = ["--require-hashes", "--no-deps", "--link-mode", "copy", "--compile-bytecode"]
        place = ["--python", str(python), "--target", str(target)]
        run_uv(["install", *checked, *place, "-r", requirements.name], source, progress)
