"""Runs programs in cells' own names, each over sources of its own: `python -m bench.mocks_set.runner`.

Jobs as JSON lines on standard input, `{"program", "sources"}` each; for each a line `{"raised"}`, null or what it was.
One process for all, so that libraries load once; nothing is isolated, for the programs are the benchmark's own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from cell.charts import Charts  # type: ignore[import-not-found]  # the package as a sandbox knows it
from cell.database import Database  # type: ignore[import-not-found]
from cell.frames import FrameWriter  # type: ignore[import-not-found]
from cell.job import OUTPUT_BYTES, Job  # type: ignore[import-not-found]
from cell.lookup import Lookups  # type: ignore[import-not-found]
from cell.names import Names  # type: ignore[import-not-found]
from cell.outlet import Outlet  # type: ignore[import-not-found]

MEMORY_BYTES = 2 << 30


def run(program: str, sources: list[dict[str, Any]], folder: Path) -> str | None:
    """What the program raised."""
    import matplotlib.pyplot as plt

    job = Job(program, tuple(sources), None, MEMORY_BYTES, 1, folder, Path("/tmp"), folder)
    outlet = Outlet(FrameWriter(), OUTPUT_BYTES)
    namespace: dict[str, Any] = {}
    database = Database(job)
    names = Names(
        database,
        outlet,
        Charts(outlet),
        lambda name, local: local.get(name, namespace.get(name)),
        Lookups(database, frozenset()),
    )
    namespace.update(names.given(folder))
    try:
        exec(compile(program, "<program>", "exec"), namespace)
    except SystemExit:
        return None
    except Exception as error:  # noqa: BLE001 - whatever a program raises is the answer
        return f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        plt.close("all")
    return None


def main() -> None:
    warnings.simplefilter("ignore")
    channel = os.open(os.devnull, os.O_WRONLY)
    os.dup2(channel, 3)
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            job = json.loads(line)
            print(json.dumps({"raised": run(job["program"], job["sources"], Path(folder))}), flush=True)


if __name__ == "__main__":
    main()
