"""What durability costs and how fast it brings work back: `python -m bench.durable [--json] [--parked 100000]`.

* A step of ours (plan, record, dispatch) beside the bare engine's workflow with as many checkpoints and one row each,
  taken in turns.
* kill -9 of a control process in the middle of a step, until the step is dispatched: by the same process started again,
  and by another that takes over.
* Parked runs, all rows of one database: what the control plane's processor time is meanwhile, and how long a decision
  takes to set one moving.
* Event streams that all reconnect within ten seconds, and whether each saw every event once.
* `POST runs` while other runs are under way, beside an idle control plane.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import anyio

from bench.durable_set import engine, load, recovery
from bench.durable_set.process import ControlProcess
from daytwo.control.storage.embedded import EmbeddedServer

ROUNDS = 60
KILLS = 10
PARKED = 100_000
STREAMS = 1_000
UNDER_WAY = 50


def p(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


async def measure(home: Path, url: str, arguments: argparse.Namespace) -> dict[str, Any]:
    steps = await engine.seconds_a_step(url, arguments.rounds)
    ratios = [ours / bare for ours, bare in zip(steps["ours"], steps["bare"], strict=True)]
    restarted = await recovery.by_restart(home, url, arguments.kills)
    taken_over = await recovery.by_takeover(home, url, arguments.kills)
    control = ControlProcess(home, url)
    try:
        posts = await load.posts(control, arguments.under_way)
        streams = await load.streams(control, arguments.streams)
        parked = await load.parked(control, url, arguments.parked)
    finally:
        control.kill()
    rows = [
        {"what": "step, ours, ms", "median": median(steps["ours"]) * 1e3, "p99": p(steps["ours"], 99) * 1e3},
        {"what": "step, bare engine, ms", "median": median(steps["bare"]) * 1e3, "p99": p(steps["bare"], 99) * 1e3},
        {"what": "kill to resumed, restarted, s", "median": median(restarted), "p99": p(restarted, 99)},
        {"what": "kill to resumed, taken over, s", "median": median(taken_over), "p99": p(taken_over, 99)},
        {"what": "POST runs, idle, ms", "median": median(posts.idle) * 1e3, "p99": p(posts.idle, 99) * 1e3},
        {"what": "POST runs, busy, ms", "median": median(posts.busy) * 1e3, "p99": p(posts.busy, 99) * 1e3},
        {"what": "streams reconnect, ms", "median": median(streams.seconds) * 1e3, "p95": p(streams.seconds, 95) * 1e3},
        {"what": "parked runs, wake, ms", "median": median(parked.wake) * 1e3, "p99": p(parked.wake, 99) * 1e3},
        {"what": "parked runs, processor, %", "median": parked.cpu_percent, "p99": parked.cpu_percent},
    ]
    lease_and_five = 15 + 5
    goals = [
        goal("step / bare engine's step", median(ratios), "<= 1.3", median(ratios) <= 1.3),
        goal("kill to resumed by restart, p99 s", p(restarted, 99), "<= 5", p(restarted, 99) <= 5),
        goal("kill to resumed by takeover, p99 s", p(taken_over, 99), "<= 20", p(taken_over, 99) <= lease_and_five),
        goal(f"{arguments.parked} parked, processor %", parked.cpu_percent, "< 2", parked.cpu_percent < 2),
        goal(f"{arguments.parked} parked, wake p99 s", p(parked.wake, 99), "< 1", p(parked.wake, 99) < 1),
        goal(
            f"{arguments.streams} streams, p95 ms", p(streams.seconds, 95) * 1e3, "< 300", p(streams.seconds, 95) < 0.3
        ),
        goal(f"{arguments.streams} streams, gaps", streams.gaps, "0", streams.gaps == 0),
        goal(
            "POST runs busy / idle, p99",
            p(posts.busy, 99) / p(posts.idle, 99),
            "<= 3",
            p(posts.busy, 99) <= 3 * p(posts.idle, 99),
        ),
    ]
    return {"bench": "durable", "machine": machine(), "rows": rows, "goals": goals}


def goal(name: str, value: float, wanted: str, met: bool) -> dict[str, Any]:
    return {"id": name, "value": round(value, 3), "goal": wanted, "met": met}


def machine() -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--parked", type=int, default=PARKED)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--under-way", type=int, default=UNDER_WAY)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dt-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        server = EmbeddedServer(home)
        try:
            report = anyio.run(measure, home, server.start(), arguments)
        finally:
            server.destroy()
    report["seconds"] = round(time.process_time(), 1)
    if arguments.json:
        print(json.dumps(report))
        return
    for row in report["rows"]:
        print("  ".join(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    for one in report["goals"]:
        print(f"{'met ' if one['met'] else 'MISS'}  {one['id']}: {one['value']} (goal {one['goal']})")


if __name__ == "__main__":
    main()
