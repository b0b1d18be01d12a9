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
from daytwo.executor.state import Base, StateStore
from daytwo.wire.identifiers import new_id

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
    def manifest(self) -> dict[str, Any]:
        """What the cell says that the next snapshot holds."""
        said: dict[str, Any] = json.loads(self.payload("manifest"))
        return said

    @property
    def groups(self) -> list[set[str]]:
        """The variables that are kept, by those that share objects."""
        alone = [{name} for names, _, _ in self.manifest["shelves"] for name in names]
        return alone + [set(names) for names, _, _ in self.manifest["groups"]]

    @property
    def variables(self) -> set[str]:
        """All that is kept, imports too."""
        return set().union(*self.groups, self.manifest["modules"])

    @property
    def sent_bytes(self) -> int:
        """Of new blobs."""
        return sum(len(payload) for header, payload in self.frames if header["kind"] == "blob")

    @property
    def unsaved(self) -> dict[str, str]:
        """Why each of these is not kept, without the statement that made it."""
        return {header["name"]: header["reason"].partition("; made by ")[0] for header in self.of("unsaved")}


class Cells:
    """Runs programs; every run has a workspace of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = StateStore(root / "state")
        self.data = root / "data"
        self.data.mkdir()

    def run(self, program: str, base: Base | None = None, **job: Any) -> Ended:
        workspace = Path(tempfile.mkdtemp(dir=self.root))
        temporary = Path(tempfile.mkdtemp(dir=self.root))
        asked = {
            "program": program,
            "sources": [],
            "state": str(base.folder) if base is not None and base.folder is not None else None,
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
        base = Base()
        for program in programs:
            ended = self.run(program, base=base, **job)
            assert ended.status == 0, (program, ended.of("traceback"))
            base = self.keep(ended, base)
        return ended

    def keep(self, ended: Ended, base: Base | None = None) -> Base:
        """Commits what an execution sent, as the executor does, to a snapshot of its own."""
        session = new_id("session")
        writer = self.store.begin(session, 1, base or Base(), "e" * 64)
        for header, payload in ended.frames:
            if writer.accepts(header["kind"]):
                writer.begin(header, len(payload))
                writer.chunk(payload)
                writer.end()
        writer.commit()
        self.store.require_whole(session, 1)
        return self.store.at(session, 1)


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
