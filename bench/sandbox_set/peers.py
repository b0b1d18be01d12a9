"""What a user would pick instead, where the machine has it: the same program, in a fresh interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio

from bench.sandbox_set.timing import Timing, program

_MATPLOTLIB_FOLDER = "MPLCONFIGDIR"
_TRIAL_LIMIT_SECONDS = 60


def peers(folder: Path) -> tuple[dict[str, Callable[[], Awaitable[Timing]]], dict[str, str]]:
    """The contenders that work here, by name; and why the others do not.

    Args:
        folder: where matplotlib keeps its list of fonts between runs, as it does for a user.
    """
    os.environ[_MATPLOTLIB_FOLDER] = str(folder)
    commands = _commands(str(folder))
    reasons = {name: _why_not(command) for name, command in commands.items()}
    found = {name: partial(_timed, commands[name]) for name, reason in reasons.items() if not reason}
    return found, {name: reason for name, reason in reasons.items() if reason}


def _commands(folder: str) -> dict[str, tuple[str, ...]]:
    return {
        "bwrap": (
            *("bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
            *("--bind", folder, folder),
        ),
        "runsc do": ("runsc", "--network", "none", "--ignore-cgroups", "do", "--force-overlay=false"),
        "podman run": (
            *("podman", "run", "--rm", "--network", "none", "--read-only"),
            *("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"),
            *("--volume", f"{folder}:{folder}", "--env", _MATPLOTLIB_FOLDER, "--rootfs", "/"),
        ),
    }


def _why_not(command: tuple[str, ...]) -> str:
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not installed"
    whole = [*command, sys.executable, "-c", ""]
    try:
        tried = subprocess.run(whole, capture_output=True, timeout=_TRIAL_LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"it did not end within {_TRIAL_LIMIT_SECONDS} seconds"
    words = tried.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    return words[-1] if tried.returncode else ""


async def _timed(command: tuple[str, ...]) -> Timing:
    begun = time.perf_counter()
    async with await anyio.open_process([*command, sys.executable, "-c", program(1)], stderr=None) as process:
        assert process.stdout is not None
        await process.stdout.receive()
        first = time.perf_counter()
        assert await process.wait() == 0
    return Timing(first - begun, time.perf_counter() - begun)
