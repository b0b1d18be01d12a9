"""Runs the cell's entry as the sandbox does, but without the sandbox: a subprocess with a channel on descriptor 3."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from daytwo.executor import cell
from daytwo.executor.cell.frames import CHANNEL_FD, FrameReader

PACKAGE_PARENT = Path(cell.__file__).parent.parent
WAIT_SECONDS = 120


@dataclass
class Frames:
    """A FrameHandler that keeps everything."""

    frames: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        self._header, self._size, self._payload = header, payload_bytes, b""

    def chunk(self, data: bytes) -> None:
        self._payload += data

    def end(self) -> None:
        assert len(self._payload) == self._size
        self.frames.append((self._header, self._payload))


@dataclass
class Ended:
    """What one execution wrote, and how it ended."""

    status: int
    frames: list[tuple[dict[str, Any], bytes]]
    stdout: str
    stderr: str
    workspace: Path

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [header for header, _ in self.frames if header["kind"] == kind]

    def payload(self, kind: str, index: int = 0) -> bytes:
        return [payload for header, payload in self.frames if header["kind"] == kind][index]

    @property
    def says(self) -> list[str]:
        return [header["text"] for header in self.of("say")]

    @property
    def last(self) -> dict[str, Any]:
        assert [header["kind"] for header, _ in self.frames].index("end") == len(self.frames) - 1
        return self.frames[-1][0]

    @property
    def variables(self) -> dict[str, dict[str, Any]]:
        return {header["name"]: header for header in self.of("variable")}

    @property
    def unsaved(self) -> dict[str, str]:
        return {header["name"]: header["reason"] for header in self.of("unsaved")}

    def keep(self, folder: Path) -> Path:
        """Writes the snapshot as the executor would."""
        (folder / "blobs").mkdir(parents=True)
        manifest: dict[str, list[dict[str, Any]]] = {"variables": [], "files": []}
        for number, (header, payload) in enumerate(self.frames):
            if header["kind"] in {"variable", "file"}:
                (folder / "blobs" / f"{number}").write_bytes(payload)
                entry = {key: value for key, value in header.items() if key != "kind"} | {"blob": f"{number}"}
                manifest[f"{header['kind']}s"].append(entry)
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder


class Cells:
    """Runs programs; every run has a workspace of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.data.mkdir()

    def run(self, program: str, **job: Any) -> Ended:
        workspace = Path(tempfile.mkdtemp(dir=self.root))
        temporary = Path(tempfile.mkdtemp(dir=self.root))
        asked = {
            "program": program,
            "sources": [],
            "state": None,
            "memory_bytes": 1024**3,
            "cpus": 1,
            "workspace": str(workspace),
            "data": str(self.data),
            "temporary": str(temporary),
        } | job
        return self._execute("cell.program", asked, workspace)

    def profile(self, path: Path, kind: str) -> dict[str, Any]:
        """What the catalog learns of a file."""
        job = {"dataset": path.stem, "files": [{"path": str(path), "kind": kind, "table": path.stem}]}
        ended = self._execute("cell.reading.profile", job | {"directories": [str(self.data)]}, self.root)
        answer: dict[str, Any] = json.loads(ended.payload("profile"))
        return answer

    def _execute(self, module: str, job: dict[str, Any], workspace: Path) -> Ended:
        job_file = Path(tempfile.mkdtemp(dir=self.root)) / "job.json"
        job_file.write_text(json.dumps(job))
        status, channel, stdout, stderr = _execute(module, job_file)
        reader = FrameReader(frames := Frames())
        reader.feed(channel)
        assert reader.is_between_frames
        return Ended(status, frames.frames, stdout, stderr, workspace)

    def session(self, *programs: str, **job: Any) -> Ended:
        """Runs the programs as steps of one session; returns the last one."""
        state: str | None = None
        for program in programs:
            ended = self.run(program, state=state, **job)
            assert ended.status == 0, (program, ended.of("traceback"))
            state = str(ended.keep(Path(tempfile.mkdtemp(dir=self.root)) / "state"))
        return ended


def _execute(module: str, job_file: Path) -> tuple[int, bytes, str, str]:
    """The channel is a file, which takes any amount while the two streams are read."""
    environment = {"PYTHONPATH": str(PACKAGE_PARENT), "PATH": os.environ["PATH"], "MPLCONFIGDIR": str(MATPLOTLIB_CACHE)}
    channel_path = job_file.with_name("channel")
    with job_file.open("rb") as job, channel_path.open("wb") as channel:
        process = subprocess.run(
            [
                sys.executable,
                "-c",
                (
                    f"import os, sys; os.dup2({channel.fileno()}, {CHANNEL_FD}); "
                    f"os.execv(sys.executable, [sys.executable, '-B', '-m', {module!r}])"
                ),
            ],
            stdin=job,
            capture_output=True,
            check=False,
            env=environment,
            pass_fds=[channel.fileno()],
            timeout=WAIT_SECONDS,
        )
    return process.returncode, channel_path.read_bytes(), process.stdout.decode(), process.stderr.decode()


MATPLOTLIB_CACHE = Path(tempfile.gettempdir()) / "daytwo-test-matplotlib"
"""Where matplotlib keeps its list of fonts between runs; building it takes seconds."""


@pytest.fixture
def cells(tmp_path: Path) -> Cells:
    return Cells(tmp_path)
