"""The store of results: one folder a step, `step.json` last, so that a step is there whole or not at all.

`{root}/{run}/{step}/` holds the files of the step's latest execution.  While it runs, readers see what has come so
far; after a crash the unfinished folder counts for nothing, and the next execution of the step replaces it.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from daytwo import crashpoint
from daytwo.executor.database import Database
from daytwo.executor.results.limits import LIMITS, Limits
from daytwo.executor.results.writer import StepWriter
from daytwo.wire.errors import Bug, Conflict, Missing
from daytwo.wire.identifiers import is_id
from daytwo.wire.message import now
from daytwo.wire.result import RunResult, StepResult

_STEP_FILE = "step.json"
_ARTEFACT = re.compile(r"t[1-9][0-9]{0,3}\.arrow|c[1-9][0-9]{0,3}\.(png|dark\.png|plotly\.json)")

_SCHEMA = """
create table if not exists result_steps (
    run_id text not null,
    step integer not null,
    org_id text not null,
    session_id text not null,
    execution integer not null,
    begun_at text not null,
    finished_at text,
    primary key (run_id, step)
);
"""


class ResultStore:
    """Keeps the results of runs for the people who may see them.

    Args:
        root: the folder, made private (0700) where it is missing.
        database: the index of steps.
        org_id: the tenant that this executor serves.
        limits: of each step.
    """

    def __init__(self, root: Path, database: Database, org_id: str, limits: Limits = LIMITS) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root
        self._database = database
        self._org_id = org_id
        self._limits = limits
        self._lock = threading.Lock()
        self._live: dict[tuple[str, int], StepWriter] = {}
        database.create(_SCHEMA)

    def begin(self, run_id: str, session_id: str, step: int, execution: int) -> StepWriter:
        """A writer for one execution of a step; what an earlier one left is removed.

        Raises:
            Conflict: `step_finished`, where this or a later execution of the step is already stored.
        """
        folder = self._folder(run_id) / str(step)
        with self._database.transaction("results.begin") as connection:
            kept = connection.execute(
                "select execution, finished_at from result_steps where run_id = ? and step = ?", (run_id, step)
            ).fetchone()
            if kept is not None and (
                kept["execution"] > execution or (kept["finished_at"] and kept["execution"] == execution)
            ):
                raise Conflict("step_finished", f"Step {step} of this run already has the results of this execution.")
            connection.execute(
                "insert or replace into result_steps values (?, ?, ?, ?, ?, ?, null)",
                (run_id, step, self._org_id, session_id, execution, now()),
            )
        with self._lock:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
            folder.parent.chmod(0o700)

            def finish(writer: StepWriter, result: StepResult) -> None:
                self._finish(run_id, step, writer, result)

            writer = StepWriter(folder, step, finish, self._limits)
            self._live[run_id, step] = writer
        return writer

    def read(self, run_id: str) -> RunResult:
        """The results of a run so far; none where it has not reached a sandbox here.

        Raises:
            Missing: `run_not_found`, for what is no run's id.
        """
        self._folder(run_id)
        with self._lock:
            live = {step: writer for (run, step), writer in self._live.items() if run == run_id}
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select step, finished_at from result_steps where run_id = ? order by step", (run_id,)
            ).fetchall()
        steps: list[StepResult] = []
        for row in rows:
            if row["step"] in live:
                steps.append(live[row["step"]].snapshot())
            elif row["finished_at"] is not None:
                steps.append(self._stored(run_id, row["step"]))
        return RunResult(run=run_id, steps=tuple(steps))

    def of_sessions(self, sessions: Sequence[str]) -> Iterator[StepResult]:
        """What these sessions have shown, the newest first."""
        marks = ", ".join("?" for _ in sessions)
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select run_id, step from result_steps where finished_at is not null"  # noqa: S608 - marks alone
                f" and session_id in ({marks}) order by begun_at desc, step desc",
                tuple(sessions),
            ).fetchall()
        for row in rows:
            yield self._stored(row["run_id"], row["step"])

    def artefact(self, run_id: str, step: int, file: str) -> Path:
        """The path of a file of a step.

        Raises:
            Missing: `artefact_not_found`, for any name that the store does not give.
        """
        missing = Missing("artefact_not_found", "This step has no such file. List them: daytwo runs show RUN.")
        if not is_id(run_id, "run") or step < 1 or _ARTEFACT.fullmatch(file) is None:
            raise missing
        with self._lock:
            live = self._live.get((run_id, step))
        try:
            result = self._stored(run_id, step) if live is None else live.snapshot()
        except FileNotFoundError:
            raise missing from None
        known = {table.file for table in result.tables}
        known |= {name for chart in result.charts for name in (chart.file, chart.dark_file) if name}
        path = self._folder(run_id) / str(step) / file
        if file not in known or path.is_symlink() or not path.is_file():
            raise missing
        return path

    def folder(self, run_id: str) -> Path:
        """Where the files of a run are."""
        return self._folder(run_id)

    def _stored(self, run_id: str, step: int) -> StepResult:
        return StepResult.model_validate_json((self._folder(run_id) / str(step) / _STEP_FILE).read_bytes())

    def _folder(self, run_id: str) -> Path:
        if not is_id(run_id, "run"):
            raise Missing("run_not_found", "There is no such run at this executor. `daytwo runs list` shows the runs.")
        return self._root / run_id

    def _finish(self, run_id: str, step: int, writer: StepWriter, result: StepResult) -> None:
        with self._lock:
            if self._live.get((run_id, step)) is not writer:
                raise Bug("stale_execution", "An execution that was replaced tried to store its results.")
            with crashpoint.around("results.file"):
                _write_whole(writer.folder / _STEP_FILE, result.model_dump_json().encode("utf-8"))
        with self._database.transaction("results.finish") as connection:
            connection.execute(
                "update result_steps set finished_at = ? where run_id = ? and step = ?", (now(), run_id, step)
            )
        with self._lock:
            self._live.pop((run_id, step), None)


def _write_whole(path: Path, data: bytes) -> None:
    """The file appears with all of its bytes, after a crash too."""
    partial = path.with_suffix(".tmp")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    for folder in path.parents[:3]:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
