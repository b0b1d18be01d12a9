"""What durability costs, and how fast it brings work back: `python -m bench.durable [--json] [--part NAME]`.

* `step`: what each step of a run costs the control plane, from due to due, beside the bare engine doing the same, and
  beside its checkpoints alone (`durable_set.engine` says what each does).  In turns.
* `restart`, `takeover`: kill -9 of a control process in the middle of a step, until the step is dispatched: by the same
  process started again at once, as the supervisor does, and by another that takes over.
* `posts`: `POST runs` while others are under way, whose programs take two seconds each, beside an idle control plane.
* `streams`: event streams that all reconnect within ten seconds, and whether each saw every event once.
* `parked`: runs that wait, all rows of one database, half for an approval, half for an executor that is away: the
  processor time of control plane and database meanwhile, and how long a decision takes to set a run moving.

Each part has a home and a database of its own.  Progress goes to standard error.  A part that fails is a goal that was
missed; the others are measured all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio

from bench.durable_set import engine, load, parked, recovery
from bench.durable_set.part import Part, Place, tell
from daytwo.control.storage.embedded import EmbeddedServer

ROUNDS, KILLS, PARKED, STREAMS, UNDER_WAY = 60, 10, 100_000, 1_000, 50
PART_SECONDS = 300.0

Measure = Callable[[Place, argparse.Namespace], Awaitable[Part]]

PARTS: dict[str, Measure] = {
    "step": lambda place, asked: engine.step(place, asked.rounds),
    "restart": lambda place, asked: recovery.restart(place, asked.kills),
    "takeover": lambda place, asked: recovery.takeover(place, asked.kills),
    "posts": lambda place, asked: load.posts(place, asked.under_way),
    "streams": lambda place, asked: load.streams(place, asked.streams),
    "parked": lambda place, asked: parked.parked(place, asked.parked),
}


def measure(name: str, asked: argparse.Namespace) -> Part:
    """One part; a goal that was missed, if it fails."""
    tell(name)
    with tempfile.TemporaryDirectory(prefix="dt-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        server = EmbeddedServer(home)
        try:
            return anyio.run(_within_limit, PARTS[name], Place(home, server.start()), asked)
        except Exception as error:  # noqa: BLE001 - the other parts are worth their figures
            tell(f"{name} failed: {error!r}")
            return Part(goals=[{"id": name, "value": None, "goal": "measured", "met": False}])
        finally:
            server.destroy()


async def _within_limit(part: Measure, place: Place, asked: argparse.Namespace) -> Part:
    with anyio.fail_after(PART_SECONDS):
        return await part(place, asked)


def machine() -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="steps of ours, and of the bare engine's")
    parser.add_argument("--kills", type=int, default=KILLS, help="of each kind")
    parser.add_argument("--parked", type=int, default=PARKED, help="runs that wait")
    parser.add_argument("--streams", type=int, default=STREAMS, help="clients that reconnect")
    parser.add_argument("--under-way", type=int, default=UNDER_WAY, help="runs beside which runs are posted")
    return parser.parse_args()


def main() -> None:
    asked, begun = options(), time.monotonic()
    parts = [measure(name, asked) for name in asked.part or PARTS]
    report: dict[str, Any] = {
        "bench": "durable",
        "machine": machine(),
        "rows": [row for part in parts for row in part.rows],
        "goals": [one for part in parts for one in part.goals],
        "seconds": round(time.monotonic() - begun, 1),
    }
    if asked.json:
        print(json.dumps(report))
        return
    for row in report["rows"]:
        figures = "  ".join(f"{name} {row[name]:.2f}" for name in ("median", "p95", "p99"))
        print(f"{row['what']}, {row['unit']} (n = {row['n']}): {figures}")
    for one in report["goals"]:
        print(f"{'met ' if one['met'] else 'MISS'}  {one['id']}: {one['value']} (goal {one['goal']})")


if __name__ == "__main__":
    main()
