"""Runs programs in cells' own names, each over sources of its own: `python -m bench.mocks_set.runner`.

Jobs as JSON lines on standard input, `{"program", "sources", "sentences", "columns"}` each; for each a line
`{"raised"}`, null or what it was, with what the cell's own code makes of it: doubt, line, statement, template, hole.
One process for all, so that libraries load once; nothing is isolated, for the programs are the benchmark's own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any

from cell.charts import Charts  # the package as a sandbox knows it
from cell.compiled import FILE_NAME, Compiled
from cell.database import Database
from cell.doubts import Scene, doubt_of, doubt_of_success
from cell.frames import FrameWriter
from cell.job import OUTPUT_BYTES, Job, Sentences
from cell.lookup import Lookups
from cell.names import Names
from cell.outlet import Outlet
from cell.templates import template_of
from cell.typed import TypedValues

MEMORY_BYTES = 2 << 30
MESSAGE_CHARACTERS = 500


def run(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What became of a program: what it raised, at which line; and what a cell would have told of it."""
    import matplotlib.pyplot as plt

    cell_job = Job(job["program"], tuple(job["sources"]), None, MEMORY_BYTES, 1, folder, Path("/tmp"), folder)
    outlet = Outlet(FrameWriter(), OUTPUT_BYTES)
    namespace: dict[str, Any] = {}
    database = Database(cell_job)
    names = Names(
        database,
        outlet,
        Charts(outlet),
        lambda name, local: local.get(name, namespace.get(name)),
        Lookups(database, frozenset()),
        TypedValues(database, {}),
    )
    namespace.update(names.given(folder))
    scene = None
    try:
        compiled = Compiled(job["program"])
        scene = Scene(compiled, namespace, frozenset(namespace), frozenset(job.get("columns", ())), frozenset())
        exec(compiled.code, namespace)
    except SystemExit:
        return {"raised": None}
    except Exception as error:  # noqa: BLE001 - whatever a program raises is the answer
        return {"raised": f"{type(error).__name__}: {error}"[:MESSAGE_CHARACTERS], **_told(error, scene, job)}
    finally:
        plt.close("all")
    return {"raised": None, "doubt": doubt_of_success(scene, shown_nothing=outlet.empty_tables > 0)}


def _told(error: Exception, scene: Any, job: dict[str, Any]) -> dict[str, Any]:
    if scene is None:
        return {}
    statement = scene.program.statement_of(error)
    template, hole = template_of(error, Sentences.from_json(job["sentences"]), statement)
    lines = [trace.lineno for trace in traceback.extract_tb(error.__traceback__) if trace.filename == FILE_NAME]
    return {
        "doubt": doubt_of(error, scene),
        "line": lines[-1] if lines else None,
        "statement": statement,
        "template": template,
        "hole": hole,
    }


def main() -> None:
    warnings.simplefilter("ignore")
    channel = os.open(os.devnull, os.O_WRONLY)
    os.dup2(channel, 3)
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            job = json.loads(line)
            print(json.dumps(run(job, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
