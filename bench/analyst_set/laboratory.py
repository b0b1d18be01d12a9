"""Where the analyst's programs run: the tables as files, profiled as `daytwo data add` does, and real cells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from bench.analyst_set.expected import Shown
from bench.analyst_set.tables import tables
from daytwo.executor import cell
from daytwo.executor.catalog.profile import Profile
from daytwo.executor.catalog.sheet import build
from daytwo.executor.cell.frames import CHANNEL_FD, FrameReader
from daytwo.executor.cell.reading.profile import profile
from daytwo.wire.release import Release
from daytwo.wire.sheet import SchemaSheet

WAIT_SECONDS = 120
MEMORY_BYTES = 2 << 30
_MARK = "@@ program "
_LOOP = """
import json, traceback
import matplotlib.pyplot as plt
_given = {name: globals()[name] for name in ("data", "sql", "show", "say", "check", "resolve", "workspace")}
for _source in json.loads(PROGRAMS):
    say(MARK)
    try:
        exec(compile(_source, "<program>", "exec"), dict(_given))
    except SystemExit:
        pass
    except Exception:
        say("RAISED " + traceback.format_exc(limit=-2))
    if plt.get_fignums():
        say("FIGURE")
    plt.close("all")
"""


class Laboratory:
    """The tables in a folder, their sheets, and a cell that runs programs over all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = 0
        self.sheets: dict[str, SchemaSheet] = {}
        self.profiles: dict[str, Profile] = {}
        self.sources: list[dict[str, Any]] = []
        data = folder / "data"
        data.mkdir()
        made = tables(data)
        self.frames = {name: table.frame for name, table in made.items()}
        for name, table in made.items():
            self._profile(name, table.path)

    def _profile(self, name: str, path: Path) -> None:
        kind = path.suffix.removeprefix(".")
        files = [{"path": str(path), "kind": kind, "table": name}]
        made = profile({"dataset": name, "kind": kind, "files": files, "directories": [str(self._folder)]})
        measured = self.profiles[name] = Profile.model_validate_json(json.dumps(made))
        self.sheets[name] = build(measured, org_id="local", dataset=name, version=1, release=Release(), form=kind)
        table = made["tables"][0]
        source = {"dataset": name, "table": table["name"], "name": name, "format": table["format"]}
        self.sources.append({**source, "files": [str(path)], "options": table["options"]})

    def run(self, programs: list[str]) -> list[Shown]:
        """What each program showed, all of them in one process."""
        if not programs:
            return []
        self._runs += 1
        place = self._folder / f"run-{self._runs}"
        for name in ("workspace", "tmp"):
            (place / name).mkdir(parents=True)
        loop = _LOOP.replace("PROGRAMS", repr(json.dumps(programs))).replace("MARK", repr(_MARK))
        job = {"program": loop, "sources": self.sources, "state": None, "memory_bytes": MEMORY_BYTES, "cpus": 2,
               "workspace": str(place / "workspace"), "data": str(self._folder / "data"),
               "temporary": str(place / "tmp")}  # fmt: skip
        channel_file = place / "channel"
        with channel_file.open("wb") as channel:
            take_channel = f"import os, sys; os.dup2({channel.fileno()}, {CHANNEL_FD}); "
            start = f"{take_channel}os.execv(sys.executable, [sys.executable, '-B', '-m', 'cell.program'])"
            ended = subprocess.run(
                [sys.executable, "-c", start],
                input=json.dumps(job).encode(),
                capture_output=True,
                check=False,
                env={"PYTHONPATH": str(Path(cell.__file__).parent.parent), "PATH": os.environ["PATH"]},
                pass_fds=[channel.fileno()],
                timeout=WAIT_SECONDS,
            )
        reader = _Reader()
        FrameReader(reader).feed(channel_file.read_bytes())
        if reader.outcome != "ok":
            raise RuntimeError(f"the cell ended badly ({reader.outcome}): {ended.stderr.decode()[-2000:]}")
        return reader.shown


class _Reader:
    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.outcome: str | None = None

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:  # noqa: ARG002 - the reader's interface
        kind, text = header["kind"], str(header.get("text", ""))
        if kind == "end":
            self.outcome = header["outcome"]
        elif kind == "table":
            columns = [column["name"] for column in header["columns"]]
            frame = pd.DataFrame(header["rows"], columns=columns)
            self.shown[-1].tables.append(frame.to_numpy(dtype=object).tolist())
        elif kind == "say" and text == _MARK:
            self.shown.append(Shown())
        elif kind == "say" and text == "FIGURE":
            self.shown[-1].figures += 1
        elif kind == "say":
            self.shown[-1].says.append(text)
            self.shown[-1].raised |= text.startswith("RAISED ")

    def chunk(self, data: bytes) -> None: ...

    def end(self) -> None: ...
