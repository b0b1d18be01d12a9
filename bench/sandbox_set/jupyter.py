"""A fresh Jupyter kernel for each program, over `jupyter_client`: what a notebook user's code runs in.

`ipykernel` and its client are no dependency of the project: uv puts them into a folder that ends with the benchmark,
and this file is executed with that folder on its path.  A line on standard input asks for one execution, a line of
JSON answers it; starting the client is not counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.sandbox_set.timing import Timing, program
from daytwo.executor.environments import find_uv

_PACKAGES = ("ipykernel", "jupyter_client")
_INSTALL_LIMIT_SECONDS = 300
_ANSWER_LIMIT_SECONDS = 120.0


class Jupyter:
    """The client in a process of its own, asked again and again.

    Args:
        folder: where the packages go, and Jupyter's own files.

    Raises:
        CalledProcessError: where the packages cannot be had.
    """

    def __init__(self, folder: Path) -> None:
        packages = folder / "jupyter"
        install = [find_uv(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(packages)]
        subprocess.run([*install, *_PACKAGES], check=True, timeout=_INSTALL_LIMIT_SECONDS, capture_output=True)
        path = os.pathsep.join([str(packages), *filter(None, sys.path)])
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path, "IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)},
        )

    async def first_line(self) -> Timing:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Timing(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.__exit__(None, None, None)


def _execute(source: str) -> Timing:
    """Starts a kernel, has it run the program, ends it."""
    from jupyter_client.manager import KernelManager

    begun = time.perf_counter()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_ANSWER_LIMIT_SECONDS)
        client.execute(source)
        while client.get_iopub_msg(timeout=_ANSWER_LIMIT_SECONDS)["msg_type"] != "stream":
            continue
        first = time.perf_counter()
        client.get_shell_msg(timeout=_ANSWER_LIMIT_SECONDS)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    return Timing(first - begun, time.perf_counter() - begun)


def _serve() -> None:
    source = program(1).replace("os.write(1, b'here')", "print('here', flush=True)")
    for _ in sys.stdin:
        timing = _execute(source)
        answer = {"first_line_seconds": timing.first_line_seconds, "exit_seconds": timing.exit_seconds}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
