"""Runs one program of a session: `python -m cell.program`, a job on standard input, frames on file descriptor 3.

Exit status 0: the program ended well; 1: it raised; 86: it ran out of memory.  The last frame is always `end`, and
it is all of this that the gate reads.  Results go out as they happen; variables and files after a good end only.
The sandbox's limits and its end are the executor's; nothing here is a defence against the program.

A rehearsal runs the same way over mock rows.  It keeps variables after a bad end too, so that the steps after a
program that the model insisted on find them, and says what mock rows cannot tell.
"""

from __future__ import annotations

import builtins
import os
import sys
import types
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from . import standing  # noqa: F401 - imported for what it sets
from .charts import Charts
from .checks import Checks
from .compiled import Compiled, words
from .database import Database
from .errors import error_class, is_out_of_memory
from .frames import FrameWriter
from .job import Job, Rehearsing
from .lookup import Lookups
from .names import Names
from .outlet import Outlet
from .randomness import Stream
from .shapes import shapes
from .snapshot import Snapshot
from .templates import template_of
from .tracebacks import person_traceback
from .typed import TypedValues

EXIT_STATUS = {"ok": 0, "error": 1, "memory": 86}


@dataclass(frozen=True)
class Ending:
    outcome: str
    error_class: int = 0
    statement: int = 0
    template: int = 0
    hole: int = 0


class Cell:
    """One program with its names, its namespace and its snapshot."""

    def __init__(self, job: Job, outlet: Outlet) -> None:
        self._job = job
        self._outlet = outlet
        self._charts = Charts(outlet)
        database = Database(job)
        self._lookups = Lookups(database, job.withheld)
        typed = TypedValues(database, job.typed)
        self._names = Names(database, outlet, self._charts, self._variable, self._lookups, typed)
        # a real module, so that pickle, dataclasses and joblib find the program's classes where they say they are
        self._module = types.ModuleType("__main__")
        self._namespace: dict[str, Any] = vars(self._module)
        self._given = self._names.given(job.workspace)
        self._namespace.update(self._given | {"__builtins__": builtins})
        self._snapshot = Snapshot(job, self._namespace, self._given, self._names.handle_of)
        self._program: Compiled | None = None
        self._before: frozenset[str] = frozenset()

    @property
    def answers(self) -> dict[str, int]:
        """What the program's own questions to the data came to."""
        checks = 0 if self._names.checks is None else self._names.checks.mask
        return {"checks": checks, "lookups": self._lookups.packed}

    def run(self) -> Ending:
        """Runs the program, then saves; tells the person of an error.  Raises OSError where the channel is gone."""
        raised: BaseException | None = None
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 -- a program may raise anything; here it ends
            raised = None if _is_good_exit(error) else error
        if raised is None:
            self._show_left_open()
        if self._job.rehearsing is not None:
            self._tell_doubt(raised, self._job.rehearsing)
        if raised is None or self._job.rehearsing is not None:
            self._outlet.shapes(shapes(self._namespace, self._given))
            self._save()
        return Ending("ok") if raised is None else self._ended_by(raised)

    def _save(self) -> None:
        from .saving import Saving

        program = self._program
        Saving(self._snapshot, self._outlet, lambda name: None if program is None else program.maker_of(name)).run()

    def _tell_doubt(self, raised: BaseException | None, rehearsing: Rehearsing) -> None:
        from .doubts import Scene, doubt_of, doubt_of_success

        if self._program is None:
            return
        scene = Scene(self._program, self._namespace, self._before, rehearsing.columns, rehearsing.known_names)
        if raised is None:
            doubt = doubt_of_success(scene, shown_nothing=self._outlet.empty_tables > 0)
        else:
            doubt = doubt_of(raised, scene)
        if doubt is not None:
            self._outlet.doubt(doubt)

    def _run(self) -> None:
        sys.modules["__main__"] = self._module
        sys.argv = ["<program>"]
        self._charts.prepare(self._job.temporary)
        self._program = Compiled(self._job.program)
        self._names.checks = Checks(self._program)
        self._lookups.begin(self._program)
        self._snapshot.workspace.restore()
        self._snapshot.bring(words(self._program.code))
        self._before = frozenset(self._namespace)
        exec(self._program.code, self._namespace)  # noqa: S102 -- what this process is for

    def _ended_by(self, error: BaseException) -> Ending:
        statement = 0 if self._program is None else self._program.statement_of(error)
        self._outlet.traceback(person_traceback(error, self._program))
        if is_out_of_memory(error):
            return Ending("memory")
        sentences = self._job.sentences
        template, hole = (0, 0) if sentences is None else template_of(error, sentences, statement)
        return Ending("error", error_class(error), statement, template, hole)

    def _show_left_open(self) -> None:
        try:
            self._charts.show_open_figures()
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 -- the program is over; a figure it cannot draw is told, not fatal
            self._outlet.unsaved("a figure", f"it could not be drawn ({type(error).__name__}: {error})", None)

    def _variable(self, name: str, local: dict[str, Any]) -> Any:
        if name in local:
            return local[name]
        self._snapshot.bring([name])
        return self._namespace.get(name)


def main() -> None:
    job = Job.from_json(sys.stdin.buffer.read())
    _take_standard_input()
    _tell_libraries(job)
    if job.rehearsing is not None:
        from .stillness import stand_still

        stand_still(job.rehearsing.instant)
    elif job.seed is not None:
        Stream(job.seed).fix()
    outlet = Outlet(FrameWriter(), job.output_bytes)
    cell = Cell(job, outlet)
    status = 1
    with suppress(OSError):  # the executor has closed the channel: nobody listens
        ending = cell.run()
        outlet.end(asdict(ending) | cell.answers)
        status = EXIT_STATUS[ending.outcome]
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)  # without waiting for threads of the program


def _take_standard_input() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _tell_libraries(job: Job) -> None:
    """What libraries read from the environment when they are imported."""
    os.chdir(job.workspace)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "NUMEXPR_MAX_THREADS"):
        os.environ[name] = str(job.cpus)
    os.environ["LOKY_MAX_CPU_COUNT"] = str(job.cpus)


def _is_good_exit(error: BaseException) -> bool:
    return isinstance(error, SystemExit) and error.code in (None, 0)


if __name__ == "__main__":
    main()
