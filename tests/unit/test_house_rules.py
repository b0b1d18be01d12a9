"""Rules of the house that no linter knows: what wire imports, the sample data, the lock."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import daytwo

PACKAGE = Path(daytwo.__file__).parent
REPOSITORY = PACKAGE.parent.parent
WIRE_MAY = set(sys.stdlib_module_names) | {"pydantic", "cryptography", "rfc8785", "daytwo"}
SOCKETS = {"socket", "httpx2", "uvicorn", "urllib", "http", "requests", "asyncio.streams"}
SOCKET_ROOMS = (
    "control/api", "control/models", "control/serve.py", "control/storage", "control/webhooks.py",
    "executor/link", "executor/results", "executor/serve.py", "executor/sandbox", "sdk", "cli",
)  # fmt: skip
PROCESS_ROOMS = (
    "executor/sandbox", "executor/environments", "executor/guard", "control/storage", "cli",
    "executor/cell/workers.py",  # starts none: tells `multiprocessing` of the place that programs are in
)  # fmt: skip


def _imports(path: Path) -> set[str]:
    """Top-level names of all modules that a file imports, `urllib.parse` and its like (no I/O) left out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return {name.partition(".")[0] for name in found if name not in {"urllib.parse", "http.client"}}


def _files() -> list[str]:
    return sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", [file for file in _files() if file.startswith("wire/")])
def test_wire_imports_three_libraries_and_nothing_else(file: str) -> None:
    assert _imports(PACKAGE / file) <= WIRE_MAY


@pytest.mark.parametrize("file", _files())
def test_sockets_and_processes_stay_in_their_rooms(file: str) -> None:
    found = _imports(PACKAGE / file)
    if not file.startswith(SOCKET_ROOMS):
        assert not found & SOCKETS
    if not file.startswith(PROCESS_ROOMS):
        assert not found & {"subprocess", "multiprocessing", "pty"}


def test_the_sample_is_what_its_maker_makes(tmp_path: Path) -> None:
    maker = REPOSITORY / "examples" / "make_orders.py"
    code = f"import runpy, pathlib; runpy.run_path({str(maker)!r})['write'](pathlib.Path({str(tmp_path / 'o.csv')!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)
    made = (tmp_path / "o.csv").read_bytes()
    assert made == (REPOSITORY / "examples" / "orders.csv").read_bytes()


def test_the_lock_is_of_this_project_and_names_no_host() -> None:
    done = subprocess.run(
        [sys.executable, REPOSITORY / ".ci" / "lock.py", "check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
